/* SPDX-License-Identifier: BSD-2-Clause */
/* A page that is seen from a thousand places, and who comes in the way while it is taken from all of them (wide_rig.h). */
#include "wide_rig.h"

#define VIEWS 1000
#define TABLE (2ull << 20) /* what a page table covers */
#define OLD 0x5a17u
#define NEW 0x0e30u

static kn_cap object;
static uint64_t base, stride, view_pages;

static word *view(unsigned i)
{
	return at(base + i * stride);
}

/* A place of this size where nothing is. */
static uint64_t find_place(uint64_t size)
{
	uint64_t start = map(OWN, KN_CAP_NONE, (size + TABLE) / PAGE, R, PRIVATE);

	unmap(start, (size + TABLE) / PAGE);
	return (start + TABLE - 1) & ~(TABLE - 1);
}

static void show(unsigned i)
{
	uint64_t mapped;

	check_ok(kn_vspace_map(OWN, object, 0, base + i * stride, view_pages, RW, RW, SHARED | FIXED, &mapped));
}

/* How many of them do not show this? Touches all. */
static unsigned differing(uint32_t value)
{
	unsigned count = 0;

	for (unsigned i = 0; i < VIEWS; i++)
		count += *view(i) != value;
	return count;
}

static void make_views(uint64_t distance, uint64_t pages)
{
	object = new_object(pages);
	view_pages = pages;
	stride = distance;
	base = find_place(VIEWS * distance);
	for (unsigned i = 0; i < VIEWS; i++)
		show(i);
	*view(0) = OLD;
	check(differing(OLD) == 0);
}

/* As good as new: all show the same, a new page of zeros. */
static void check_is_zero(void)
{
	struct kn_memory_object_info info = {};

	check(differing(0) == 0);
	*view(VIEWS / 3) = NEW;
	check(differing(NEW) == 0);
	check_ok(kn_memory_object_info(object, &info));
	check(info.mappings == VIEWS);
}

static void take_page(uint64_t distance)
{
	make_views(distance, 1);
	check_ok(kn_memory_object_decommit(object, 0, 1));
	check_stretch();
	check_is_zero();
}

static void a_page_is_taken_from_many_views(void)
{
	take_page(PAGE);
}

static void a_page_is_taken_from_many_tables(void)
{
	take_page(TABLE / 8);
}

static unsigned count_out_of_reach(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < VIEWS; i++)
		count += kn_vspace_wait(OWN, base + i * stride, OLD, KN_TIME_POLL) == KN_E_BAD_ADDRESS;
	return count;
}

static void an_object_that_shrinks_leaves_many_views(void)
{
	make_views(PAGE, 1);
	check_ok(kn_memory_object_resize(object, 0));
	check_stretch();
	check(count_out_of_reach() == VIEWS);
	check_ok(kn_memory_object_resize(object, 1));
	check_is_zero();
}

static void an_object_that_goes_leaves_many_views(void)
{
	struct kn_region_info info = {};

	make_views(PAGE, 1);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)object));
	check_stretch();
	check_ok(kn_vspace_query(OWN, base, &info));
	check(info.pages == 0 || info.address >= base + VIEWS * stride);
	check(count_out_of_reach() == VIEWS);
}

#define SPACES 10
static uint64_t places[SPACES][VIEWS / SPACES];

/* Does the word there hold this? The kernel looks. */
static unsigned count_elsewhere(kn_cap spaces, uint32_t value, kn_status expected)
{
	unsigned count = 0;

	for (unsigned i = 0; i < VIEWS; i++)
		count += kn_vspace_wait(spaces + i % SPACES, places[i % SPACES][i / SPACES], value, 1) == expected;
	return count;
}

