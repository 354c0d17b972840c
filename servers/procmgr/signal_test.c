/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting and signals, through the protocol's methods. */
#include "life_fixture.h"

/* ---- wait ---- */

static void wait_finds_an_ended_child(void **state)
{
	struct procmgr_process_event event;
	uint32_t pid = child->entry->pid;

	assert_int_equal(m->exit(fake_call(child), 300), KN_OK);
	assert_int_equal(m->wait(fake_call(shell), -1, PROCMGR_WAIT_NO_REAP, &event), KN_OK);
	assert_int_equal(m->wait(fake_call(shell), (int32_t)pid, 0, &event), KN_OK);
	assert_int_equal(event.pid, pid);
	assert_int_equal(event.kind, PROCMGR_EVENT_EXITED);
	assert_int_equal(event.value, 300 & 255);
	assert_int_equal(m->wait(fake_call(shell), -1, 0, &event), KN_E_NO_CHILD);
}

static void wait_is_answered_later(void **state)
{
	struct procmgr_process_event event;

	assert_int_equal(m->wait(fake_call(shell), -1, 0, &event), KN_DEFERRED);
	assert_int_equal(fake_answer.count, 0);
	send(child, SIGNAL_KILL);
	assert_int_equal(fake_answer.count, 1);
	assert_int_equal(fake_answer.event.kind, PROCMGR_EVENT_KILLED);
	assert_int_equal(fake_answer.event.value, SIGNAL_KILL);
	assert_int_equal(process_count(), 1);
}

static void wait_without_hanging(void **state)
{
	struct procmgr_process_event event = {.pid = 5};

	assert_int_equal(m->wait(fake_call(shell), -1, PROCMGR_WAIT_NO_HANG, &event), KN_OK);
	assert_int_equal(event.pid, 0);
	assert_int_equal(m->wait(fake_call(shell), -1, 1u << 31, &event), KN_E_INVALID_ARG);
	assert_int_equal(m->wait(fake_call(child), -1, PROCMGR_WAIT_NO_HANG, &event), KN_E_NO_CHILD);
}

static void wait_matches_pid_and_group(void **state)
{
	struct procmgr_process_event event;
	struct process *other = fake_process(shell, 0);
	int32_t group = (int32_t)child->entry->pid;

	assert_int_equal(m->set_group(fake_call(child), 0, 0), KN_OK);
	process_end(child, PROCMGR_EVENT_EXITED, 1);
	assert_int_equal(m->wait(fake_call(shell), (int32_t)other->entry->pid, PROCMGR_WAIT_NO_HANG, &event), KN_OK);
	assert_int_equal(event.pid, 0);
	assert_int_equal(m->wait(fake_call(shell), 0, PROCMGR_WAIT_NO_HANG, &event), KN_OK); /* own group: `other` lives */
	assert_int_equal(event.pid, 0);
	assert_int_equal(m->wait(fake_call(shell), 9999, 0, &event), KN_E_NO_CHILD);
	assert_int_equal(m->wait(fake_call(shell), INT32_MIN, 0, &event), KN_E_NO_CHILD);
	assert_int_equal(m->wait(fake_call(shell), -group, 0, &event), KN_OK);
	assert_int_equal(event.pid, group);
}

static void stops_are_told_to_who_asks(void **state)
{
	struct procmgr_process_event event;

	send(child, SIGNAL_STOP);
	assert_int_equal(m->wait(fake_call(shell), -1, PROCMGR_WAIT_NO_HANG, &event), KN_OK);
	assert_int_equal(event.pid, 0);
	assert_int_equal(m->wait(fake_call(shell), -1, PROCMGR_WAIT_STOPPED, &event), KN_OK);
	assert_int_equal(event.kind, PROCMGR_EVENT_STOPPED);
	assert_int_equal(m->wait(fake_call(shell), -1, PROCMGR_WAIT_STOPPED | PROCMGR_WAIT_NO_HANG, &event), KN_OK);
	assert_int_equal(event.pid, 0); /* told once */
	send(child, SIGNAL_CONT);
	assert_int_equal(m->wait(fake_call(shell), -1, PROCMGR_WAIT_CONTINUED, &event), KN_OK);
	assert_int_equal(event.kind, PROCMGR_EVENT_CONTINUED);
}

