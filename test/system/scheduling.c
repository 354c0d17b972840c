/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policies, CPUs and nice values as programs see them; TAP. Built with the SDK, run by posix_test.py as root. Where the machine's CPUs are threads of a
 * busy host, who gets how much is the host's doing, too: shares are claimed under icount ("exact"), elsewhere only that everybody gets on.
 */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

#define MS 1000000ll
#define REFUSED(error, call) \
	do { \
		errno = 0; \
		check((call) == -1 && errno == (error), #call " is " #error, __LINE__); \
	} while (0)

static const char *self;
static int is_exact;
static volatile unsigned long *counters; /* shared with children */

static int64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

static int set(pid_t pid, int policy, int priority)
{
	return sched_setscheduler(pid, policy, &(struct sched_param){priority});
}

static int set_deadline(int64_t runtime, int64_t deadline, int64_t period)
{
	struct sched_attr attr = {.size = sizeof attr, .sched_policy = SCHED_DEADLINE, .sched_runtime = (uint64_t)runtime,
	    .sched_deadline = (uint64_t)deadline, .sched_period = (uint64_t)period};

	return sched_setattr(0, &attr, 0);
}

static int pin(pid_t pid, int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return sched_setaffinity(pid, sizeof cpus, &cpus);
}

/* Code that an emulator is quick with. */
static void spin(void)
{
	__asm__ volatile(".rept 1000\n\tnop\n\t.endr");
}

static void spin_until(int64_t end)
{
	while (now(CLOCK_MONOTONIC) < end)
		spin();
}

/* A child on CPU 0 that does nothing but count. */
static pid_t hog(int number, int policy, int priority, int nice_value)
{
	pid_t pid = fork();

	if (pid == 0) {
		pin(0, 0);
		if (set(0, policy, priority) || (nice_value && setpriority(PRIO_PROCESS, 0, nice_value)))
			_exit(1);
		for (;; counters[number]++)
			spin();
	}
	while (counters[number] == 0)
		sched_yield();
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

/* In a child, which changes itself; its status is the number of failed checks. */
static void in_child(void (*test)(void))
{
	int status;
	fflush(stdout);
	pid_t pid = fork();

	if (pid == 0) {
		failures = 0;
		test();
		fflush(stdout);
		_exit(failures);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void ranges(void)
{
	struct timespec interval;

	CHECK(sched_get_priority_min(SCHED_OTHER) == 0 && sched_get_priority_max(SCHED_OTHER) == 0);
	CHECK(sched_get_priority_min(SCHED_FIFO) == 1 && sched_get_priority_max(SCHED_FIFO) == 99);
	CHECK(sched_get_priority_min(SCHED_RR) == 1 && sched_get_priority_max(SCHED_RR) == 99);
	CHECK(sched_get_priority_max(SCHED_DEADLINE) == 0);
	REFUSED(EINVAL, sched_get_priority_max(17));
	CHECK(set(0, SCHED_RR, 1) == 0 && sched_rr_get_interval(0, &interval) == 0 && interval.tv_nsec == 100 * MS);
	CHECK(set(0, SCHED_FIFO, 1) == 0 && sched_rr_get_interval(0, &interval) == 0 && interval.tv_nsec == 0);
	REFUSED(EINVAL, sched_rr_get_interval(-1, &interval));
	CHECK(sched_yield() == 0);
}

static void refusals(void)
{
	struct sched_attr attr = {.size = sizeof attr};
	struct sched_param zero = {0};
	unsigned char large[128] = {0};

	REFUSED(EINVAL, set(0, SCHED_OTHER, 1));
	REFUSED(EINVAL, set(0, SCHED_FIFO, 0));
	REFUSED(EINVAL, set(0, SCHED_RR, 100));
	REFUSED(EINVAL, set(0, 77, 0));
	REFUSED(EINVAL, set(0, SCHED_DEADLINE, 0));
	REFUSED(EINVAL, set(-1, SCHED_OTHER, 0));
	REFUSED(EINVAL, sched_setscheduler(0, SCHED_OTHER, NULL));
	REFUSED(ESRCH, set(999999, SCHED_OTHER, 0));
	REFUSED(ESRCH, sched_getscheduler(999999));
	REFUSED(EINVAL, sched_getparam(-1, &zero));
	REFUSED(EINVAL, set_deadline(20 * MS, 10 * MS, 30 * MS));
	REFUSED(EINVAL, set_deadline(10 * MS, 30 * MS, 20 * MS));
	REFUSED(EINVAL, set_deadline(1000, 10 * MS, 10 * MS));
	REFUSED(EINVAL, sched_setattr(0, &attr, 1));
	REFUSED(EINVAL, sched_setattr(0, NULL, 0));
	REFUSED(EINVAL, sched_getattr(0, &attr, 47, 0));
	REFUSED(EINVAL, sched_getattr(0, &attr, sizeof attr, 1));
	attr.size = 20;
	REFUSED(E2BIG, sched_setattr(0, &attr, 0));
	CHECK(attr.size == sizeof attr);
	((struct sched_attr *)large)->size = sizeof large;
	CHECK(sched_setattr(0, (struct sched_attr *)large, 0) == 0);
	large[100] = 1;
	REFUSED(E2BIG, sched_setattr(0, (struct sched_attr *)large, 0));
	CHECK(sched_getscheduler(0) == SCHED_OTHER);
}

static void as_a_user(void)
{
	CHECK(set(0, SCHED_RR, 20) == 0);
	CHECK(setuid(1000) == 0);
	CHECK(set(0, SCHED_RR, 10) == 0);
	REFUSED(EPERM, set(0, SCHED_RR, 11));
	REFUSED(EPERM, set(0, SCHED_FIFO, 1));
	REFUSED(EPERM, set_deadline(MS, 10 * MS, 10 * MS));
	CHECK(set(0, SCHED_OTHER, 0) == 0);
	REFUSED(EPERM, set(0, SCHED_RR, 1));
	REFUSED(EPERM, set(getppid(), SCHED_OTHER, 0));
	REFUSED(EPERM, pin(getppid(), 0));
	CHECK(sched_getscheduler(getppid()) == SCHED_OTHER);
	CHECK(pin(0, 0) == 0);
}

static void too_much(void)
{
	struct sched_attr attr = {0};
	int made = 0;
	pid_t pids[8];
	int tell[2];

	CHECK(pipe(tell) == 0);
	/* 60 % each: more than half of them fit nowhere. */
	for (int i = 0; i < 8; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			char verdict = set_deadline(60 * MS, 100 * MS, 100 * MS) == 0 ? 'y' : errno == EBUSY ? 'b' : 'n';

			if (verdict == 'y' && (fork() != -1 || errno != EAGAIN))
				verdict = 'f';
			write(tell[1], &verdict, 1);
			pause();
		}
	}
	for (int i = 0; i < 8; i++) {
		char verdict = 0;

		CHECK(read(tell[0], &verdict, 1) == 1 && (verdict == 'y' || verdict == 'b'));
		made += verdict == 'y';
	}
	CHECK(made == (int)(sysconf(_SC_NPROCESSORS_ONLN) * 96 / 60));
	for (int i = 0; i < 8; i++)
		end(pids[i]);
	/* And comes back. */
	CHECK(set_deadline(60 * MS, 100 * MS, 0) == 0);
	CHECK(sched_getattr(0, &attr, sizeof attr, 0) == 0 && attr.sched_runtime == 60 * MS && attr.sched_period == 100 * MS);
	CHECK(set(0, SCHED_OTHER, 0) == 0);
}

static void *tell_policy(void *result)
{
	*(int *)result = sched_getscheduler(0);
	return NULL;
}

static void *tell_self(void *result)
{
	struct sched_param parameters;
	int policy;

	((int *)result)[0] = pthread_getschedparam(pthread_self(), &policy, &parameters) ? -1 : policy;
	((int *)result)[1] = parameters.sched_priority;
	return NULL;
}

static void inheritance(void)
{
	int policy = -1, both[2], status;
	pthread_t thread;
	pthread_attr_t attributes;

	CHECK(set(0, SCHED_FIFO, 5) == 0 && pin(0, 0) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		execl(self, self, "tell", NULL);
		_exit(99);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == SCHED_FIFO);
	CHECK(pthread_create(&thread, NULL, tell_policy, &policy) == 0 && pthread_join(thread, NULL) == 0);
	CHECK(policy == SCHED_FIFO);
	pthread_attr_init(&attributes);
	CHECK(pthread_attr_setschedpolicy(&attributes, 9) == EINVAL);
	CHECK(pthread_attr_setschedpolicy(&attributes, SCHED_RR) == 0);
	CHECK(pthread_attr_setschedparam(&attributes, &(struct sched_param){100}) == EINVAL);
	CHECK(pthread_attr_setschedparam(&attributes, &(struct sched_param){8}) == 0);
	CHECK(pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED) == 0);
	CHECK(pthread_create(&thread, &attributes, tell_self, both) == 0 && pthread_join(thread, NULL) == 0);
	CHECK(both[0] == SCHED_RR && both[1] == 8);
	/* The same kernel thread again, as its new maker is. */
	CHECK(set(0, SCHED_OTHER, 0) == 0);
	CHECK(pthread_create(&thread, NULL, tell_policy, &policy) == 0 && pthread_join(thread, NULL) == 0);
	CHECK(policy == SCHED_OTHER);
	CHECK(set(0, SCHED_FIFO | SCHED_RESET_ON_FORK, 5) == 0);
	CHECK(sched_getscheduler(0) == (SCHED_FIFO | SCHED_RESET_ON_FORK));
	pid = fork();
	if (pid == 0)
		_exit(sched_getscheduler(0));
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == SCHED_OTHER);
	CHECK(sched_setparam(0, &(struct sched_param){6}) == 0);
	CHECK(pthread_setschedprio(pthread_self(), 7) == 0 && pthread_getschedparam(pthread_self(), &policy, &(struct sched_param){0}) == 0);
	CHECK(pthread_setschedparam(pthread_self(), SCHED_FIFO, &(struct sched_param){0}) == EINVAL);
}

static void *stay(void *unused)
{
	(void)unused;
	for (int i = 0; i < 200; i++) {
		CHECK(sched_getcpu() == (int)(intptr_t)unused);
		sched_yield();
	}
	return NULL;
}

static void affinity(void)
{
	const int count = (int)sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t cpus, both, *big = CPU_ALLOC(2000);
	pthread_t thread;

	CHECK(sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) == count);
	REFUSED(EINVAL, sched_getaffinity(0, 4, &cpus));
	REFUSED(ESRCH, sched_getaffinity(999999, sizeof cpus, &cpus));
	REFUSED(EINVAL, pin(0, count));
	REFUSED(EINVAL, pin(0, 1000));
	for (int i = 0; i < count; i++) {
		CHECK(pin(0, i) == 0 && sched_getaffinity(0, sizeof cpus, &cpus) == 0);
		CHECK(CPU_COUNT(&cpus) == 1 && CPU_ISSET(i, &cpus));
		/* Threads and children are where their maker is. */
		CHECK(pthread_create(&thread, NULL, stay, (void *)(intptr_t)i) == 0);
		stay((void *)(intptr_t)i);
		CHECK(pthread_join(thread, NULL) == 0);
	}
	CPU_ZERO(&both);
	CPU_SET(count - 1, &both);
	CPU_SET(0, &both);
	CHECK(pthread_setaffinity_np(pthread_self(), sizeof both, &both) == 0);
	CHECK(pthread_getaffinity_np(pthread_self(), sizeof cpus, &cpus) == 0 && CPU_EQUAL(&cpus, &both));
	CHECK(CPU_ISSET(sched_getcpu(), &both));
	CPU_CLR(0, &cpus);
	CPU_XOR(&cpus, &cpus, &both);
	CHECK(CPU_ISSET(0, &cpus) && CPU_COUNT(&cpus) == 1);
	CPU_ZERO_S(CPU_ALLOC_SIZE(2000), big);
	CPU_SET_S(1999, CPU_ALLOC_SIZE(2000), big);
	CHECK(CPU_COUNT_S(CPU_ALLOC_SIZE(2000), big) == 1);
	CPU_FREE(big);
}