static void a_page_is_taken_from_many_spaces(void)
{
	object = new_object(1);
	uint64_t here = map(OWN, object, 1, RW, SHARED);
	kn_cap spaces = new_space(KN_BOOT_SLOT_POOL);

	*at(here) = OLD;
	for (unsigned i = 1; i < SPACES; i++)
		check(new_space(KN_BOOT_SLOT_POOL) == spaces + i);
	for (unsigned i = 0; i < VIEWS; i++)
		places[i % SPACES][i / SPACES] = map(spaces + i % SPACES, object, 1, RW, SHARED | KN_VSPACE_MAP_POPULATE);
	check(count_elsewhere(spaces, OLD, KN_E_TIMED_OUT) == VIEWS);
	check_ok(kn_memory_object_decommit(object, 0, 1));
	check_stretch();
	check(count_elsewhere(spaces, OLD, KN_E_WOULD_BLOCK) == VIEWS);
	*at(here) = NEW;
	check(count_elsewhere(spaces, NEW, KN_E_TIMED_OUT) == VIEWS);
	/* Some of those that see it go meanwhile. */
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)spaces));
	check_stretch();
	check_ok(kn_memory_object_resize(object, 0));
	check_stretch();
}

/* ---- with others in the way ---- */

static volatile bool is_over;
static volatile unsigned disturbances;
static kn_cap bell;
static kn_time pause;

static void rest(void)
{
	kn_word bits;

	if (pause)
		(void)kn_wait(bell, &bits, rig_now() + pause);
}

static void touch_views(void *argument)
{
	(void)argument;
	for (unsigned i = 0; !is_over; rest()) {
		for (unsigned n = 0; n < 16 && !is_over; n++, i = (i + 61) % VIEWS) {
			(void)*view(i);
			disturbances++;
		}
	}
}

/* Where a walk over all views stands, perhaps. */
static void show_anew(void *argument)
{
	(void)argument;
	for (unsigned i = 0; !is_over; i = (i + 61) % VIEWS) {
		check_ok(kn_vspace_unmap(OWN, base + i * stride, view_pages));
		show(i);
		disturbances++;
		if (i % 8 == 0)
			rest();
	}
}

static volatile kn_status worker_status;

static void decommit_page(void *page)
{
	worker_status = kn_memory_object_decommit(object, (uintptr_t)page, 1);
}

static void take_while(void (*disturb)(void *), kn_time disturb_pause)
{
	bell = rig_new(KN_TYPE_NOTIFICATION, 0);
	make_views(PAGE, 1);
	for (unsigned round = 0; round < 3; round++) {
		*view(0) = OLD;
		check(differing(OLD) == 0);
		is_over = false;
		disturbances = 0;
		pause = disturb_pause;
		worker_status = KN_E_BUSY;
		/* An equal of the worker's, if it does not rest. */
		struct rig_thread *other = start_below(disturb, nullptr, pause ? 0 : 1);
		struct rig_thread *worker = start_below(decommit_page, nullptr, 1);

		rig_join(worker);
		check_ok(worker_status);
		rig_until(disturbances > 0);
		is_over = true;
		rig_join(other);
		check_is_zero();
	}
	check_stretch();
}

static void a_page_is_taken_while_another_thread_touches_it(void)
{
	take_while(touch_views, 30000);
}

static void a_page_is_taken_while_another_thread_touches_it_without_rest(void)
{
	take_while(touch_views, 0);
}

static void a_page_is_taken_while_its_views_come_and_go(void)
{
	take_while(show_anew, 30000);
}

/* Whoever comes next ends what was begun. */
static void taking_a_page_may_end_halfway(void)
{
	make_views(PAGE, 1);
	for (kn_time delay = 10000; delay <= 370000; delay += 60000) {
		struct rig_thread *worker = start_below(decommit_page, nullptr, 1);

		rig_sleep(delay);
		check_ok(kn_tcb_suspend(worker->tcb, true));
		check_ok(kn_cnode_delete(CSPACE, (uint32_t)worker->tcb));
		(void)differing(0);
		check(differing(*view(VIEWS / 2)) == 0);
		*view(VIEWS / 4) = NEW;
		check(differing(NEW) == 0);
		check_ok(kn_memory_object_decommit(object, 0, 1));
		check_is_zero();
	}
	check_stretch();
}

