/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUs that go offline and come back while programs run on them: what is refused, where threads and
 * deadlines go meanwhile, and that nothing is lost on the way.
 */
#include "kernel_rig.h"

#define POWER KN_BOOT_SLOT_POWER
#define FOREVER KN_TIME_FOREVER
#define MS 1000000ull
#define RESERVATION 1

/* arch/<isa>_machine.S: fill every register that the ABI leaves alone, yield, say whether all are intact. */
bool rig_hold_over_call(uint64_t seed);

static bool is_online(unsigned cpu)
{
	bool online = false;
	uint64_t idle;

	check_ok(kn_debug_cpu(KN_BOOT_SLOT_DEBUG, cpu, &online, &idle));
	return online;
}

static unsigned cpu_of(const struct rig_thread *thread)
{
	struct kn_tcb_info info = {};

	check_ok(kn_tcb_info(thread->tcb, &info));
	return info.cpu;
}

static void go_off_and_on(unsigned cpu)
{
	check_ok(kn_power_cpu_off(POWER, cpu));
	check_ok(kn_power_cpu_on(POWER, cpu));
}

static bool has_one_cpu(void)
{
	if (rig_boot->cpu_count == 1)
		rig_skip("there is one CPU");
	return rig_boot->cpu_count == 1;
}

static void cpus_go_only_where_they_can(void)
{
	const unsigned count = rig_boot->cpu_count;

	if (rig_is_shared())
		return;
	check_status(kn_power_cpu_off(POWER, count), KN_E_RANGE);
	check_status(kn_power_cpu_on(POWER, count), KN_E_RANGE);
	check_status(kn_power_cpu_off(POWER, ~0u), KN_E_RANGE);
	check_status(kn_power_cpu_on(POWER, 0), KN_E_BUSY);
	check_status(kn_power_cpu_off(POWER, 0), KN_E_NOT_SUPPORTED);
	for (unsigned cpu = 1; cpu < count; cpu++) {
		check_ok(kn_power_cpu_off(POWER, cpu));
		check_status(kn_power_cpu_off(POWER, cpu), KN_E_BUSY);
		check(rig_cpus_online() == count - cpu && !is_online(cpu) && is_online(0));
	}
	/* The last one. */
	check_status(kn_power_cpu_off(POWER, 0), KN_E_NOT_SUPPORTED);
	for (unsigned cpu = 1; cpu < count; cpu++) {
		check_ok(kn_power_cpu_on(POWER, cpu));
		check_status(kn_power_cpu_on(POWER, cpu), KN_E_BUSY);
		check(rig_cpus_online() == cpu + 1 && is_online(cpu));
	}
	if (count == 1) /* and so never seen to be off */
		method_saw_error("kn_power_cpu_off()", KN_E_BUSY);
	/* Reservations need them all. */
	for (unsigned i = 0; i < count; i++)
		check_ok(kn_sched_context_configure(rig_new(KN_TYPE_SCHED_CONTEXT, 0), (i ? 9 : 5) * MS, 10 * MS, 0, RESERVATION));
	check_status(kn_power_cpu_off(POWER, count - 1), KN_E_QUOTA);
	check(rig_cpus_online() == count);
}

/* ---- where threads and deadlines go ---- */

static volatile uint64_t spins;

static void spin(void *argument)
{
	(void)argument;
	for (;;)
		spins++;
}

static void await_spins(void)
{
	for (uint64_t before = spins, limit = rig_now() + RIG_PATIENCE; spins == before && rig_now() < limit;)
		;
}

static struct rig_thread *start_on(unsigned cpu, void (*entry)(void *), void *argument)
{
	struct rig_thread *thread = rig_make_thread(entry, argument, KN_CAP_NONE);

	check_ok(kn_tcb_set_priority(thread->tcb, 100));
	check_ok(kn_tcb_set_affinity(thread->tcb, cpu));
	check_ok(kn_tcb_resume(thread->tcb));
	return thread;
}

static void await_cpu(const struct rig_thread *thread, unsigned cpu)
{
	rig_until(cpu_of(thread) == cpu);
}

