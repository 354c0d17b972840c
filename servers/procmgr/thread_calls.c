/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads of a process, and what single threads ask for about signals. Numbers in the protocol count from 1. */
#include "calls.h"
#include "exit.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "pressure.h"
#include "signal.h"
#include "signal_queue.h"
#include "timer.h"
#include "trona/heap.h"
#include "trona/start.h"
#include "user.h"

/* As on Linux, RLIMIT_NPROC counts what runs: threads too. */
static bool has_too_many(const struct process *process)
{
	return process->entry->uid != 0 && user_count(process->entry->uid) >= process->limits[LIMIT_NPROC].current;
}

static void count(struct process *process)
{
	process_entry_begin(process);
	process->entry->threads = 1 + process->further_threads;
	process_entry_end(process);
}

kn_status on_thread_create(struct server_call *call, uint64_t ip, uint64_t sp, uint64_t tls, uint64_t argument,
    uint64_t blocked, uint32_t *number, uint64_t *record, kn_cap *tcb)
{
	CALLER(caller);
	struct thread *thread;

	if (has_too_many(caller))
		return KN_E_QUOTA;
	struct refused_call refused = {};
	kn_status status;

	do
		status = thread_create(caller, &thread);
	while (status == KN_E_NO_MEMORY && pressure_call_refused(caller, &refused));
	if (status != KN_OK)
		return status;
	const struct thread_place place = thread_place(caller, thread);
	*thread->record = (struct procmgr_signal_thread){.thread = thread->number + 1, .blocked = blocked, .ipc = place.ipc};
	status = kn_tcb_start(thread->tcb, ip, sp, tls, argument, place.record);
	if (status == KN_OK)
		status = kn_tcb_resume(thread->tcb);
	if (status != KN_OK) {
		thread_discard(caller, thread);
		return status;
	}
	count(caller);
	*number = thread->number + 1;
	*record = place.record;
	*tcb = thread->tcb;
	return KN_OK;
}

/* The word that a joiner waits on: if it lies in what the process shares with us, we can write it. Its waiters are woken. */
static void clear_word(struct process *process, uint64_t address)
{
	uint32_t *word = thread_shared_word(process, address), woken;

	if (word)
		__atomic_store_n(word, 0, __ATOMIC_RELEASE);
	(void)kn_vspace_wake(process->vspace, address, UINT32_MAX, &woken);
}

kn_status on_thread_exit(struct server_call *call, uint32_t number, uint64_t clear, uint64_t stack, uint64_t pages)
{
	CALLER(caller);
	struct thread *thread = thread_find(caller, number - 1);
	struct kn_tcb_info info;

	if (!thread)
		return KN_E_INVALID_ARG;
	if (caller->further_threads == 0) {
		process_end(caller, PROCMGR_EVENT_EXITED, 0);
		return KN_OK;
	}
	if (thread == &caller->first) /* its objects are the process's own */
		return KN_E_INVALID_ARG;
	if (kn_tcb_info(thread->tcb, &info) == KN_OK)
		caller->ended_time += info.cpu_time;
	thread_destroy(caller, thread);
	count(caller);
	if (pages)
		(void)kn_vspace_unmap(caller->vspace, stack, pages);
	if (clear)
		clear_word(caller, clear);
	return KN_OK;
}

kn_status on_signal_default(struct server_call *call, uint32_t signal)
{
	CALLER(caller);
	if (signal < 1 || signal > SIGNAL_COUNT)
		return KN_E_INVALID_ARG;
	signal_perform_default(caller, signal);
	return KN_OK;
}

kn_status on_signal_next(struct server_call *call, uint32_t signal, bool drop)
{
	CALLER(caller);
	if (signal < 1 || signal > SIGNAL_COUNT)
		return KN_E_INVALID_ARG;
	if (drop)
		signal_queue_drop(caller, 1ull << (signal - 1));
	else
		signal_queue_next(caller, signal);
	return KN_OK;
}

kn_status on_signal_wait(struct server_call *call, uint32_t thread, uint64_t mask, uint64_t timeout,
    uint32_t *signal, uint32_t *code, uint32_t *sender, uint64_t *value)
{
	CALLER(caller);
	const struct thread *waits = thread_find(caller, thread - 1);

	if (!waits)
		return KN_E_INVALID_ARG;
	struct procmgr_signal_thread *own = waits->record;
	uint64_t *sources[2] = {&own->pending, &caller->signals->pending};
	for (int i = 0; i < 2; i++) {
		uint64_t ready = __atomic_load_n(sources[i], __ATOMIC_ACQUIRE) & mask;

		if (!ready)
			continue;
		unsigned number = (unsigned)__builtin_ctzll(ready);
		__atomic_and_fetch(sources[i], ~(1ull << number), __ATOMIC_ACQ_REL);
		const struct procmgr_signal_record *record = &caller->signals->info[number];
		*signal = number + 1;
		*code = record->code;
		*sender = record->sender;
		*value = record->value;
		signal_queue_next(caller, number + 1);
		return KN_OK;
	}
	if (timeout == 0)
		return KN_E_TIMED_OUT;
	struct signal_waiter *waiter = heap_alloc(sizeof *waiter);
	if (!waiter)
		return KN_E_NO_MEMORY;
	kn_time now = start_now();
	*waiter = (struct signal_waiter){
	    .next = caller->signal_waiters,
	    .thread = thread - 1,
	    .mask = mask,
	    .deadline = timeout > KN_TIME_FOREVER - now ? KN_TIME_FOREVER : now + timeout,
	};
	waiter->reply = server_defer(call);
	if (!waiter->reply) {
		heap_free(waiter);
		return KN_E_NO_MEMORY;
	}
	caller->signal_waiters = waiter;
	timer_note_deadline(waiter->deadline);
	return KN_DEFERRED;
}
