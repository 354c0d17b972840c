/* SPDX-License-Identifier: BSD-2-Clause */
/* Policies, CPUs, who may, who inherits, and what is left to the others: through the protocol's methods and schedule_run(). */
#include "life_fixture.h"
#include "schedule.h"
#include "trona/start.h"
#include "uapi/object/tcb.h"

#define MS 1000000ull

static const struct procmgr_schedule fifo = {.policy = PROCMGR_POLICY_FIFO, .priority = 7};
static const struct procmgr_schedule round_robin = {.policy = PROCMGR_POLICY_RR, .priority = 99};
static const struct procmgr_schedule other = {.policy = PROCMGR_POLICY_OTHER};
static const struct procmgr_schedule deadline = {
    .policy = PROCMGR_POLICY_DEADLINE, .runtime = 3 * MS, .deadline = 10 * MS, .period = 20 * MS};
static struct process *user;

static int setup(void **state)
{
	fresh(state);
	assert_int_equal(schedule_init(), KN_OK);
	fake_slots--; /* its own for ever */
	user = fake_process(nullptr, 1000);
	return 0;
}

static kn_status set(struct process *caller, uint32_t id, const struct procmgr_schedule *new)
{
	return m->set_schedule(fake_call(caller), id, 1, new);
}

static struct procmgr_schedule get(struct process *process)
{
	struct procmgr_schedule now = {};

	assert_int_equal(m->get_schedule(fake_call(process), 0, 1, &now), KN_OK);
	return now;
}

static void policies_become_priorities_and_budgets(void **state)
{
	assert_int_equal(set(shell, 0, &fifo), KN_OK);
	assert_int_equal(fake_priority, SCHEDULE_ORDINARY + 7);
	assert_int_equal(fake_parameters.flags, 0);
	assert_int_equal(set(shell, 0, &round_robin), KN_OK);
	assert_int_equal(fake_priority, SCHEDULE_ORDINARY + 99);
	assert_int_equal(fake_parameters.budget, 100 * MS);
	assert_int_equal(set(shell, 0, &deadline), KN_OK);
	assert_int_equal(fake_parameters.budget, 3 * MS);
	assert_int_equal(fake_parameters.deadline, 10 * MS);
	assert_int_equal(fake_parameters.period, 20 * MS);
	assert_int_equal(fake_parameters.flags, 1);
	assert_int_equal(set(shell, 0, &other), KN_OK);
	assert_int_equal(fake_priority, SCHEDULE_ORDINARY);
	assert_int_equal(fake_parameters.flags, 0);
	assert_int_equal(get(shell).policy, PROCMGR_POLICY_OTHER);
}

static void a_deadline_without_period_has_the_deadline(void **state)
{
	struct procmgr_schedule short_form = deadline;

	short_form.period = 0;
	assert_int_equal(set(shell, 0, &short_form), KN_OK);
	assert_int_equal(get(shell).period, 10 * MS);
}

static void wrong_parameters_are_refused(void **state)
{
	const struct procmgr_schedule wrong[] = {
	    {.policy = 3},
	    {.policy = PROCMGR_POLICY_OTHER, .priority = 1},
	    {.policy = PROCMGR_POLICY_OTHER, .nice = 20},
	    {.policy = PROCMGR_POLICY_OTHER, .nice = -21},
	    {.policy = PROCMGR_POLICY_FIFO},
	    {.policy = PROCMGR_POLICY_RR, .priority = 100},
	    {.policy = PROCMGR_POLICY_FIFO, .priority = 1, .flags = 2},
	    {.policy = PROCMGR_POLICY_DEADLINE},
	    {.policy = PROCMGR_POLICY_DEADLINE, .priority = 1, .runtime = MS, .deadline = MS, .period = MS},
	    {.policy = PROCMGR_POLICY_DEADLINE, .runtime = 1000, .deadline = MS, .period = MS},
	    {.policy = PROCMGR_POLICY_DEADLINE, .runtime = 2 * MS, .deadline = MS, .period = 3 * MS},
	    {.policy = PROCMGR_POLICY_DEADLINE, .runtime = MS, .deadline = 3 * MS, .period = 2 * MS},
	    {.policy = PROCMGR_POLICY_DEADLINE, .runtime = MS, .deadline = ~0ull},
	    {.policy = PROCMGR_POLICY_DEADLINE, .runtime = MS, .deadline = MS, .period = 1ull << 33},
	};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(set(shell, 0, &wrong[i]), KN_E_INVALID_ARG);
	assert_int_equal(get(shell).policy, PROCMGR_POLICY_OTHER);
}

