/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the scheduling tests share: work that takes a known time, threads with contexts, and a server that works for
 * its callers. Where a test measures shares or deadlines it needs exact time (icount) and is skipped without.
 */
#pragma once

#include "kernel_rig.h"

#define CSPACE KN_SLOT_CSPACE
#define FOREVER KN_TIME_FOREVER
#define MS 1000000ull
#define RESERVATION 1
#define LABEL 0x7701

/* Learn how fast we are at best. true: time is exact, for an instruction takes a nanosecond. */
bool calibrate(void);
/* The same; false: the test is skipped. */
bool needs_exact_time(void);
/* Straight-line code, which an emulator is quick with. */
void loops(uint64_t count);
/* Use up that much time of the CPU, whatever the clock does. */
void burn(kn_time ns);
/* An entry that never ends. */
void spin(void *argument);

kn_time consumed(const struct rig_thread *thread);
/* It used `part` of `whole`: so many parts of 1000? */
void check_share(kn_time part, kn_time whole, unsigned permille, unsigned tolerance);
struct rig_thread *make(void (*entry)(void *), void *argument, uint32_t priority);
/* The same on CPU 0. */
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

struct rig_thread *start_service(struct service *service, kn_time work, struct service *below);
void call_service(struct service *service, kn_status *status);
/* Entries of clients. */
void call_once(void *argument);
void call_forever(void *argument);
/* Wait (bounded) until it is so much. */
void await_count(const volatile unsigned *count, unsigned value);
