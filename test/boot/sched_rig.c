/* SPDX-License-Identifier: BSD-2-Clause */
/* See sched_rig.h. */
#include "sched_rig.h"

static uint64_t loops_per_ms;

/* Straight-line code, which an emulator is quick with. */
void loops(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		__asm__ volatile(".rept 200\n\tnop\n\t.endr");
}

/* Use up that much time of the CPU, whatever the clock does. */
void burn(kn_time ns)
{
	loops(ns * loops_per_ms / MS);
}

static kn_time time_loops(uint64_t count)
{
	kn_time start = rig_now();

	loops(count);
	return rig_now() - start;
}

/* Learn how fast we are at best. true: time is exact, for an instruction takes a nanosecond. */
bool calibrate(void)
{
	enum { COUNT = 5000, TRIES = 6 };
	unsigned exact = 0;

	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t time = time_loops(COUNT);

		exact += time > COUNT * 200 && time < COUNT * 206;
		if (loops_per_ms < COUNT * MS / time)
			loops_per_ms = COUNT * MS / time;
	}
	return exact >= TRIES / 2;
}

bool needs_exact_time(void)
{
	bool is_exact = calibrate();

	if (!is_exact)
		rig_skip("needs icount");
	return is_exact;
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

/* The same on CPU 0. */
struct rig_thread *make_here(void (*entry)(void *), void *argument, uint32_t priority)
{
	struct rig_thread *thread = make(entry, argument, priority);

	check_ok(kn_tcb_set_affinity(thread->tcb, 0));
	return thread;
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
		loops(1000);
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
				loops(10);
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

struct rig_thread *start_service(struct service *service, kn_time work, struct service *below)
{
	*service = (struct service){.endpoint = rig_new(KN_TYPE_ENDPOINT, 0),
	    .reply = rig_new(KN_TYPE_REPLY, 0),
	    .work = work,
	    .below = below};
	struct rig_thread *thread = make_here(serve, service, 150);

	start(thread);
	rig_await(thread, KN_TCB_STATE_RECEIVING);
	return thread;
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
	for (kn_time limit = rig_now() + 20000 * MS; *count < value && rig_now() < limit;)
		rig_sleep(100000);
	check(*count >= value);
}

void check_share(kn_time part, kn_time whole, unsigned permille, unsigned tolerance)
{
	uint64_t got = part * 1000 / whole;

	if (!check(got + tolerance >= permille && got <= permille + tolerance))
		rig_print("# %lu of 1000 instead of %u\n", (unsigned long)got, permille);
}
