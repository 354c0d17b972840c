/* SPDX-License-Identifier: BSD-2-Clause */
/* Signal stacks, and values that are queued. */
#include "posix_calls.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "tap.h"

#define STACK_SIZE 65536

static char signal_stack[STACK_SIZE];
static volatile struct {
	int runs, is_on_stack;
	int told, interrupted; /* ss_flags: the handler's, and those of what it interrupts */
	int refusal;
} seen[NSIG];

static void look_at_stack(int signal, siginfo_t *info, void *context)
{
	const stack_t none = {.ss_flags = SS_DISABLE};
	stack_t now;

	(void)info;
	seen[signal].is_on_stack = (char *)&now > signal_stack && (char *)&now < signal_stack + STACK_SIZE;
	seen[signal].told = sigaltstack(NULL, &now) == 0 ? now.ss_flags : -1;
	seen[signal].interrupted = ((ucontext_t *)context)->uc_stack.ss_flags;
	if (seen[signal].is_on_stack)
		seen[signal].refusal = sigaltstack(&none, NULL) == -1 ? errno : 0;
	/* Both come when this one is over, one for each stack. */
	if (signal == SIGALRM) {
		raise(SIGUSR1);
		raise(SIGUSR2);
	}
	seen[signal].runs++;
}

static int ran_on_stack(int signal, int runs)
{
	return seen[signal].runs == runs && seen[signal].is_on_stack && seen[signal].told == SS_ONSTACK &&
	    seen[signal].interrupted == 0 && seen[signal].refusal == EPERM;
}

static int ran_elsewhere(int signal, int runs, int flags)
{
	return seen[signal].runs == runs && !seen[signal].is_on_stack && seen[signal].told == flags &&
	    seen[signal].interrupted == flags;
}

/* In the midst of instructions, not in a call. */
static void wait_for_alarm(void)
{
	const struct itimerval soon = {.it_value = {.tv_usec = 1000}};
	int before = seen[SIGALRM].runs;

	CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	while (seen[SIGALRM].runs == before || seen[SIGUSR2].runs <= before)
		;
}

