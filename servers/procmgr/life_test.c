/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads and the ways to begin, through the protocol's methods. Every way is tried with each of its steps failing. */
#include "life_fixture.h"

#include "observe.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "user.h"

#define USER 1000

/* ---- threads ---- */

static void threads_come_and_go(void **state)
{
	uint32_t thread;
	uint64_t record;
	kn_cap tcb;

	assert_int_equal(m->thread_create(fake_call(child), 1, 2, 3, 4, 0, &thread, &record, &tcb), KN_OK);
	assert_int_equal(thread, 2);
	assert_int_equal(child->entry->threads, 2);
	assert_int_equal(m->thread_exit(fake_call(child), 1, 0, 0, 0), KN_E_INVALID_ARG); /* the first is the last */
	assert_int_equal(m->thread_exit(fake_call(child), 2, 0, 0, 0), KN_OK);
	assert_int_equal(child->entry->threads, 1);
	assert_int_equal(m->thread_exit(fake_call(child), 2, 0, 0, 0), KN_E_INVALID_ARG);
	assert_int_equal(m->thread_exit(fake_call(child), PROCMGR_PROCESS_THREADS_MAX + 1, 0, 0, 0), KN_E_INVALID_ARG);
	assert_int_equal(m->thread_exit(fake_call(child), 1, 0, 0, 0), KN_OK); /* the last one's end is the process's */
	assert_false(is_alive(child));
}

static void there_are_only_so_many_threads(void **state)
{
	uint32_t thread;
	uint64_t record;
	kn_cap tcb;

	for (unsigned i = 1; i < PROCMGR_PROCESS_THREADS_MAX; i++) {
		assert_int_equal(m->thread_create(fake_call(child), 1, 2, 3, 4, 0, &thread, &record, &tcb), KN_OK);
		assert_int_equal(thread, i + 1);
	}
	assert_int_equal(m->thread_create(fake_call(child), 1, 2, 3, 4, 0, &thread, &record, &tcb), KN_E_QUOTA);
	assert_int_equal(m->thread_exit(fake_call(child), 300, 0, 0, 0), KN_OK);
	assert_int_equal(m->thread_create(fake_call(child), 1, 2, 3, 4, 0, &thread, &record, &tcb), KN_OK);
	assert_int_equal(thread, 300);
}

static void threads_count_among_what_a_user_may_have(void **state)
{
	struct process *other = fake_process(nullptr, USER);
	uint32_t thread, pid;
	uint64_t record;
	kn_cap tcb;

	other->limits[LIMIT_NPROC].current = 10;
	for (unsigned i = 1; i < 10; i++)
		assert_int_equal(m->thread_create(fake_call(other), 1, 2, 3, 4, 0, &thread, &record, &tcb), KN_OK);
	assert_int_equal(m->thread_create(fake_call(other), 1, 2, 3, 4, 0, &thread, &record, &tcb), KN_E_QUOTA);
	assert_int_equal(m->fork(fake_call(other), 1, 2, 3, 1, &pid), KN_E_QUOTA);
	assert_int_equal(m->thread_exit(fake_call(other), 5, 0, 0, 0), KN_OK);
	assert_int_equal(m->fork(fake_call(other), 1, 2, 3, 1, &pid), KN_OK);
	process_end(other, PROCMGR_EVENT_EXITED, 0);
	assert_int_equal(user_count(USER), 1);
}

static void a_signal_finds_the_thread_that_takes_it(void **state)
{
	uint32_t thread;
	uint64_t record;
	kn_cap tcb;

	child->signals->caught = child->signals->first.blocked = bit(10);
	for (unsigned i = 1; i < 200; i++)
		assert_int_equal(m->thread_create(fake_call(child), 1, 2, 3, 4, i < 150 ? bit(10) : 0, &thread, &record, &tcb), KN_OK);
	fake_upcalls = 0;
	send(child, 10);
	assert_int_equal(fake_upcalls, 1);
	assert_int_equal(m->kill(fake_call(child), PROCMGR_TARGET_THREAD, 160, 10, 0), KN_OK);
	assert_int_equal(fake_upcalls, 2);
	assert_int_equal(thread_find(child, 159)->record->pending, bit(10));
	assert_int_equal(m->kill(fake_call(child), PROCMGR_TARGET_THREAD, 201, 10, 0), KN_E_NO_PROCESS);
}

