/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications, timers, the clock, random numbers, interrupts, debug. */
#include "kernel_rig.h"

#define CSPACE KN_SLOT_CSPACE
#define FOREVER KN_TIME_FOREVER

static kn_cap notification;

static void signals_are_collected(void)
{
	kn_word bits = 0;

	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	kn_cap badged = rig_derive(notification, KN_RIGHT_SEND, 0x100),
	       recv_only = rig_derive(notification, KN_RIGHT_RECV, 0);

	check_status(kn_wait(notification, &bits, KN_TIME_POLL), KN_E_WOULD_BLOCK);
	check_ok(kn_signal(notification, 1));
	check_ok(kn_signal(notification, 4));
	check_ok(kn_signal(badged, 0xff));
	check_ok(kn_wait(notification, &bits, FOREVER));
	check(bits == 0x105);
	check_status(kn_wait(notification, &bits, rig_now() + 100000), KN_E_TIMED_OUT);
	check_status(kn_signal(recv_only, 1), KN_E_RIGHTS);
	check_status(kn_wait(badged, &bits, KN_TIME_POLL), KN_E_RIGHTS);
}

static volatile kn_word got;

static void wait_once(void *argument)
{
	kn_word bits = 0;

	(void)argument;
	if (kn_wait(notification, &bits, FOREVER) == KN_OK)
		got |= bits;
	else
		got |= 1ull << 63;
}

static void signal_wakes_one_waiter(void)
{
	got = 0;
	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	struct rig_thread *a = rig_spawn(wait_once, nullptr), *b = rig_spawn(wait_once, nullptr);
	rig_await(a, KN_TCB_STATE_WAITING_SIGNAL);
	rig_await(b, KN_TCB_STATE_WAITING_SIGNAL);
	check_ok(kn_signal(notification, 2));
	for (int i = 0; i < 1000 && !a->is_done && !b->is_done; i++)
		rig_sleep(1000000);
	check(got == 2 && a->is_done + b->is_done == 1);
	/* The other one hears when the notification dies. */
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)notification));
	rig_join(a);
	rig_join(b);
	check(got == (2 | 1ull << 63));
}

static void bound_notification_wakes_a_receive(void)
{
	struct kn_regs regs = {};
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0), timer = rig_new(KN_TYPE_TIMER, 0);

	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	check_status(kn_tcb_unbind_notification(KN_SLOT_TCB), KN_E_NOT_FOUND);
	check_ok(kn_tcb_bind_notification(KN_SLOT_TCB, notification));
	check_status(kn_tcb_bind_notification(KN_SLOT_TCB, notification), KN_E_BUSY);
	check_ok(kn_signal(notification, 8));
	check_ok(kn_recv(endpoint, &regs, FOREVER, KN_CAP_NONE));
	check(kn_info_label(regs.info) == KN_LABEL_SIGNAL && regs.badge == 8);
	/* While it waits. */
	check_ok(kn_timer_bind(timer, notification));
	check_ok(kn_timer_set(timer, rig_now() + 1000000, 0));
	check_ok(kn_recv(endpoint, &regs, FOREVER, KN_CAP_NONE));
	check(kn_info_label(regs.info) == KN_LABEL_SIGNAL && regs.badge == 1);
	check_ok(kn_tcb_unbind_notification(KN_SLOT_TCB));
	check_ok(kn_signal(notification, 8));
	check_status(kn_recv(endpoint, &regs, KN_TIME_POLL, KN_CAP_NONE), KN_E_WOULD_BLOCK);
}

static void timers_fire_on_time(void)
{
	kn_cap timer = rig_new(KN_TYPE_TIMER, 0);
	kn_word bits = 0;
	uint64_t left = 0;

	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	kn_cap badged = rig_derive(notification, KN_RIGHT_SEND, 0x40);
	check_status(kn_timer_set(timer, 1, 0), KN_E_NOT_FOUND);
	check_ok(kn_timer_bind(timer, badged));
	check_status(kn_timer_bind(timer, badged), KN_E_BUSY);
	kn_time start = rig_now();
	check_ok(kn_timer_set(timer, start + 2000000, 0));
	check_ok(kn_wait(notification, &bits, FOREVER));
	check(bits == 0x40 && rig_now() >= start + 2000000);
	check(!rig_counts_instructions || rig_now() < start + 2020000);
	/* The past: at once. Periodic: again and again. */
	check_ok(kn_timer_set(timer, 1, 1000000));
	for (unsigned i = 0; i < 5; i++)
		check_ok(kn_wait(notification, &bits, rig_now() + RIG_PATIENCE));
	check_ok(kn_timer_cancel(timer, &left));
	check(left > 0);
	(void)kn_wait(notification, &bits, KN_TIME_POLL);
	check_status(kn_wait(notification, &bits, rig_now() + 3000000), KN_E_TIMED_OUT);
	check_ok(kn_timer_cancel(timer, &left));
	check(left == 0);
	check_status(kn_timer_set(timer, rig_now(), 99999), KN_E_RANGE);
	check_status(kn_timer_set(timer, FOREVER, 0), KN_E_RANGE);
	check_status(kn_timer_set(timer, rig_now(), ~0ull), KN_E_RANGE);
	/* Destroyed while armed; its notification destroyed first. */
	check_ok(kn_timer_set(timer, rig_now() + 1000000, 1000000));
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)notification));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)notification));
	rig_sleep(3000000);
}

