/* SPDX-License-Identifier: BSD-2-Clause */
/* Methods for servers, by the roles of their manifests. */
#include "calls.h"
#include "exit.h"
#include "observe.h"
#include "signal.h"
#include "start.h"
#include "trona/slots.h"
#include "trona/start.h"

kn_cap process_table_object;
uint64_t process_table_entries;

static bool has_role(const struct server_call *call, unsigned role)
{
	return (call->badge & KN_BADGE_UNIT) && (call->badge & KN_BADGE_ROLE(role));
}

kn_status on_signal_group(struct server_call *call, uint32_t group, uint32_t signal)
{
	if (!has_role(call, ROLE_SIGNAL))
		return KN_E_PERMISSION;
	if (signal < 1 || signal > SIGNAL_COUNT)
		return KN_E_INVALID_ARG;
	return signal_group(group, &(struct procmgr_signal_record){.signal = signal, .code = CODE_KERNEL})
		   ? KN_OK
		   : KN_E_NO_PROCESS;
}

kn_status on_background(struct server_call *call, uint32_t pid, uint32_t signal, uint32_t *verdict)
{
	if (!has_role(call, ROLE_SIGNAL))
		return KN_E_PERMISSION;
	if (signal != SIGNAL_TTIN && signal != SIGNAL_TTOU)
		return KN_E_INVALID_ARG;
	struct process *process = process_by_pid(pid);
	if (!process || !is_alive(process))
		return KN_E_NO_PROCESS;
	if (signal_is_refused(process, signal)) {
		*verdict = PROCMGR_BACKGROUND_IGNORED;
	} else if (group_is_orphaned(process->entry->group, nullptr)) {
		*verdict = PROCMGR_BACKGROUND_ORPHANED;
	} else {
		*verdict = PROCMGR_BACKGROUND_SIGNALLED;
		signal_group(process->entry->group,
		    &(struct procmgr_signal_record){.signal = signal, .code = CODE_KERNEL});
	}
	return KN_OK;
}

kn_status on_set_terminal(struct server_call *call, uint32_t session, uint64_t terminal)
{
	if (!has_role(call, ROLE_SIGNAL))
		return KN_E_PERMISSION;
	for (struct process *p = process_next(nullptr); p; p = process_next(p)) {
		if (p->entry->session != session)
			continue;
		process_entry_begin(p);
		p->entry->terminal = terminal;
		process_entry_end(p);
	}
	return KN_OK;
}

kn_status on_table(struct server_call *call, struct server_cap notification, uint64_t *entries, kn_cap *table)
{
	if (!has_role(call, ROLE_TABLE))
		return KN_E_PERMISSION;
	if (notification.slot != KN_CAP_NONE) {
		size_t i = 0;
		kn_cap kept;

		while (i < PROCESS_LISTENERS && process_listeners[i])
			i++;
		if (i == PROCESS_LISTENERS)
			return KN_E_QUOTA;
		kn_status status = server_take(call, notification.slot, &kept);
		if (status != KN_OK)
			return status;
		process_listeners[i] = kept;
	}
	*entries = process_table_entries;
	*table = process_table_object;
	return KN_OK;
}

kn_status on_refresh(struct server_call *call, uint32_t pid)
{
	if (!has_role(call, ROLE_TABLE))
		return KN_E_PERMISSION;
	if (pid == 0) {
		for (struct process *p = process_next(nullptr); p; p = process_next(p))
			observe_refresh(p);
		return KN_OK;
	}
	struct process *process = process_by_pid(pid);
	if (!process)
		return KN_E_NO_PROCESS;
	observe_refresh(process);
	return KN_OK;
}

kn_status on_regions(struct server_call *call, uint32_t pid, uint64_t address, void *regions, size_t capacity,
    size_t *length)
{
	if (!has_role(call, ROLE_TABLE))
		return KN_E_PERMISSION;
	struct process *process = process_by_pid(pid);
	if (!process || !is_alive(process))
		return KN_E_NO_PROCESS;
	*length = observe_regions(process, address, regions, capacity / sizeof(struct procmgr_process_region)) *
		  sizeof(struct procmgr_process_region);
	return KN_OK;
}

kn_status on_descriptors(struct server_call *call, uint32_t pid, uint32_t first, void *descriptors, size_t capacity,
    size_t *length, uint64_t *current)
{
	if (!has_role(call, ROLE_TABLE))
		return KN_E_PERMISSION;
	struct process *process = process_by_pid(pid);
	if (!process || !is_alive(process))
		return KN_E_NO_PROCESS;
	*length = observe_descriptors(process, first, descriptors, capacity / sizeof(struct procmgr_process_descriptor)) *
		  sizeof(struct procmgr_process_descriptor);
	*current = observe_current(process);
	return KN_OK;
}

static kn_status on_of_process(struct server_call *call, uint32_t pid, kn_cap *cspace)
{
	if (!has_role(call, ROLE_TABLE))
		return KN_E_PERMISSION;
	struct process *process = process_by_pid(pid);
	if (!process || !is_alive(process))
		return KN_E_NO_PROCESS;
	kn_cap slot;
	kn_status status = slot_alloc(&slot);

	if (status != KN_OK)
		return status;
	status = slot_copy(slot, process->cnode, KN_RIGHT_GRANT);
	if (status == KN_OK)
		*cspace = slot;
	else
		slot_free(slot);
	return status;
}

const struct cspaces_ops cspaces_methods = {.of_process = on_of_process};

kn_status on_start(struct server_call *call, const struct procmgr_image_args *image, uint32_t uid, uint32_t gid,
    struct server_cap object, struct server_cap block, struct server_cap first, uint32_t *pid)
{
	if (!has_role(call, ROLE_START))
		return KN_E_PERMISSION;
	if (object.slot == KN_CAP_NONE || block.slot == KN_CAP_NONE)
		return KN_E_INVALID_CAP;
	return start_first(image, uid, gid, object.slot, block.slot, first.slot, pid);
}
