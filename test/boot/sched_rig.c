/* SPDX-License-Identifier: BSD-2-Clause */
/* See sched_rig.h. */
#include "sched_rig.h"

/* arch/<isa>_machine.S: straight-line code, which an emulator is quick with, LOOP instructions each time. */
void rig_loops(uint64_t count);
#define LOOP 1000

static uint64_t loops_per_ms;

/* Use up that much time of the CPU, whatever the clock does. */
void burn(kn_time ns)
{
	rig_loops(ns * loops_per_ms / MS);
}

void calibrate(void)
{
	enum { COUNT = 1000, TRIES = 6 };
	const unsigned cpus = rig_counts_instructions ? rig_boot->cpu_count : 1;
	struct rig_thread *others[CPUS_MAX] = {};
	uint64_t fastest = ~0ull;

	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, 0));
	for (unsigned cpu = 1; cpu < cpus; cpu++) {
		others[cpu] = make_on(cpu, spin, nullptr, 100);
		start(others[cpu]);
	}
	for (unsigned i = 0; i < TRIES; i++) {
		const kn_time begin = rig_now();

		rig_loops(COUNT);
		const kn_time time = rig_now() - begin;

		fastest = time < fastest ? time : fastest;
	}
	for (unsigned cpu = 1; cpu < cpus; cpu++)
		stop(others[cpu]);
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, KN_TCB_ANY_CPU));
	loops_per_ms = COUNT * MS / fastest;
	/* An instruction takes a ns, and each CPU has its turn. */
	if (rig_counts_instructions && !check(fastest > COUNT * LOOP * cpus && fastest < COUNT * LOOP * cpus * 103 / 100))
		rig_print("# %lu ns\n", (unsigned long)fastest);
}

bool needs_exact_time(void)
{
	if (rig_counts_instructions)
		calibrate();
	else
		rig_skip("needs icount");
	return rig_counts_instructions;
}

kn_time consumed(const struct rig_thread *thread)
{
	uint64_t time = 0;

	check_ok(kn_sched_context_consumed(thread->sched_context, &time));
	return time;
}

struct rig_thread *make(void (*entry)(void *), void *argument, uint32_t priority)
{
	struct rig_thread *thread = rig_make_thread(entry, argument, KN_CAP_NONE);

	check_ok(kn_tcb_set_priority(thread->tcb, priority));
	return thread;
}

struct rig_thread *make_on(unsigned cpu, void (*entry)(void *), void *argument, uint32_t priority)
{
	struct rig_thread *thread = make(entry, argument, priority);

	check_ok(kn_tcb_set_affinity(thread->tcb, cpu));
	return thread;
}

struct rig_thread *make_here(void (*entry)(void *), void *argument, uint32_t priority)
{
	return make_on(0, entry, argument, priority);
}

void reserve(const struct rig_thread *thread, kn_time budget, kn_time period)
{
	check_ok(kn_sched_context_configure(
	    thread->sched_context, budget, period, 0, RESERVATION));
}

void start(const struct rig_thread *thread)
{
	check_ok(kn_tcb_resume(thread->tcb));
}

void stop(const struct rig_thread *thread)
{
	check_ok(kn_tcb_suspend(thread->tcb, true));
}

void spin(void *argument)
{
	(void)argument;
	for (;;)
		rig_loops(1);
}

void call_service(struct service *service, kn_status *status)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 0)};

	*status = kn_call(service->endpoint, &regs, FOREVER);
}

static void serve(void *argument)
{
	struct service *self = argument;
	struct kn_regs regs = {};
	kn_status status = kn_recv(self->endpoint, &regs, FOREVER, self->reply), ignored;

	while (status == KN_OK) {
		if (kn_info_label(regs.info) == LABEL) {
			self->taken++;
			if (self->work != FOREVER)
				burn(self->work);
			while (self->work == FOREVER && !self->go) {
				rig_loops(1);
				self->ticks++;
			}
			if (self->below)
				call_service(self->below, &ignored);
			self->done++;
			regs.info = kn_info(0, 0, 0);
			status = kn_reply_recv(self->endpoint, &regs, FOREVER, self->reply);
		} else {
			/* CANCEL and the like. */
			status = kn_recv(self->endpoint, &regs, FOREVER, self->reply);
		}
	}
}

struct rig_thread *start_service_on(unsigned cpu, struct service *service, kn_time work, struct service *below)
{
	*service = (struct service){.endpoint = rig_new(KN_TYPE_ENDPOINT, 0),
	    .reply = rig_new(KN_TYPE_REPLY, 0),
	    .work = work,
	    .below = below};
	struct rig_thread *thread = make_on(cpu, serve, service, 150);

	start(thread);
	rig_await(thread, KN_TCB_STATE_RECEIVING);
	return thread;
}

struct rig_thread *start_service(struct service *service, kn_time work, struct service *below)
{
	return start_service_on(0, service, work, below);
}

void call_once(void *argument)
{
	struct client *self = argument;

	call_service(self->service, &self->status);
}

void call_forever(void *argument)
{
	struct client *self = argument;

	do
		call_service(self->service, &self->status);
	while (self->status == KN_OK);
}

void await_count(const volatile unsigned *count, unsigned value)
{
	rig_until(*count >= value);
}

void check_share(kn_time part, kn_time whole, unsigned permille, unsigned tolerance)
{
	uint64_t got = part * 1000 / whole;

	if (!check(got + tolerance >= permille && got <= permille + tolerance))
		rig_print("# %lu of 1000 instead of %u\n", (unsigned long)got, permille);
}