static void who_wants_no_zombies_has_none(void **state)
{
	struct procmgr_process_event event;

	shell->signals->ignored = bit(SIGNAL_CHLD);
	assert_int_equal(m->wait(fake_call(shell), -1, 0, &event), KN_DEFERRED);
	process_end(child, PROCMGR_EVENT_EXITED, 0);
	assert_int_equal(fake_answer.status, KN_E_NO_CHILD);
	assert_int_equal(process_count(), 1);
}

static void a_wait_can_be_taken_back(void **state)
{
	struct procmgr_process_event event;

	assert_int_equal(m->wait(fake_call(shell), -1, 0, &event), KN_DEFERRED);
	assert_false(wait_cancel(shell, nullptr));
	assert_true(wait_cancel(shell, shell->waiters->reply));
	assert_int_equal(fake_answer.status, KN_E_INTERRUPTED);
}

static void a_wait_without_memory_changes_nothing(void **state)
{
	struct procmgr_process_event event;

	fake_heap_budget = 0;
	assert_int_equal(m->wait(fake_call(shell), -1, 0, &event), KN_E_NO_MEMORY);
	fake_heap_budget = -1;
	fake_budget = 0;
	assert_int_equal(m->wait(fake_call(shell), -1, 0, &event), KN_E_NO_MEMORY);
	assert_null(shell->waiters);
}

static void who_waits_can_be_killed(void **state)
{
	struct procmgr_process_event event;

	assert_int_equal(m->wait(fake_call(shell), -1, 0, &event), KN_DEFERRED);
	send(shell, SIGNAL_KILL);
	assert_int_equal(fake_answer.status, KN_E_PEER_GONE);
	assert_int_equal(child->entry->parent, 1);
}

/* ---- signals ---- */

static void default_actions(void **state)
{
	assert_int_equal(signal_default_action(SIGNAL_CHLD), ACTION_IGNORE);
	assert_int_equal(signal_default_action(SIGNAL_TSTP), ACTION_STOP);
	assert_int_equal(signal_default_action(SIGNAL_CONT), ACTION_CONTINUE);
	assert_int_equal(signal_default_action(SIGNAL_SEGV), ACTION_CORE);
	assert_int_equal(signal_default_action(1), ACTION_TERMINATE);
	assert_int_equal(signal_default_action(40), ACTION_TERMINATE);
}

static void a_caught_signal_is_an_upcall(void **state)
{
	child->signals->caught = bit(10);
	send(child, 10);
	assert_int_equal(fake_upcalls, 1);
	assert_true(child->signals->pending & bit(10));
	assert_true(is_alive(child));
}

static void a_blocked_signal_waits(void **state)
{
	child->signals->first.blocked = bit(10);
	send(child, 10);
	assert_int_equal(fake_upcalls, 0);
	assert_true(child->signals->pending & bit(10));
	assert_true(is_alive(child));
}

static void a_blocked_signal_waits_even_if_ignored(void **state)
{
	child->signals->first.blocked = bit(10) | bit(SIGNAL_CHLD);
	child->signals->ignored = bit(10);
	send(child, 10);
	send(child, SIGNAL_CHLD);
	assert_int_equal(child->signals->pending, bit(10) | bit(SIGNAL_CHLD));
}

static void an_ignored_signal_is_gone(void **state)
{
	child->signals->ignored = bit(10);
	send(child, 10);
	send(child, SIGNAL_CHLD);
	assert_int_equal(child->signals->pending, 0);
	assert_true(is_alive(child));
}

static void nobody_escapes_kill_and_stop(void **state)
{
	child->signals->ignored = child->signals->caught = child->signals->first.blocked = ~0ull;
	send(child, SIGNAL_STOP);
	assert_int_equal(child->entry->state, PROCMGR_PROCESS_STATE_STOPPED);
	send(child, SIGNAL_KILL);
	assert_false(is_alive(child));
}

static void continue_wakes_even_when_blocked(void **state)
{
	send(child, SIGNAL_STOP);
	child->signals->first.blocked = ~0ull;
	child->signals->pending = bit(SIGNAL_TSTP);
	send(child, SIGNAL_CONT);
	assert_int_equal(child->entry->state, PROCMGR_PROCESS_STATE_RUNNING);
	assert_false(child->signals->pending & bit(SIGNAL_TSTP));
}

