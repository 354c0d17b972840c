/* SPDX-License-Identifier: BSD-2-Clause */
/* The wait family: matching children with waiters, now or later. */
#pragma once

#include "process.h"

/* procmgr.wait for a live caller. */
kn_status wait_for(struct process *parent, struct server_call *call, int32_t which, uint32_t options,
    struct procmgr_process_event *event);
/* `child` has something new to tell: answer one waiter whom it concerns; a zombie whom the parent does not want (SA_NOCLDWAIT, SIGCHLD ignored) is freed. */
void wait_notify(struct process *parent, struct process *child);
/* Drop a zombie for good. */
void wait_reap(struct process *child);
/* The caller of this reply wants its call back. True if it was a waiter here. */
bool wait_cancel(struct process *parent, struct server_reply *reply);
