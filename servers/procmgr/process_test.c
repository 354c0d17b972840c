/* SPDX-License-Identifier: BSD-2-Clause */
/* Table, families, groups and sessions, credentials, limits, priorities: through the protocol's methods, as programs reach them. */
#include "life_fixture.h"
#include "schedule.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "user.h"

#define SAME 0xffffffffu

static int user_fresh(void **state)
{
	fake_reset();
	shell = fake_process(nullptr, 1000);
	child = fake_process(shell, 1000);
	return 0;
}

/* ---- table ---- */

static void a_badge_names_its_process_only(void **state)
{
	uint64_t badge = process_badge(child);

	assert_ptr_equal(process_by_badge(badge), child);
	assert_null(process_by_badge(badge + (1ull << 32)));
	assert_null(process_by_badge(999));
	assert_null(process_by_badge(~0ull));
	process_end(child, PROCMGR_EVENT_EXITED, 0);
	assert_null(process_by_badge(badge));
}

static void a_used_entry_gets_a_new_badge_and_pid(void **state)
{
	uint64_t badge = process_badge(child);
	uint32_t pid = child->entry->pid;

	process_end(child, PROCMGR_EVENT_EXITED, 0);
	process_orphan(child);
	process_free_entry(child);
	struct process *next = fake_process(shell, 0);
	assert_ptr_equal(next, child);
	assert_int_not_equal(process_badge(next), badge);
	assert_int_not_equal(next->entry->pid, pid);
	assert_null(process_by_badge(badge));
	assert_null(process_by_pid(pid));
}

static uint32_t pass(void)
{
	struct process *passing = process_take_entry();

	process_assign_pid(passing);
	const uint32_t pid = passing->entry->pid;
	process_free_entry(passing);
	return pid;
}

/* Who goes round all numbers does not come by one that somebody has. */
static void a_pid_that_is_used_is_left_out(void **state)
{
	bool has_begun_anew = false;
	uint32_t before, pid = 0;

	for (int i = 0; i < 10; i++)
		(void)pass();
	const uint32_t taken = fake_process(shell, 0)->entry->pid;
	do {
		before = pid;
		pid = pass();
		has_begun_anew |= pid < before;
		if (pid == taken)
			fail();
	} while (!has_begun_anew || pid <= taken);
}

static void a_full_table_refuses(void **state)
{
	uint32_t pid;
	kn_status status;

	while ((status = m->fork(fake_call(shell), 1, 2, 3, 1, &pid)) == KN_OK)
		;
	assert_int_equal(status, KN_E_QUOTA);
	assert_int_equal(process_count(), 64);
}

static void an_entry_is_even_when_nobody_writes(void **state)
{
	assert_int_equal(child->entry->sequence & 1, 0);
	process_entry_begin(child);
	assert_int_equal(child->entry->sequence & 1, 1);
	process_entry_end(child);
	assert_int_equal(child->entry->sequence & 1, 0);
}

static void orphans_belong_to_pid_one(void **state)
{
	struct process *grandchild = fake_process(child, 0);

	assert_int_equal(grandchild->entry->parent, child->entry->pid);
	process_end(child, PROCMGR_EVENT_EXITED, 0);
	assert_int_equal(grandchild->entry->parent, 1);
	assert_int_equal(grandchild->page->parent, 1);
	process_end(grandchild, PROCMGR_EVENT_EXITED, 0); /* nobody waits for it: gone at once */
	assert_int_equal(grandchild->entry->state, PROCMGR_PROCESS_STATE_FREE);
}

static void a_dead_caller_has_no_methods(void **state)
{
	struct server_call *call = fake_call(child);
	uint32_t a, b, c;

	process_end(child, PROCMGR_EVENT_EXITED, 0);
	assert_int_equal(m->ids(call, 0, &a, &b, &c), KN_E_NO_PROCESS);
	assert_int_equal(m->exit(call, 0), KN_E_NO_PROCESS);
	assert_int_equal(m->fork(call, 0, 0, 0, 0, &a), KN_E_NO_PROCESS);
}

/* ---- groups and sessions ---- */

static void a_child_inherits_group_and_session(void **state)
{
	assert_int_equal(child->entry->group, shell->entry->pid);
	assert_int_equal(child->entry->session, shell->entry->pid);
	assert_int_equal(child->page->group, shell->entry->pid);
}