static volatile kn_status second_status;

static void decommit_second(void *argument)
{
	(void)argument;
	second_status = kn_memory_object_decommit(object, 1, 1);
}

static void resize_to_one(void *argument)
{
	(void)argument;
	second_status = kn_memory_object_resize(object, 1);
}

static void clone_it(void *argument)
{
	second_status = kn_memory_object_configure_clone((uintptr_t)argument, KN_BOOT_SLOT_POOL, object);
}

static void delete_it(void *argument)
{
	(void)argument;
	second_status = kn_cnode_delete(CSPACE, (uint32_t)object);
}

static void write_second(unsigned i, uint32_t value)
{
	view(i)[PAGE / sizeof(uint32_t)] = value;
}

/* `second` begins while the first page is being taken. */
static void take_and(void (*second)(void *), kn_cap argument)
{
	worker_status = second_status = KN_E_BUSY;

	struct rig_thread *worker = start_below(decommit_page, nullptr, 2);

	rig_sleep(50000);
	struct rig_thread *other = start_below(second, (void *)argument, 1);

	rig_join(other);
	rig_join(worker);
	check_ok(second_status);
	check_stretch();
}

static void two_pages_are_taken_at_once(void)
{
	make_views(2 * PAGE, 2);
	write_second(1, OLD);
	for (unsigned i = 0; i < VIEWS; i++)
		check(view(i)[PAGE / sizeof(uint32_t)] == OLD);
	take_and(decommit_second, 0);
	check_ok(worker_status);
	check_is_zero();
	for (unsigned i = 0; i < VIEWS; i++)
		check(view(i)[PAGE / sizeof(uint32_t)] == 0);
}

static void an_object_shrinks_while_a_page_is_taken(void)
{
	make_views(2 * PAGE, 2);
	write_second(1, OLD);
	take_and(resize_to_one, 0);
	check_ok(worker_status);
	check_is_zero();
}

static void an_object_is_cloned_while_a_page_is_taken(void)
{
	kn_cap copy = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	make_views(2 * PAGE, 2);
	write_second(1, OLD);
	take_and(clone_it, copy);
	check_ok(worker_status);
	check_is_zero();
	check(view(9)[PAGE / sizeof(uint32_t)] == OLD);
	check(at(map(OWN, copy, 2, RW, SHARED))[PAGE / sizeof(uint32_t)] == OLD);
}

static void an_object_goes_while_a_page_is_taken(void)
{
	make_views(2 * PAGE, 2);
	take_and(delete_it, 0);
	check(worker_status == KN_OK || worker_status == KN_E_INVALID_CAP);
	check(count_out_of_reach() == VIEWS);
}

/* ---- copies on write ---- */

static uint64_t clone_object(void)
{
	kn_cap copy = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_memory_object_configure_clone(copy, KN_BOOT_SLOT_POOL, object));
	return map(OWN, copy, 1, RW, SHARED);
}

static void a_page_with_many_views_is_copied_on_write(void)
{
	make_views(PAGE, 1);
	uint64_t copy = clone_object();

	check_stretch();
	check(differing(OLD) == 0);
	check(*at(copy) == OLD);
	*view(VIEWS - 1) = NEW;
	check_stretch();
	check(differing(NEW) == 0);
	check(*at(copy) == OLD);
	*at(copy) = 1;
	check(differing(NEW) == 0);

	/* The other one writes first. */
	copy = clone_object();
	check(differing(NEW) == 0);
	*at(copy) = OLD;
	check(differing(NEW) == 0);
	*view(0) = OLD + 1;
	check(differing(OLD + 1) == 0);
	check(*at(copy) == OLD);
	check_stretch();
}

/* The kernel itself writes there from now on. */
static void a_page_with_many_views_is_pinned(void)
{
	make_views(PAGE, 1);
	uint64_t copy = clone_object();

	check(differing(OLD) == 0);
	check_ok(kn_tcb_configure(rig_new(KN_TYPE_TCB, 0), OWN, CSPACE, object, 0, 0x100000, KN_CAP_NONE));
	check_stretch();
	check(differing(OLD) == 0);
	*view(5) = NEW;
	check(differing(NEW) == 0);
	check(*at(copy) == OLD);
}