static void exec_leaves_one_thread(void **state)
{
	uint32_t thread;
	uint64_t record;
	kn_cap tcb;
	long slots;

	assert_int_equal(m->exec(fake_call(child), &image, object), KN_OK);
	slots = fake_slots;
	for (unsigned i = 0; i < 300; i++)
		assert_int_equal(m->thread_create(fake_call(child), 1, 2, 3, 4, 0, &thread, &record, &tcb), KN_OK);
	assert_int_equal(m->exec(fake_call(child), &image, object), KN_OK);
	assert_int_equal(child->entry->threads, 1);
	assert_int_equal(fake_slots, slots);
}

static void a_thread_that_cannot_be_made_leaves_nothing(void **state)
{
	uint32_t thread;
	uint64_t record;
	kn_cap tcb;
	long slots = fake_slots;
	kn_status status = KN_E_NO_MEMORY;

	for (long budget = 0; status != KN_OK; budget++) {
		fake_budget = budget;
		status = m->thread_create(fake_call(child), 1, 2, 3, 4, 0, &thread, &record, &tcb);
		fake_budget = -1;
		if (status != KN_OK) {
			assert_int_equal(fake_slots, slots);
			assert_int_equal(child->entry->threads, 1);
		}
	}
}

/* ---- beginnings ---- */

static void bad_images_are_refused(void **state)
{
	const struct {
		struct procmgr_image_args args;
		kn_status status;
	} cases[] = {
	    {{.block = 0x1001, .block_pages = 1, .stack_top = 0x800000, .stack_pages = 16, .sp = 0x7ff100}, KN_E_INVALID_ARG},
	    {{.block = 0x1000, .block_pages = 0, .stack_top = 0x800000, .stack_pages = 16, .sp = 0x7ff100}, KN_E_INVALID_ARG},
	    {{.block = 0x1000, .block_pages = 16, .stack_top = 0x800000, .stack_pages = 16, .sp = 0x7ff100}, KN_E_INVALID_ARG},
	    {{.block = 0x1000, .block_pages = 1, .stack_top = 0x800001, .stack_pages = 16, .sp = 0x7ff100}, KN_E_INVALID_ARG},
	    {{.block = 0x1000, .block_pages = 1, .stack_top = ~0xfffull, .stack_pages = 16, .sp = 0x7ff100}, KN_E_BAD_ADDRESS},
	    {{.block = 0x1000, .block_pages = 1, .stack_top = 0x10000, .stack_pages = 1 << 20, .sp = 0xff00}, KN_E_BAD_ADDRESS},
	    {{.block = 0x1000, .block_pages = 1, .stack_top = 0x800000, .stack_pages = ~0ull, .sp = 0x7ff100}, KN_E_INVALID_ARG},
	    {{.block = 0x1000, .block_pages = 1, .stack_top = 0x800000, .stack_pages = 16, .sp = 0x7fe000}, KN_E_INVALID_ARG},
	    {{.block = 0x1000, .block_pages = 1, .stack_top = 0x800000, .stack_pages = 16, .sp = 0x7ff108}, KN_E_INVALID_ARG},
	    {{.block = 0x1000, .block_pages = 1, .stack_top = 0x800000, .stack_pages = 16, .sp = 0x800010}, KN_E_INVALID_ARG},
	};
	uint32_t pid;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(m->exec(fake_call(child), &cases[i].args, object), cases[i].status);
		assert_int_equal(m->spawn(fake_call(child), &cases[i].args, &plain, object, nullptr, 0, &pid), cases[i].status);
	}
	assert_int_equal(m->exec(fake_call(child), &image, (struct server_cap){}), KN_E_INVALID_CAP);
	assert_int_equal(m->spawn(fake_call(child), &image, &plain, object, &image, 7, &pid), KN_E_INVALID_ARG);
	fake_image = KN_E_BAD_IMAGE;
	assert_int_equal(m->exec(fake_call(child), &image, object), KN_E_BAD_IMAGE);
	assert_int_equal(m->spawn(fake_call(child), &image, &plain, object, nullptr, 0, &pid), KN_E_BAD_IMAGE);
	assert_true(is_alive(child));
	assert_int_equal(process_count(), 2);
}

