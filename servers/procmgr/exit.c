/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ending a process. The order matters: threads are stopped before anything they use goes away; objects go before the parent is told,
 * so that a parent who has waited finds the memory free again.
 */
#include "exit.h"

#include "kn/tcb.h"
#include "objects.h"
#include "observe.h"
#include "signal.h"
#include "signal_queue.h"
#include "timer.h"
#include "trona/heap.h"
#include "trona/syscall.h"
#include "wait.h"

kn_cap process_listeners[PROCESS_LISTENERS];
uint64_t process_ended_time;

uint64_t process_time(struct process *process)
{
	uint64_t total = process->ended_time;

	for_each_thread(thread, process) {
		struct kn_tcb_info info;

		if (kn_tcb_info(thread->tcb, &info) == KN_OK)
			total += info.cpu_time;
	}
	return total;
}

/* Nobody will answer these calls any more: their callers are threads of the process itself. */
static void drop_waiters(struct process *process)
{
	while (process->waiters) {
		struct waiter *waiter = process->waiters;

		process->waiters = waiter->next;
		server_reply_status(waiter->reply, KN_E_PEER_GONE);
		heap_free(waiter);
	}
	while (process->signal_waiters) {
		struct signal_waiter *waiter = process->signal_waiters;

		process->signal_waiters = waiter->next;
		server_reply_status(waiter->reply, KN_E_PEER_GONE);
		heap_free(waiter);
	}
}

/* Orphans belong to pid 1, which is procmgr itself: it wants to know nothing of them. */
static void give_children_away(struct process *process)
{
	while (process->first_child) {
		struct process *child = process->first_child;

		process_orphan(child);
		if (child->entry->state == PROCMGR_PROCESS_STATE_ZOMBIE)
			process_free_entry(child);
	}
}

/* Is `process` the last tie of a group to its session? One that was orphaned before (a session leader's own, say) loses nothing. */
static bool is_last_tie(uint32_t group, const struct process *process)
{
	return group_is_orphaned(group, process) && !group_is_orphaned(group, nullptr);
}

/* Groups whose last tie to the session this was: those of the process's children, and its own. */
static void check_orphaned_groups(struct process *process)
{
	for (struct process *child = process->first_child; child; child = child->next_sibling)
		if (child->entry->session == process->entry->session &&
		    child->entry->group != process->entry->group && is_last_tie(child->entry->group, process))
			signal_orphaned_group(child->entry->group);
	if (is_last_tie(process->entry->group, process))
		signal_orphaned_group(process->entry->group);
}

void process_end(struct process *process, uint32_t kind, uint32_t value)
{
	if (!is_alive(process) || process->is_dying)
		return;
	process->is_dying = true;
	for_each_thread(thread, process)
		(void)kn_tcb_suspend(thread->tcb, true);
	observe_refresh(process); /* what wait() tells of it */
	process_ended_time += process->entry->user_time;
	timer_disarm(process);
	drop_waiters(process);
	signal_queue_end(process);
	check_orphaned_groups(process);
	objects_destroy(process);
	process_entry_begin(process);
	process->entry->state = PROCMGR_PROCESS_STATE_ZOMBIE;
	process->entry->pages_mapped = process->entry->busy_threads = 0;
	process->entry->exit_value = value;
	process->entry->threads = 0;
	process_entry_end(process);
	give_children_away(process);
	for (size_t i = 0; i < PROCESS_LISTENERS; i++)
		if (process_listeners[i])
			(void)kn_signal(process_listeners[i], 1);
	if (process->parent)
		signal_tell_parent(process, kind, value);
	else
		process_free_entry(process);
}