static void a_page_with_many_views_is_supplied(void)
{
	kn_cap paged = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_memory_object_configure_pager(paged, KN_BOOT_SLOT_POOL, rig_new(KN_TYPE_ENDPOINT, 0), 1));
	make_views(PAGE, 1);
	check_ok(kn_memory_object_supply(paged, 0, object, 0, 1));
	check_stretch();
	check_is_zero();
	check(*at(map(OWN, paged, 1, RW, SHARED)) == OLD);
}

static void write_word(void *index)
{
	view(VIEWS - 1)[(uintptr_t)index] = NEW;
}

/* Whoever comes in its way writes too, or ends it: no write gets lost, and all see the same page. */
static void a_copy_on_write_may_be_disturbed(void)
{
	unsigned lost = 0;

	make_views(PAGE, 1);
	for (uintptr_t round = 1; round <= 6; round++) {
		uint64_t copy = clone_object();

		*view(0) = OLD;
		copy = clone_object();
		check(differing(OLD) == 0);

		struct rig_thread *writer = start_below(write_word, (void *)round, 1);

		uint64_t checked;

		rig_sleep(30000 * round);
		if (round % 2 == 0) {
			check_ok(kn_tcb_suspend(writer->tcb, true));
			check_ok(kn_cnode_delete(CSPACE, (uint32_t)writer->tcb));
			/* With the old page still owned by the object. */
			check_ok(kn_debug_check(KN_BOOT_SLOT_DEBUG, &checked));
		}
		view(0)[100 + round] = NEW;
		if (round % 2)
			rig_join(writer);
		for (unsigned i = 0; i < VIEWS; i++)
			lost += view(i)[100 + round] != NEW || view(i)[round] != view(0)[round];
		check(round % 2 == 0 || view(0)[round] == NEW);
		check(differing(OLD) == 0 && *at(copy) == OLD);
		check(at(copy)[100 + round] == 0 && at(copy)[round] == 0);
	}
	check(lost == 0);
	check_stretch();
}

const struct rig_test wide_memory_tests[] = {
    {"a_page_is_taken_from_many_views", a_page_is_taken_from_many_views},
    {"a_page_is_taken_from_many_tables", a_page_is_taken_from_many_tables},
    {"an_object_that_shrinks_leaves_many_views", an_object_that_shrinks_leaves_many_views},
    {"an_object_that_goes_leaves_many_views", an_object_that_goes_leaves_many_views},
    {"a_page_is_taken_from_many_spaces", a_page_is_taken_from_many_spaces},
    {"a_page_is_taken_while_another_thread_touches_it", a_page_is_taken_while_another_thread_touches_it},
    {"a_page_is_taken_while_one_touches_it_without_rest", a_page_is_taken_while_another_thread_touches_it_without_rest},
    {"a_page_is_taken_while_its_views_come_and_go", a_page_is_taken_while_its_views_come_and_go},
    {"taking_a_page_may_end_halfway", taking_a_page_may_end_halfway},
    {"two_pages_are_taken_at_once", two_pages_are_taken_at_once},
    {"an_object_shrinks_while_a_page_is_taken", an_object_shrinks_while_a_page_is_taken},
    {"an_object_is_cloned_while_a_page_is_taken", an_object_is_cloned_while_a_page_is_taken},
    {"an_object_goes_while_a_page_is_taken", an_object_goes_while_a_page_is_taken},
    {"a_page_with_many_views_is_copied_on_write", a_page_with_many_views_is_copied_on_write},
    {"a_page_with_many_views_is_pinned", a_page_with_many_views_is_pinned},
    {"a_page_with_many_views_is_supplied", a_page_with_many_views_is_supplied},
    {"a_copy_on_write_may_be_disturbed", a_copy_on_write_may_be_disturbed},
    {},
};
