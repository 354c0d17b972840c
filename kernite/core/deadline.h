/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that must happen at a time: ends of waits and timers. One pairing heap for the machine
 * under the kernel lock: O(1) insert, O(log n) amortised removal, no allocation.
 *
 * The hardware timer of some CPU is always armed at or before the earliest deadline: whoever
 * inserts a new earliest one arms its own; whoever's timer fires re-arms for what is left. Removal
 * leaves the hardware alone (a spurious interrupt is cheaper).
 */
#pragma once

#include "kernite/types.h"

enum deadline_kind : uint8_t {
	DEADLINE_NONE,  /* not queued */
	DEADLINE_WAIT,  /* a thread's wait */
	DEADLINE_TIMER, /* a timer object */
};

struct deadline {
	kn_time when;
	struct deadline *child;
	struct deadline *next;
	struct deadline *prev; /* previous sibling, or the parent of a first child */
	enum deadline_kind kind;
};

/* The earliest, or null. */
struct deadline *deadline_first(void);
/* Queue a deadline that is not queued, and arm this CPU's timer if it is the earliest now. */
void deadline_insert(struct deadline *deadline, enum deadline_kind kind, kn_time when);
/* Harmless when not queued. */
void deadline_remove(struct deadline *deadline);