static void terminal_stops_leave_orphaned_groups_alone(void **state)
{
	send(shell, SIGNAL_TSTP); /* a session leader without a parent */
	assert_int_equal(shell->entry->state, PROCMGR_PROCESS_STATE_RUNNING);
	assert_int_equal(m->set_group(fake_call(child), 0, 0), KN_OK);
	send(child, SIGNAL_TSTP);
	assert_int_equal(child->entry->state, PROCMGR_PROCESS_STATE_STOPPED);
}

static void kill_checks_who_and_what(void **state)
{
	struct process *user = fake_process(nullptr, 1000), *same = fake_process(nullptr, 1000);

	assert_int_equal(m->kill(fake_call(user), PROCMGR_TARGET_PROCESS, (int32_t)child->entry->pid, 9, 0), KN_E_PERMISSION);
	assert_int_equal(m->kill(fake_call(user), PROCMGR_TARGET_PROCESS, 9999, 9, 0), KN_E_NO_PROCESS);
	assert_int_equal(m->kill(fake_call(user), PROCMGR_TARGET_PROCESS, -1, 9, 0), KN_E_INVALID_ARG);
	assert_int_equal(m->kill(fake_call(user), PROCMGR_TARGET_PROCESS, (int32_t)same->entry->pid, 65, 0), KN_E_INVALID_ARG);
	assert_int_equal(m->kill(fake_call(user), 9, (int32_t)same->entry->pid, 9, 0), KN_E_INVALID_ARG);
	assert_int_equal(m->kill(fake_call(user), PROCMGR_TARGET_THREAD, 2, 9, 0), KN_E_NO_PROCESS);
	assert_int_equal(m->kill(fake_call(user), PROCMGR_TARGET_PROCESS, (int32_t)same->entry->pid, 0, 0), KN_OK);
	assert_true(is_alive(same));
	assert_int_equal(m->kill(fake_call(user), PROCMGR_TARGET_PROCESS, (int32_t)same->entry->pid, 15, 0), KN_OK);
	assert_false(is_alive(same));
}

static void kill_all_spares_the_caller_and_others_users(void **state)
{
	struct process *user = fake_process(nullptr, 1000), *same = fake_process(nullptr, 1000);

	assert_int_equal(m->kill(fake_call(user), PROCMGR_TARGET_ALL, 0, 9, 0), KN_OK);
	assert_false(is_alive(same));
	assert_true(is_alive(user) && is_alive(shell) && is_alive(child));
}

/* The parent's end hangs the caller's group up; what is left of the caller is nobody, and not root. */
static void who_ends_by_his_own_kill_does_not_become_root(void **state)
{
	struct process *leader = fake_process(nullptr, 1000), *caller = fake_process(leader, 1000), *mate = fake_process(leader, 1000);
	struct process *victim = fake_process(nullptr, 0);

	assert_int_equal(m->set_group(fake_call(caller), 0, 0), KN_OK);
	assert_int_equal(m->set_group(fake_call(mate), 0, caller->entry->pid), KN_OK);
	send(mate, SIGNAL_STOP);
	assert_int_equal(m->kill(fake_call(caller), PROCMGR_TARGET_ALL, 0, SIGNAL_KILL, 0), KN_OK);
	assert_false(is_alive(leader));
	assert_false(is_alive(caller));
	assert_true(is_alive(victim));
	assert_true(is_alive(shell));
}

static void killing_the_own_group_ends_the_caller_last(void **state)
{
	assert_int_equal(m->kill(fake_call(child), PROCMGR_TARGET_GROUP, 0, 9, 0), KN_OK);
	assert_false(is_alive(child));
	assert_false(is_alive(shell));
}

static void continue_goes_through_the_session(void **state)
{
	struct process *other = fake_process(shell, 0);

	assert_int_equal(m->set_users(fake_call(other), 1000, 1000, 1000), KN_OK);
	assert_int_equal(m->kill(fake_call(other), PROCMGR_TARGET_PROCESS, (int32_t)child->entry->pid, 18, 0), KN_OK);
	assert_int_equal(m->kill(fake_call(other), PROCMGR_TARGET_PROCESS, (int32_t)child->entry->pid, 15, 0), KN_E_PERMISSION);
}

