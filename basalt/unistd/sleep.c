/* SPDX-License-Identifier: BSD-2-Clause */
/* Sleeping and alarms. */
#include "../internal.h"

#include <sys/time.h>
#include <time.h>
#include <unistd.h>

unsigned sleep(unsigned seconds)
{
	struct timespec left = {.tv_sec = seconds};

	return nanosleep(&left, &left) < 0 ? (unsigned)(left.tv_sec + (left.tv_nsec >= 500000000)) : 0;
}

int usleep(useconds_t us)
{
	struct timespec time = {.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};

	return nanosleep(&time, nullptr);
}

unsigned alarm(unsigned seconds)
{
	int64_t new_value[2] = {(int64_t)seconds * 1000000000, 0}, old[2] = {0};

	(void)sys_set_timer(ITIMER_REAL, new_value, old);
	return old[0] == 0 ? 0 : old[0] < 1000000000 ? 1 : (unsigned)((old[0] + 500000000) / 1000000000);
}

unsigned ualarm(unsigned value, unsigned interval)
{
	int64_t new_value[2] = {(int64_t)value * 1000, (int64_t)interval * 1000}, old[2] = {0};

	(void)sys_set_timer(ITIMER_REAL, new_value, old);
	return (unsigned)(old[0] / 1000);
}

int pause(void)
{
	sigset_t mask;

	(void)sys_sigmask(SIG_BLOCK, nullptr, &mask);
	return (int)result(sys_sigsuspend(&mask));
}
