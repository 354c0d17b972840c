/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reservations: they are kept, whatever others do, and no more is given away than there is. Each test does to every CPU
 * what it does to one, at the same time.
 */
#include "sched_rig.h"

/* What each CPU's victim gets in a second, in parts of 1000. */
static void check_gets(struct rig_thread *const victims[CPUS_MAX], unsigned permille)
{
	const kn_time begin = rig_now();
	kn_time before[CPUS_MAX];

	for_each_cpu(cpu)
		before[cpu] = consumed(victims[cpu]);
	rig_sleep(1000 * MS);
	for_each_cpu(cpu)
		check_share(consumed(victims[cpu]) - before[cpu], rig_now() - begin, permille, 10);
}

static void reservation_is_kept_against_a_hog(void)
{
	struct rig_thread *hogs[CPUS_MAX], *victims[CPUS_MAX];

	if (!needs_exact_time())
		return;
	for_each_cpu(cpu) {
		hogs[cpu] = make_on(cpu, spin, nullptr, 199);
		victims[cpu] = make_on(cpu, spin, nullptr, 50);
		reserve(victims[cpu], 3 * MS, 10 * MS);
		start(hogs[cpu]);
		start(victims[cpu]);
	}
	check_gets(victims, 300);
	/* And no more than that when nobody else wants the CPU. */
	for_each_cpu(cpu)
		stop(hogs[cpu]);
	check_gets(victims, 300);
}

/* Each of its system calls is a stretch that no end of a budget interrupts. */
static void clear_a_table(void *argument)
{
	while (kn_cnode_clear((kn_cap)argument, 1, 8000) == KN_OK)
		;
}

static void what_was_used_too_much_is_paid_back(void)
{
	if (!needs_exact_time())
		return;
	if (rig_boot->cpu_count > 1)
		return rig_skip("is about one CPU");
	struct rig_thread *thread = make_here(clear_a_table, (void *)rig_new(KN_TYPE_CNODE, 13), 50);

	reserve(thread, MS / 10, MS);
	start(thread);
	kn_time begin = rig_now(), before = consumed(thread);

	rig_sleep(1000 * MS);
	check_share(consumed(thread) - before, rig_now() - begin, 100, 2);
}

static void chase_interrupts(void *argument)
{
	kn_word bits;

	while (kn_wait((kn_cap)argument, &bits, FOREVER) == KN_OK)
		;
}

/* An interrupt every 12.5 us, on the CPUs in turn; where CPUs are emulated in turn, too, none gets ahead of more. */
static void reservation_is_kept_in_an_interrupt_storm(void)
{
	enum { TIMERS = 8 };
	struct rig_thread *victims[CPUS_MAX];
	kn_cap notifications[CPUS_MAX];

	if (!needs_exact_time())
		return;
	for_each_cpu(cpu) {
		notifications[cpu] = rig_new(KN_TYPE_NOTIFICATION, 0);
		start(make_on(cpu, chase_interrupts, (void *)notifications[cpu], 199));
		victims[cpu] = make_on(cpu, spin, nullptr, 50);
		reserve(victims[cpu], 3 * MS, 10 * MS);
	}
	for (unsigned i = 0; i < TIMERS; i++) {
		const unsigned cpu = i % rig_boot->cpu_count;
		kn_cap timer = rig_new(KN_TYPE_TIMER, 0);

		/* Who sets it is interrupted. */
		check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, cpu));
		check_ok(kn_timer_bind(timer, notifications[cpu]));
		check_ok(kn_timer_set(timer, rig_now() + i * 12000, 100000));
	}
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, KN_TCB_ANY_CPU));
	for_each_cpu(cpu)
		start(victims[cpu]);
	/* It gets work done for that: the interrupts' own time is not charged to it. */
	check_gets(victims, 300);
}

