/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the wide tests share: one system call, a thousand things that it touches. However much hangs on an object, the kernel lock is held
 * for a bounded stretch. What the rest of the suite does is narrow: there a loop without steps goes unnoticed.
 */
#pragma once

#include "memory_rig.h"

#define MANY 1000
#define LOCKED_MAX 20000 /* instructions */

/* No stretch with the lock held was longer, of this test and those before it; who breaks the record fails. */
void check_stretch(void);

/* A CNode of the test's own, whose first slots are too few. */
extern kn_cap table;
void new_table(void);
/* `count` (divisible by 200) new objects in it from slot `first` on. */
kn_cap many(enum kn_object_type type, uint32_t first, unsigned count);

/* Where MANY threads are in the table; their buffers are in `buffers`. Made last: their pool takes half of the test's memory. */
kn_cap configure_many(kn_cap space, kn_cap cspace);
extern kn_cap buffers, contexts;
/* The same, in the test's own spaces, ready to be started: with stacks and contexts, but no thread area. */
kn_cap make_many(void);
#define FIRST_THREAD 1
#define FIRST_CONTEXT (FIRST_THREAD + MANY)
#define FIRST_OTHER (FIRST_CONTEXT + MANY)
/* Thread i begins in entry(i). */
void start_one(kn_cap threads, unsigned i, void (*entry)(kn_word), uint32_t priority);
/* Of the first `count`: how many are in this state. */
unsigned count_in(kn_cap threads, unsigned count, enum kn_tcb_state state);

/* A worker that is less urgent than the test, and perhaps than other workers, so that the test comes in its way. */
struct rig_thread *start_below(void (*entry)(void *), void *argument, uint32_t steps);