static void bound_threads_run_on_the_boot_cpu_meanwhile(void)
{
	struct kn_tcb_info info = {};

	if (rig_is_shared() || has_one_cpu())
		return;
	struct rig_thread *running = start_on(1, spin, nullptr), *waiting = start_on(1, spin, nullptr);

	await_cpu(running, 1);
	await_cpu(waiting, 1);
	check_ok(kn_power_cpu_off(POWER, 1));
	/* At once: both have left it when the call is over. */
	check(cpu_of(running) == 0 && cpu_of(waiting) == 0);
	rig_sleep(20 * MS);
	check_ok(kn_tcb_info(running->tcb, &info));
	check(info.cpu == 0 && info.affinity == 1);
	check_ok(kn_tcb_suspend(waiting->tcb, true));
	check_ok(kn_tcb_set_affinity(waiting->tcb, 1));
	check_ok(kn_tcb_resume(waiting->tcb));
	check(cpu_of(waiting) == 0);
	check_ok(kn_power_cpu_on(POWER, 1));
	await_cpu(running, 1);
	await_cpu(waiting, 1);
}

#define BOUND 60 /* more than one kernel entry moves */

/* Also those that nobody would come for: their CPU has one of them to run, and the boot CPU nothing else. */
static void bound_threads_go_back_at_once(void)
{
	struct rig_thread *threads[BOUND];

	if (rig_is_shared() || has_one_cpu())
		return;
	check_ok(kn_power_cpu_off(POWER, 1));
	/* While this thread, more urgent, has the boot CPU, they wait there. */
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, 0));
	for (unsigned i = 0; i < BOUND; i++) {
		threads[i] = start_on(1, spin, nullptr);
		check(cpu_of(threads[i]) == 0);
	}
	check_ok(kn_power_cpu_on(POWER, 1));
	for (unsigned i = 0; i < BOUND; i++)
		check(cpu_of(threads[i]) == 1);
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, KN_TCB_ANY_CPU));
}

static kn_cap go;
static volatile unsigned brought_back;

static void bring_back(void *argument)
{
	kn_word bits;

	for (;; brought_back++) {
		check_ok(kn_wait(go, &bits, FOREVER));
		check_ok(kn_power_cpu_on(POWER, 1));
	}
}

/*
 * Somebody has begun to bring a CPU back, its threads are more than one kernel entry calls, and he is interrupted there: this thread,
 * more urgent on the same CPU, wakes up in that entry if it sleeps for the right time. Meanwhile the CPU cannot be taken away again.
 */
static void a_cpu_that_still_calls_its_threads_cannot_leave(void)
{
	struct rig_thread *threads[BOUND];
	bool is_caught = false;

	if (rig_is_shared() || has_one_cpu())
		return;
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, 0));
	for (unsigned i = 0; i < BOUND; i++)
		threads[i] = start_on(1, spin, nullptr);
	go = rig_new(KN_TYPE_NOTIFICATION, 0);
	struct rig_thread *other = rig_make_thread(bring_back, nullptr, KN_CAP_NONE);

	check_ok(kn_tcb_set_priority(other->tcb, 110));
	check_ok(kn_tcb_set_affinity(other->tcb, 0));
	check_ok(kn_tcb_resume(other->tcb));
	rig_await(other, KN_TCB_STATE_WAITING_SIGNAL);
	for (kn_time sleep = 2000; sleep < 200000 && !is_caught; sleep += 2000) {
		unsigned called = 0;

		brought_back = 0;
		check_ok(kn_power_cpu_off(POWER, 1));
		check_ok(kn_signal(go, 1));
		rig_sleep(sleep);
		for (unsigned i = 0; i < BOUND; i++)
			called += cpu_of(threads[i]) == 1;
		if (called > 0 && called < BOUND) {
			is_caught = true;
			check_status(kn_power_cpu_off(POWER, 1), KN_E_BUSY);
		}
		rig_until(brought_back != 0);
		for (unsigned i = 0; i < BOUND; i++)
			check(cpu_of(threads[i]) == 1);
	}
	/* Elsewhere the emulator's time and the host's agree too little. */
	check(is_caught || !rig_counts_instructions);
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, KN_TCB_ANY_CPU));
}

#define RACES 20
static volatile unsigned won[2];