static void reservation_is_kept_in_a_priority_inversion(void)
{
	static struct service services[CPUS_MAX];
	static struct client low[CPUS_MAX], high[CPUS_MAX];
	struct rig_thread *servers[CPUS_MAX], *victims[CPUS_MAX];

	if (!needs_exact_time())
		return;
	for_each_cpu(cpu) {
		servers[cpu] = start_service_on(cpu, &services[cpu], 2 * MS, nullptr);
		low[cpu].service = high[cpu].service = &services[cpu];
		/* The lowest has the server busy when the hog comes. */
		start(make_on(cpu, call_forever, &low[cpu], 50));
		await_count(&services[cpu].taken, 1);
		start(make_on(cpu, spin, nullptr, 199));
		victims[cpu] = make_on(cpu, call_forever, &high[cpu], 40);
		reserve(victims[cpu], 3 * MS, 10 * MS);
		start(victims[cpu]);
	}
	check_gets(victims, 300);
	for_each_cpu(cpu) {
		check(services[cpu].done > 100);
		check(rig_state(servers[cpu]) != KN_TCB_STATE_INACTIVE);
	}
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

/*
 * 95 % of every CPU: each job uses its budget but for what the system calls around it need. (CPUs that are emulated in
 * turn have each other's system calls on their clock.)
 */
static void periodic_tasks_miss_no_deadline(void)
{
	static const struct periodic set[] = {{.period = 10 * MS, .work = 2 * MS},
	    {.period = 20 * MS, .work = 5 * MS},
	    {.period = 35 * MS, .work = 7 * MS},
	    {.period = 40 * MS, .work = 8 * MS},
	    {.period = 100 * MS, .work = 10 * MS}};
	enum { COUNT = sizeof(set) / sizeof(set[0]), OWN = 30000 };
	static struct periodic tasks[CPUS_MAX][COUNT];
	const unsigned cpus = rig_boot->cpu_count;

	if (!needs_exact_time())
		return;
	periodic_sleeper = rig_new(KN_TYPE_NOTIFICATION, 0);
	const kn_time first = rig_now() + 20 * MS;

	for (unsigned i = 0; i < cpus * COUNT; i++) {
		struct periodic *task = &tasks[i / COUNT][i % COUNT];

		*task = set[i % COUNT];
		task->first = first;
		task->end = first + 10000 * MS;
		task->thread = make_on(i / COUNT, run_periodic, task, 50);
		reserve(task->thread, task->work, task->period);
		task->work -= OWN;
		start(task->thread);
	}
	for_each_cpu(cpu)
		start(make_on(cpu, spin, nullptr, 199));
	check(rig_now() < first);
	rig_sleep(10100 * MS);
	for (unsigned i = 0; i < cpus * COUNT; i++) {
		const struct periodic *task = &tasks[i / COUNT][i % COUNT];

		rig_join(task->thread);
		check(task->jobs >= 10000 * MS / task->period);
		if (!check(task->misses == 0))
			rig_print("# CPU %u, period %lu: %u of %u missed\n", i / COUNT, (unsigned long)task->period,
			    task->misses, task->jobs);
	}
}

/* Bound or not, on however few CPUs, beside a hog for each. */
static void reservations_keep_their_share_when_cpus_go(void)
{
	enum { COUNT = 2 };
	struct rig_thread *victims[COUNT];
	kn_time before[COUNT];
	const unsigned cpus = rig_boot->cpu_count;

	if (rig_is_shared())
		return;
	if (cpus == 1)
		return rig_skip("there is one CPU");
	for_each_cpu(cpu)
		start(make(spin, nullptr, 100));
	for (unsigned i = 0; i < COUNT; i++) {
		victims[i] = make(spin, nullptr, 50);
		reserve(victims[i], 3 * MS, 10 * MS);
	}
	check_ok(kn_tcb_set_affinity(victims[0]->tcb, 1));
	for (unsigned i = 0; i < COUNT; i++) {
		start(victims[i]);
		before[i] = consumed(victims[i]);
	}
	const kn_time begin = rig_now();

	for (unsigned turn = 0; rig_now() < begin + 1000 * MS; turn++) {
		const unsigned cpu = 1 + turn % (cpus - 1);

		check_ok(kn_power_cpu_off(KN_BOOT_SLOT_POWER, cpu));
		check_ok(kn_power_cpu_on(KN_BOOT_SLOT_POWER, cpu));
		rig_sleep(2 * MS);
	}
	for (unsigned i = 0; i < COUNT; i++) {
		if (rig_counts_instructions)
			check_share(consumed(victims[i]) - before[i], rig_now() - begin, 300, 10);
		else /* the emulator's host takes CPUs away, too, and not from everybody alike */
			rig_until(consumed(victims[i]) - before[i] > 9 * MS);
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
    {"what_was_used_too_much_is_paid_back", what_was_used_too_much_is_paid_back},
    {"reservation_is_kept_in_an_interrupt_storm", reservation_is_kept_in_an_interrupt_storm},
    {"reservation_is_kept_in_a_priority_inversion", reservation_is_kept_in_a_priority_inversion},
    {"periodic_tasks_miss_no_deadline", periodic_tasks_miss_no_deadline},
    {"reservations_keep_their_share_when_cpus_go", reservations_keep_their_share_when_cpus_go},
    {},
};
