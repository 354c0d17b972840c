/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait(): a child has at most one event to tell (ended, stopped, continued; the newest counts). A waiter either finds one at
 * once or is kept on the parent's list until wait_notify() brings one.
 */
#include "wait.h"

#include "server/procmgr.h"
#include "signal.h"
#include "trona/heap.h"

static bool matches(const struct process *parent, const struct process *child, int32_t which)
{
	if (which > 0)
		return child->entry->pid == (uint32_t)which;
	if (which == -1)
		return true;
	return child->entry->group == (which == 0 ? parent->entry->group : 0u - (uint32_t)which);
}

static bool concerns(const struct process *child, uint32_t options)
{
	switch (child->event_kind) {
	case PROCMGR_EVENT_EXITED:
	case PROCMGR_EVENT_KILLED:
		return !(options & (PROCMGR_WAIT_STOPPED | PROCMGR_WAIT_CONTINUED)) || (options & PROCMGR_WAIT_EXITED);
	case PROCMGR_EVENT_STOPPED:
		return options & PROCMGR_WAIT_STOPPED;
	case PROCMGR_EVENT_CONTINUED:
		return options & PROCMGR_WAIT_CONTINUED;
	default:
		return false;
	}
}

static void describe(const struct process *child, struct procmgr_process_event *event)
{
	*event = (struct procmgr_process_event){
	    .pid = child->entry->pid,
	    .kind = child->event_kind,
	    .value = child->event_value,
	    .uid = child->entry->uid,
	    .user_time = child->entry->user_time,
	    .system_time = child->entry->system_time,
	    .max_pages = child->entry->pages_used,
	};
}

void wait_reap(struct process *child)
{
	struct process *parent = child->parent;

	if (parent) {
		parent->child_user_time += child->entry->user_time + child->child_user_time;
		parent->child_system_time += child->entry->system_time + child->child_system_time;
		if (child->entry->pages_used > parent->child_max_pages)
			parent->child_max_pages = child->entry->pages_used;
	}
	process_orphan(child);
	process_free_entry(child);
}

/* The waiter has been told: the event is spent. */
static void consume(struct process *child, uint32_t options)
{
	if (options & PROCMGR_WAIT_NO_REAP)
		return;
	if (child->entry->state == PROCMGR_PROCESS_STATE_ZOMBIE)
		wait_reap(child);
	else
		child->event_kind = 0;
}

kn_status wait_for(struct process *parent, struct server_call *call, int32_t which, uint32_t options,
    struct procmgr_process_event *event)
{
	bool has_child = false;

	if (options & ~(PROCMGR_WAIT_NO_HANG | PROCMGR_WAIT_STOPPED | PROCMGR_WAIT_CONTINUED |
			   PROCMGR_WAIT_NO_REAP | PROCMGR_WAIT_EXITED))
		return KN_E_INVALID_ARG;
	for (struct process *child = parent->first_child; child; child = child->next_sibling) {
		if (!matches(parent, child, which))
			continue;
		has_child = true;
		if (concerns(child, options)) {
			describe(child, event);
			consume(child, options);
			return KN_OK;
		}
	}
	if (!has_child)
		return KN_E_NO_CHILD;
	if (options & PROCMGR_WAIT_NO_HANG) {
		*event = (struct procmgr_process_event){0};
		return KN_OK;
	}
	struct waiter *waiter = heap_alloc(sizeof *waiter);
	if (!waiter)
		return KN_E_NO_MEMORY;
	*waiter = (struct waiter){.next = parent->waiters, .which = which, .options = options};
	waiter->reply = server_defer(call);
	if (!waiter->reply) {
		heap_free(waiter);
		return KN_E_NO_MEMORY;
	}
	parent->waiters = waiter;
	return KN_DEFERRED;
}

static bool wants_no_zombies(const struct process *parent)
{
	return (parent->signals->no_child_wait |
		   (parent->signals->ignored & 1ull << (SIGNAL_CHLD - 1))) != 0;
}

/* Waiters that can never be answered any more get NO_CHILD. */
static void release_hopeless(struct process *parent)
{
	struct waiter **link = &parent->waiters;

	while (*link) {
		struct waiter *waiter = *link;
		bool has_child = false;

		for (struct process *child = parent->first_child; child && !has_child; child = child->next_sibling)
			has_child = matches(parent, child, waiter->which);
		if (has_child) {
			link = &waiter->next;
			continue;
		}
		*link = waiter->next;
		procmgr_wait_reply(waiter->reply, KN_E_NO_CHILD, nullptr);
		heap_free(waiter);
	}
}

void wait_notify(struct process *parent, struct process *child)
{
	const bool is_zombie = child->entry->state == PROCMGR_PROCESS_STATE_ZOMBIE;
	struct waiter **link = &parent->waiters;

	if (is_zombie && wants_no_zombies(parent)) {
		wait_reap(child);
		release_hopeless(parent);
		return;
	}
	while (*link) {
		struct waiter *waiter = *link;

		if (!matches(parent, child, waiter->which) || !concerns(child, waiter->options)) {
			link = &waiter->next;
			continue;
		}
		struct procmgr_process_event event;
		uint32_t options = waiter->options;
		describe(child, &event);
		*link = waiter->next;
		procmgr_wait_reply(waiter->reply, KN_OK, &event);
		heap_free(waiter);
		consume(child, options);
		if (!(options & PROCMGR_WAIT_NO_REAP)) {
			if (is_zombie)
				release_hopeless(parent);
			return;
		}
	}
}

bool wait_cancel(struct process *parent, struct server_reply *reply)
{
	for (struct waiter **link = &parent->waiters; *link; link = &(*link)->next) {
		struct waiter *waiter = *link;

		if (waiter->reply != reply)
			continue;
		*link = waiter->next;
		procmgr_wait_reply(reply, KN_E_INTERRUPTED, nullptr);
		heap_free(waiter);
		return true;
	}
	return false;
}
