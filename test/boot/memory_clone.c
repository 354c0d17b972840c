/* SPDX-License-Identifier: BSD-2-Clause */
/* Further address spaces: clones, their ends, and what other CPUs see. */
#include "memory_rig.h"

/* The words that a thread in a cloned space and this one look at. */
static uint64_t private_page, shared_page;

static void in_the_clone(void *argument)
{
	(void)argument;
	at(shared_page)[1] = *at(private_page);
	*at(private_page) = 22;
	at(shared_page)[2] = *at(private_page);
	at(shared_page)[0] = 1;
}

static void map_pages(void)
{
	kn_cap object = new_object(1);

	private_page = map(OWN, KN_CAP_NONE, 1, RW, PRIVATE);
	shared_page = map(OWN, object, 1, RW, SHARED);
}

static void unmap_pages(void)
{
	unmap(private_page, 1);
	unmap(shared_page, 1);
}

/* Wait for a word of shared memory, bounded. */
static bool await_word(word *place, uint32_t value)
{
	return rig_until(*place == value);
}

/* A thread, not yet resumed, in a clone of this space; its buffer is mapped SHARED in both. */
static struct rig_thread *make_thread_in_clone(void (*entry)(void *), kn_cap *space)
{
	struct rig_thread *thread = rig_make_thread(entry, nullptr, KN_CAP_NONE);
	uint64_t mapped, mine = (uint64_t)(uintptr_t)thread->ipc;

	*space = new_space(KN_BOOT_SLOT_POOL);
	check_ok(kn_vspace_clone(OWN, *space));

	kn_cap object = new_object(1);

	check_ok(kn_vspace_map(*space, object, 0, mine, 1, RW, RW, SHARED | FIXED, &mapped));
	check_ok(kn_tcb_configure(thread->tcb, *space, CSPACE, object, 0, mine, KN_CAP_NONE));
	return thread;
}

static void a_cloned_space_sees_the_past_and_keeps_its_own_future(void)
{
	kn_cap space;

	map_pages();
	*at(private_page) = 11;

	struct rig_thread *thread = make_thread_in_clone(in_the_clone, &space);

	*at(private_page) = 12;
	check_ok(kn_tcb_resume(thread->tcb));
	check(await_word(at(shared_page), 1));
	check(at(shared_page)[1] == 11);
	check(at(shared_page)[2] == 22);
	check(*at(private_page) == 12);
	unmap_pages();
}

static void a_space_that_dies_stops_its_threads(void)
{
	kn_cap space;

	map_pages();

	struct rig_thread *thread = make_thread_in_clone(in_the_clone, &space);

	check_ok(kn_cnode_delete(CSPACE, (uint32_t)space));
	check_status(kn_tcb_resume(thread->tcb), KN_E_INVALID_ARG);
	check(at(shared_page)[0] == 0);
	unmap_pages();
}

static void spin_on_page(void *argument)
{
	(void)argument;
	for (;;)
		++*at(private_page);
}

static void a_running_thread_dies_with_its_space(void)
{
	kn_cap space, object = new_object(1);

	private_page = map(OWN, object, 1, RW, SHARED);

	struct rig_thread *thread = make_thread_in_clone(spin_on_page, &space);

	check_ok(kn_tcb_set_priority(thread->tcb, 100));
	check_ok(kn_tcb_resume(thread->tcb));
	for (uint32_t before = *at(private_page); *at(private_page) == before;)
		rig_sleep(100000);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)space));

	uint32_t last = *at(private_page);

	rig_sleep(2000000);
	check(*at(private_page) == last);
	unmap(private_page, 1);
}