static void setpgid_makes_and_joins_groups(void **state)
{
	struct process *other = fake_process(shell, 0);

	assert_int_equal(m->set_group(fake_call(shell), child->entry->pid, 0), KN_OK);
	assert_int_equal(child->entry->group, child->entry->pid);
	assert_int_equal(m->set_group(fake_call(other), 0, child->entry->pid), KN_OK);
	assert_int_equal(other->page->group, child->entry->pid);
}

static void setpgid_refuses(void **state)
{
	struct process *grandchild = fake_process(child, 0), *stranger = fake_process(nullptr, 0);

	assert_int_equal(m->set_group(fake_call(shell), grandchild->entry->pid, 0), KN_E_NO_PROCESS); /* not a child */
	assert_int_equal(m->set_group(fake_call(shell), 9999, 0), KN_E_NO_PROCESS);
	assert_int_equal(m->set_group(fake_call(shell), 0, 0), KN_E_PERMISSION); /* session leader */
	assert_int_equal(m->set_group(fake_call(child), 0, 4000), KN_E_PERMISSION); /* no such group */
	assert_int_equal(m->set_group(fake_call(child), 0, stranger->entry->pid), KN_E_PERMISSION); /* of another session */
	assert_int_equal(m->set_group(fake_call(child), 0, 0x80000000u), KN_E_INVALID_ARG);
	child->has_execed = true;
	assert_int_equal(m->set_group(fake_call(shell), child->entry->pid, 0), KN_E_ACCESS);
	assert_int_equal(m->set_group(fake_call(child), 0, 0), KN_OK);
}

static void setsid_makes_a_session_once(void **state)
{
	uint32_t session;

	child->entry->terminal = 77;
	assert_int_equal(m->new_session(fake_call(child), &session), KN_OK);
	assert_int_equal(session, child->entry->pid);
	assert_int_equal(child->entry->group, session);
	assert_int_equal(child->entry->terminal, 0);
	assert_int_equal(m->new_session(fake_call(child), &session), KN_E_PERMISSION);
	assert_int_equal(m->set_group(fake_call(shell), child->entry->pid, 0), KN_E_PERMISSION);
}

static void setsid_refuses_while_the_group_lives(void **state)
{
	struct process *member = fake_process(child, 0);
	uint32_t session;

	assert_int_equal(m->set_group(fake_call(child), 0, 0), KN_OK);
	assert_int_equal(m->set_group(fake_call(member), 0, child->entry->pid), KN_OK);
	process_end(child, PROCMGR_EVENT_EXITED, 0);
	assert_int_equal(member->entry->group, child->entry->pid);
	assert_int_equal(m->new_session(fake_call(member), &session), KN_OK);
}

static void a_group_is_orphaned_without_a_parent_outside(void **state)
{
	assert_int_equal(m->set_group(fake_call(child), 0, 0), KN_OK);
	assert_false(group_is_orphaned(child->entry->group, nullptr));
	assert_true(group_is_orphaned(child->entry->group, shell));
	assert_true(group_is_orphaned(shell->entry->group, nullptr));
}

static void an_orphaned_group_with_stopped_members_goes_on(void **state)
{
	assert_int_equal(m->set_group(fake_call(child), 0, 0), KN_OK);
	signal_send(child, ANY_THREAD, &(struct procmgr_signal_record){.signal = SIGNAL_STOP});
	assert_int_equal(child->entry->state, PROCMGR_PROCESS_STATE_STOPPED);
	child->signals->ignored = 1ull << (SIGNAL_HUP - 1);
	process_end(shell, PROCMGR_EVENT_EXITED, 0);
	assert_int_equal(child->entry->state, PROCMGR_PROCESS_STATE_RUNNING);
}

static void a_group_that_was_orphaned_before_stays_as_it_is(void **state)
{
	struct process *member = fake_process(shell, 0);

	/* The shell leads its session: nobody outside of its group is a tie, with or without the child. */
	signal_send(child, ANY_THREAD, &(struct procmgr_signal_record){.signal = SIGNAL_STOP});
	process_end(member, PROCMGR_EVENT_EXITED, 0);
	assert_int_equal(child->entry->state, PROCMGR_PROCESS_STATE_STOPPED);
	assert_true(is_alive(shell));
}

