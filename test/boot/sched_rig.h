/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the scheduling tests share: work that takes a known time, threads with contexts, and a server that works for
 * its callers. Where a test measures shares or deadlines it needs exact time (icount) and is skipped without.
 *
 * Several CPUs under icount: QEMU runs them in turn on one thread, with one clock on which an instruction of any of them
 * takes a ns. A turn ends when the CPU waits for an interrupt or says that it spins (PAUSE, YIELD), else at the next
 * timer only, after which CPU 0 begins again: one that never says so keeps the others out. So all that these tests let
 * spin says it every LOOP instructions (rig_loops), and N busy CPUs go in step, each an N-th as fast, in rounds of N us.
 * The time of a CPU is the clock's: what passes while the others have their turns is charged to who is on the CPU, as on
 * a machine that is as much slower. Shares are parts of that, consumed() to rig_now(), on each CPU by itself. Work is in
 * instructions, which calibrate() counts while all CPUs are busy: where its length matters, each of them has a hog.
 */
#pragma once

#include "kernel_rig.h"

#define CSPACE KN_SLOT_CSPACE
#define FOREVER KN_TIME_FOREVER
#define MS 1000000ull
#define RESERVATION 1
#define LABEL 0x7701
#define CPUS_MAX 8
#define for_each_cpu(cpu) for (unsigned cpu = 0; cpu < rig_boot->cpu_count && cpu < CPUS_MAX; cpu++)

/* Learn how fast a CPU is: under icount one that has its turns among as many as there are, elsewhere at best. */
void calibrate(void);
/* The same; false: the test is skipped. */
bool needs_exact_time(void);
/* Use up that much time of the CPU, whatever the clock does. */
void burn(kn_time ns);
/* An entry that never ends. */
void spin(void *argument);

kn_time consumed(const struct rig_thread *thread);
/* It used `part` of `whole`: so many parts of 1000? */
void check_share(kn_time part, kn_time whole, unsigned permille, unsigned tolerance);
struct rig_thread *make(void (*entry)(void *), void *argument, uint32_t priority);
/* The same, bound to a CPU; here: to CPU 0. */
struct rig_thread *make_on(unsigned cpu, void (*entry)(void *), void *argument, uint32_t priority);
struct rig_thread *make_here(void (*entry)(void *), void *argument, uint32_t priority);
void reserve(const struct rig_thread *thread, kn_time budget, kn_time period);
void start(const struct rig_thread *thread);
void stop(const struct rig_thread *thread);

/* A server that works for its callers. */
struct service {
	kn_cap endpoint, reply;
	kn_time work;          /* for each call; FOREVER: until `go` */
	struct service *below; /* called for each call, or null */
	volatile unsigned taken, done, ticks;
	volatile bool go;
};

struct client {
	struct service *service;
	kn_status status;
};

/* Bound to a CPU; without a number: to CPU 0. */
struct rig_thread *start_service_on(unsigned cpu, struct service *service, kn_time work, struct service *below);
struct rig_thread *start_service(struct service *service, kn_time work, struct service *below);
void call_service(struct service *service, kn_status *status);
/* Entries of clients. */
void call_once(void *argument);
void call_forever(void *argument);
/* Wait (bounded) until it is so much. */
void await_count(const volatile unsigned *count, unsigned value);
