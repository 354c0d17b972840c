/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signal delivery.
 *
 * The signal page belongs to the process: its masks and dispositions are read here once each time, as they are, and
 * can harm only that process. A pending bit is set before the upcall, so a process that unblocks a signal at the same moment either sees the bit
 * itself or gets the upcall. KILL and STOP never look at the page.
 */
#include "signal.h"

#include "exit.h"
#include "kn/tcb.h"
#include "server/procmgr.h"
#include "signal_queue.h"
#include "wait.h"
#include "trona/heap.h"

#define UPCALL_SIGNAL 1

static const enum signal_action actions[32] = {
    [16] = ACTION_TERMINATE, [3] = ACTION_CORE, [4] = ACTION_CORE, [5] = ACTION_CORE, [6] = ACTION_CORE,
    [7] = ACTION_CORE, [8] = ACTION_CORE, [11] = ACTION_CORE, [17] = ACTION_IGNORE, [18] = ACTION_CONTINUE,
    [19] = ACTION_STOP, [20] = ACTION_STOP, [21] = ACTION_STOP, [22] = ACTION_STOP, [23] = ACTION_IGNORE,
    [24] = ACTION_CORE, [25] = ACTION_CORE, [28] = ACTION_IGNORE, [31] = ACTION_CORE,
};

static uint64_t bit(uint32_t signal)
{
	return 1ull << (signal - 1);
}

enum signal_action signal_default_action(uint32_t signal)
{
	return signal < 32 ? actions[signal] : ACTION_TERMINATE;
}

static uint64_t load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void stop(struct process *process, uint32_t signal)
{
	if (process->entry->state == PROCMGR_PROCESS_STATE_STOPPED)
		return;
	for_each_thread(thread, process)
		if (kn_tcb_suspend(thread->tcb, false) == KN_OK)
			thread->is_stopped = true;
	process_entry_begin(process);
	process->entry->state = PROCMGR_PROCESS_STATE_STOPPED;
	process_entry_end(process);
	signal_tell_parent(process, PROCMGR_EVENT_STOPPED, signal);
}

static void resume(struct process *process)
{
	if (process->entry->state != PROCMGR_PROCESS_STATE_STOPPED)
		return;
	process_entry_begin(process);
	process->entry->state = PROCMGR_PROCESS_STATE_RUNNING;
	process_entry_end(process);
	for_each_thread(thread, process) {
		if (thread->is_stopped)
			(void)kn_tcb_resume(thread->tcb);
		thread->is_stopped = false;
	}
	signal_tell_parent(process, PROCMGR_EVENT_CONTINUED, SIGNAL_CONT);
}

static void forget(struct process *process, uint64_t signals)
{
	__atomic_and_fetch(&process->signals->pending, ~signals, __ATOMIC_ACQ_REL);
	for_each_thread(thread, process)
		__atomic_and_fetch(&thread->record->pending, ~signals, __ATOMIC_ACQ_REL);
	signal_queue_drop(process, signals);
}

void signal_perform_default(struct process *process, uint32_t signal)
{
	switch (signal_default_action(signal)) {
	case ACTION_TERMINATE:
		process_end(process, PROCMGR_EVENT_KILLED, signal);
		break;
	case ACTION_CORE: /* there are no core files; wait() tells the signal all the same */
		process_end(process, PROCMGR_EVENT_KILLED, signal);
		break;
	case ACTION_STOP:
		/* POSIX: terminal stops do not reach orphaned groups, whom nobody could continue. */
		if (signal == SIGNAL_STOP || !group_is_orphaned(process->entry->group, nullptr))
			stop(process, signal);
		break;
	case ACTION_CONTINUE:
	case ACTION_IGNORE:
		break;
	}
}

/* A sigwait() of the process that takes this signal, removed from its list; or null. */
static struct signal_waiter *take_waiter(struct process *process, uint32_t thread, uint32_t signal)
{
	for (struct signal_waiter **link = &process->signal_waiters; *link; link = &(*link)->next) {
		struct signal_waiter *waiter = *link;

		if ((waiter->mask & bit(signal)) && (thread == ANY_THREAD || waiter->thread == thread)) {
			*link = waiter->next;
			return waiter;
		}
	}
	return nullptr;
}

void signal_drop_waiter(struct signal_waiter **link, kn_status status)
{
	struct signal_waiter *waiter = *link;

	*link = waiter->next;
	procmgr_signal_wait_reply(waiter->reply, status, 0, 0, 0, 0);
	heap_free(waiter);
}

static bool takes(const struct thread *thread, uint32_t signal)
{
	return !(load(&thread->record->blocked) & bit(signal));
}

/* The thread that takes the signal: one that does not block it, the waiting main thread preferred; or null. */
static struct thread *choose_thread(struct process *process, uint32_t number, uint32_t signal)
{
	if (number != ANY_THREAD) {
		struct thread *thread = thread_find(process, number);

		return thread && takes(thread, signal) ? thread : nullptr;
	}
	for_each_thread(thread, process)
		if (takes(thread, signal))
			return thread;
	return nullptr;
}

/* POSIX: sigqueue's are queued, and every real-time signal that somebody sends; a timer's are not. */
static bool is_queued(const struct procmgr_signal_record *record)
{
	return record->code == (uint32_t)CODE_QUEUE || (record->signal >= SIGNAL_RTMIN && record->code == CODE_USER);
}