static void race(void *argument)
{
	const bool is_on = argument;

	while (won[0] < RACES || won[1] < RACES) {
		kn_status status = is_on ? kn_power_cpu_on(POWER, 1) : kn_power_cpu_off(POWER, 1);

		check(status == KN_OK || status == KN_E_BUSY);
		won[is_on] += status == KN_OK;
	}
}

/*
 * Neither undoes for ever what the other has begun. Which steps meet is chance: what an unfinished cpu_on does to cpu_off is exact in
 * a_cpu_that_still_calls_its_threads_cannot_leave; that cpu_on waits for an unfinished cpu_off cannot be told apart from outside.
 */
static void two_holders_may_disagree_about_a_cpu(void)
{
	struct rig_thread *threads[BOUND], *racers[2];

	if (rig_is_shared() || has_one_cpu())
		return;
	for (unsigned i = 0; i < BOUND; i++)
		threads[i] = start_on(1, spin, nullptr);
	for (unsigned i = 0; i < 2; i++) {
		won[i] = 0;
		racers[i] = rig_make_thread(race, (void *)(kn_word)i, KN_CAP_NONE);
		check_ok(kn_tcb_set_affinity(racers[i]->tcb, i ? rig_boot->cpu_count - 1 : 0));
		check_ok(kn_tcb_resume(racers[i]->tcb));
	}
	for (unsigned i = 0; i < 2; i++)
		rig_join(racers[i]);
	kn_status status = kn_power_cpu_on(POWER, 1);

	check((status == KN_OK || status == KN_E_BUSY) && rig_cpus_online() == rig_boot->cpu_count);
	for (unsigned i = 0; i < BOUND; i++)
		await_cpu(threads[i], 1);
}

static kn_status own_status;

static void switch_off_under_itself(void *argument)
{
	own_status = kn_power_cpu_off(POWER, (uint32_t)(kn_word)argument);
}

static void a_thread_can_take_away_its_own_cpu(void)
{
	if (rig_is_shared() || has_one_cpu())
		return;
	struct rig_thread *thread = start_on(1, switch_off_under_itself, (void *)1);

	rig_join(thread);
	check_ok(own_status);
	check(cpu_of(thread) == 0 && rig_cpus_online() == rig_boot->cpu_count - 1);
	check_ok(kn_power_cpu_on(POWER, 1));
}

static void who_switches_off_may_die_meanwhile(void)
{
	if (rig_is_shared() || has_one_cpu())
		return;
	for (unsigned i = 0; i < 20; i++) {
		struct rig_thread *other = start_on(1, spin, nullptr);
		struct rig_thread *thread = start_on(0, switch_off_under_itself, (void *)1);
		kn_status status;

		for (unsigned wait = 0; wait < i; wait++)
			kn_yield(KN_CAP_NONE);
		check_ok(kn_cnode_delete(KN_SLOT_CSPACE, (uint32_t)thread->tcb));
		/* Not begun, begun or done: what was begun ends by itself, and whoever asks next finds it so. */
		status = kn_power_cpu_on(POWER, 1);
		check(status == KN_OK || status == KN_E_BUSY);
		check(rig_cpus_online() == rig_boot->cpu_count);
		await_spins();
		check_ok(kn_cnode_delete(KN_SLOT_CSPACE, (uint32_t)other->tcb));
	}
}

static kn_cap never;

static void wait_a_while(void *argument)
{
	kn_word bits;

	check_status(kn_wait(never, &bits, rig_now() + (kn_time)argument), KN_E_TIMED_OUT);
}

/* The timer of the CPU that goes was armed for them, and nobody else's. */
static void deadlines_come_although_their_cpu_has_gone(void)
{
	if (rig_is_shared() || has_one_cpu())
		return;
	struct rig_thread *thread;

	never = rig_new(KN_TYPE_NOTIFICATION, 0);
	/* Nor is the boot CPU's armed, which would look at all of them: from here on nobody sleeps there, and what was armed is over. */
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, 0));
	for (kn_time limit = rig_now() + 5 * MS; rig_now() < limit;)
		;
	/* Long enough that the emulator's host lets us take its CPU before. */
	for (kn_time wait = 100 * MS;; wait *= 2) {
		thread = start_on(1, wait_a_while, (void *)wait);
		while (rig_state(thread) != KN_TCB_STATE_WAITING_SIGNAL && !thread->is_done)
			;
		check_ok(kn_power_cpu_off(POWER, 1));
		if (rig_state(thread) == KN_TCB_STATE_WAITING_SIGNAL)
			break;
		check_ok(kn_power_cpu_on(POWER, 1));
	}
	/* Without a timer of our own. */
	for (kn_time limit = rig_now() + RIG_PATIENCE; rig_state(thread) == KN_TCB_STATE_WAITING_SIGNAL && rig_now() < limit;)
		;
	check(rig_state(thread) != KN_TCB_STATE_WAITING_SIGNAL);
	check_ok(kn_power_cpu_on(POWER, 1));
	check_ok(kn_tcb_set_affinity(KN_SLOT_TCB, KN_TCB_ANY_CPU));
	rig_join(thread);
}