static void exec_keeps_the_process(void **state)
{
	uint32_t pid = child->entry->pid;

	child->signals->caught = bit(5);
	child->signals->ignored = bit(6);
	child->signals->first.blocked = bit(7);
	child->entry->uid = child->entry->euid = 1000;
	child->entry->gid = child->entry->egid = 100;
	child->entry->suid = child->entry->sgid = 0;
	assert_int_equal(m->exec(fake_call(child), &image, object), KN_OK);
	/* There is no way back to root. */
	assert_int_equal(child->entry->suid, 1000);
	assert_int_equal(child->entry->sgid, 100);
	assert_int_equal(child->page->suid, 1000);
	assert_int_equal(child->entry->pid, pid);
	assert_string_equal((const char *)child->entry->name, "program");
	assert_int_equal(child->signals->caught, 0);
	assert_int_equal(child->signals->ignored, bit(6));
	assert_int_equal(child->signals->first.blocked, bit(7));
	assert_true(child->has_execed);
}

static void spawn_does_as_it_is_told(void **state)
{
	struct procmgr_spawn_args args = {.flags = PROCMGR_SPAWN_NEW_SESSION | PROCMGR_SPAWN_SET_SIGNALS, .blocked = 3, .defaulted = bit(6)};
	const struct procmgr_spawn_cap caps[] = {{.source = 40, .target = 41}, {.source = 40, .target = (50ull << 32) | 3}},
				       bad = {.source = 40, .target = 3}, nowhere = {.source = 77ull << 32 | 1, .target = 40};
	uint32_t pid;

	child->signals->ignored = bit(6) | bit(10);
	assert_int_equal(m->spawn(fake_call(child), &image, &args, object, caps, sizeof caps, &pid), KN_OK);
	struct process *made = process_by_pid(pid);
	assert_int_equal(made->entry->session, pid);
	assert_int_equal(made->signals->first.blocked, 3);
	assert_int_equal(made->signals->ignored, bit(10));
	assert_int_equal(made->extra_slots[0], 50);
	/* Who gives up being root gives up all of it. */
	child->entry->uid = child->entry->gid = 1000;
	child->entry->euid = child->entry->egid = child->entry->suid = child->entry->sgid = 0;
	args = (struct procmgr_spawn_args){.flags = PROCMGR_SPAWN_RESET_IDS};
	assert_int_equal(m->spawn(fake_call(child), &image, &args, object, nullptr, 0, &pid), KN_OK);
	made = process_by_pid(pid);
	assert_int_equal(made->entry->euid, 1000);
	assert_int_equal(made->entry->suid, 1000);
	assert_int_equal(made->entry->sgid, 1000);
	assert_int_equal(made->page->suid, 1000);
	process_end(made, PROCMGR_EVENT_EXITED, 0);
	wait_reap(made);
	/* What may not be given leaves no child. */
	args = (struct procmgr_spawn_args){.flags = PROCMGR_SPAWN_SET_POLICY, .policy = PROCMGR_POLICY_FIFO};
	assert_int_equal(m->spawn(fake_call(child), &image, &args, object, nullptr, 0, &pid), KN_E_INVALID_ARG);
	args = (struct procmgr_spawn_args){.flags = PROCMGR_SPAWN_SET_GROUP, .group = 4000};
	assert_int_equal(m->spawn(fake_call(child), &image, &args, object, nullptr, 0, &pid), KN_E_PERMISSION);
	assert_int_equal(m->spawn(fake_call(child), &image, &plain, object, &bad, sizeof bad, &pid), KN_E_RANGE);
	assert_int_equal(m->spawn(fake_call(child), &image, &plain, object, &nowhere, sizeof nowhere, &pid), KN_E_INVALID_CAP);
	assert_int_equal(process_count(), 3);
}

/* Signals from a terminal go to a group, whoever is in it: nobody gets into another session's. */
static void spawn_puts_nobody_into_anothers_group(void **state)
{
	struct process *stranger = fake_process(nullptr, 1000);
	const uint32_t group = child->entry->group;
	struct procmgr_spawn_args args = {.flags = PROCMGR_SPAWN_SET_GROUP, .group = group};
	uint32_t pid;

	assert_int_equal(m->spawn(fake_call(stranger), &image, &args, object, nullptr, 0, &pid), KN_E_PERMISSION);
	args.flags |= PROCMGR_SPAWN_NEW_GROUP;
	assert_int_equal(m->spawn(fake_call(stranger), &image, &args, object, nullptr, 0, &pid), KN_E_PERMISSION);
	args.flags = PROCMGR_SPAWN_NEW_GROUP;
	assert_int_equal(m->spawn(fake_call(stranger), &image, &args, object, nullptr, 0, &pid), KN_OK);
	assert_int_equal(process_by_pid(pid)->entry->group, pid);
	assert_false(group_exists(group, stranger->entry->session));
}

