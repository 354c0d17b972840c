/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process may use and has used: limits, timers, times, priority, slots. */
#include "calls.h"
#include "client/mmsrv.h"
#include "exit.h"
#include "kn/tcb.h"
#include "objects.h"
#include "pressure.h"
#include "schedule.h"
#include "start.h"
#include "timer.h"

#define NICE_MIN (-20)
#define NICE_MAX 19

kn_status on_set_timer(struct server_call *call, uint32_t which, const struct procmgr_interval *new,
    struct procmgr_interval *old)
{
	CALLER(caller);
	return timer_set(caller, which, new, old);
}

kn_status on_get_timer(struct server_call *call, uint32_t which, struct procmgr_interval *now)
{
	CALLER(caller);
	return timer_get(caller, which, now);
}

/* CORE is one of them: nothing is ever dumped. RSS is no promise anywhere. Locked memory does not exist. */
static bool is_kept(uint32_t resource)
{
	return resource != LIMIT_CPU && resource != LIMIT_FSIZE && resource != LIMIT_DATA && resource != LIMIT_STACK;
}

/* What the process has already stays its own. */
static kn_status keep_memory_limit(struct process *process)
{
	const uint64_t pages = start_memory_limit(process);

	process->page->memory_most = pages;
	return mmsrv_set_limit(services.mmsrv, process->memory_id, pages);
}

kn_status on_limit(struct server_call *call, uint32_t pid, uint32_t resource, bool set,
    const struct procmgr_limit *new, struct procmgr_limit *old)
{
	CALLER(caller);
	struct process *target = pid ? process_by_pid(pid) : caller;

	if (!target || !is_alive(target))
		return KN_E_NO_PROCESS;
	if (resource >= LIMIT_COUNT)
		return KN_E_INVALID_ARG;
	if (target != caller && !may_signal(caller->entry, target, 0))
		return KN_E_PERMISSION;
	*old = target->limits[resource];
	if (!set)
		return KN_OK;
	if (new->current > new->maximum)
		return KN_E_INVALID_ARG;
	if (new->maximum > old->maximum && caller->entry->euid != 0)
		return KN_E_PERMISSION;
	if (!is_kept(resource) && (new->current != old->current || new->maximum != old->maximum))
		return KN_E_NOT_SUPPORTED;
	target->limits[resource] = *new;
	if (resource == LIMIT_NOFILE)
		target->page->descriptors_most = start_descriptor_limit(target);
	return resource == LIMIT_AS ? keep_memory_limit(target) : KN_OK;
}

kn_status on_expand_cspace(struct server_call *call, uint32_t slot)
{
	CALLER(caller);
	struct refused_call refused = {};
	kn_status status;

	do
		status = objects_expand(caller, slot);
	while (status == KN_E_NO_MEMORY && pressure_call_refused(caller, &refused));
	return status;
}

kn_status on_times(struct server_call *call, uint32_t kind, uint32_t thread, uint64_t *user, uint64_t *system,
    uint64_t *max_pages)
{
	CALLER(caller);
	const struct thread *asked;
	struct kn_tcb_info info;

	*system = 0; /* servers run on their own scheduling contexts until calls donate time */
	*max_pages = caller->entry->pages_used;
	switch (kind) {
	case 0:
		*user = process_time(caller);
		return KN_OK;
	case 1:
		*user = caller->child_user_time;
		*system = caller->child_system_time;
		*max_pages = caller->child_max_pages;
		return KN_OK;
	case 2:
		asked = thread_find(caller, thread - 1);
		if (!asked)
			return KN_E_INVALID_ARG;
		*user = kn_tcb_info(asked->tcb, &info) == KN_OK ? info.cpu_time : 0;
		return KN_OK;
	default:
		return KN_E_INVALID_ARG;
	}
}

static bool is_meant(const struct process *process, const struct process *caller, uint32_t which, uint32_t id)
{
	switch (which) {
	case PROCMGR_PRIORITY_PROCESS:
		return process->entry->pid == (id ? id : caller->entry->pid);
	case PROCMGR_PRIORITY_GROUP:
		return process->entry->group == (id ? id : caller->entry->group);
	default:
		return process->entry->uid == (id ? id : caller->entry->uid);
	}
}

static kn_status set_nice(struct process *caller, struct process *target, int32_t nice)
{
	if (!may_signal(caller->entry, target, 0))
		return KN_E_PERMISSION;
	if (nice < target->entry->nice && caller->entry->euid != 0 &&
	    (uint64_t)(NICE_MAX + 1 - nice) > target->limits[LIMIT_NICE].current)
		return KN_E_ACCESS;
	process_entry_begin(target);
	target->entry->nice = nice;
	process_entry_end(target);
	schedule_apply_all(target);
	return KN_OK;
}

static int32_t clamp_nice(int64_t nice)
{
	return nice < NICE_MIN ? NICE_MIN : nice > NICE_MAX ? NICE_MAX : (int32_t)nice;
}

kn_status on_priority(struct server_call *call, uint32_t which, uint32_t id, uint32_t change, int32_t value,
    int32_t *nice)
{
	CALLER(caller);
	kn_status result = KN_E_NO_PROCESS;
	int32_t lowest = NICE_MAX;

	if (which > PROCMGR_PRIORITY_USER || change > PROCMGR_CHANGE_ADD)
		return KN_E_INVALID_ARG;
	for (struct process *p = process_next(nullptr); p; p = process_next(p)) {
		kn_status status = KN_OK;

		if (!is_alive(p) || !is_meant(p, caller, which, id))
			continue;
		if (change != PROCMGR_CHANGE_NOTHING)
			status = set_nice(caller, p,
			    clamp_nice(change == PROCMGR_CHANGE_ADD ? (int64_t)p->entry->nice + value : value));
		if (result == KN_E_NO_PROCESS || status != KN_OK)
			result = status;
		if (p->entry->nice < lowest)
			lowest = p->entry->nice;
	}
	if (result == KN_OK)
		*nice = lowest;
	return result;
}

kn_status on_notification(struct server_call *call, kn_cap *notification)
{
	CALLER(caller);
	struct refused_call refused = {};
	kn_status status;

	do
		status = objects_notification(caller, notification);
	while (status == KN_E_NO_MEMORY && pressure_call_refused(caller, &refused));
	if (status == KN_OK)
		call->release_after = *notification;
	return status;
}

/* How much was refused nobody can check: what counts is whether there is as much as any call may need. */
kn_status on_memory_refused(struct server_call *call)
{
	CALLER(caller);
	struct refused_call refused = {};

	return pressure_call_refused(caller, &refused) ? KN_OK : KN_E_NO_MEMORY;
}
