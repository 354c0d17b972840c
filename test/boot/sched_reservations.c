/* SPDX-License-Identifier: BSD-2-Clause */
/* Reservations: they are kept, whatever others do, and no more is given away than there is. */
#include "sched_rig.h"

/* What the thread gets in a second, in parts of 1000. */
static void check_gets(const struct rig_thread *thread, unsigned permille)
{
	kn_time before = consumed(thread), start_time = rig_now();

	rig_sleep(1000 * MS);
	check_share(consumed(thread) - before, rig_now() - start_time, permille, 10);
}

static void reservation_is_kept_against_a_hog(void)
{
	if (!needs_exact_time())
		return;
	struct rig_thread *hog = make_here(spin, nullptr, 199);
	struct rig_thread *victim = make_here(spin, nullptr, 50);

	reserve(victim, 3 * MS, 10 * MS);
	start(hog);
	start(victim);
	check_gets(victim, 300);
	/* And no more than that when nobody else wants the CPU. */
	stop(hog);
	check_gets(victim, 300);
	stop(victim);
}

static kn_cap storm_notification;

static void chase_interrupts(void *argument)
{
	kn_word bits;

	(void)argument;
	while (kn_wait(storm_notification, &bits, FOREVER) == KN_OK)
		;
}

static void reservation_is_kept_in_an_interrupt_storm(void)
{
	if (!needs_exact_time())
		return;
	struct rig_thread *victim = make_here(spin, nullptr, 50);

	storm_notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	struct rig_thread *handler = make_here(chase_interrupts, nullptr, 199);
	start(handler);
	for (unsigned i = 0; i < 8; i++) {
		kn_cap timer = rig_new(KN_TYPE_TIMER, 0);

		check_ok(kn_timer_bind(timer, storm_notification));
		check_ok(kn_timer_set(timer, rig_now() + i * 12000, 100000));
	}
	reserve(victim, 3 * MS, 10 * MS);
	start(victim);
	check_gets(victim, 300);
	/* It has got work done for that: the interrupts' own time is not charged to it. */
	stop(victim);
}

static void reservation_is_kept_in_a_priority_inversion(void)
{
	static struct service service;
	static struct client low, high;

	if (!needs_exact_time())
		return;
	struct rig_thread *server = start_service(&service, 2 * MS, nullptr);
	struct rig_thread *hog = make_here(spin, nullptr, 199);
	struct rig_thread *other = make_here(call_forever, &low, 50);
	struct rig_thread *victim = make_here(call_forever, &high, 40);

	low.service = high.service = &service;
	/* The lowest has the server busy when the hog comes. */
	start(other);
	await_count(&service.taken, 1);
	start(hog);
	reserve(victim, 3 * MS, 10 * MS);
	start(victim);
	check_gets(victim, 300);
	check(service.done > 100);
	stop(victim);
	stop(hog);
	stop(other);
	check(rig_state(server) != KN_TCB_STATE_INACTIVE);
}

struct periodic {
	kn_time period, work;
	struct rig_thread *thread;
	kn_time first, end;
	volatile unsigned jobs, misses;
};

static kn_cap periodic_sleeper;

static void run_periodic(void *argument)
{
	struct periodic *self = argument;
	kn_word bits;

	for (kn_time release = self->first; release < self->end; release += self->period) {
		(void)kn_wait(periodic_sleeper, &bits, release);
		burn(self->work);
		self->misses += rig_now() > release + self->period;
		self->jobs++;
	}
}

/* 95 % of a CPU: every job uses its budget but for what the system calls around it need. */
static void periodic_tasks_miss_no_deadline(void)
{
	static struct periodic tasks[] = {{.period = 10 * MS, .work = 2 * MS},
	    {.period = 20 * MS, .work = 5 * MS},
	    {.period = 35 * MS, .work = 7 * MS},
	    {.period = 40 * MS, .work = 8 * MS},
	    {.period = 100 * MS, .work = 10 * MS}};
	enum { COUNT = sizeof(tasks) / sizeof(tasks[0]), OWN = 30000 };

	if (!needs_exact_time())
		return;
	periodic_sleeper = rig_new(KN_TYPE_NOTIFICATION, 0);
	struct rig_thread *hog = make_here(spin, nullptr, 199);
	kn_time first = rig_now() + 20 * MS;

	for (unsigned i = 0; i < COUNT; i++) {
		struct periodic *task = &tasks[i];

		task->jobs = task->misses = 0;
		task->first = first;
		task->end = first + 10000 * MS;
		task->thread = make_here(run_periodic, task, 50);
		reserve(task->thread, task->work, task->period);
		task->work -= OWN;
		start(task->thread);
	}
	start(hog);
	rig_sleep(10100 * MS);
	stop(hog);
	for (unsigned i = 0; i < COUNT; i++) {
		rig_join(tasks[i].thread);
		check(tasks[i].jobs >= 10000 * MS / tasks[i].period);
		if (!check(tasks[i].misses == 0))
			rig_print("# period %lu: %u of %u missed\n", (unsigned long)tasks[i].period,
			    tasks[i].misses, tasks[i].jobs);
		tasks[i].work += OWN;
	}
}

static void configure_itself(void *argument)
{
	check_status(kn_sched_context_configure((kn_cap)argument, MS, 10 * MS, 0, RESERVATION),
	    KN_E_RIGHTS);
}

static void reservations_are_admitted(void)
{
	unsigned count = 0, cpus = rig_boot->cpu_count;
	kn_cap contexts[16];
	kn_status status;

	do {
		contexts[count] = rig_new(KN_TYPE_SCHED_CONTEXT, 0);
		status = kn_sched_context_configure(
		    contexts[count], 9 * MS, 10 * MS, 0, RESERVATION);
	} while (status == KN_OK && ++count < 15);
	check_status(status, KN_E_QUOTA);
	check(count == cpus * 96 / 90);
	/* A density counts, not the share; what is given back can be had again. */
	check_status(kn_sched_context_configure(contexts[count], 4 * MS, 10 * MS, 4 * MS, 1),
	    KN_E_QUOTA);
	check_ok(kn_sched_context_configure(contexts[0], 9 * MS, 10 * MS, 0, 0));
	check_ok(kn_sched_context_configure(contexts[count], 9 * MS, 10 * MS, 0, RESERVATION));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)contexts[count]));
	check_ok(kn_sched_context_configure(contexts[0], 9 * MS, 10 * MS, 0, RESERVATION));
	/* Nobody gives himself what outranks every priority. */
	struct rig_thread *thread =
	    make(configure_itself, (void *)rig_new(KN_TYPE_SCHED_CONTEXT, 0), 100);

	start(thread);
	rig_join(thread);
}

const struct rig_test reservation_tests[] = {
    {"reservations_are_admitted", reservations_are_admitted},
    {"reservation_is_kept_against_a_hog", reservation_is_kept_against_a_hog},
    {"reservation_is_kept_in_an_interrupt_storm", reservation_is_kept_in_an_interrupt_storm},
    {"reservation_is_kept_in_a_priority_inversion", reservation_is_kept_in_a_priority_inversion},
    {"periodic_tasks_miss_no_deadline", periodic_tasks_miss_no_deadline},
    {},
};