static void nobody_gets_more_cpu_than_there_is(void **state)
{
	assert_int_equal(set(shell, 0, &fifo), KN_OK);
	fake_admission = KN_E_QUOTA;
	assert_int_equal(set(shell, 0, &deadline), KN_E_BUSY);
	fake_admission = KN_OK;
	assert_int_equal(get(shell).policy, PROCMGR_POLICY_FIFO);
	assert_int_equal(get(shell).priority, 7);
}

static void ordinary_users_only_go_down(void **state)
{
	struct procmgr_schedule low = round_robin;

	assert_int_equal(set(user, 0, &fifo), KN_E_PERMISSION);
	assert_int_equal(set(user, 0, &deadline), KN_E_PERMISSION);
	assert_int_equal(set(user, 0, &other), KN_OK);
	assert_int_equal(set(user, 0, &(struct procmgr_schedule){.nice = -1}), KN_E_PERMISSION);
	assert_int_equal(set(user, shell->entry->pid, &other), KN_E_PERMISSION);
	assert_int_equal(set(shell, user->entry->pid, &low), KN_OK);
	low.priority = 20;
	assert_int_equal(set(user, 0, &low), KN_OK);
	assert_int_equal(set(user, 0, &round_robin), KN_E_PERMISSION);
	assert_int_equal(set(user, 0, &fifo), KN_E_PERMISSION);
	low.flags = PROCMGR_SCHEDULE_FLAG_RESET_ON_FORK;
	assert_int_equal(set(user, 0, &low), KN_OK);
	assert_int_equal(set(user, 0, &other), KN_E_PERMISSION); /* nor out of that */
	assert_int_equal(get(user).priority, 20);
}

static void a_limit_lets_users_have_priorities(void **state)
{
	const struct procmgr_limit some = {10, 10};
	struct procmgr_limit old;

	assert_int_equal(m->limit(fake_call(user), 0, LIMIT_RTPRIO, true, &some, &old), KN_E_PERMISSION);
	assert_int_equal(m->limit(fake_call(shell), user->entry->pid, LIMIT_RTPRIO, true, &some, &old), KN_OK);
	assert_int_equal(set(user, 0, &fifo), KN_OK);
	assert_int_equal(set(user, 0, &round_robin), KN_E_PERMISSION);
}

static void children_are_as_the_thread_that_made_them(void **state)
{
	struct procmgr_schedule reset = fifo;
	struct process *grandchild;
	uint32_t pid;

	assert_int_equal(set(child, 0, &fifo), KN_OK);
	assert_int_equal(m->set_affinity(fake_call(child), 0, 1, 4), KN_OK);
	grandchild = fake_process(child, 0);
	assert_int_equal(get(grandchild).priority, 7);
	assert_int_equal(fake_bound, 2);
	reset.flags = PROCMGR_SCHEDULE_FLAG_RESET_ON_FORK;
	assert_int_equal(set(child, 0, &reset), KN_OK);
	assert_int_equal(get(fake_process(child, 0)).policy, PROCMGR_POLICY_OTHER);
	assert_int_equal(set(child, 0, &deadline), KN_OK);
	assert_int_equal(m->fork(fake_call(child), 1, 2, 3, 1, &pid), KN_E_QUOTA);
	assert_int_equal(m->spawn(fake_call(child), &image, &plain, object, nullptr, 0, &pid), KN_E_QUOTA);
	assert_int_equal(m->fork(fake_call(child), 1, 2, 3, 2, &pid), KN_E_INVALID_ARG);
	assert_int_equal(m->fork(fake_call(child), 1, 2, 3, ~0u, &pid), KN_E_INVALID_ARG);
}

static kn_status spawned(struct process *parent, struct process *made, uint32_t flags, uint32_t policy, uint32_t priority)
{
	const struct procmgr_spawn_args args = {.flags = flags, .policy = policy, .priority = priority};

	return schedule_spawned(parent, made, &args);
}