static void sigwait_takes_what_is_pending(void **state)
{
	uint32_t signal, code, sender;
	uint64_t value;

	child->signals->first.blocked = ~0ull;
	send(child, 12);
	assert_int_equal(m->signal_wait(fake_call(child), 1, bit(12), ~0ull, &signal, &code, &sender, &value), KN_OK);
	assert_int_equal(signal, 12);
	assert_int_equal(child->signals->pending, 0);
	assert_int_equal(m->signal_wait(fake_call(child), 1, bit(12), 0, &signal, &code, &sender, &value), KN_E_TIMED_OUT);
	assert_int_equal(m->signal_wait(fake_call(child), 2, bit(12), 0, &signal, &code, &sender, &value), KN_E_INVALID_ARG);
}

static void sigwait_is_answered_by_the_signal_or_the_clock(void **state)
{
	uint32_t signal, code, sender;
	uint64_t value;

	child->signals->first.blocked = ~0ull;
	assert_int_equal(m->signal_wait(fake_call(child), 1, bit(12), ~0ull, &signal, &code, &sender, &value), KN_DEFERRED);
	send(child, 12);
	assert_int_equal(fake_answer.signal, 12);
	assert_int_equal(child->signals->pending, 0);
	assert_int_equal(m->signal_wait(fake_call(child), 1, bit(12), 500, &signal, &code, &sender, &value), KN_DEFERRED);
	assert_int_equal(timer_next(), 1500);
	fake_now = 1500;
	timer_run(1500);
	assert_int_equal(fake_answer.status, KN_E_TIMED_OUT);
}

/* Blocks signal 40 in the child, and sends it so many times, with values from 0 on. */
static void queue_values(unsigned count)
{
	child->signals->first.blocked = child->signals->caught = bit(40);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(m->kill(fake_call(shell), PROCMGR_TARGET_QUEUE, (int32_t)child->entry->pid, 40, i), KN_OK);
}

/* As trona/posix takes a pending one. */
static uint64_t take(uint32_t signal)
{
	struct procmgr_signal_page *page = child->signals;
	uint64_t value = page->info[signal - 1].value;

	assert_true(page->pending & bit(signal));
	assert_int_equal(page->info[signal - 1].signal, signal);
	page->pending &= ~bit(signal);
	if (page->backlog & bit(signal))
		assert_int_equal(m->signal_next(fake_call(child), signal, false), KN_OK);
	return value;
}

static void every_value_arrives_in_order(void **state)
{
	queue_values(5);
	/* One that nobody queued comes once, and takes nothing from the others. */
	child->signals->first.blocked |= bit(10);
	send(child, 10);
	send(child, 10);
	take(10);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(child->signals->info[39].code, (uint32_t)CODE_QUEUE);
		assert_int_equal(child->signals->info[39].sender, shell->entry->pid);
		assert_int_equal(take(40), i);
	}
	assert_int_equal(child->signals->pending | child->signals->backlog, 0);
	assert_null(child->queued);
}

static void a_full_queue_refuses_values(void **state)
{
	queue_values(PROCMGR_PROCESS_BACKLOG + 1);
	assert_int_equal(m->kill(fake_call(shell), PROCMGR_TARGET_QUEUE, (int32_t)child->entry->pid, 40, 1000), KN_E_QUOTA);
	send(child, 40); /* without a value: it is pending */
	assert_int_equal(take(40), 0);
	assert_int_equal(m->kill(fake_call(shell), PROCMGR_TARGET_QUEUE, (int32_t)child->entry->pid, 40, 1000), KN_OK);
	for (unsigned i = 1; i <= PROCMGR_PROCESS_BACKLOG; i++)
		assert_int_equal(take(40), i);
	assert_int_equal(take(40), 1000);
	assert_int_equal(child->signals->pending, 0);
}

static void a_value_without_memory_is_refused(void **state)
{
	queue_values(1);
	fake_heap_budget = 0;
	assert_int_equal(m->kill(fake_call(shell), PROCMGR_TARGET_QUEUE, (int32_t)child->entry->pid, 40, 1), KN_E_QUOTA);
	fake_heap_budget = -1;
	assert_int_equal(take(40), 0);
	assert_int_equal(child->signals->pending | child->signals->backlog, 0);
}