/* Until both count on, or for a minute. */
static void await_both(const unsigned long before[2])
{
	const struct timespec pause = {.tv_nsec = 100 * MS};

	for (int i = 0; i < 600 && (counters[0] == before[0] || counters[1] == before[1]); i++)
		nanosleep(&pause, NULL);
	CHECK(counters[0] != before[0] && counters[1] != before[1]);
}

static void fifo_goes_first(void)
{
	const int64_t begin = now(CLOCK_MONOTONIC), length = is_exact ? 200 * MS : 20 * MS;
	pid_t other = hog(0, SCHED_OTHER, 0, -20), fifo = hog(1, SCHED_FIFO, 10, 0);

	CHECK(pin(0, 0) == 0 && set(0, SCHED_FIFO, 20) == 0);
	const unsigned long before[2] = {counters[0], counters[1]};
	spin_until(now(CLOCK_MONOTONIC) + length);
	const int others_ran = counters[0] != before[0] || counters[1] != before[1];
	/* All real-time threads together are held for a moment once they have had 0.9 s. */
	const int is_late = !is_exact && now(CLOCK_MONOTONIC) - begin > 800 * MS;
	CHECK(!others_ran || is_late);
	end(fifo);
	end(other);
}

static void round_robin_takes_turns(void)
{
	pid_t a = hog(0, SCHED_RR, 10, 0), b = hog(1, SCHED_RR, 10, 0);

	CHECK(pin(0, 0) == 0 && set(0, SCHED_FIFO, 20) == 0);
	const unsigned long before[2] = {counters[0], counters[1]};
	await_both(before);
	end(a);
	end(b);
}