static void an_offline_cpu_does_nothing(void)
{
	bool online;
	uint64_t before, after;
	const unsigned last = rig_boot->cpu_count - 1;

	if (rig_is_shared() || has_one_cpu())
		return;
	check_ok(kn_power_cpu_off(POWER, last));
	for (unsigned i = 0; i < 2 * rig_boot->cpu_count; i++)
		check_ok(kn_tcb_resume(rig_make_thread(spin, nullptr, KN_CAP_NONE)->tcb));
	check_ok(kn_tcb_set_priority(KN_SLOT_TCB, rig_priority));
	rig_sleep(5 * MS);
	check_ok(kn_debug_cpu(KN_BOOT_SLOT_DEBUG, last, &online, &before));
	kn_time start = rig_now();
	rig_sleep(20 * MS);
	kn_time time = rig_now() - start;
	check_ok(kn_debug_cpu(KN_BOOT_SLOT_DEBUG, last, &online, &after));
	/* All of the time was idling; both are rounded. */
	check(after - before + 2 >= time);
	check_ok(kn_power_cpu_on(POWER, last));
}

/* ---- nothing is lost ---- */

#define PAIRS 2
#define TURNS 1000
static volatile bool is_over;
static volatile uint64_t calls[PAIRS], ticks, timeouts, pages, held;
static kn_cap endpoints[PAIRS], replies[PAIRS], tick;

/* Emulated CPUs share few real ones: leave some to the others, and come back wherever there is room. */
static void rest(void)
{
	kn_time end = rig_now() + 200000;
	kn_word bits;

	check_status(kn_wait(never, &bits, end), KN_E_TIMED_OUT);
	check(rig_now() >= end);
}

static void answer(void *argument)
{
	kn_word pair = (kn_word)argument;
	struct kn_regs regs = {};
	kn_status status = kn_recv(endpoints[pair], &regs, FOREVER, replies[pair]);

	while (status == KN_OK) {
		regs.w[0]++;
		regs.info = kn_info(0, 0, 1);
		status = kn_reply_recv(endpoints[pair], &regs, FOREVER, replies[pair]);
	}
}

static void ask(void *argument)
{
	kn_word pair = (kn_word)argument;

	while (!is_over) {
		struct kn_regs regs = {.info = kn_info(0x7701, 0, 1), .w = {calls[pair]}};

		check_ok(kn_call(endpoints[pair], &regs, FOREVER));
		calls[pair]++;
		check(regs.w[0] == calls[pair]);
		if (calls[pair] % 64 == 0)
			rest();
	}
}

static void follow_ticks(void *argument)
{
	kn_word bits;

	(void)argument;
	for (; !is_over; ticks++)
		check_ok(kn_wait(tick, &bits, FOREVER));
}

static void follow_deadlines(void *argument)
{
	(void)argument;
	for (; !is_over; timeouts++)
		rest();
}

static void touch_pages(void *argument)
{
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;

	(void)argument;
	for (; !is_over; pages++) {
		kn_word address = 0;

		check_ok(kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, 0, 2, rw, rw, KN_VSPACE_MAP_PRIVATE, &address));
		volatile uint64_t *word = (volatile uint64_t *)address;

		check(word[0] == 0 && word[600] == 0);
		word[0] = word[600] = address;
		check(word[0] == address && word[600] == address);
		check_ok(kn_vspace_unmap(KN_SLOT_VSPACE, address, 2));
		rest();
	}
}