static void who_is_spawned_gets_no_more_than_his_parent_may(void **state)
{
	const uint32_t policy = PROCMGR_SPAWN_SET_POLICY, priority = PROCMGR_SPAWN_SET_PRIORITY;

	assert_int_equal(spawned(shell, child, 0, PROCMGR_POLICY_FIFO, 7), KN_OK);
	assert_int_equal(get(child).policy, PROCMGR_POLICY_OTHER);
	assert_int_equal(spawned(shell, child, policy, PROCMGR_POLICY_FIFO, 7), KN_OK);
	assert_int_equal(get(child).policy, PROCMGR_POLICY_FIFO);
	assert_int_equal(get(child).priority, 7);
	assert_int_equal(spawned(shell, child, priority, PROCMGR_POLICY_RR, 8), KN_OK);
	assert_int_equal(get(child).policy, PROCMGR_POLICY_FIFO);
	assert_int_equal(get(child).priority, 8);
	assert_int_equal(spawned(shell, child, priority, PROCMGR_POLICY_FIFO, 100), KN_E_INVALID_ARG);
	assert_int_equal(spawned(shell, child, policy, PROCMGR_POLICY_DEADLINE, 0), KN_E_INVALID_ARG);
	assert_int_equal(get(child).priority, 8);
	assert_int_equal(spawned(user, user, policy, PROCMGR_POLICY_FIFO, 1), KN_E_PERMISSION);
	assert_int_equal(spawned(user, user, policy, PROCMGR_POLICY_OTHER, 0), KN_OK);
	assert_int_equal(get(user).policy, PROCMGR_POLICY_OTHER);
}

static void threads_are_found_by_their_ids(void **state)
{
	struct procmgr_schedule now;
	uint32_t thread, pid = child->entry->pid;
	uint64_t ipc;
	kn_cap tcb;

	assert_int_equal(m->thread_create(fake_call(child), 1, 2, 3, 4, 0, &thread, &ipc, &tcb), KN_OK);
	assert_int_equal(m->set_schedule(fake_call(child), pid + thread - 1, 1, &fifo), KN_OK);
	assert_int_equal(get(child).policy, PROCMGR_POLICY_OTHER);
	assert_int_equal(m->get_schedule(fake_call(child), 0, thread, &now), KN_OK);
	assert_int_equal(now.policy, PROCMGR_POLICY_FIFO);
	/* An own thread comes before the process with that pid, for others it is the process. */
	assert_int_equal(m->get_schedule(fake_call(shell), user->entry->pid, 1, &now), KN_OK);
	assert_int_equal(now.policy, PROCMGR_POLICY_OTHER);
	assert_int_equal(m->inherit(fake_call(child), 1, thread), KN_OK);
	assert_int_equal(get(child).policy, PROCMGR_POLICY_FIFO);
	assert_int_equal(m->inherit(fake_call(child), 1, 9), KN_E_INVALID_ARG);
	assert_int_equal(m->inherit(fake_call(child), 0, 1), KN_E_INVALID_ARG);
	assert_int_equal(set(child, 0, &deadline), KN_OK);
	assert_int_equal(m->inherit(fake_call(child), thread, 1), KN_E_QUOTA);
	assert_int_equal(m->get_schedule(fake_call(child), 0, 9, &now), KN_E_INVALID_ARG);
	assert_int_equal(m->get_schedule(fake_call(child), 99999, 1, &now), KN_E_NO_PROCESS);
	/* A thread of another's process, whose id no process has. */
	struct process *last = fake_process(shell, 0);
	assert_int_equal(m->thread_create(fake_call(last), 1, 2, 3, 4, 0, &thread, &ipc, &tcb), KN_OK);
	assert_int_equal(m->set_schedule(fake_call(last), 0, thread, &round_robin), KN_OK);
	assert_int_equal(m->get_schedule(fake_call(shell), last->entry->pid + thread - 1, 1, &now), KN_OK);
	assert_int_equal(now.policy, PROCMGR_POLICY_RR);
	process_end(last, PROCMGR_EVENT_EXITED, 0);
	assert_int_equal(set(shell, last->entry->pid, &fifo), KN_E_NO_PROCESS);
}

static void affinity_is_kept_to_what_there_is(void **state)
{
	uint64_t cpus;

	assert_int_equal(m->get_affinity(fake_call(child), 0, 1, &cpus), KN_OK);
	assert_int_equal(cpus, 15);
	assert_int_equal(m->set_affinity(fake_call(child), 0, 1, 0), KN_E_INVALID_ARG);
	assert_int_equal(m->set_affinity(fake_call(child), 0, 1, ~15ull), KN_E_INVALID_ARG);
	assert_int_equal(m->set_affinity(fake_call(child), 99999, 1, 1), KN_E_NO_PROCESS);
	assert_int_equal(m->set_affinity(fake_call(user), child->entry->pid, 1, 1), KN_E_PERMISSION);
	assert_int_equal(m->set_affinity(fake_call(child), 0, 1, ~1ull), KN_OK);
	assert_int_equal(fake_bound, 1);
	assert_int_equal(m->get_affinity(fake_call(child), 0, 1, &cpus), KN_OK);
	assert_int_equal(cpus, 14);
	/* The second goes where nobody is. */
	assert_int_equal(m->set_affinity(fake_call(shell), 0, 1, 6), KN_OK);
	assert_int_equal(fake_bound, 2);
	assert_int_equal(m->set_affinity(fake_call(child), 0, 1, 15), KN_OK);
	assert_int_equal(fake_bound, KN_TCB_ANY_CPU);
}