#define TIMERS 40

/* One after the other from `start` on, in any order; every third is taken out again. false: that took longer. */
static bool set_timers(const kn_cap timers[TIMERS], kn_time start)
{
	for (unsigned i = 0; i < TIMERS; i++) {
		unsigned shuffled = i * 17 % TIMERS;

		check_ok(kn_timer_set(timers[shuffled], start + shuffled * 200000, 0));
	}
	for (unsigned i = 0; i < TIMERS; i += 3) {
		uint64_t left;

		check_ok(kn_timer_cancel(timers[i], &left));
	}
	return rig_now() < start;
}

static void many_deadlines_end_in_order(void)
{
	kn_cap timers[TIMERS];
	kn_word bits = 0, seen = 0, expected = 0;
	kn_time start, wait = 10000000;

	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	for (unsigned i = 0; i < TIMERS; i++) {
		timers[i] = rig_new(KN_TYPE_TIMER, 0);
		check_ok(
		    kn_timer_bind(timers[i], rig_derive(notification, KN_RIGHT_SEND, 1ull << i)));
		expected |= (kn_word)(i % 3 != 0) << i;
	}
	/* Until the emulator's host has let us set them all by then. */
	while (!set_timers(timers, start = rig_now() + wait)) {
		rig_sleep(TIMERS * 200000);
		(void)kn_wait(notification, &bits, KN_TIME_POLL);
		wait *= 2;
	}
	while (seen != expected && kn_wait(notification, &bits, start + RIG_PATIENCE) == KN_OK) {
		/* No bit below one already seen. */
		check(bits > seen);
		seen |= bits;
	}
	check(seen == expected);
}

static void clock_goes_forward_and_wall_can_be_set(void)
{
	if (rig_is_shared())
		return;

	kn_time a = 0, b = 0;
	int64_t wall = 0;
	kn_cap read_only = rig_derive(KN_BOOT_SLOT_CLOCK, KN_RIGHT_READ, 0);

	check_ok(kn_clock_now(read_only, &a, &wall));
	check_ok(kn_clock_now(read_only, &b, &wall));
	check(b >= a);
	check_status(kn_clock_set_wall(read_only, 5), KN_E_RIGHTS);
	int64_t saved = wall;
	check_ok(kn_clock_set_wall(KN_BOOT_SLOT_CLOCK, 1000000000000000000));
	check_ok(kn_clock_now(read_only, &a, &wall));
	check(wall >= 1000000000000000000 && wall < 1000000100000000000);
	check_ok(kn_clock_set_wall(KN_BOOT_SLOT_CLOCK, saved));
}

/* A CPU without a random instruction has its interrupts alone, a bit each: our sleeping makes them. */
static void random_waits_for_its_seed(void)
{
	if (rig_is_shared())
		return;

	struct kn_random_data a = {}, b = {};
	unsigned refusals = 0;
	kn_status status;

	while ((status = kn_random_get(KN_BOOT_SLOT_RANDOM, &a)) == KN_E_WOULD_BLOCK && refusals < 1000) {
		/* Nothing comes with a refusal, and what nobody vouches for is no seed. */
		check(a.words[0] == 0 && a.words[7] == 0);
		check_ok(kn_random_seed(KN_BOOT_SLOT_RANDOM, &b, false));
		refusals++;
		rig_sleep(100000);
	}
	check_ok(status);
	check(rig_has_word("test.no_random") ? refusals > 100 : refusals == 0);
	check_ok(kn_random_get(KN_BOOT_SLOT_RANDOM, &b));
	check(a.words[0] != b.words[0] && a.words[0] != 0);
}

