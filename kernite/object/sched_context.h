/* SPDX-License-Identifier: BSD-2-Clause */
/* CPU time: the right to run. `budget` is the round-robin slice for now; period, deadline and flags
 * are kept for CBS. */
#pragma once

#include "object/object.h"

/* ns; the slice of a context that nobody configured */
#define SLICE_DEFAULT 5000000
#define SLICE_MIN 100000
/* sched_context.configure flags */
#define SCHED_RESERVATION 1u

struct sched_context {
	struct object object;
	struct tcb *thread; /* bound to, or null */
	kn_time budget;
	kn_time period;
	kn_time deadline;
	uint32_t flags;
	uint64_t consumed; /* in arch_cycles() */
};

/* Counter cycles as ns. */
uint64_t cycles_to_ns(uint64_t cycles);
