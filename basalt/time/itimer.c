/* SPDX-License-Identifier: BSD-2-Clause */
/* Interval timers. */
#include "../internal.h"

#include <sys/time.h>

static int64_t to_ns(const struct timeval *time)
{
	return time->tv_sec * 1000000000 + time->tv_usec * 1000;
}

static int timer(int which, const struct itimerval *restrict value, struct itimerval *restrict old)
{
	int64_t new_value[2], old_value[2] = {0};

	if (value) {
		if (value->it_value.tv_usec < 0 || value->it_value.tv_usec >= 1000000 || value->it_interval.tv_usec < 0 ||
		    value->it_interval.tv_usec >= 1000000) {
			errno = EINVAL;
			return -1;
		}
		new_value[0] = to_ns(&value->it_value);
		new_value[1] = to_ns(&value->it_interval);
	}
	int error = sys_set_timer(which, value ? new_value : nullptr, old_value);
	if (error == 0 && old)
		*old = (struct itimerval){.it_value = to_timeval(old_value[0]), .it_interval = to_timeval(old_value[1])};
	return (int)result(error);
}

int setitimer(int which, const struct itimerval *restrict value, struct itimerval *restrict old)
{
	return timer(which, value, old);
}

int getitimer(int which, struct itimerval *value)
{
	return timer(which, nullptr, value);
}
