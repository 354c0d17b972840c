/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol's methods (procmgr.idl says what they do), the badges of callers that are no processes. */
#pragma once

#include "process.h"
#include "server/cspaces.h"
#include "server/procmgr.h"

/* Roles of units (trona/start.h), in the order of `roles` in the manifest. */
enum process_role : unsigned { ROLE_TABLE = 0, ROLE_SIGNAL = 1, ROLE_START = 2 };

extern const struct procmgr_ops procmgr_methods;
extern const struct cspaces_ops cspaces_methods;
extern kn_cap process_table_object; /* READ|MAP|GRANT */
extern uint64_t process_table_entries;

/* The process that calls, in `name`; returns if there is none. */
#define CALLER(name)                                                                                                \
	struct process *name = process_by_badge(call->badge);                                                       \
	if (!name)                                                                                                  \
		return KN_E_NO_PROCESS

kn_status on_set_group(struct server_call *call, uint32_t pid, uint32_t group);
kn_status on_new_session(struct server_call *call, uint32_t *session);
kn_status on_ids(struct server_call *call, uint32_t pid, uint32_t *parent, uint32_t *group, uint32_t
    *session);
kn_status on_set_users(struct server_call *call, uint32_t real, uint32_t effective, uint32_t saved);
kn_status on_set_groups(struct server_call *call, uint32_t real, uint32_t effective, uint32_t saved);
kn_status on_set_supplementary(struct server_call *call, const void *groups, size_t groups_len);
kn_status on_thread_create(struct server_call *call, uint64_t ip, uint64_t sp, uint64_t tls, uint64_t
    argument, uint64_t blocked, uint32_t *number, uint64_t *record, kn_cap *tcb);
kn_status on_thread_exit(struct server_call *call, uint32_t number, uint64_t clear, uint64_t stack, uint64_t
    pages);
kn_status on_signal_default(struct server_call *call, uint32_t signal);
kn_status on_signal_next(struct server_call *call, uint32_t signal, bool drop);
kn_status on_signal_wait(struct server_call *call, uint32_t thread, uint64_t mask, uint64_t timeout,
    uint32_t *signal, uint32_t *code, uint32_t *sender, uint64_t *value);
kn_status on_set_timer(struct server_call *call, uint32_t which, const struct procmgr_interval *new, struct
    procmgr_interval *old);
kn_status on_get_timer(struct server_call *call, uint32_t which, struct procmgr_interval *now);
kn_status on_limit(struct server_call *call, uint32_t pid, uint32_t resource, bool set, const struct
    procmgr_limit *new, struct procmgr_limit *old);
kn_status on_expand_cspace(struct server_call *call, uint32_t slot);
kn_status on_times(struct server_call *call, uint32_t kind, uint32_t thread, uint64_t *user, uint64_t
    *system, uint64_t *max_pages);
kn_status on_priority(struct server_call *call, uint32_t which, uint32_t id, uint32_t change, int32_t value,
    int32_t *nice);
kn_status on_memory_refused(struct server_call *call);
kn_status on_notification(struct server_call *call, kn_cap *notification);
kn_status on_power(struct server_call *call, uint32_t action);
kn_status on_signal_group(struct server_call *call, uint32_t group, uint32_t signal);
kn_status on_background(struct server_call *call, uint32_t pid, uint32_t signal, uint32_t *verdict);
kn_status on_set_terminal(struct server_call *call, uint32_t session, uint64_t terminal);
kn_status on_table(struct server_call *call, struct server_cap notification, uint64_t *entries, kn_cap
    *table);
kn_status on_start(struct server_call *call, const struct procmgr_image_args *image, uint32_t uid, uint32_t
    gid, struct server_cap object, struct server_cap block, struct server_cap first, uint32_t *pid);
kn_status on_refresh(struct server_call *call, uint32_t pid);
kn_status on_regions(struct server_call *call, uint32_t pid, uint64_t address, void *regions, size_t capacity,
    size_t *length);
kn_status on_descriptors(struct server_call *call, uint32_t pid, uint32_t first, void *descriptors, size_t capacity,
    size_t *length, uint64_t *current);
kn_status on_set_schedule(struct server_call *call, uint32_t id, uint32_t thread, const struct procmgr_schedule *new);
kn_status on_get_schedule(struct server_call *call, uint32_t id, uint32_t thread, struct procmgr_schedule *now);
kn_status on_set_affinity(struct server_call *call, uint32_t id, uint32_t thread, uint64_t cpus);
kn_status on_get_affinity(struct server_call *call, uint32_t id, uint32_t thread, uint64_t *cpus);
kn_status on_inherit(struct server_call *call, uint32_t thread, uint32_t from);