/* Fails only for what sigqueue sent. */
static kn_status make_pending(struct process *process, uint32_t number, const struct procmgr_signal_record *record)
{
	const struct thread *thread = number == ANY_THREAD ? nullptr : thread_find(process, number);
	uint64_t *pending = thread ? &thread->record->pending : &process->signals->pending;

	if (!thread && is_queued(record) &&
	    ((load(pending) & bit(record->signal)) || signal_queue_has(process, record->signal))) {
		kn_status status = signal_queue_add(process, record);

		if (status == KN_OK)
			signal_queue_next(process, record->signal); /* the pending one may have been taken just now */
		if (status == KN_OK || record->code == (uint32_t)CODE_QUEUE)
			return status;
	}
	if (!(load(pending) & bit(record->signal)))
		process->signals->info[record->signal - 1] = *record;
	__atomic_or_fetch(pending, bit(record->signal), __ATOMIC_ACQ_REL);
	return KN_OK;
}

static kn_status deliver(struct process *process, uint32_t thread, const struct procmgr_signal_record *record)
{
	const uint32_t signal = record->signal;
	const enum signal_action action = signal_default_action(signal);

	if (signal == 0 || signal > SIGNAL_COUNT || !is_alive(process) || process->is_dying)
		return KN_OK;
	if (signal == SIGNAL_KILL) {
		process_end(process, PROCMGR_EVENT_KILLED, signal);
		return KN_OK;
	}
	if (action == ACTION_CONTINUE) {
		forget(process, bit(SIGNAL_STOP) | bit(SIGNAL_TSTP) | bit(SIGNAL_TTIN) | bit(SIGNAL_TTOU));
		resume(process);
	} else if (action == ACTION_STOP) {
		forget(process, bit(SIGNAL_CONT));
	}
	if (signal == SIGNAL_STOP) {
		stop(process, signal);
		return KN_OK;
	}
	struct signal_waiter *waiter = take_waiter(process, thread, signal);
	if (waiter) {
		procmgr_signal_wait_reply(waiter->reply, KN_OK, signal, record->code, record->sender,
		    record->value);
		heap_free(waiter);
		return KN_OK;
	}
	const struct thread *taker = choose_thread(process, thread, signal);
	bool is_caught = load(&process->signals->caught) & bit(signal);
	/* What is blocked is kept even if it would be ignored now: sigwait() takes it, or the disposition changes. */
	bool is_ignored = taker && !is_caught && ((load(&process->signals->ignored) & bit(signal)) ||
					    action == ACTION_IGNORE || action == ACTION_CONTINUE);
	if (is_ignored)
		return KN_OK;
	if (taker && !is_caught) {
		signal_perform_default(process, signal);
		return KN_OK;
	}
	kn_status status = make_pending(process, thread, record);
	if (taker && status == KN_OK)
		(void)kn_tcb_upcall(taker->tcb, UPCALL_SIGNAL);
	return status;
}

void signal_send(struct process *process, uint32_t thread, const struct procmgr_signal_record *record)
{
	(void)deliver(process, thread, record);
}

kn_status signal_queue(struct process *process, const struct procmgr_signal_record *record)
{
	return deliver(process, ANY_THREAD, record);
}

static bool is_guarded(const struct process *process, uint64_t ip)
{
	return ip >= load(&process->signals->guard_first) && ip < load(&process->signals->guard_end);
}

void signal_fault(struct process *process, uint32_t number, uint64_t ip, const struct procmgr_signal_record *record)
{
	const struct thread *thread = thread_find(process, number);
	uint64_t mask = bit(record->signal);

	/* A process that lies about its guarded instructions only gets its fault again. */
	bool is_unheard = !is_guarded(process, ip) && (!(load(&process->signals->caught) & mask) ||
							   !takes(thread, record->signal));

	if (is_unheard || thread_blocks_upcalls(process, thread)) {
		process_end(process, PROCMGR_EVENT_KILLED, record->signal);
		return;
	}
	(void)make_pending(process, number, record);
	(void)kn_tcb_upcall(thread->tcb, UPCALL_SIGNAL);
}

bool signal_is_refused(struct process *process, uint32_t signal)
{
	if (!choose_thread(process, ANY_THREAD, signal))
		return true;
	return !(load(&process->signals->caught) & bit(signal)) && (load(&process->signals->ignored) & bit(signal));
}

size_t signal_group(uint32_t group, const struct procmgr_signal_record *record)
{
	size_t count = 0;

	for (struct process *p = process_next(nullptr); p; p = process_next(p)) {
		if (p->entry->group == group && is_alive(p)) {
			count++;
			signal_send(p, ANY_THREAD, record);
		}
	}
	return count;
}

void signal_tell_parent(struct process *child, uint32_t event, uint32_t value)
{
	struct process *parent = child->parent;
	const bool has_ended = event == PROCMGR_EVENT_EXITED || event == PROCMGR_EVENT_KILLED;

	child->event_kind = event;
	child->event_value = value;
	if (!parent || !is_alive(parent) || parent->is_dying)
		return;
	if (has_ended || !load(&parent->signals->no_child_stop))
		signal_send(parent, ANY_THREAD,
		    &(struct procmgr_signal_record){.signal = SIGNAL_CHLD, .code = event,
			.sender = child->entry->pid, .uid = child->entry->uid, .value = value});
	wait_notify(parent, child);
}

void signal_orphaned_group(uint32_t group)
{
	if (!group_has_stopped(group))
		return;
	signal_group(group, &(struct procmgr_signal_record){.signal = SIGNAL_HUP, .code = CODE_KERNEL});
	signal_group(group, &(struct procmgr_signal_record){.signal = SIGNAL_CONT, .code = CODE_KERNEL});
}