static void a_deadline_is_kept(void)
{
	pid_t other = hog(0, SCHED_OTHER, 0, -20), fifo = hog(1, SCHED_FIFO, 99, 0);

	CHECK(pin(0, 0) == 0 && set_deadline(30 * MS, 100 * MS, 100 * MS) == 0);
	const int64_t start = now(CLOCK_MONOTONIC), used = now(CLOCK_THREAD_CPUTIME_ID);
	spin_until(start + 1500 * MS);
	const int64_t share = (now(CLOCK_THREAD_CPUTIME_ID) - used) * 1000 / (now(CLOCK_MONOTONIC) - start);
	CHECK(is_exact ? share >= 290 && share <= 310 : share > 0);
	printf("# a deadline of 300 of 1000 got %d\n", (int)share);
	end(fifo);
	end(other);
}

static void nice_values_are_shares(void)
{
	pid_t one = hog(0, SCHED_OTHER, 0, 0), third = hog(1, SCHED_OTHER, 0, 5);
	struct timespec pause = {.tv_sec = 1};
	struct sched_attr attr;

	CHECK(set(0, SCHED_FIFO, 20) == 0);
	CHECK(sched_getattr(third, &attr, sizeof attr, 0) == 0 && attr.sched_nice == 5);
	const unsigned long before[2] = {counters[0], counters[1]};
	nanosleep(&pause, NULL);
	const unsigned long done[2] = {counters[0] - before[0], counters[1] - before[1]};
	printf("# shares as 1024 and 335 are %lu to %lu\n", done[0], done[1]);
	/* Slices are 5 ms. */
	CHECK(!is_exact || (done[0] * 335 > done[1] * 1024 * 97 / 100 && done[0] * 335 < done[1] * 1024 * 103 / 100));
	await_both(before);
	end(one);
	end(third);
}