static void servers_see_processes_as_they_are_now(void **state)
{
	struct server_call server = {.badge = KN_BADGE_UNIT | KN_BADGE_ROLE(ROLE_TABLE)};
	struct procmgr_process_region regions[8];
	struct procmgr_process_descriptor found;
	uint64_t current;
	size_t length;

	fake_pages[child->vspace % 256] = 42;
	assert_int_equal(m->refresh(fake_call(child), 0), KN_E_PERMISSION);
	assert_int_equal(m->refresh(&server, 9999), KN_E_NO_PROCESS);
	assert_int_equal(m->regions(fake_call(child), child->entry->pid, 0, regions, sizeof regions, &length), KN_E_PERMISSION);
	assert_int_equal(m->regions(&server, 9999, 0, regions, sizeof regions, &length), KN_E_NO_PROCESS);
	assert_int_equal(m->regions(&server, child->entry->pid, 0, regions, sizeof regions, &length), KN_OK);
	assert_int_equal(length, 2 * sizeof regions[0]);
	assert_int_equal(m->descriptors(&server, 9999, 0, &found, sizeof found, &length, &current), KN_E_NO_PROCESS);
	child->signals->descriptors[3] = 40;
	assert_int_equal(m->descriptors(&server, child->entry->pid, 0, &found, sizeof found, &length, &current), KN_OK);
	assert_int_equal(length, sizeof found);
	assert_int_equal(found.number, 3);
	assert_int_equal(current, 0);
	assert_int_equal(regions[1].address, 0x8000);
	kn_cap cspace;
	assert_int_equal(cspaces_methods.of_process(fake_call(child), child->entry->pid, &cspace), KN_E_PERMISSION);
	assert_int_equal(cspaces_methods.of_process(&server, 9999, &cspace), KN_E_NO_PROCESS);
	assert_int_equal(cspaces_methods.of_process(&server, child->entry->pid, &cspace), KN_OK);
	assert_true(fake_copied.to == cspace && fake_copied.source == child->cnode && fake_copied.rights == KN_RIGHT_GRANT);
	slot_release(cspace); /* as the loop does when it is answered */
	assert_int_equal(child->entry->pages_used, 0);
	assert_int_equal(m->refresh(&server, child->entry->pid), KN_OK);
	assert_int_equal(child->entry->pages_used, 42);
	assert_int_equal(child->entry->user_time, 10);
	assert_int_equal(shell->entry->user_time, 0);
	assert_int_equal(m->refresh(&server, 0), KN_OK);
	assert_int_equal(shell->entry->user_time, 10);
	/* What an ended one has used stays. */
	process_end(child, PROCMGR_EVENT_EXITED, 0);
	assert_int_equal(m->refresh(&server, 0), KN_OK);
	assert_int_equal(child->entry->user_time, 10);
	assert_int_equal(child->entry->pages_used, 42);
	assert_int_equal(child->entry->pages_mapped, 0);
}

static void a_cspace_without_a_slot_is_refused(void **state)
{
	struct server_call server = {.badge = KN_BADGE_UNIT | KN_BADGE_ROLE(ROLE_TABLE)};
	const long slots = fake_slots;
	kn_cap cspace;

	fake_budget = 0;
	assert_int_equal(cspaces_methods.of_process(&server, child->entry->pid, &cspace), KN_E_NO_MEMORY);
	fake_refusal = KN_E_NO_SLOT;
	assert_int_equal(cspaces_methods.of_process(&server, child->entry->pid, &cspace), KN_E_NO_SLOT);
	assert_int_equal(fake_slots, slots);
}

static void ids_tell_of_others_too(void **state)
{
	uint32_t parent, group, session;

	assert_int_equal(m->ids(fake_call(shell), child->entry->pid, &parent, &group, &session), KN_OK);
	assert_int_equal(parent, shell->entry->pid);
	assert_int_equal(session, shell->entry->pid);
	assert_int_equal(m->ids(fake_call(shell), 9999, &parent, &group, &session), KN_E_NO_PROCESS);
}

/* ---- credentials ---- */

static void the_superuser_becomes_anybody_once(void **state)
{
	assert_int_equal(m->set_users(fake_call(child), 5, 6, 7), KN_OK);
	assert_int_equal(child->page->uid, 5);
	assert_int_equal(child->page->euid, 6);
	assert_int_equal(child->entry->suid, 7);
	assert_int_equal(m->set_users(fake_call(child), 0, 0, 0), KN_E_PERMISSION);
	assert_int_equal(m->set_users(fake_call(child), SAME, 7, SAME), KN_OK); /* the saved one */
	assert_int_equal(m->set_users(fake_call(child), 6, SAME, SAME), KN_E_PERMISSION); /* it was only effective */
}

