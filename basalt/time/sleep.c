/* SPDX-License-Identifier: BSD-2-Clause */
/* Sleeping. */
#include "../internal.h"

#include <time.h>

int64_t __deadline(clockid_t clock, const struct timespec *time)
{
	if (time->tv_nsec < 0 || time->tv_nsec >= 1000000000)
		return -1;
	if (time->tv_sec < 0)
		return 0;
	int64_t value = time->tv_sec > INT32_MAX * 2ll ? INT64_MAX / 2 : time->tv_sec * 1000000000 + time->tv_nsec;
	if (clock == CLOCK_REALTIME) {
		int64_t wall = sys_clock_wall(), monotonic = sys_clock_monotonic();

		value -= wall - monotonic;
	}
	return value < 0 ? 0 : value;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
	int64_t deadline;

	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
		return EINVAL;
	deadline = __deadline(flags & TIMER_ABSTIME ? clock : CLOCK_MONOTONIC, time);
	if (deadline < 0 || time->tv_sec < 0)
		return EINVAL;
	if (!(flags & TIMER_ABSTIME))
		deadline += sys_clock_monotonic();
	int error = sys_sleep_until(deadline);
	if (error && left && !(flags & TIMER_ABSTIME)) {
		int64_t rest = deadline - sys_clock_monotonic();

		*left = to_timespec(rest > 0 ? rest : 0);
	}
	return -error;
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
	return (int)result(-clock_nanosleep(CLOCK_MONOTONIC, 0, time, left));
}
