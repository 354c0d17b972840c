/* SPDX-License-Identifier: BSD-2-Clause */
/* Times of files. */
#include "../internal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

static bool is_good(const struct timespec times[2])
{
	for (int i = 0; times && i < 2; i++)
		if ((times[i].tv_nsec < 0 || times[i].tv_nsec >= 1000000000) && times[i].tv_nsec != UTIME_NOW &&
		    times[i].tv_nsec != UTIME_OMIT)
			return false;
	return true;
}

int utimensat(int base, const char *path, const struct timespec times[2], int flags)
{
	if (!is_good(times)) {
		errno = EINVAL;
		return -1;
	}
	if (!path)
		return (int)result(sys_set_times_fd(base, times));
	return (int)result(sys_set_times(base, path, times, flags));
}

int futimens(int fd, const struct timespec times[2])
{
	return utimensat(fd, nullptr, times, 0);
}

static const struct timespec *convert(const struct timeval from[2], struct timespec to[2])
{
	if (!from)
		return nullptr;
	for (int i = 0; i < 2; i++)
		to[i] = (struct timespec){.tv_sec = from[i].tv_sec, .tv_nsec = from[i].tv_usec * 1000};
	return to;
}

int utimes(const char *path, const struct timeval times[2])
{
	struct timespec exact[2];

	return utimensat(AT_FDCWD, path, convert(times, exact), 0);
}

int lutimes(const char *path, const struct timeval times[2])
{
	struct timespec exact[2];

	return utimensat(AT_FDCWD, path, convert(times, exact), AT_SYMLINK_NOFOLLOW);
}

int futimes(int fd, const struct timeval times[2])
{
	struct timespec exact[2];

	return futimens(fd, convert(times, exact));
}

int futimesat(int base, const char *path, const struct timeval times[2])
{
	struct timespec exact[2];

	return utimensat(base, path, convert(times, exact), 0);
}

int utime(const char *path, const struct utimbuf *times)
{
	struct timespec exact[2];

	if (!times)
		return utimensat(AT_FDCWD, path, nullptr, 0);
	exact[0] = (struct timespec){.tv_sec = times->actime};
	exact[1] = (struct timespec){.tv_sec = times->modtime};
	return utimensat(AT_FDCWD, path, exact, 0);
}