static void a_user_stays_himself(void **state)
{
	const uint32_t groups[2] = {1, 2};

	assert_int_equal(m->set_users(fake_call(child), 0, SAME, SAME), KN_E_PERMISSION);
	assert_int_equal(m->set_groups(fake_call(child), SAME, 0, SAME), KN_E_PERMISSION);
	assert_int_equal(m->set_supplementary(fake_call(child), groups, sizeof groups), KN_E_PERMISSION);
	assert_int_equal(m->set_users(fake_call(child), 1000, 1000, 1000), KN_OK);
	assert_int_equal(fake_memory_user, 1000);
}

static void supplementary_groups_are_kept(void **state)
{
	uint32_t groups[PROCMGR_PROCESS_GROUPS + 1] = {10, 20};

	assert_int_equal(m->set_supplementary(fake_call(child), groups, 8), KN_OK);
	assert_int_equal(child->entry->group_count, 2);
	assert_int_equal(child->page->group_count, 2);
	assert_int_equal(child->page->groups[1], 20);
	struct process *grandchild = fake_process(child, 0);
	assert_int_equal(grandchild->entry->groups[1], 20);
	assert_int_equal(grandchild->page->group_count, 2);
	assert_int_equal(grandchild->page->groups[1], 20);
	assert_int_equal(m->set_supplementary(fake_call(child), groups, 0), KN_OK);
	assert_int_equal(child->page->group_count, 0);
	assert_int_equal(m->set_supplementary(fake_call(child), groups, 7), KN_E_INVALID_ARG);
	assert_int_equal(m->set_supplementary(fake_call(child), groups, sizeof groups), KN_E_INVALID_ARG);
}

/* ---- limits ---- */

static void processes_of_a_user_are_counted(void **state)
{
	assert_int_equal(user_count(1000), 2);
	struct process *third = fake_process(child, 1000);
	assert_int_equal(user_count(1000), 3);
	process_end(third, PROCMGR_EVENT_EXITED, 0);
	assert_int_equal(user_count(1000), 3); /* a zombie counts */
	process_orphan(third);
	process_free_entry(third);
	assert_int_equal(user_count(1000), 2);
	assert_int_equal(user_count(0), 0);
}

static void changing_the_user_changes_the_count(void **state)
{
	long blocks = fake_heap_blocks;

	assert_int_equal(m->set_users(fake_call(child), 7, 7, 7), KN_OK);
	assert_int_equal(user_count(0), 1);
	assert_int_equal(user_count(7), 1);
	process_end(child, PROCMGR_EVENT_EXITED, 0);
	process_orphan(child);
	process_free_entry(child);
	assert_int_equal(user_count(7), 0);
	assert_int_equal(fake_heap_blocks, blocks);
}

static void changing_the_user_without_memory_changes_nothing(void **state)
{
	fake_heap_budget = 0;
	assert_int_equal(m->set_users(fake_call(child), 7, 7, 7), KN_E_NO_MEMORY);
	fake_heap_budget = -1;
	assert_int_equal(child->entry->uid, 0);
	assert_int_equal(user_count(0), 2);
}

static void more_processes_than_allowed_are_refused(void **state)
{
	const struct procmgr_limit limit = {3, 3};
	struct procmgr_limit old;
	uint32_t pid;

	assert_int_equal(m->limit(fake_call(child), 0, LIMIT_NPROC, true, &limit, &old), KN_OK);
	assert_int_equal(m->fork(fake_call(child), 1, 2, 3, 1, &pid), KN_OK);
	assert_int_equal(m->fork(fake_call(child), 1, 2, 3, 1, &pid), KN_E_QUOTA);
	assert_int_equal(m->fork(fake_call(shell), 1, 2, 3, 1, &pid), KN_OK); /* his limit is another */
}

static void the_superuser_has_no_number(void **state)
{
	const struct procmgr_limit limit = {1, 1};
	struct procmgr_limit old;
	uint32_t pid;

	assert_int_equal(m->limit(fake_call(child), 0, LIMIT_NPROC, true, &limit, &old), KN_OK);
	assert_int_equal(m->fork(fake_call(child), 1, 2, 3, 1, &pid), KN_OK);
}

