/* SPDX-License-Identifier: BSD-2-Clause */
/* musl calls Linux by number; here each of those numbers is the POSIX function of that name. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYS_close close
#define SYS_fcntl fcntl
#define SYS_ioctl ioctl
#define SYS_read read

static inline long __stdio_result(long result, int before)
{
	if (result < 0) {
		result = -errno;
		errno = before;
	}
	return result;
}

/* As in musl: the bare call answers -errno and leaves errno alone. */
#define __syscall(call, ...) \
	({ int before_ = errno; __stdio_result(call(__VA_ARGS__), before_); })
#define syscall(call, ...) call(__VA_ARGS__)
#define __sys_wait4(pid, status, options, usage) \
	({ int before_ = errno; __stdio_result(waitpid(pid, status, options), before_); })
#define sys_open(...) open(__VA_ARGS__)
#define __syscall_ret(result) (errno = -(result), -1)
