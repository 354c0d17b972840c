/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads of a process, and what single threads ask for about signals. Numbers in the protocol count from 1. */
#include "calls.h"
#include "exit.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "objects.h"
#include "signal.h"
#include "timer.h"
#include "trona/heap.h"
#include "trona/start.h"

kn_status on_thread_create(struct server_call *call, uint64_t ip, uint64_t sp, uint64_t tls, uint64_t argument,
    uint64_t blocked, uint32_t *thread, uint64_t *ipc, kn_cap *tcb)
{
	CALLER(caller);
	unsigned number = 1;

	while (number < PROCMGR_PROCESS_THREADS_MAX && caller->threads[number].tcb)
		number++;
	if (number == PROCMGR_PROCESS_THREADS_MAX)
		return KN_E_QUOTA;
	kn_status status = objects_create_thread(caller, number);
	if (status != KN_OK)
		return status;
	caller->signals->threads[number] = (struct procmgr_signal_thread){
	    .thread = number + 1, .blocked = blocked, .ipc = objects_ipc_address(caller, number)};
	status = kn_tcb_start(caller->threads[number].tcb, ip, sp, tls, argument,
	    (uint64_t)&((struct procmgr_signal_page *)(caller->pages_address + KN_PAGE_SIZE))->threads[number]);
	if (status == KN_OK)
		status = kn_tcb_resume(caller->threads[number].tcb);
	if (status != KN_OK) {
		objects_destroy_thread(caller, number);
		caller->signals->threads[number].thread = 0;
		return status;
	}
	process_entry_begin(caller);
	caller->entry->threads++;
	process_entry_end(caller);
	*thread = number + 1;
	*ipc = objects_ipc_address(caller, number);
	*tcb = caller->threads[number].tcb;
	return KN_OK;
}

/* The word a joiner waits on lies in the process's own shared pages (signal_thread.zero), so that we can write it: wake its waiters. */
static void clear_word(struct process *process, uint64_t address)
{
	const uint64_t base = process->pages_address + KN_PAGE_SIZE;
	uint32_t woken;

	if (address >= base && address + 4 <= base + sizeof *process->signals && address % 4 == 0)
		__atomic_store_n((uint32_t *)((char *)process->signals + (address - base)), 0, __ATOMIC_RELEASE);
	(void)kn_vspace_wake(process->vspace, address, UINT32_MAX, &woken);
}

kn_status on_thread_exit(struct server_call *call, uint32_t thread, uint64_t clear, uint64_t stack, uint64_t pages)
{
	CALLER(caller);
	if (thread < 1 || thread > PROCMGR_PROCESS_THREADS_MAX || !caller->threads[thread - 1].tcb)
		return KN_E_INVALID_ARG;
	unsigned live = 0;
	for (unsigned i = 0; i < PROCMGR_PROCESS_THREADS_MAX; i++)
		live += caller->threads[i].tcb != KN_CAP_NONE;
	if (live == 1) {
		process_end(caller, PROCMGR_EVENT_EXITED, 0);
		return KN_OK;
	}
	struct kn_tcb_info info;
	if (kn_tcb_info(caller->threads[thread - 1].tcb, &info) == KN_OK)
		caller->ended_time += info.cpu_time;
	objects_destroy_thread(caller, thread - 1);
	caller->signals->threads[thread - 1].thread = 0;
	process_entry_begin(caller);
	caller->entry->threads--;
	process_entry_end(caller);
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

kn_status on_signal_wait(struct server_call *call, uint32_t thread, uint64_t mask, uint64_t timeout,
    uint32_t *signal, uint32_t *code, uint32_t *sender, uint64_t *value)
{
	CALLER(caller);
	if (thread < 1 || thread > PROCMGR_PROCESS_THREADS_MAX || !caller->threads[thread - 1].tcb)
		return KN_E_INVALID_ARG;
	struct procmgr_signal_thread *own = &caller->signals->threads[thread - 1];
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
