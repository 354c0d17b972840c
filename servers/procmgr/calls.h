/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol's methods, and the badges of callers that are no processes. */
#pragma once

#include "process.h"
#include "server/procmgr.h"

/* Roles of units (trona/start.h), in the order of `roles` in the manifest. */
enum process_role : unsigned { ROLE_TABLE = 0, ROLE_SIGNAL = 1, ROLE_START = 2 };

extern const struct procmgr_ops procmgr_methods;
extern kn_cap process_table_object; /* READ|MAP|GRANT */
extern uint64_t process_table_entries;