/* Everything on one CPU: what an administrator does there about it is served. */
static void a_runaway_does_not_stop_the_system(void)
{
	int status;

	CHECK(pin(0, 0) == 0);
	pid_t runaway = hog(0, SCHED_FIFO, 99, 0);
	for (int i = 0; i < 5; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			execl(self, self, "tell", NULL);
			_exit(99);
		}
		CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == SCHED_OTHER);
	}
	CHECK(set(runaway, SCHED_OTHER, 0) == 0 && sched_getscheduler(runaway) == SCHED_OTHER);
	end(runaway);
}

/* Of two CPUs, one with equals that never stop: it runs on the other, from the first moment, and is told both when it asks. */
static void of_two_cpus_the_free_one(void)
{
	cpu_set_t both, told;

	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		return;
	pid_t hogs[2] = {hog(0, SCHED_OTHER, 0, 0), hog(1, SCHED_OTHER, 0, 0)};
	CPU_ZERO(&both);
	CPU_SET(0, &both);
	CPU_SET(1, &both);
	CHECK(sched_setaffinity(0, sizeof both, &both) == 0);
	int elsewhere = 0;
	for (int i = 0; i < 200; i++) {
		elsewhere += sched_getcpu() != 1;
		i % 2 ? (void)sched_yield() : (void)nanosleep(&(struct timespec){.tv_nsec = MS}, NULL);
	}
	CHECK(elsewhere == 0);
	CHECK(sched_getaffinity(0, sizeof told, &told) == 0 && CPU_EQUAL(&told, &both));
	end(hogs[0]);
	end(hogs[1]);
}

