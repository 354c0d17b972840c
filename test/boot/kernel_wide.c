/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects on which a thousand others hang, and timers (wide_rig.h). */
#include "wide_rig.h"

static uint32_t count_objects(enum kn_object_type type)
{
	struct kn_object_counts counts = {};

	check_ok(kn_debug_objects(KN_BOOT_SLOT_DEBUG, &counts));
	return counts.counts[type];
}

static void a_cspace_with_many_threads_goes_in_steps(void)
{
	kn_cap cspace = rig_new(KN_TYPE_CNODE, 4);

	new_table();
	kn_cap threads = configure_many(OWN, cspace);

	check_ok(kn_cnode_delete(CSPACE, (uint32_t)cspace));
	check_stretch();
	check_status(kn_tcb_resume(threads + MANY - 1), KN_E_INVALID_ARG);
}

static void a_full_cspace_goes_in_steps(void)
{
	uint32_t before = count_objects(KN_TYPE_NOTIFICATION);

	new_table();
	(void)many(KN_TYPE_NOTIFICATION, 1, 4 * MANY);
	check_stretch();
	check(count_objects(KN_TYPE_NOTIFICATION) == before + 4 * MANY);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)table));
	check_stretch();
	check(count_objects(KN_TYPE_NOTIFICATION) == before);
}

static void many_threads_go_in_steps(void)
{
	uint32_t before = count_objects(KN_TYPE_TCB);

	new_table();
	(void)configure_many(OWN, CSPACE);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)table));
	check_stretch();
	check(count_objects(KN_TYPE_TCB) == before);
}

static void a_space_with_many_threads_goes_in_steps(void)
{
	kn_cap space = new_space(KN_BOOT_SLOT_POOL);

	new_table();
	kn_cap threads = configure_many(space, CSPACE);

	check_ok(kn_cnode_delete(CSPACE, (uint32_t)space));
	check_stretch();
	check_status(kn_tcb_resume(threads), KN_E_INVALID_ARG);
}

static void an_object_with_many_pins_goes_in_steps(void)
{
	struct kn_memory_object_info info = {};
	kn_cap other = new_object(1);

	new_table();
	kn_cap threads = configure_many(OWN, CSPACE);

	check_status(kn_memory_object_decommit(buffers, MANY - 1, 1), KN_E_BUSY);
	check_stretch();
	/* All are looked at, and none is in the way. */
	check_ok(kn_memory_object_resize(buffers, 2 * MANY));
	check_ok(kn_memory_object_decommit(buffers, MANY, 1));
	check_stretch();
	check_ok(kn_memory_object_info(buffers, &info));
	check(info.committed == MANY);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)buffers));
	check_stretch();
	/* It has none any more. */
	check_ok(kn_tcb_configure(threads, OWN, CSPACE, other, 0, 0x100000, KN_CAP_NONE));
}

/* ---- timers ---- */

static kn_cap timers, rung, silent;

static void set(unsigned i, kn_time deadline)
{
	check_ok(kn_timer_set(timers + i, deadline, 0));
}

static void make_timers(void)
{
	new_table();
	timers = many(KN_TYPE_TIMER, 1, MANY);
	rung = rig_new(KN_TYPE_NOTIFICATION, 0);
	silent = rig_new(KN_TYPE_NOTIFICATION, 0);
	for (unsigned i = 0; i < MANY; i++)
		check_ok(kn_timer_bind(timers + i, i % 4 ? rung : silent));
}

static kn_time cancel(unsigned i)
{
	kn_time left = 0;

	check_ok(kn_timer_cancel(timers + i, &left));
	return left;
}

static void check_left(unsigned i, kn_time deadline)
{
	kn_time before = rig_now(), left = cancel(i);

	check(left <= deadline - before && left >= deadline - rig_now());
	check(cancel(i) == 0);
	check_stretch();
}

#define SECOND 1000000000ull

static void one_of_many_timers_is_cancelled(void)
{
	make_timers();
	/* Later ones later; then the other way round. */
	for (unsigned way = 0; way < 2; way++) {
		kn_time start = rig_now() + 100 * SECOND;

		for (unsigned i = 0; i < MANY; i++)
			set(i, start + (way ? MANY - i : i) * 1000);
		check_stretch();
		check_left(way ? MANY - 1 : 0, start + way * 1000);
		check_left(MANY / 2, start + MANY / 2 * 1000);
		check_left(way ? MANY - 2 : 1, start + (1 + way) * 1000);
		check_left(way ? 0 : MANY - 1, start + (way ? MANY : MANY - 1) * 1000);
		/* Moved to the other end. */
		set(MANY / 2, start - 1000);
		set(MANY / 2, start + 2 * MANY * 1000);
		check_left(MANY / 2, start + 2 * MANY * 1000);
	}
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)table));
	check_stretch();
}

/* In their order: 1000 from 0.. by steps of 7 modulo MANY. */
static void many_timers_ring_in_order(void)
{
	kn_word bits = 0;
	unsigned still = 0;

	make_timers();
	kn_time start = rig_now() + SECOND / 20;

	for (unsigned i = 0; i < MANY; i++)
		set(i, start + i * 7 % MANY * 1000);
	for (unsigned i = 0; i < MANY; i += 4)
		check(cancel(i) > 0);
	check_stretch();
	/* The first but one of them, for what is a multiple of four is not there any more. */
	check_ok(kn_wait(rung, &bits, FOREVER));
	check(rig_now() >= start);
	rig_sleep(MANY * 1000 + SECOND / 100);
	for (unsigned i = 0; i < MANY; i++)
		still += cancel(i) != 0;
	check(still == 0);
	check_status(kn_wait(silent, &bits, KN_TIME_POLL), KN_E_WOULD_BLOCK);
	check_stretch();
}

static void many_timers_ring_at_once(void)
{
	kn_word bits = 0;
	unsigned still = 0;

	make_timers();
	kn_time start = rig_now() + SECOND / 20;

	for (unsigned i = 0; i < MANY; i++)
		set(i, start);
	check_ok(kn_wait(rung, &bits, FOREVER));
	check_ok(kn_wait(silent, &bits, start + SECOND));
	rig_sleep(SECOND / 100);
	for (unsigned i = 0; i < MANY; i++)
		still += cancel(i) != 0;
	check(still == 0);
	check_stretch();
}

static void a_notification_with_many_timers_goes_in_steps(void)
{
	make_timers();
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)rung));
	check_stretch();
	check_status(kn_timer_set(timers + 1, 0, 0), KN_E_NOT_FOUND);
	check_ok(kn_timer_set(timers, 0, 0));
}

const struct rig_test wide_tests[] = {
    {"a_cspace_with_many_threads_goes_in_steps", a_cspace_with_many_threads_goes_in_steps},
    {"a_full_cspace_goes_in_steps", a_full_cspace_goes_in_steps},
    {"many_threads_go_in_steps", many_threads_go_in_steps},
    {"a_space_with_many_threads_goes_in_steps", a_space_with_many_threads_goes_in_steps},
    {"an_object_with_many_pins_goes_in_steps", an_object_with_many_pins_goes_in_steps},
    {"one_of_many_timers_is_cancelled", one_of_many_timers_is_cancelled},
    {"many_timers_ring_in_order", many_timers_ring_in_order},
    {"many_timers_ring_at_once", many_timers_ring_at_once},
    {"a_notification_with_many_timers_goes_in_steps", a_notification_with_many_timers_goes_in_steps},
    {},
};