/* Another CPU writes in a loop; once protect() has returned it cannot any more. */
static void protection_reaches_the_other_cpus(void)
{
	kn_cap object = new_object(1);
	uint64_t window = map(OWN, object, 1, R, SHARED);

	private_page = map(OWN, object, 1, RW, SHARED);
	for (unsigned round = 0; round < 50; round++) {
		struct rig_thread *thread;

		if (round == 0) {
			fault_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
			fault_reply = rig_new(KN_TYPE_REPLY, 0);
			thread = rig_make_thread(spin_on_page, nullptr, fault_endpoint);
			check_ok(kn_tcb_set_priority(thread->tcb, 100));
			check_ok(kn_tcb_resume(thread->tcb));
		}
		for (uint32_t before = *at(window); *at(window) == before;)
			rig_sleep(50000);
		check_ok(kn_vspace_protect(OWN, private_page, 1, R));

		uint32_t last = *at(window);

		for (unsigned i = 0; i < 2000; i++)
			if (!check(*at(window) == last))
				return;
		expect_fault(KN_LABEL_FAULT_VM, private_page, 2);
		check_ok(kn_vspace_protect(OWN, private_page, 1, RW));
		answer_fault(KN_OK);
	}
	unmap(private_page, 1);
	unmap(window, 1);
}

static void look_twice(void *argument)
{
	uint32_t first = *at(private_page);

	(void)argument;
	for (unsigned i = 0; i < 20000; i++)
		if (*at(private_page) != first)
			at(shared_page)[1]++;
	at(shared_page)[0]++;
}

/* A thread writes all the time, on another CPU if there is one; each clone must stand still. */
static void a_fork_is_a_snapshot_while_others_write(void)
{
	struct rig_thread *writer = rig_make_thread(spin_on_page, nullptr, KN_CAP_NONE);

	map_pages();
	check_ok(kn_tcb_set_priority(writer->tcb, 100));
	check_ok(kn_tcb_resume(writer->tcb));
	for (uint32_t round = 1; round <= 12; round++) {
		kn_cap space;
		struct rig_thread *reader = make_thread_in_clone(look_twice, &space);

		check_ok(kn_tcb_resume(reader->tcb));
		if (!check(await_word(at(shared_page), round)))
			break;
		check_ok(kn_cnode_delete(CSPACE, (uint32_t)reader->tcb));
		check_ok(kn_cnode_delete(CSPACE, (uint32_t)space));
	}
	check(at(shared_page)[1] == 0);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)writer->tcb));
	unmap_pages();
}

static void wait_in_space(void *argument)
{
	at(shared_page)[2] = (uint32_t)kn_vspace_wait(OWN, shared_page, 5, FOREVER);
	at(shared_page)[1]++;
	(void)argument;
}

static void waiters_are_woken_across_spaces(void)
{
	kn_cap space, object = new_object(1);
	uint32_t woken = 0;

	shared_page = map(OWN, object, 1, RW, SHARED);
	*at(shared_page) = 5;

	struct rig_thread *thread = make_thread_in_clone(wait_in_space, &space);

	check_ok(kn_tcb_resume(thread->tcb));
	rig_await(thread, KN_TCB_STATE_WAITING_ADDRESS);
	check_ok(kn_vspace_wake(OWN, shared_page + 4, 1, &woken));
	check(woken == 0);
	check_ok(kn_vspace_wake(OWN, shared_page, 1, &woken));
	check(woken == 1);
	check(await_word(at(shared_page) + 1, 1));
	check(at(shared_page)[2] == KN_OK);
	unmap(shared_page, 1);
}

const struct rig_test memory_clone_tests[] = {
    {"a_cloned_space_sees_the_past_and_keeps_its_own_future",
	a_cloned_space_sees_the_past_and_keeps_its_own_future},
    {"a_space_that_dies_stops_its_threads", a_space_that_dies_stops_its_threads},
    {"a_running_thread_dies_with_its_space", a_running_thread_dies_with_its_space},
    {"protection_reaches_the_other_cpus", protection_reaches_the_other_cpus},
    {"a_fork_is_a_snapshot_while_others_write", a_fork_is_a_snapshot_while_others_write},
    {"waiters_are_woken_across_spaces", waiters_are_woken_across_spaces},
    {},
};
