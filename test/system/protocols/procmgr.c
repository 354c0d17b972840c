/* SPDX-License-Identifier: BSD-2-Clause */
/* What procmgr refuses: its caller is the process, whatever the message says. */
#include "rig.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/cspaces.h"
#include "client/mmsrv.h"
#include "client/procmgr.h"
#include "client/vfs.h"
#include "kn/cnode.h"

#define NOBODY 0x7ffffff0u
#define USER 1000

static uint32_t number, other;
static uint64_t wide;

static void images(void)
{
	const kn_cap object = rig_slot();
	struct procmgr_image_args image = {.stack_top = 1ull << 46, .stack_pages = 16};
	struct procmgr_spawn_args plain = {};
	const struct procmgr_spawn_cap nowhere = {.source = 1, .target = 2};

	succeeds(mmsrv_object_create(MMSRV, 1, object));
	refuses(INVALID_CAP, procmgr_exec(PROCMGR, &image, PROCMGR));
	check(procmgr_exec(PROCMGR, &image, object) != KN_OK);
	image.block = 1;
	check(procmgr_exec(PROCMGR, &image, object) != KN_OK);
	image = (struct procmgr_image_args){.block = ~0ull << 12, .block_pages = ~0ull, .stack_top = ~0ull, .stack_pages = ~0ull, .sp = ~0ull};
	check(procmgr_exec(PROCMGR, &image, object) != KN_OK);
	check(procmgr_spawn(PROCMGR, &image, &plain, object, &nowhere, sizeof nowhere, &number) != KN_OK);
	refuses(INVALID_ARG, procmgr_spawn(PROCMGR, &image, &plain, object, &nowhere, 5, &number));
	refuses(PERMISSION, procmgr_start(PROCMGR, &image, 0, 0, object, object, KN_CAP_NONE, &number));
}

static void waiting(void)
{
	struct procmgr_process_event event;

	refuses(NO_CHILD, procmgr_wait(PROCMGR, -1, 0, &event));
	refuses(NO_CHILD, procmgr_wait(PROCMGR, INT32_MIN, 0, &event));
	refuses(INVALID_ARG, procmgr_wait(PROCMGR, -1, ~0u, &event));
	const pid_t pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	rig_disturb();
	refuses(INTERRUPTED, procmgr_wait(PROCMGR, -1, 0, &event));
	rig_calm();
	kill(pid, SIGKILL);
	succeeds(procmgr_wait(PROCMGR, pid, 0, &event));
}

static void values_that_wait(void)
{
	sigset_t before, one;

	sigemptyset(&one);
	sigaddset(&one, SIGRTMIN);
	check(sigprocmask(SIG_BLOCK, &one, &before) == 0);
	for (unsigned i = 0; i <= PROCMGR_PROCESS_BACKLOG; i++)
		succeeds(procmgr_kill(PROCMGR, PROCMGR_TARGET_QUEUE, getpid(), SIGRTMIN, i));
	refuses(QUOTA, procmgr_kill(PROCMGR, PROCMGR_TARGET_QUEUE, getpid(), SIGRTMIN, 0));
	signal(SIGRTMIN, SIG_IGN);
	signal(SIGRTMIN, SIG_DFL);
	check(sigprocmask(SIG_SETMASK, &before, nullptr) == 0);
}