static void limits_go_down_and_not_up(void **state)
{
	const struct procmgr_limit low = {5, 10}, high = {5, 11}, wrong = {11, 10};
	struct procmgr_limit old;

	assert_int_equal(m->limit(fake_call(child), 0, LIMIT_NOFILE, true, &low, &old), KN_OK);
	assert_int_equal(child->page->descriptors_most, 5);
	assert_int_equal(fake_process(child, child->entry->uid)->page->descriptors_most, 5);
	assert_int_equal(m->limit(fake_call(child), 0, LIMIT_NOFILE, true, &high, &old), KN_E_PERMISSION);
	assert_int_equal(m->limit(fake_call(child), 0, LIMIT_NOFILE, true, &wrong, &old), KN_E_INVALID_ARG);
	assert_int_equal(m->limit(fake_call(child), 0, LIMIT_COUNT, false, &low, &old), KN_E_INVALID_ARG);
	assert_int_equal(m->limit(fake_call(child), 9999, LIMIT_NOFILE, false, &low, &old), KN_E_NO_PROCESS);
	assert_int_equal(m->limit(fake_call(fake_process(child, 1000)), 0, LIMIT_NOFILE, false, &low, &old), KN_OK);
	assert_int_equal(old.maximum, 10);
}

static void limits_that_nobody_keeps_cannot_be_set(void **state)
{
	const struct procmgr_limit low = {1, 1};
	const uint32_t unkept[] = {LIMIT_CPU, LIMIT_FSIZE, LIMIT_DATA, LIMIT_STACK};
	struct procmgr_limit now, old;

	for (size_t i = 0; i < sizeof unkept / sizeof *unkept; i++) {
		assert_int_equal(m->limit(fake_call(child), 0, unkept[i], true, &low, &old), KN_E_NOT_SUPPORTED);
		assert_int_equal(m->limit(fake_call(child), 0, unkept[i], false, &low, &now), KN_OK);
		assert_memory_equal(&now, &old, sizeof now);
		assert_int_equal(m->limit(fake_call(child), 0, unkept[i], true, &now, &old), KN_OK);
	}
}

static void a_memory_limit_holds_at_once(void **state)
{
	struct procmgr_limit limit = {40 * KN_PAGE_SIZE, 1 << 30}, old;

	assert_int_equal(child->page->memory_most, process_memory_limit);
	assert_int_equal(m->limit(fake_call(child), 0, LIMIT_AS, true, &limit, &old), KN_OK);
	assert_int_equal(child->page->memory_most, 40);
	assert_int_equal(fake_memory_limit, 40);
	limit.current = 1 << 30; /* more than the machine has for processes */
	assert_int_equal(m->limit(fake_call(child), 0, LIMIT_AS, true, &limit, &old), KN_OK);
	assert_int_equal(child->page->memory_most, process_memory_limit);
	assert_int_equal(fake_memory_limit, process_memory_limit);
}

static void anothers_limits_are_his(void **state)
{
	struct process *root = fake_process(nullptr, 0);
	struct procmgr_limit old;

	assert_int_equal(m->limit(fake_call(child), root->entry->pid, LIMIT_AS, false, nullptr, &old), KN_E_PERMISSION);
	assert_int_equal(m->limit(fake_call(root), child->entry->pid, LIMIT_AS, false, nullptr, &old), KN_OK);
}

/* ---- priorities ---- */

static void nice_adds_to_what_there_is(void **state)
{
	int32_t nice;

	assert_int_equal(m->priority(fake_call(child), PROCMGR_PRIORITY_PROCESS, 0, PROCMGR_CHANGE_ADD, 5, &nice), KN_OK);
	assert_int_equal(m->priority(fake_call(child), PROCMGR_PRIORITY_PROCESS, 0, PROCMGR_CHANGE_ADD, 5, &nice), KN_OK);
	assert_int_equal(nice, 10);
	assert_in_range(fake_parameters.period / 500000000, 9, 9); /* a tenth of the weight */
	assert_int_equal(m->priority(fake_call(child), PROCMGR_PRIORITY_PROCESS, 0, PROCMGR_CHANGE_ADD, INT32_MAX, &nice), KN_OK);
	assert_int_equal(nice, 19);
	struct process *heir = fake_process(child, 1000);
	assert_int_equal(heir->entry->nice, 19);
	assert_in_range(fake_parameters.period / 500000000, 68, 68);
}