static void handlers_run_on_the_stack_they_want(void)
{
	static const int caught[] = {SIGALRM, SIGUSR1, SIGUSR2};
	stack_t stack = {.ss_sp = signal_stack, .ss_size = STACK_SIZE}, now;
	struct sigaction action = {.sa_sigaction = look_at_stack, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaddset(&action.sa_mask, SIGUSR1);
	sigaddset(&action.sa_mask, SIGUSR2);
	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_flags = SA_SIGINFO;
	sigaction(SIGUSR2, &action, NULL);
	wait_for_alarm();
	CHECK(ran_elsewhere(SIGALRM, 1, SS_DISABLE) && ran_elsewhere(SIGUSR1, 1, SS_DISABLE));
	CHECK(sigaltstack(&stack, NULL) == 0);
	CHECK(sigaltstack(NULL, &now) == 0 && now.ss_sp == signal_stack && now.ss_size == STACK_SIZE && now.ss_flags == 0);
	CHECK(raise(SIGUSR1) == 0 && ran_on_stack(SIGUSR1, 2));
	CHECK(raise(SIGUSR2) == 0 && ran_elsewhere(SIGUSR2, 2, 0));
	wait_for_alarm();
	CHECK(ran_on_stack(SIGALRM, 2) && ran_elsewhere(SIGUSR2, 3, 0));
	CHECK(seen[SIGUSR1].runs == 3 && seen[SIGUSR1].is_on_stack);
	stack = (stack_t){.ss_flags = SS_DISABLE};
	CHECK(sigaltstack(&stack, &now) == 0 && now.ss_sp == signal_stack && now.ss_flags == 0);
	CHECK(raise(SIGUSR1) == 0 && ran_elsewhere(SIGUSR1, 4, SS_DISABLE));
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
		signal(caught[i], SIG_DFL);
}

static void bad_signal_stacks_are_refused(void)
{
	stack_t stack = {.ss_sp = signal_stack, .ss_size = MINSIGSTKSZ - 1}, now;

	CHECK(sigaltstack(&stack, NULL) == -1 && errno == ENOMEM);
	stack = (stack_t){.ss_sp = signal_stack, .ss_size = STACK_SIZE, .ss_flags = 64};
	CHECK(sigaltstack(&stack, NULL) == -1 && errno == EINVAL);
	stack.ss_flags = SS_DISABLE | SS_ONSTACK;
	CHECK(sigaltstack(&stack, NULL) == -1 && errno == EINVAL);
	CHECK(sigaltstack(NULL, &now) == 0 && now.ss_flags == SS_DISABLE);
	stack = (stack_t){.ss_sp = signal_stack, .ss_size = MINSIGSTKSZ};
	CHECK(sigaltstack(&stack, NULL) == 0);
	stack.ss_flags = SS_DISABLE;
	CHECK(sigaltstack(&stack, NULL) == 0);
}

/* Its flags; and it leaves one behind. */
static void *take_signal_stack(void *flags)
{
	const stack_t stack = {.ss_sp = signal_stack, .ss_size = STACK_SIZE};
	stack_t before = {0};

	CHECK(sigaltstack(&stack, &before) == 0);
	*(int *)flags = before.ss_flags;
	return NULL;
}

static void threads_begin_without_signal_stack(void)
{
	pthread_t thread;
	int flags;

	for (int i = 0; i < 3; i++) {
		flags = 0;
		CHECK(pthread_create(&thread, NULL, take_signal_stack, &flags) == 0 && pthread_join(thread, NULL) == 0);
		CHECK(flags == SS_DISABLE);
	}
}

static const struct itimerval soon = {.it_value = {.tv_usec = 1000}};
static volatile int has_run, has_ended;
static unsigned char *least_stack;

static void spoil(int signal)
{
	(void)signal;
	vectors_spoil();
	has_run++;
}

/* Interrupted by itself once, on its stack. */
static void spoil_nested(int signal)
{
	static volatile int is_inner;

	if (is_inner) {
		spoil(signal);
		return;
	}
	is_inner = 1;
	CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	CHECK(vectors_survive(&has_run));
	is_inner = 0;
	vectors_spoil();
	has_ended = 1;
}

/* A stack of exactly `size` bytes, with nothing on either side. */
static void take_stack(size_t size)
{
	const size_t room = (size + 4095) & ~(size_t)4095;
	unsigned char *area = mmap(NULL, room + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(area != MAP_FAILED && mprotect(area + 4096, room, PROT_READ | PROT_WRITE) == 0);
	least_stack = area + 4096 + room - size;
	memset(least_stack, 0x5a, size);
	CHECK(sigaltstack(&(stack_t){.ss_sp = least_stack, .ss_size = size}, NULL) == 0);
}

static void drop_stack(size_t size, const char *name)
{
	size_t left = 0;

	while (left < size && least_stack[left] == 0x5a)
		left++;
	printf("# of %s, %zu bytes, %zu were not needed\n", name, size, left);
	CHECK(left >= size / 8);
	CHECK(sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL) == 0);
	CHECK(munmap(least_stack - 4096, size + 8192) == 0);
}

/* The frame with all vector registers, what the library needs, and some for the handler. */
static void the_least_stack_is_enough(void)
{
	struct sigaction action = {.sa_handler = spoil, .sa_flags = SA_ONSTACK};

	CHECK(sysconf(_SC_MINSIGSTKSZ) == MINSIGSTKSZ && sysconf(_SC_SIGSTKSZ) == SIGSTKSZ && SIGSTKSZ >= 2 * MINSIGSTKSZ);
	sigaction(SIGALRM, &action, NULL);
	take_stack(MINSIGSTKSZ);
	for (int i = 0; i < 3; i++) {
		has_run = 0;
		CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
		CHECK(vectors_survive(&has_run));
	}
	has_run = 0;
	CHECK(raise(SIGALRM) == 0 && has_run == 1);
	drop_stack(MINSIGSTKSZ, "MINSIGSTKSZ");
	signal(SIGALRM, SIG_DFL);
}

static void the_usual_stack_is_enough_for_two(void)
{
	const struct sigaction action = {.sa_handler = spoil_nested, .sa_flags = SA_ONSTACK | SA_NODEFER};

	sigaction(SIGALRM, &action, NULL);
	take_stack(SIGSTKSZ);
	has_run = has_ended = 0;
	CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	CHECK(vectors_survive(&has_ended) && has_run == 1);
	drop_stack(SIGSTKSZ, "SIGSTKSZ");
	signal(SIGALRM, SIG_DFL);
}

/* The thread waits for its turn when the signal comes, and others may have used the FPU since. */
static void vectors_are_kept_while_others_run(void)
{
	const struct sigaction action = {.sa_handler = spoil};
	pid_t others[4];

	for (int i = 0; i < 4; i++)
		if ((others[i] = fork()) == 0)
			for (;;)
				vectors_spoil();
	sigaction(SIGALRM, &action, NULL);
	for (int i = 0; i < 60; i++) {
		has_run = 0;
		CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
		CHECK(vectors_survive(&has_run));
	}
	signal(SIGALRM, SIG_DFL);
	for (int i = 0; i < 4; i++)
		CHECK(kill(others[i], SIGKILL) == 0 && waitpid(others[i], NULL, 0) == others[i]);
}

static volatile int queued_runs, queued_values[SIGQUEUE_MAX];

static void note_value(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (info->si_code == SI_QUEUE && queued_runs < SIGQUEUE_MAX)
		queued_values[queued_runs] = info->si_value.sival_int;
	queued_runs++;
}

static void queued_values_arrive_in_order(void)
{
	static const int numbers[] = {SIGUSR1, SIGRTMIN};
	struct sigaction action = {.sa_sigaction = note_value, .sa_flags = SA_SIGINFO};
	sigset_t set, before;
	siginfo_t info;

	for (unsigned n = 0; n < 2; n++) {
		const int signal = numbers[n];
		const struct timespec now = {0};

		sigemptyset(&set);
		sigaddset(&set, signal);
		CHECK(sigprocmask(SIG_BLOCK, &set, &before) == 0 && sigaction(signal, &action, NULL) == 0);
		for (int i = 0; i < SIGQUEUE_MAX; i++)
			CHECK(sigqueue(getpid(), signal, (union sigval){.sival_int = i}) == 0);
		CHECK(sigqueue(getpid(), signal, (union sigval){.sival_int = 0}) == -1 && errno == EAGAIN);
		/* One for who waits, the others for the handler. */
		CHECK(sigtimedwait(&set, &info, &now) == signal && info.si_code == SI_QUEUE && info.si_value.sival_int == 0);
		queued_runs = 0;
		CHECK(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
		CHECK(queued_runs == SIGQUEUE_MAX - 1);
		for (int i = 0; i < queued_runs; i++)
			CHECK(queued_values[i] == i + 1);
		/* Ignoring them forgets them. */
		CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
		CHECK(sigqueue(getpid(), signal, (union sigval){0}) == 0 && sigqueue(getpid(), signal, (union sigval){0}) == 0);
		CHECK(sigaction(signal, &(struct sigaction){.sa_handler = SIG_IGN}, NULL) == 0);
		CHECK(sigtimedwait(&set, &info, &now) == -1 && errno == EAGAIN);
		CHECK(sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL) == 0);
		CHECK(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
	}
}

void test_signals(void)
{
	run("handlers run on the stack that they want", handlers_run_on_the_stack_they_want);
	run("bad signal stacks are refused", bad_signal_stacks_are_refused);
	run("a stack of MINSIGSTKSZ bytes is enough for a handler", the_least_stack_is_enough);
	run("a stack of SIGSTKSZ bytes is enough for two", the_usual_stack_is_enough_for_two);
	run("handlers leave vector registers alone while others run", vectors_are_kept_while_others_run);
	run("values that are queued arrive in order", queued_values_arrive_in_order);
	run("threads begin without a signal stack", threads_begin_without_signal_stack);
}