static void random_numbers_differ(void)
{
	if (rig_is_shared())
		return;

	struct kn_random_data a = {}, b = {}, seed = {};

	check_ok(kn_random_seed(KN_BOOT_SLOT_RANDOM, &seed, true));
	check_ok(kn_random_get(KN_BOOT_SLOT_RANDOM, &a));
	check_ok(kn_random_get(KN_BOOT_SLOT_RANDOM, &b));
	for (unsigned i = 0; i < 8; i++)
		check(a.words[i] != b.words[i] && a.words[i] != 0);
}

static void interrupts_are_claimed_once(void)
{
	if (rig_is_shared())
		return;

	kn_cap a = rig_new(KN_TYPE_IRQ_HANDLER, 0), b = rig_new(KN_TYPE_IRQ_HANDLER, 0);
	struct kn_uart_info uart = {};

	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	check_ok(kn_console_describe(KN_BOOT_SLOT_CONSOLE, &uart));
	check(uart.kind != KN_UART_KIND_NONE);
	check_status(kn_irq_handler_bind(a, notification), KN_E_BUSY);
	check_status(kn_irq_handler_ack(a), KN_E_BUSY);
	check_status(kn_irq_control_claim(KN_BOOT_SLOT_IRQ_CONTROL, a, 100000, false), KN_E_RANGE);
	check_ok(kn_irq_control_claim(KN_BOOT_SLOT_IRQ_CONTROL, a, uart.irq, false));
	check_status(kn_irq_control_claim(KN_BOOT_SLOT_IRQ_CONTROL, b, uart.irq, false), KN_E_BUSY);
	check_ok(kn_irq_handler_bind(a, notification));
	check_status(kn_irq_handler_bind(a, notification), KN_E_BUSY);
	check_ok(kn_irq_handler_ack(a));
	check_ok(kn_irq_handler_unbind(a));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)a));
	check_ok(kn_irq_control_claim(KN_BOOT_SLOT_IRQ_CONTROL, b, uart.irq, false));
}

/* From the oldest event to the newest, and none behind that: the ring's next place holds an older one. */
static void check_events_are_in_order(kn_cap debug)
{
	struct kn_trace_event event = {};
	kn_status status = KN_OK;
	kn_time latest = 0;

	for (uint64_t sequence = 0, next = 0, left = 1 << 16; left != 0; sequence = next, left--) {
		status = kn_debug_trace(debug, sequence, &next, &event);
		if (status != KN_OK || !check(event.time >= latest) || !check(next > sequence))
			break;
		latest = event.time;
	}
	check(status == KN_OK || status == KN_E_WOULD_BLOCK);
}

static void debug_tells_counts_and_events(void)
{
	struct kn_kernel_stats stats = {};
	struct kn_trace_event event = {};
	uint64_t next = 0, checked = 0;
	kn_cap weak = rig_derive(KN_BOOT_SLOT_DEBUG, KN_RIGHT_READ, 0);

	check_ok(kn_debug_stats(weak, &stats));
	check(stats.kernel_entries > 1000 && stats.ipc_slow + stats.ipc_fast > 10);
	/* Some revoke or clear before this has used a whole budget of steps. */
	check(stats.longest_locked > 1000 && stats.longest_locked < 10000000000);
	check_ok(kn_debug_trace(weak, 0, &next, &event));
	check(next > 0);
	check_status(kn_debug_trace(weak, ~0ull >> 1, &next, &event), KN_E_WOULD_BLOCK);
	check_events_are_in_order(weak);
	check_ok(kn_debug_check(weak, &checked));
	check(checked > 30);
	check_status(kn_debug_panic(weak), KN_E_RIGHTS);
}

const struct rig_test time_tests[] = {
    {"signals_are_collected", signals_are_collected},
    {"signal_wakes_one_waiter", signal_wakes_one_waiter},
    {"bound_notification_wakes_a_receive", bound_notification_wakes_a_receive},
    {"timers_fire_on_time", timers_fire_on_time},
    {"many_deadlines_end_in_order", many_deadlines_end_in_order},
    {"clock_goes_forward_and_wall_can_be_set", clock_goes_forward_and_wall_can_be_set},
    {"random_waits_for_its_seed", random_waits_for_its_seed},
    {"random_numbers_differ", random_numbers_differ},
    {"interrupts_are_claimed_once", interrupts_are_claimed_once},
    {"debug_tells_counts_and_events", debug_tells_counts_and_events},
    {},
};