static void a_user_only_becomes_nicer(void **state)
{
	int32_t nice;

	assert_int_equal(m->priority(fake_call(child), PROCMGR_PRIORITY_PROCESS, 0, PROCMGR_CHANGE_SET, -1, &nice), KN_E_ACCESS);
	assert_int_equal(m->priority(fake_call(child), 3, 0, PROCMGR_CHANGE_SET, 1, &nice), KN_E_INVALID_ARG);
	assert_int_equal(m->priority(fake_call(child), 0, 0, 3, 1, &nice), KN_E_INVALID_ARG);
	assert_int_equal(m->priority(fake_call(child), 0, 9999, PROCMGR_CHANGE_NOTHING, 1, &nice), KN_E_NO_PROCESS);
	struct process *root = fake_process(nullptr, 0);
	assert_int_equal(m->priority(fake_call(child), 0, root->entry->pid, PROCMGR_CHANGE_SET, 5, &nice), KN_E_PERMISSION);
	assert_int_equal(m->priority(fake_call(root), 0, child->entry->pid, PROCMGR_CHANGE_SET, -5, &nice), KN_OK);
}

static void groups_and_users_have_priorities(void **state)
{
	int32_t nice;

	assert_int_equal(m->priority(fake_call(child), PROCMGR_PRIORITY_GROUP, 0, PROCMGR_CHANGE_SET, 3, &nice), KN_OK);
	assert_int_equal(shell->entry->nice, 3);
	assert_int_equal(m->priority(fake_call(child), PROCMGR_PRIORITY_USER, 1000, PROCMGR_CHANGE_SET, 7, &nice), KN_OK);
	assert_int_equal(shell->entry->nice, 7);
	child->entry->nice = 9;
	assert_int_equal(m->priority(fake_call(child), PROCMGR_PRIORITY_USER, 0, PROCMGR_CHANGE_NOTHING, 0, &nice), KN_OK);
	assert_int_equal(nice, 7);
}

static void a_crowd_runs_behind_the_others(void **state)
{
	struct process *many[48];

	assert_int_equal(user_priority(child), SCHEDULE_ORDINARY);
	for (int i = 0; i < 46; i++)
		many[i] = fake_process(child, 1000);
	assert_int_equal(user_priority(child), SCHEDULE_CROWD);
	assert_int_equal(fake_priority, SCHEDULE_CROWD);
	for (int i = 0; i < 46; i++) {
		process_end(many[i], PROCMGR_EVENT_EXITED, 0);
		process_orphan(many[i]);
		process_free_entry(many[i]);
	}
	assert_int_equal(user_priority(child), SCHEDULE_ORDINARY);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, done)
#define USER(name) cmocka_unit_test_setup_teardown(name, user_fresh, done)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_badge_names_its_process_only),
	    CASE(a_used_entry_gets_a_new_badge_and_pid),
	    CASE(a_pid_that_is_used_is_left_out),
	    CASE(a_full_table_refuses),
	    CASE(an_entry_is_even_when_nobody_writes),
	    CASE(orphans_belong_to_pid_one),
	    CASE(a_dead_caller_has_no_methods),
	    CASE(a_child_inherits_group_and_session),
	    CASE(setpgid_makes_and_joins_groups),
	    CASE(setpgid_refuses),
	    CASE(setsid_makes_a_session_once),
	    CASE(setsid_refuses_while_the_group_lives),
	    CASE(a_group_is_orphaned_without_a_parent_outside),
	    CASE(an_orphaned_group_with_stopped_members_goes_on),
	    CASE(a_group_that_was_orphaned_before_stays_as_it_is),
	    CASE(servers_see_processes_as_they_are_now),
	    CASE(a_cspace_without_a_slot_is_refused),
	    CASE(ids_tell_of_others_too),
	    CASE(the_superuser_becomes_anybody_once),
	    USER(a_user_stays_himself),
	    CASE(supplementary_groups_are_kept),
	    USER(processes_of_a_user_are_counted),
	    CASE(changing_the_user_changes_the_count),
	    CASE(changing_the_user_without_memory_changes_nothing),
	    USER(more_processes_than_allowed_are_refused),
	    CASE(the_superuser_has_no_number),
	    USER(limits_go_down_and_not_up),
	    USER(limits_that_nobody_keeps_cannot_be_set),
	    USER(a_memory_limit_holds_at_once),
	    USER(anothers_limits_are_his),
	    USER(nice_adds_to_what_there_is),
	    USER(a_user_only_becomes_nicer),
	    USER(groups_and_users_have_priorities),
	    USER(a_crowd_runs_behind_the_others),
	};
	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