static void real_time_signals_come_as_often_as_they_are_sent(void **state)
{
	child->signals->first.blocked = bit(10) | bit(34);
	for (unsigned i = 0; i < 3; i++) {
		send(child, 10);
		send(child, 34);
		/* A timer's does not wait behind itself (POSIX). */
		signal_send(child, ANY_THREAD, &(struct procmgr_signal_record){.signal = 34, .code = (uint32_t)CODE_TIMER});
	}
	take(10);
	for (unsigned i = 0; i < 3; i++)
		take(34);
	assert_int_equal(child->signals->pending, 0);
}

static void one_that_is_taken_meanwhile_makes_room_at_once(void **state)
{
	queue_values(2);
	/* Taken, but backlog is not looked at yet. */
	child->signals->pending = 0;
	queue_values(1);
	assert_int_equal(child->signals->info[39].value, 1);
	assert_int_equal(take(40), 1);
	assert_int_equal(take(40), 0);
	assert_int_equal(m->signal_next(fake_call(child), 40, false), KN_OK);
	assert_int_equal(child->signals->pending, 0);
}

static void values_can_be_waited_for(void **state)
{
	uint32_t signal, code, sender;
	uint64_t value;

	queue_values(3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(m->signal_wait(fake_call(child), 1, bit(40), 0, &signal, &code, &sender, &value), KN_OK);
		assert_int_equal(value, i);
		assert_int_equal(code, (uint32_t)CODE_QUEUE);
	}
	assert_int_equal(m->signal_wait(fake_call(child), 1, bit(40), 0, &signal, &code, &sender, &value), KN_E_TIMED_OUT);
}

static void values_can_be_dropped(void **state)
{
	queue_values(3);
	assert_int_equal(m->signal_next(fake_call(child), 41, true), KN_OK);
	assert_non_null(child->queued);
	assert_int_equal(m->signal_next(fake_call(child), 40, true), KN_OK);
	assert_null(child->queued);
	assert_int_equal(child->signals->backlog, 0);
	assert_int_equal(m->signal_next(fake_call(child), 0, false), KN_E_INVALID_ARG);
	assert_int_equal(m->signal_next(fake_call(child), 65, true), KN_E_INVALID_ARG);
	queue_values(3); /* its end leaves nothing: done() looks */
}

static void an_alarm_rings_once(void **state)
{
	const struct procmgr_interval once = {.value = 100}, none = {};
	struct procmgr_interval old;

	child->signals->caught = bit(SIGNAL_ALRM);
	assert_int_equal(m->set_timer(fake_call(child), TIMER_REAL, &once, &old), KN_OK);
	assert_int_equal(m->set_timer(fake_call(child), 3, &once, &old), KN_E_INVALID_ARG);
	assert_int_equal(timer_next(), 1100);
	timer_run(1099);
	assert_int_equal(fake_upcalls, 0);
	timer_run(1100);
	assert_int_equal(fake_upcalls, 1);
	assert_int_equal(timer_next(), KN_TIME_FOREVER);
	assert_int_equal(m->set_timer(fake_call(child), TIMER_REAL, &none, &old), KN_OK);
	assert_int_equal(old.value, 0);
}

/* Everybody's programs wait while alarms ring: however short a user's periods, most of the time is left to them. Another's alarm comes as he said. */
static void alarms_leave_time_to_others(void **state)
{
	const struct procmgr_interval shortest = {.value = 1, .period = 1}, none = {}, usual = {.value = 100000, .period = 100000};
	struct process *other = fake_process(nullptr, 1000);
	struct process *ringing[32];
	struct procmgr_interval old;
	kn_time begin = fake_now;

	for (int i = 0; i < 32; i++) {
		ringing[i] = fake_process(shell, 0);
		ringing[i]->signals->caught = bit(SIGNAL_ALRM);
		assert_int_equal(m->set_timer(fake_call(ringing[i]), TIMER_REAL, &shortest, &old), KN_OK);
	}
	fake_upcalls = 0;
	while (fake_upcalls < 30000 && (fake_now = timer_next()) < begin + 1000000000)
		timer_run(fake_now);
	assert_in_range(fake_upcalls, 19000, 20064);
	other->signals->caught = bit(SIGNAL_ALRM);
	begin = fake_now;
	assert_int_equal(m->set_timer(fake_call(other), TIMER_REAL, &usual, &old), KN_OK);
	fake_upcalls = 0;
	while (fake_upcalls < 50000 && (fake_now = timer_next()) < begin + 1000000000)
		timer_run(fake_now);
	assert_in_range(fake_upcalls, 29000, 30064);
	assert_int_equal(m->set_timer(fake_call(other), TIMER_REAL, &none, &old), KN_OK);
	for (int i = 0; i < 32; i++)
		assert_int_equal(m->set_timer(fake_call(ringing[i]), TIMER_REAL, &none, &old), KN_OK);
	assert_int_equal(timer_next(), KN_TIME_FOREVER);
}