static void signals(void)
{
	refuses(NO_PROCESS, procmgr_kill(PROCMGR, PROCMGR_TARGET_PROCESS, (int)NOBODY, 0, 0));
	refuses(NO_PROCESS, procmgr_kill(PROCMGR, PROCMGR_TARGET_GROUP, (int)NOBODY, 0, 0));
	refuses(NO_PROCESS, procmgr_kill(PROCMGR, PROCMGR_TARGET_THREAD, 1025, 0, 0));
	refuses(NO_PROCESS, procmgr_kill(PROCMGR, PROCMGR_TARGET_THREAD, 0, 0, 0));
	refuses(INVALID_ARG, procmgr_kill(PROCMGR, PROCMGR_TARGET_PROCESS, 1, 65, 0));
	refuses(INVALID_ARG, procmgr_kill(PROCMGR, 9, 1, 0, 0));
	refuses(INVALID_ARG, procmgr_kill(PROCMGR, PROCMGR_TARGET_PROCESS, -1, 0, 0));
	refuses(INVALID_ARG, procmgr_signal_default(PROCMGR, 0));
	refuses(INVALID_ARG, procmgr_signal_default(PROCMGR, 65));
	refuses(INVALID_ARG, procmgr_signal_next(PROCMGR, 0, false));
	refuses(INVALID_ARG, procmgr_signal_next(PROCMGR, 65, true));
	values_that_wait();
	refuses(TIMED_OUT, procmgr_signal_wait(PROCMGR, 1, 1ull << 40, 0, &number, &other, &number, &wide));
	refuses(TIMED_OUT, procmgr_signal_wait(PROCMGR, 1, 1ull << 40, 1000000, &number, &other, &number, &wide));
	refuses(INVALID_ARG, procmgr_signal_wait(PROCMGR, 0, 1, 0, &number, &other, &number, &wide));
	refuses(INVALID_ARG, procmgr_signal_wait(PROCMGR, 1025, 1, 0, &number, &other, &number, &wide));
	rig_disturb();
	refuses(INTERRUPTED, procmgr_signal_wait(PROCMGR, 1, 1ull << 40, ~0ull, &number, &other, &number, &wide));
	rig_calm();
	refuses(PERMISSION, procmgr_signal_group(PROCMGR, 1, SIGKILL));
	refuses(PERMISSION, procmgr_background(PROCMGR, 1, SIGTTIN, &number));
	refuses(PERMISSION, procmgr_set_terminal(PROCMGR, 1, 1));
	refuses(PERMISSION, cspaces_of_process(PROCMGR, 1, rig_slot()));
	refuses(PERMISSION, procmgr_refresh(PROCMGR, 0));
	refuses(PERMISSION, procmgr_regions(PROCMGR, 1, 0, (char[64]){}, 64, &(size_t){0}));
	refuses(PERMISSION, procmgr_descriptors(PROCMGR, 1, 0, (char[64]){}, 64, &(size_t){0}, &wide));
	refuses(PERMISSION, procmgr_table(PROCMGR, KN_CAP_NONE, &wide, rig_slot()));
}

static void groups(void)
{
	refuses(NO_PROCESS, procmgr_set_group(PROCMGR, NOBODY, 0));
	refuses(NO_PROCESS, procmgr_set_group(PROCMGR, 1, 0));
	refuses(INVALID_ARG, procmgr_set_group(PROCMGR, 0, 0x80000000));
	refuses(PERMISSION, procmgr_set_group(PROCMGR, 0, NOBODY));
	refuses(NO_PROCESS, procmgr_ids(PROCMGR, NOBODY, &number, &number, &number));
	succeeds(procmgr_set_group(PROCMGR, 0, 0));
	refuses(PERMISSION, procmgr_new_session(PROCMGR, &number));
	/* A child that has another image by now. */
	int ends[2];
	char byte;
	check(pipe(ends) == 0);
	const pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		execl(rig_program, "protocols", "say", nullptr);
		_exit(1);
	}
	check(read(ends[0], &byte, 1) == 1);
	refuses(ACCESS, procmgr_set_group(PROCMGR, (uint32_t)pid, 0));
	kill(pid, SIGKILL);
	check(waitpid(pid, nullptr, 0) == pid);
	close(ends[0]);
	close(ends[1]);
}

static void scheduling(void)
{
	struct procmgr_schedule schedule = {.policy = 9}, now;

	refuses(INVALID_ARG, procmgr_set_schedule(PROCMGR, 0, 1, &schedule));
	schedule.policy = PROCMGR_POLICY_OTHER;
	refuses(INVALID_ARG, procmgr_set_schedule(PROCMGR, 0, 600, &schedule));
	refuses(NO_PROCESS, procmgr_set_schedule(PROCMGR, NOBODY, 1, &schedule));
	refuses(INVALID_ARG, procmgr_get_schedule(PROCMGR, 0, 600, &now));
	refuses(NO_PROCESS, procmgr_get_schedule(PROCMGR, NOBODY, 1, &now));
	refuses(INVALID_ARG, procmgr_set_affinity(PROCMGR, 0, 1, 0));
	refuses(NO_PROCESS, procmgr_set_affinity(PROCMGR, NOBODY, 1, 1));
	refuses(INVALID_ARG, procmgr_get_affinity(PROCMGR, 0, 0, &wide));
	refuses(NO_PROCESS, procmgr_get_affinity(PROCMGR, NOBODY, 1, &wide));
	refuses(INVALID_ARG, procmgr_inherit(PROCMGR, 1, 600));
	refuses(INVALID_ARG, procmgr_fork(PROCMGR, 0, 0, 0, 600, &number));
}