static kn_status begin(unsigned way, uint32_t *pid)
{
	switch (way) {
	case 0:
		return m->fork(fake_call(child), 1, 2, 3, 1, pid);
	case 1:
		return m->spawn(fake_call(child), &image, &plain, object, nullptr, 0, pid);
	default:
		return m->exec(fake_call(child), &image, object);
	}
}

/* Whatever step fails: nothing is left, and who called is as before. */
static void sweep(unsigned way)
{
	kn_status status = KN_E_NO_MEMORY;
	uint32_t pid;
	assert_int_equal(begin(0, &pid), KN_OK); /* entries that are kept */
	process_end(process_by_pid(pid), PROCMGR_EVENT_EXITED, 0);
	wait_reap(child->first_child);

	const long slots = fake_slots, accounts = fake_accounts, spaces = fake_spaces, mapped = fake_mapped, blocks = fake_heap_blocks;
	for (long budget = 0; status != KN_OK; budget++) {
		assert_true(budget < 200);
		fake_budget = budget;
		status = begin(way, &pid);
		fake_budget = -1;
		if (!is_alive(child)) { /* exec beyond its point of no return */
			assert_int_equal(way, 2);
			return;
		}
		if (status == KN_OK)
			break;
		assert_int_equal(status, KN_E_NO_MEMORY);
		assert_int_equal(process_count(), 2);
		assert_true(fake_slots == slots && fake_accounts == accounts && fake_spaces == spaces && fake_mapped == mapped);
		assert_int_equal(fake_heap_blocks, blocks);
	}
}

static void a_start_that_fails_leaves_nothing(void **state)
{
	struct server_call unit = {.badge = KN_BADGE_UNIT | KN_BADGE_ROLE(2)};
	const struct server_cap first = {.slot = 10};
	const long slots = fake_slots, accounts = fake_accounts, spaces = fake_spaces, mapped = fake_mapped;
	kn_status status = KN_E_NO_MEMORY;
	uint32_t pid;

	for (long budget = 0; status != KN_OK; budget++) {
		assert_true(budget < 200);
		fake_budget = budget;
		status = m->start(&unit, &image, 7, 7, object, object, first, &pid);
		fake_budget = -1;
		if (status == KN_OK)
			break;
		assert_int_equal(status, KN_E_NO_MEMORY);
		assert_int_equal(process_count(), 2);
		assert_true(fake_slots == slots && fake_accounts == accounts && fake_spaces == spaces && fake_mapped == mapped);
	}
	assert_int_equal(process_by_pid(pid)->entry->uid, 7);
}

static void a_used_up_account_is_a_quota(void **state)
{
	const long slots = fake_slots;
	kn_cap notification;

	fake_refusal = KN_E_QUOTA;
	for (long budget = 0; budget < 2; budget++) { /* the slot, the object */
		fake_budget = budget;
		assert_int_equal(m->notification(fake_call(child), &notification), KN_E_QUOTA);
		assert_int_equal(m->expand_cspace(fake_call(child), 200), KN_E_QUOTA);
		assert_int_equal(fake_slots, slots);
	}
	fake_budget = -1;
	assert_int_equal(m->notification(fake_call(child), &notification), KN_OK);
	slot_release(notification); /* as the loop does when it is answered */
}

static void a_fork_that_fails_leaves_nothing(void **state)
{
	sweep(0);
}

static void a_spawn_that_fails_leaves_nothing(void **state)
{
	sweep(1);
}

static void an_exec_that_fails_changes_nothing(void **state)
{
	sweep(2);
}

static void slots_are_added_where_there_are_none(void **state)
{
	assert_int_equal(m->expand_cspace(fake_call(child), 5), KN_E_RANGE);
	assert_int_equal(m->expand_cspace(fake_call(child), 256), KN_E_RANGE);
	for (uint32_t i = 0; i < EXTRA_CNODES_MAX; i++)
		assert_int_equal(m->expand_cspace(fake_call(child), 100 + i), KN_OK);
	assert_int_equal(m->expand_cspace(fake_call(child), 120), KN_E_QUOTA);
}