static void a_fault_ends_who_cannot_handle_it(void **state)
{
	struct process *other = fake_process(shell, 0);
	const struct procmgr_signal_record fault = {.signal = SIGNAL_SEGV};

	child->signals->ignored = ~0ull; /* of no use against a fault */
	signal_fault(child, 0, 0x1000, &fault);
	assert_false(is_alive(child));
	other->signals->caught = bit(SIGNAL_SEGV);
	signal_fault(other, 0, 0x1000, &fault);
	assert_int_equal(fake_upcalls, 1);
	other->signals->first.blocked = bit(SIGNAL_SEGV);
	signal_fault(other, 0, 0x1000, &fault);
	assert_false(is_alive(other));
}

static void a_fault_of_a_guarded_instruction_is_an_upcall(void **state)
{
	const struct procmgr_signal_record fault = {.signal = SIGNAL_SEGV};
	unsigned before = fake_upcalls;

	child->signals->guard_first = 0x2000;
	child->signals->guard_end = 0x2010;
	child->signals->first.blocked = ~0ull;
	signal_fault(child, 0, 0x2000, &fault);
	signal_fault(child, 0, 0x200f, &fault);
	assert_int_equal(fake_upcalls, before + 2);
	assert_true(is_alive(child));
	signal_fault(child, 0, 0x2010, &fault);
	assert_false(is_alive(child));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, done)
	const struct CMUnitTest tests[] = {
	    CASE(wait_finds_an_ended_child),
	    CASE(wait_is_answered_later),
	    CASE(wait_without_hanging),
	    CASE(wait_matches_pid_and_group),
	    CASE(stops_are_told_to_who_asks),
	    CASE(who_wants_no_zombies_has_none),
	    CASE(a_wait_can_be_taken_back),
	    CASE(a_wait_without_memory_changes_nothing),
	    CASE(who_waits_can_be_killed),
	    CASE(default_actions),
	    CASE(a_caught_signal_is_an_upcall),
	    CASE(a_blocked_signal_waits),
	    CASE(a_blocked_signal_waits_even_if_ignored),
	    CASE(an_ignored_signal_is_gone),
	    CASE(nobody_escapes_kill_and_stop),
	    CASE(continue_wakes_even_when_blocked),
	    CASE(terminal_stops_leave_orphaned_groups_alone),
	    CASE(kill_checks_who_and_what),
	    CASE(kill_all_spares_the_caller_and_others_users),
	    CASE(who_ends_by_his_own_kill_does_not_become_root),
	    CASE(killing_the_own_group_ends_the_caller_last),
	    CASE(continue_goes_through_the_session),
	    CASE(sigwait_takes_what_is_pending),
	    CASE(sigwait_is_answered_by_the_signal_or_the_clock),
	    CASE(every_value_arrives_in_order),
	    CASE(a_full_queue_refuses_values),
	    CASE(a_value_without_memory_is_refused),
	    CASE(real_time_signals_come_as_often_as_they_are_sent),
	    CASE(one_that_is_taken_meanwhile_makes_room_at_once),
	    CASE(values_can_be_waited_for),
	    CASE(values_can_be_dropped),
	    CASE(an_alarm_rings_once),
	    CASE(alarms_leave_time_to_others),
	    CASE(a_fault_ends_who_cannot_handle_it),
	    CASE(a_fault_of_a_guarded_instruction_is_an_upcall),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