static void resources(void)
{
	struct procmgr_interval interval = {.value = ~0ull}, old;
	struct procmgr_limit limit = {.current = 2, .maximum = 1}, was;
	int32_t nice;
	char blocks[20 * 4] = {};

	refuses(INVALID_ARG, procmgr_set_timer(PROCMGR, 3, &interval, &old));
	refuses(INVALID_ARG, procmgr_set_timer(PROCMGR, 0, &interval, &old));
	refuses(INVALID_ARG, procmgr_get_timer(PROCMGR, 3, &old));
	refuses(INVALID_ARG, procmgr_limit(PROCMGR, 0, 16, false, &limit, &was));
	refuses(INVALID_ARG, procmgr_limit(PROCMGR, 0, 7, true, &limit, &was));
	refuses(NO_PROCESS, procmgr_limit(PROCMGR, NOBODY, 7, false, &limit, &was));
	refuses(RANGE, procmgr_expand_cspace(PROCMGR, 31));
	refuses(RANGE, procmgr_expand_cspace(PROCMGR, 256));
	for (unsigned i = 0; i < 2000; i++) /* each would cost 8 KiB of a quota of 8 MiB */
		if (!refuses(SLOT_IN_USE, procmgr_expand_cspace(PROCMGR, 32)))
			break;
	refuses(INVALID_ARG, procmgr_times(PROCMGR, 3, 0, &wide, &wide, &wide));
	refuses(INVALID_ARG, procmgr_times(PROCMGR, 2, 1025, &wide, &wide, &wide));
	refuses(INVALID_ARG, procmgr_priority(PROCMGR, 3, 0, 0, 0, &nice));
	refuses(INVALID_ARG, procmgr_priority(PROCMGR, 0, 0, 3, 0, &nice));
	refuses(NO_PROCESS, procmgr_priority(PROCMGR, 0, NOBODY, 0, 0, &nice));
	refuses(INVALID_ARG, procmgr_set_supplementary(PROCMGR, blocks, 5));
	refuses(INVALID_ARG, procmgr_set_supplementary(PROCMGR, blocks, 17 * 4));
	refuses(INVALID_ARG, procmgr_power(PROCMGR, 3));
	scheduling();
	refuses(INVALID_ARG, procmgr_thread_exit(PROCMGR, 0, 0, 0, 0));
	refuses(INVALID_ARG, procmgr_thread_exit(PROCMGR, 1025, 0, 0, 0));
}

static void further_slots(void)
{
	for (uint32_t slot = 200; procmgr_expand_cspace(PROCMGR, slot) == KN_OK; slot++)
		;
	refuses(QUOTA, procmgr_expand_cspace(PROCMGR, 220));
}

/* Who has given its procmgr away still ends, by a fault: it does not spin. */
static void end_without_procmgr(void)
{
	int status = 0;
	const pid_t pid = fork();

	if (pid == 0) {
		(void)!kn_cnode_delete(KN_SLOT_CSPACE, PROCMGR);
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid);
	check(WIFSIGNALED(status));
}

static void as_a_user(void)
{
	struct procmgr_limit limit = {.current = ~0ull, .maximum = ~0ull}, was, low = {.current = 10, .maximum = 10};
	int32_t nice;

	refuses(PERMISSION, procmgr_kill(PROCMGR, PROCMGR_TARGET_PROCESS, getppid(), 0, 0));
	refuses(PERMISSION, procmgr_set_users(PROCMGR, 0, ~0u, ~0u));
	refuses(PERMISSION, procmgr_set_groups(PROCMGR, ~0u, 0, ~0u));
	refuses(PERMISSION, procmgr_set_supplementary(PROCMGR, nullptr, 0));
	refuses(PERMISSION, procmgr_limit(PROCMGR, (uint32_t)getppid(), 7, false, &limit, &was));
	succeeds(procmgr_limit(PROCMGR, 0, 7, true, &low, &was));
	refuses(PERMISSION, procmgr_limit(PROCMGR, 0, 7, true, &limit, &was));
	refuses(PERMISSION, procmgr_priority(PROCMGR, 0, (uint32_t)getppid(), PROCMGR_CHANGE_SET, 1, &nice));
	refuses(ACCESS, procmgr_priority(PROCMGR, 0, 0, PROCMGR_CHANGE_SET, -1, &nice));
	refuses(PERMISSION, procmgr_set_schedule(PROCMGR, 0, 1, &(struct procmgr_schedule){.policy = PROCMGR_POLICY_RR, .priority = 1}));
	refuses(PERMISSION, procmgr_set_affinity(PROCMGR, (uint32_t)getppid(), 1, 1));
	for (uint32_t action = 0; action < 3; action++)
		refuses(PERMISSION, procmgr_power(PROCMGR, action));
}

static void processes(void)
{
	images();
	waiting();
	signals();
	rig_in_child(0, groups);
	resources();
	rig_in_child(0, further_slots);
	end_without_procmgr();
	rig_in_child(USER, as_a_user);
}

void procmgr_tests(void)
{
	rig_test("procmgr refuses", processes);
}
