/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of the protocol's methods, and those about the life of processes: find the caller by its badge, check what it says, hand over to
 * the noun that does it.
 */
#include "calls.h"

#include "exit.h"
#include "pressure.h"
#include "signal.h"
#include "start.h"
#include "wait.h"

#define SPAWN_CAPS_MAX 200

static kn_status on_exit(struct server_call *call, uint32_t status)
{
	CALLER(caller);
	process_end(caller, PROCMGR_EVENT_EXITED, status & 255);
	return KN_OK; /* to nobody */
}

static kn_status on_fork(struct server_call *call, uint64_t ip, uint64_t sp, uint64_t tls, uint32_t thread, uint32_t *pid)
{
	CALLER(caller);
	struct refused_call refused = {};
	kn_status status;

	while ((status = start_fork(caller, ip, sp, tls, thread, pid)) == KN_E_NO_MEMORY) {
		refused.copies = pressure_pages(caller);
		if (!pressure_call_refused(caller, &refused))
			break;
	}
	return status;
}

static kn_status on_exec(struct server_call *call, const struct procmgr_image_args *image, struct server_cap object)
{
	CALLER(caller);
	if (object.slot == KN_CAP_NONE)
		return KN_E_INVALID_CAP;
	struct refused_call refused = {};
	kn_status status;

	do
		status = start_exec(caller, image, object.slot);
	while (status == KN_E_NO_MEMORY && pressure_call_refused(caller, &refused));
	return status;
}

static kn_status on_spawn(struct server_call *call, const struct procmgr_image_args *image,
    const struct procmgr_spawn_args *args, struct server_cap object, const void *caps, size_t caps_len, uint32_t *pid)
{
	CALLER(caller);
	if (object.slot == KN_CAP_NONE)
		return KN_E_INVALID_CAP;
	if (caps_len % sizeof(struct procmgr_spawn_cap) || caps_len / sizeof(struct procmgr_spawn_cap) > SPAWN_CAPS_MAX)
		return KN_E_INVALID_ARG;
	const size_t count = caps_len / sizeof(struct procmgr_spawn_cap);
	struct refused_call refused = {};
	kn_status status;

	do
		status = start_spawn(caller, image, args, object.slot, caps, count, pid);
	while (status == KN_E_NO_MEMORY && pressure_call_refused(caller, &refused));
	return status;
}

static kn_status on_wait(struct server_call *call, int32_t which, uint32_t options, struct procmgr_process_event *event)
{
	CALLER(caller);
	return wait_for(caller, call, which, options, event);
}

static kn_status kill_one(const struct procmgr_process_entry *sender, struct process *target, uint32_t thread,
    const struct procmgr_signal_record *record)
{
	if (!target)
		return KN_E_NO_PROCESS;
	if (!may_signal(sender, target, record->signal))
		return KN_E_PERMISSION;
	if (!record->signal || !is_alive(target))
		return KN_OK;
	if (record->code == (uint32_t)CODE_QUEUE)
		return signal_queue(target, record);
	signal_send(target, thread, record);
	return KN_OK;
}

/*
 * A group (0: every process but the caller); success if anybody could be signalled. Who ends may take the caller along (its group is orphaned and
 * hung up), perhaps until nothing is left of it: what it may do is what it might when it called.
 */
static kn_status kill_many(struct process *caller, uint32_t group, const struct procmgr_signal_record *record)
{
	const struct procmgr_process_entry sender = *caller->entry;
	kn_status result = KN_E_NO_PROCESS;
	bool is_own_turn = false;

	for (struct process *p = process_next(nullptr); p; p = process_next(p)) {
		if (group ? p->entry->group != group : p == caller)
			continue;
		if (p == caller) { /* last: it may end here */
			is_own_turn = true;
			continue;
		}
		kn_status status = kill_one(&sender, p, ANY_THREAD, record);
		if (status == KN_OK || result == KN_E_NO_PROCESS)
			result = result == KN_OK ? KN_OK : status;
	}
	return is_own_turn ? kill_one(&sender, caller, ANY_THREAD, record) : result;
}

static kn_status on_kill(struct server_call *call, uint32_t target, int32_t id, uint32_t signal, uint64_t value)
{
	CALLER(caller);
	if (signal > SIGNAL_COUNT || id < 0)
		return KN_E_INVALID_ARG;
	struct procmgr_signal_record record = {
	    .signal = signal,
	    .code = target == PROCMGR_TARGET_QUEUE ? (uint32_t)CODE_QUEUE : CODE_USER,
	    .sender = caller->entry->pid,
	    .uid = caller->entry->uid,
	    .value = target == PROCMGR_TARGET_QUEUE ? value : 0,
	};
	switch (target) {
	case PROCMGR_TARGET_PROCESS:
	case PROCMGR_TARGET_QUEUE:
		return kill_one(caller->entry, process_by_pid((uint32_t)id), ANY_THREAD, &record);
	case PROCMGR_TARGET_GROUP:
		return kill_many(caller, id ? (uint32_t)id : caller->entry->group, &record);
	case PROCMGR_TARGET_ALL:
		return kill_many(caller, 0, &record);
	case PROCMGR_TARGET_THREAD:
		if (!thread_find(caller, (uint32_t)id - 1))
			return KN_E_NO_PROCESS;
		return kill_one(caller->entry, caller, (uint32_t)id - 1, &record);
	default:
		return KN_E_INVALID_ARG;
	}
}

const struct procmgr_ops procmgr_methods = {
    .exit = on_exit,
    .fork = on_fork,
    .exec = on_exec,
    .spawn = on_spawn,
    .wait = on_wait,
    .kill = on_kill,
    .set_group = on_set_group,
    .new_session = on_new_session,
    .ids = on_ids,
    .set_users = on_set_users,
    .set_groups = on_set_groups,
    .set_supplementary = on_set_supplementary,
    .thread_create = on_thread_create,
    .thread_exit = on_thread_exit,
    .signal_default = on_signal_default,
    .signal_next = on_signal_next,
    .signal_wait = on_signal_wait,
    .set_timer = on_set_timer,
    .get_timer = on_get_timer,
    .limit = on_limit,
    .expand_cspace = on_expand_cspace,
    .times = on_times,
    .priority = on_priority,
    .signal_group = on_signal_group,
    .power = on_power,
    .table = on_table,
    .refresh = on_refresh,
    .regions = on_regions,
    .descriptors = on_descriptors,
    .start = on_start,
    .notification = on_notification,
    .memory_refused = on_memory_refused,
    .background = on_background,
    .set_terminal = on_set_terminal,
    .set_schedule = on_set_schedule,
    .get_schedule = on_get_schedule,
    .set_affinity = on_set_affinity,
    .get_affinity = on_get_affinity,
    .inherit = on_inherit,
};