/* Threads may run on any of their CPUs; one that somebody keeps busy is not the place to wait. */
static void a_runaway_costs_one_cpu(void)
{
	cpu_set_t both, now_set;
	pid_t runaway;
	int64_t limit;

	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		return;
	CPU_ZERO(&both);
	CPU_SET(0, &both);
	CPU_SET(1, &both);
	CHECK(sched_setaffinity(0, sizeof both, &both) == 0 && CPU_ISSET(sched_getcpu(), &both));
	const int cpu = sched_getcpu();
	runaway = fork();
	if (runaway == 0) {
		if (pin(0, cpu) || set(0, SCHED_FIFO, 99))
			_exit(1);
		for (;;)
			spin();
	}
	limit = now(CLOCK_MONOTONIC) + 60000 * MS;
	while (sched_getcpu() == cpu && now(CLOCK_MONOTONIC) < limit)
		sched_yield();
	CHECK(sched_getcpu() == 1 - cpu);
	CHECK(sched_getaffinity(0, sizeof now_set, &now_set) == 0 && CPU_EQUAL(&now_set, &both));
	end(runaway);
}

static void (*const tests[])(void) = {ranges, refusals, as_a_user, too_much, inheritance, affinity, fifo_goes_first,
    round_robin_takes_turns, a_deadline_is_kept, nice_values_are_shares, a_runaway_does_not_stop_the_system, of_two_cpus_the_free_one,
    a_runaway_costs_one_cpu};
static int current;

static void run_current(void)
{
	memset((void *)counters, 0, 2 * sizeof *counters);
	in_child(tests[current]);
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"priorities have ranges", "wrong requests are refused", "users only go down",
	    "more than there is cannot be promised", "children and threads are as who made them", "affinity holds",
	    "FIFO goes first", "RR takes turns", "a deadline is kept against hogs", "nice values are shares",
	    "a runaway FIFO does not stop the system", "of two CPUs the free one is taken", "who may use another CPU leaves a busy one"};

	self = argv[0];
	if (argc > 1 && strcmp(argv[1], "tell") == 0)
		return sched_getscheduler(0);
	is_exact = argc > 1 && strcmp(argv[1], "exact") == 0;
	counters = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (current = 0; current < (int)(sizeof tests / sizeof *tests); current++)
		run(names[current], run_current);
	return finish();
}
