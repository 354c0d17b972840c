/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks. */
#include "../internal.h"

#include <time.h>
#include <sys/time.h>
#include <sys/times.h>

int clock_gettime(clockid_t clock, struct timespec *time)
{
	int64_t now;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		now = sys_clock_wall();
		break;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		now = sys_clock_monotonic();
		break;
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		now = sys_clock_cpu(clock == CLOCK_THREAD_CPUTIME_ID);
		break;
	default:
		errno = EINVAL;
		return -1;
	}
	*time = to_timespec(now);
	return 0;
}

int clock_getres(clockid_t clock, struct timespec *time)
{
	if (clock < 0 || clock > CLOCK_BOOTTIME) {
		errno = EINVAL;
		return -1;
	}
	if (time)
		*time = (struct timespec){.tv_nsec = 1};
	return 0;
}

int clock_settime(clockid_t clock, const struct timespec *time)
{
	(void)clock;
	(void)time;
	errno = EPERM; /* the clock's owner is outside of POSIX */
	return -1;
}

int clock_getcpuclockid(pid_t pid, clockid_t *clock)
{
	if (pid != 0 && pid != sys_getpid())
		return ENOSYS;
	*clock = CLOCK_PROCESS_CPUTIME_ID;
	return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	struct timezone *no_zone = zone;

	if (time)
		*time = to_timeval(sys_clock_wall());
	if (no_zone)
		*no_zone = (struct timezone){};
	return 0;
}

int settimeofday(const struct timeval *time, const struct timezone *zone)
{
	(void)time;
	(void)zone;
	errno = EPERM;
	return -1;
}

int stime(const time_t *time)
{
	(void)time;
	errno = EPERM;
	return -1;
}

int timespec_get(struct timespec *time, int base)
{
	return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, time) == 0 ? base : 0;
}

int timespec_getres(struct timespec *time, int base)
{
	return base == TIME_UTC && clock_getres(CLOCK_REALTIME, time) == 0 ? base : 0;
}

time_t timelocal(struct tm *tm)
{
	return mktime(tm);
}

clock_t clock(void)
{
	return (clock_t)(sys_clock_cpu(false) / 1000);
}

clock_t times(struct tms *buffer)
{
	int64_t user, system, child_user, child_system;
	long pages;

	(void)sys_times(0, &user, &system, &pages);
	(void)sys_times(1, &child_user, &child_system, &pages);
	*buffer = (struct tms){.tms_utime = user / 10000000, .tms_stime = system / 10000000, .tms_cutime = child_user / 10000000,
	    .tms_cstime = child_system / 10000000};
	return sys_clock_monotonic() / 10000000;
}