static void of_several_cpus_one_that_is_free_is_taken(void **state)
{
	uint64_t cpus;

	assert_int_equal(m->set_affinity(fake_call(child), 0, 1, 3), KN_OK);
	assert_int_equal(fake_bound, 0);
	assert_int_equal(set(shell, 0, &fifo), KN_OK);
	fake_now += 950 * MS;
	fake_consumed += 850 * MS;
	schedule_run(fake_now);
	assert_int_equal(fake_bound, 0);
	fake_now += 950 * MS;
	fake_consumed += 949 * MS;
	schedule_run(fake_now);
	assert_int_equal(fake_bound, 1);
	assert_int_equal(m->get_affinity(fake_call(child), 0, 1, &cpus), KN_OK);
	assert_int_equal(cpus, 3);
	/* Nothing else is left to it. */
	assert_int_equal(m->set_affinity(fake_call(child), 0, 1, 1), KN_OK);
	for (unsigned i = 0; i < 2; i++) {
		fake_now += 950 * MS;
		fake_consumed += 949 * MS;
		schedule_run(fake_now);
	}
	assert_int_equal(fake_bound, 0);
}

static void nice_values_are_weights(void **state)
{
	int32_t nice;

	assert_int_equal(m->priority(fake_call(child), PROCMGR_PRIORITY_PROCESS, 0, PROCMGR_CHANGE_SET, 19, &nice), KN_OK);
	assert_int_equal(fake_priority, SCHEDULE_ORDINARY);
	assert_in_range(fake_parameters.period / (500 * MS), 68, 68);
	fake_parameters = (struct schedule_parameters){};
	assert_int_equal(m->priority(fake_call(child), PROCMGR_PRIORITY_PROCESS, 0, PROCMGR_CHANGE_SET, 19, &nice), KN_OK);
	assert_int_equal(fake_parameters.budget, 0); /* no new budget for nothing */
	assert_int_equal(set(child, 0, &(struct procmgr_schedule){.nice = -20}), KN_OK);
	assert_true(fake_parameters.period >= fake_parameters.budget);
	assert_int_equal(get(child).nice, -20);
	assert_int_equal(get(fake_process(child, 0)).nice, -20);
	assert_true(fake_parameters.period < 6 * MS);
}

static void who_takes_it_all_lets_others_run(void **state)
{
	assert_int_equal(schedule_next(), KN_TIME_FOREVER);
	assert_int_equal(set(child, 0, &fifo), KN_OK);
	assert_int_equal(schedule_next(), fake_now + 950 * MS);
	fake_now += 950 * MS;
	fake_consumed += 949 * MS;
	schedule_run(fake_now);
	assert_int_equal(fake_priority, 1);
	assert_int_equal(schedule_next(), fake_now + 50 * MS);
	fake_now += 50 * MS;
	schedule_run(fake_now);
	assert_int_equal(fake_priority, SCHEDULE_ORDINARY + 7);
	/* Who leaves enough is let alone. */
	fake_now += 950 * MS;
	fake_consumed += 850 * MS;
	schedule_run(fake_now);
	assert_int_equal(fake_priority, SCHEDULE_ORDINARY + 7);
	assert_int_equal(schedule_next(), fake_now + 950 * MS);
	/* Nobody is left to be watched. */
	assert_int_equal(set(child, 0, &other), KN_OK);
	fake_now += 950 * MS;
	schedule_run(fake_now);
	assert_int_equal(schedule_next(), KN_TIME_FOREVER);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, done)
	const struct CMUnitTest tests[] = {
	    TEST(who_takes_it_all_lets_others_run),
	    TEST(policies_become_priorities_and_budgets),
	    TEST(a_deadline_without_period_has_the_deadline),
	    TEST(wrong_parameters_are_refused),
	    TEST(nobody_gets_more_cpu_than_there_is),
	    TEST(ordinary_users_only_go_down),
	    TEST(a_limit_lets_users_have_priorities),
	    TEST(children_are_as_the_thread_that_made_them),
	    TEST(who_is_spawned_gets_no_more_than_his_parent_may),
	    TEST(threads_are_found_by_their_ids),
	    TEST(affinity_is_kept_to_what_there_is),
	    TEST(of_several_cpus_one_that_is_free_is_taken),
	    TEST(nice_values_are_weights),
	};
	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
