/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many threads at once: calls, signals, capability operations and waits, while the main thread
 * suspends, moves, interrupts and destroys them. Nothing is known about each result but that it is
 * one of the documented ones; what counts is that the kernel's invariants hold (debug.check) and
 * that nothing is left (the rig's clean-up).
 */
#include "kernel_rig.h"

#define WORKERS 20
#define SERVERS 4
#define OWN_SLOTS 16
#define ROUNDS 400

static kn_cap endpoint, notification, replies[SERVERS];
static volatile bool is_over;
static volatile uint32_t futex;
static volatile uint64_t done[WORKERS];

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void serve(void *argument)
{
	kn_cap reply = replies[(kn_word)argument];
	struct kn_regs regs = {};
	kn_status status = kn_recv(endpoint, &regs, KN_TIME_FOREVER, reply);

	while (status != KN_E_PEER_GONE && status != KN_E_INVALID_CAP) {
		/* Anything but a call ends here as an answer to nobody. */
		regs.info = kn_info(0, 0, kn_info_words(regs.info) & 15);
		status = kn_reply_recv(endpoint, &regs, KN_TIME_FOREVER, reply);
	}
}

static void work_on_slots(kn_cap first, uint32_t random)
{
	uint32_t a = (uint32_t)first + random % OWN_SLOTS, b = (uint32_t)first + random / 64 % OWN_SLOTS;

	switch (random / 4096 % 5) {
	case 0:
		(void)!kn_untyped_retype(rig_untyped, (uint8_t)(KN_TYPE_ENDPOINT + random % 3), 0,
		    KN_SLOT_CSPACE, a, 1);
		break;
	case 1:
		(void)!kn_cnode_copy(KN_SLOT_CSPACE, b, a, KN_RIGHT_SEND | KN_RIGHT_GRANT);
		break;
	case 2:
		(void)!kn_cnode_move(KN_SLOT_CSPACE, b, a);
		break;
	case 3:
		(void)!kn_cnode_delete(KN_SLOT_CSPACE, a);
		break;
	default:
		(void)!kn_cnode_revoke(KN_SLOT_CSPACE, a);
		break;
	}
}

static void work(void *argument)
{
	kn_word number = (kn_word)argument;
	uint32_t random = (uint32_t)number * 7919 + 1, woken;
	kn_cap own = RIG_SLOT + 1500 + number * OWN_SLOTS;
	struct kn_regs regs;
	kn_word bits;

	while (!is_over) {
		uint32_t what = next_random(&random);

		switch (what % 8) {
		case 0 ... 2:
			regs = (struct kn_regs){.info = kn_info(0x7701, 0, what % 12)};
			(void)!kn_call(endpoint, &regs,
			    what & 64 ? KN_TIME_FOREVER : rig_now() + what % 200000);
			break;
		case 3:
			(void)!kn_signal(notification, 1ull << what % 64);
			break;
		case 4:
			(void)!kn_wait(notification, &bits, rig_now() + what % 100000);
			break;
		case 5:
			(void)!kn_vspace_wait(KN_SLOT_VSPACE, (kn_word)&futex, futex,
			    rig_now() + what % 100000);
			break;
		case 6:
			futex++;
			(void)!kn_vspace_wake(KN_SLOT_VSPACE, (kn_word)&futex, what % 4, &woken);
			break;
		default:
			work_on_slots(own, what);
			break;
		}
		done[number]++;
	}
}

static void disturb(struct rig_thread **workers, uint32_t online, uint32_t random)
{
	struct rig_thread *victim = workers[random % WORKERS];

	switch (random / 32 % 6) {
	case 0:
		check_ok(kn_tcb_suspend(victim->tcb, random & 1));
		check_ok(kn_tcb_resume(victim->tcb));
		break;
	case 1:
		check_ok(kn_tcb_set_affinity(
		    victim->tcb, random & 256 ? KN_TCB_ANY_CPU : random / 512 % online));
		break;
	case 2:
		check_ok(kn_tcb_set_priority(victim->tcb, 90 + random / 512 % 3));
		break;
	case 3:
		check_ok(kn_tcb_upcall(victim->tcb, 1));
		break;
	case 4: {
		struct kn_regs regs = {.info = kn_info(0x7701, 0, 3)};

		(void)!kn_call(endpoint, &regs, rig_now() + 1000000);
		break;
	}
	default:
		rig_sleep(random / 64 % 50000);
		break;
	}
}

static void everything_at_once(void)
{
	struct rig_thread *workers[WORKERS];
	const uint32_t online = rig_cpus_online();
	uint32_t random = 12345;
	uint64_t checked = 0, total = 0;

	endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	is_over = false;
	for (unsigned i = 0; i < SERVERS; i++) {
		replies[i] = rig_new(KN_TYPE_REPLY, 0);
		check_ok(kn_tcb_resume(
		    rig_make_thread(serve, (void *)(kn_word)i, KN_CAP_NONE)->tcb));
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		done[i] = 0;
		workers[i] = rig_make_thread(work, (void *)(kn_word)i, KN_CAP_NONE);
		check_ok(kn_tcb_set_priority(workers[i]->tcb, 90 + i % 3));
		check_ok(kn_tcb_resume(workers[i]->tcb));
	}
	for (unsigned i = 0; i < ROUNDS; i++) {
		disturb(workers, online, next_random(&random));
		if (i % 16 == 0)
			check_ok(kn_debug_check(KN_BOOT_SLOT_DEBUG, &checked));
	}
	/* Half of them end by themselves, half are destroyed on the run. */
	for (unsigned i = 0; i < WORKERS; i += 2)
		check_ok(kn_cnode_delete(KN_SLOT_CSPACE, (uint32_t)workers[i]->tcb));
	/* The survivors get on with it, on however few CPUs. */
	for (kn_time limit = rig_now() + RIG_PATIENCE; total <= WORKERS && rig_now() < limit;) {
		rig_sleep(10000000);
		total = 0;
		for (unsigned i = 0; i < WORKERS; i++)
			total += done[i];
	}
	is_over = true;
	check(total > WORKERS);
	check_ok(kn_debug_check(KN_BOOT_SLOT_DEBUG, &checked));
}

/* ---- the kernel's lock ---- */

#define LOOKS 150
#define LOOK_TIME 1000000
#define LONGEST_WAIT 1000000000 /* a turn of QEMU's, which nobody interrupts, can be half of it */

static volatile kn_time longest[64]; /* as many CPUs as there may be */

/* In the kernel most of its time. */
static void look_at_the_clock(void *argument)
{
	kn_word cpu = (kn_word)argument;

	for (kn_time next, now = rig_now(); !is_over; now = next) {
		next = rig_now();
		if (next - now > longest[cpu])
			longest[cpu] = next - now;
	}
}

/* Under icount virtual CPUs take turns in fixed steps, and one can find the lock taken each time. */
static void no_cpu_is_kept_out_of_the_kernel(void)
{
	unsigned count = rig_boot->cpu_count;

	if (count == 1 || !rig_counts_instructions)
		return rig_skip("needs several CPUs and icount");
	is_over = false;
	for (unsigned i = 0; i < count; i++) {
		struct rig_thread *thread = rig_make_thread(look_at_the_clock, (void *)(kn_word)i, KN_CAP_NONE);

		check_ok(kn_tcb_set_priority(thread->tcb, 90));
		check_ok(kn_tcb_set_affinity(thread->tcb, i));
		check_ok(kn_tcb_resume(thread->tcb));
	}
	/* An interrupt now and then also ends QEMU's turns. What counts begins when all are at it. */
	for (unsigned look = 0; look < 3 * LOOKS; look++) {
		rig_sleep(LOOK_TIME);
		for (unsigned i = 0; look == LOOKS && i < count; i++)
			longest[i] = 0;
		is_over = look >= 2 * LOOKS;
	}
	for (unsigned i = 0; i < count; i++) {
		rig_print("# CPU %u: at most %lu us\n", i, (unsigned long)(longest[i] / 1000));
		check(longest[i] > 0 && longest[i] < LONGEST_WAIT);
	}
}

static volatile unsigned upcalls;

static void count_upcall(void)
{
	upcalls++;
	(void)kn_tcb_upcall_return(kn_thread_self()->tcb);
	__builtin_trap();
}

static void wait_again_and_again(void *unused)
{
	kn_word bits;

	(void)unused;
	while (!is_over)
		(void)!kn_wait(notification, &bits, KN_TIME_FOREVER);
}

static void keep_the_kernel_busy(void *unused)
{
	uint64_t mapped, committed, tables;

	(void)unused;
	while (!is_over)
		(void)!kn_vspace_usage(KN_SLOT_VSPACE, &mapped, &committed, &tables);
}

/* An upcall that comes while the thread, about to wait, stands in line for the kernel's lock. */
static void no_upcall_is_slept_through(void)
{
	constexpr unsigned rounds = 1000;
	constexpr kn_time patience = 1000000000;

	if (rig_cpus_online() < 3 || !rig_counts_instructions)
		return rig_skip("needs 3 CPUs and icount");
	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	upcalls = 0;
	is_over = false;
	struct rig_thread *waiter = rig_make_thread(wait_again_and_again, nullptr, KN_CAP_NONE);
	struct rig_thread *busy = rig_make_thread(keep_the_kernel_busy, nullptr, KN_CAP_NONE);
	check_ok(kn_tcb_set_upcall(waiter->tcb, (kn_word)count_upcall));
	check_ok(kn_tcb_set_affinity(waiter->tcb, 1));
	check_ok(kn_tcb_set_affinity(busy->tcb, 2));
	check_ok(kn_tcb_resume(waiter->tcb));
	check_ok(kn_tcb_resume(busy->tcb));
	for (unsigned i = 0; i < rounds && upcalls == i; i++) {
		for (volatile unsigned k = 0; k < i % 64; k++)
			;
		check_ok(kn_tcb_upcall(waiter->tcb, 1));
		for (kn_time limit = rig_now() + patience; upcalls == i && rig_now() < limit;)
			;
	}
	check(upcalls == rounds);
	is_over = true;
	check_ok(kn_signal(notification, 1));
	rig_join(waiter);
	rig_join(busy);
}

const struct rig_test stress_tests[] = {
    {"everything_at_once", everything_at_once},
    {"no_cpu_is_kept_out_of_the_kernel", no_cpu_is_kept_out_of_the_kernel},
    {"no_upcall_is_slept_through", no_upcall_is_slept_through},
    {},
};