static void a_child_has_its_parents_further_slots(void **state)
{
	uint32_t pid;

	assert_int_equal(m->expand_cspace(fake_call(child), 100), KN_OK);
	assert_int_equal(m->fork(fake_call(child), 1, 2, 3, 1, &pid), KN_OK);
	assert_int_equal(process_by_pid(pid)->extra_slots[0], 100);
}

static void what_a_process_says_of_its_descriptors_is_looked_at(void **state)
{
	struct procmgr_process_descriptor found[8];

	child->signals->descriptors[2] = 40;
	child->signals->descriptors[3] = 140;           /* no open file */
	child->signals->descriptors[4] = 100 << 8 | 41; /* no such CNode */
	child->signals->descriptors[959] = 42;
	assert_int_equal(observe_descriptors(child, 0, found, 8), 2);
	assert_int_equal(found[0].number, 2);
	assert_int_equal(found[0].badge, PROCMGR_BADGE_CLASS_OPEN | 40);
	assert_int_equal(found[1].number, 959);
	assert_int_equal(observe_descriptors(child, 3, found, 1), 1);
	assert_int_equal(found[0].number, 959);
	assert_int_equal(observe_descriptors(child, UINT32_MAX, found, 8), 0);
	/* Those with high numbers are on pages that are looked at when the process says that it has some. */
	assert_int_equal(observe_descriptors(child, 960, found, 8), 0);
	assert_null(child->further_descriptors);
	child->signals->further = UINT16_MAX;
	assert_int_equal(observe_descriptors(child, 960, found, 8), 0);
	((uint16_t *)child->further_descriptors)[0] = 40;
	((uint16_t *)child->further_descriptors)[3135] = 42;
	assert_int_equal(observe_descriptors(child, 960, found, 8), 2);
	assert_int_equal(found[0].number, 960);
	assert_int_equal(found[1].number, 4095);
	child->signals->further = 0;
	assert_int_equal(m->expand_cspace(fake_call(child), 100), KN_OK);
	assert_int_equal(observe_descriptors(child, 3, found, 1), 1);
	assert_int_equal(found[0].number, 4);
	assert_int_equal(observe_current(child), 0);
	child->signals->current = 43;
	assert_int_equal(observe_current(child), PROCMGR_BADGE_CLASS_OPEN | 43);
	assert_int_equal(m->exec(fake_call(child), &image, object), KN_OK);
	assert_int_equal(observe_descriptors(child, 0, found, 8), 0);
	assert_int_equal(observe_current(child), 0);
}

static void methods_for_servers_take_a_role(void **state)
{
	uint64_t entries;
	uint32_t value;
	kn_cap table;

	assert_int_equal(m->signal_group(fake_call(child), 1, 2), KN_E_PERMISSION);
	assert_int_equal(m->background(fake_call(child), 1, SIGNAL_TTIN, &value), KN_E_PERMISSION);
	assert_int_equal(m->set_terminal(fake_call(child), 1, 2), KN_E_PERMISSION);
	assert_int_equal(m->table(fake_call(child), (struct server_cap){}, &entries, &table), KN_E_PERMISSION);
	assert_int_equal(m->start(fake_call(child), &image, 0, 0, object, object, (struct server_cap){}, &value), KN_E_PERMISSION);
	assert_int_equal(m->descriptors(fake_call(child), 1, 0, &value, 0, &(size_t){}, &entries), KN_E_PERMISSION);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, done)
	const struct CMUnitTest tests[] = {
	    CASE(threads_come_and_go),
	    CASE(there_are_only_so_many_threads),
	    CASE(threads_count_among_what_a_user_may_have),
	    CASE(a_signal_finds_the_thread_that_takes_it),
	    CASE(exec_leaves_one_thread),
	    CASE(a_thread_that_cannot_be_made_leaves_nothing),
	    CASE(bad_images_are_refused),
	    CASE(exec_keeps_the_process),
	    CASE(spawn_does_as_it_is_told),
	    CASE(spawn_puts_nobody_into_anothers_group),
	    CASE(a_child_has_its_parents_further_slots),
	    CASE(a_start_that_fails_leaves_nothing),
	    CASE(a_used_up_account_is_a_quota),
	    CASE(a_fork_that_fails_leaves_nothing),
	    CASE(a_spawn_that_fails_leaves_nothing),
	    CASE(an_exec_that_fails_changes_nothing),
	    CASE(slots_are_added_where_there_are_none),
	    CASE(what_a_process_says_of_its_descriptors_is_looked_at),
	    CASE(methods_for_servers_take_a_role),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
