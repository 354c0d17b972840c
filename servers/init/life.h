/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of units: they start, are ready, fault, end and start again; and the end of them all. Handlers of the server loop. */
#pragma once

#include "end.h"
#include "trona/server.h"
#include "unit.h"

/* A unit that was STARTING says that it serves. */
void life_ready(struct unit *unit);
/* The system ends once the loop has come round. */
void life_order_end(enum end_action action, uint32_t code);

/* A thread's fault, on the endpoint with BADGE_FAULT. INVALID_ARG: not a unit's. */
kn_status life_fault(struct server_call *call);
/* Bits of INIT_SIGNAL_*. */
void life_signal(kn_word bits);
kn_time life_next_timeout(void);
void life_timeout(void);
/* Starts what can start, or shuts down. */
void life_after(void);