/* Registers, vectors too, change CPUs with their thread. */
static void hold_registers(void *argument)
{
	(void)argument;
	for (; !is_over; held++) {
		check(rig_hold_over_call(0x0101010101010101ull * (held % 100 + 1)));
		if (held % 16 == 0)
			rest();
	}
}

static struct rig_thread *start_worker(void (*entry)(void *), kn_word argument)
{
	struct rig_thread *thread = rig_make_thread(entry, (void *)argument, KN_CAP_NONE);

	check_ok(kn_tcb_set_priority(thread->tcb, 100));
	check_ok(kn_tcb_resume(thread->tcb));
	return thread;
}

static uint64_t least_done(void)
{
	const uint64_t done[] = {calls[0], calls[1], ticks, timeouts, pages, held};
	uint64_t least = ~0ull;

	for (unsigned i = 0; i < sizeof(done) / sizeof(done[0]); i++)
		least = done[i] < least ? done[i] : least;
	return least;
}

static void nothing_is_lost_when_cpus_come_and_go(void)
{
	static void (*const entries[])(void *) = {follow_ticks, follow_deadlines, touch_pages, hold_registers};
	enum { COUNT = PAIRS + sizeof(entries) / sizeof(entries[0]) };
	struct rig_thread *workers[COUNT];
	uint64_t checked;

	if (rig_is_shared() || has_one_cpu())
		return;
	is_over = false;
	never = rig_new(KN_TYPE_NOTIFICATION, 0);
	tick = rig_new(KN_TYPE_NOTIFICATION, 0);
	kn_cap timer = rig_new(KN_TYPE_TIMER, 0);

	check_ok(kn_timer_bind(timer, tick));
	check_ok(kn_timer_set(timer, rig_now() + 500000, 500000));
	ticks = timeouts = pages = held = 0;
	for (kn_word i = 0; i < PAIRS; i++) {
		calls[i] = 0;
		endpoints[i] = rig_new(KN_TYPE_ENDPOINT, 0);
		replies[i] = rig_new(KN_TYPE_REPLY, 0);
		(void)start_worker(answer, i);
		workers[i] = start_worker(ask, i);
	}
	for (unsigned i = PAIRS; i < COUNT; i++)
		workers[i] = start_worker(entries[i - PAIRS], 0);
	/* Some are bound to a CPU that goes. */
	check_ok(kn_tcb_set_affinity(workers[0]->tcb, 1));
	check_ok(kn_tcb_set_affinity(workers[COUNT - 1]->tcb, rig_boot->cpu_count - 1));
	for (unsigned i = 0; i < TURNS; i++) {
		go_off_and_on(1 + i % (rig_boot->cpu_count - 1));
		if (i % 64 == 0) {
			uint64_t least = least_done();

			/* Everybody gets on with it. */
			rig_until(least_done() > least);
			check_ok(kn_debug_check(KN_BOOT_SLOT_DEBUG, &checked));
		}
	}
	check(rig_cpus_online() == rig_boot->cpu_count);
	is_over = true;
	for (unsigned i = 0; i < COUNT; i++)
		rig_join(workers[i]);
	check_ok(kn_debug_check(KN_BOOT_SLOT_DEBUG, &checked));
}

const struct rig_test cpu_tests[] = {
    {"cpus_go_only_where_they_can", cpus_go_only_where_they_can},
    {"bound_threads_run_on_the_boot_cpu_meanwhile", bound_threads_run_on_the_boot_cpu_meanwhile},
    {"bound_threads_go_back_at_once", bound_threads_go_back_at_once},
    {"a_cpu_that_still_calls_its_threads_cannot_leave", a_cpu_that_still_calls_its_threads_cannot_leave},
    {"two_holders_may_disagree_about_a_cpu", two_holders_may_disagree_about_a_cpu},
    {"a_thread_can_take_away_its_own_cpu", a_thread_can_take_away_its_own_cpu},
    {"who_switches_off_may_die_meanwhile", who_switches_off_may_die_meanwhile},
    {"deadlines_come_although_their_cpu_has_gone", deadlines_come_although_their_cpu_has_gone},
    {"an_offline_cpu_does_nothing", an_offline_cpu_does_nothing},
    {"nothing_is_lost_when_cpus_come_and_go", nothing_is_lost_when_cpus_come_and_go},
    {},
};
