/* SPDX-License-Identifier: BSD-2-Clause */
/* sysconf, pathconf, confstr and their relatives: what limits.h and unistd.h promise. */
#include "../internal.h"

#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <sys/sysinfo.h>
#include <stdio.h>

/* No limit, or no such option. */
constexpr int NONE = -1;

/* Pages, of the KiB that /proc/meminfo tells behind `key`. */
static long meminfo_pages(const char *key)
{
	char line[128];
	long kib = -1;
	FILE *file = fopen("/proc/meminfo", "re");

	if (!file)
		return -1;
	while (kib < 0 && fgets(line, sizeof line, file))
		if (strncmp(line, key, strlen(key)) == 0 && sscanf(line + strlen(key), "%ld", &kib) != 1)
			kib = -1;
	fclose(file);
	return kib < 0 ? -1 : kib / 4;
}

static int processors(void)
{
	char line[128];
	int count = 0;
	FILE *file = fopen("/proc/cpuinfo", "re");

	while (file && fgets(line, sizeof line, file))
		count += strncmp(line, "processor", 9) == 0;
	if (file)
		fclose(file);
	return count ? count : 1;
}

int get_nprocs(void)
{
	return processors();
}

int get_nprocs_conf(void)
{
	return processors();
}

static long child_limit(void)
{
	struct rlimit limit;

	return sys_limit(0, RLIMIT_NPROC, nullptr, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ? NONE : (long)limit.rlim_cur;
}

static long descriptor_limit(void)
{
	return sys_descriptor_limit();
}

static long all_pages(void)
{
	return meminfo_pages("MemTotal:");
}

static long free_pages(void)
{
	return meminfo_pages("MemAvailable:");
}

static long all_processors(void)
{
	return get_nprocs();
}

/* What is not here is no variable of the system: EINVAL. */
static const struct {
	enum { UNKNOWN, FIXED, ASKED } kind;
	union {
		int number;
		long (*ask)(void);
	};
} variables[] = {
    [_SC_ARG_MAX] = {FIXED, .number = ARG_MAX},
    [_SC_CHILD_MAX] = {ASKED, .ask = child_limit},
    [_SC_CLK_TCK] = {FIXED, .number = 100},
    [_SC_NGROUPS_MAX] = {FIXED, .number = NGROUPS_MAX},
    [_SC_THREAD_THREADS_MAX] = {ASKED, .ask = sys_thread_limit},
    [_SC_OPEN_MAX] = {ASKED, .ask = descriptor_limit},
    [_SC_STREAM_MAX] = {ASKED, .ask = descriptor_limit},
    [_SC_TZNAME_MAX] = {FIXED, .number = NONE},
    [_SC_JOB_CONTROL] = {FIXED, .number = 1},
    [_SC_SAVED_IDS] = {FIXED, .number = 1},
    [_SC_REGEXP] = {FIXED, .number = 1},
    [_SC_SHELL] = {FIXED, .number = 1},
    [_SC_REALTIME_SIGNALS] = {FIXED, .number = _POSIX_VERSION},
    [_SC_FSYNC] = {FIXED, .number = _POSIX_VERSION},
    [_SC_MAPPED_FILES] = {FIXED, .number = _POSIX_VERSION},
    [_SC_MEMORY_PROTECTION] = {FIXED, .number = _POSIX_VERSION},
    [_SC_SEMAPHORES] = {FIXED, .number = _POSIX_VERSION},
    [_SC_SHARED_MEMORY_OBJECTS] = {FIXED, .number = _POSIX_VERSION},
    [_SC_VERSION] = {FIXED, .number = _POSIX_VERSION},
    [_SC_2_VERSION] = {FIXED, .number = _POSIX_VERSION},
    [_SC_THREADS] = {FIXED, .number = _POSIX_VERSION},
    [_SC_THREAD_SAFE_FUNCTIONS] = {FIXED, .number = _POSIX_VERSION},
    [_SC_THREAD_ATTR_STACKADDR] = {FIXED, .number = _POSIX_VERSION},
    [_SC_THREAD_ATTR_STACKSIZE] = {FIXED, .number = _POSIX_VERSION},
    [_SC_MONOTONIC_CLOCK] = {FIXED, .number = _POSIX_VERSION},
    [_SC_BARRIERS] = {FIXED, .number = _POSIX_VERSION},
    [_SC_READER_WRITER_LOCKS] = {FIXED, .number = _POSIX_VERSION},
    [_SC_SPIN_LOCKS] = {FIXED, .number = _POSIX_VERSION},
    [_SC_SPAWN] = {FIXED, .number = _POSIX_VERSION},
    [_SC_CLOCK_SELECTION] = {FIXED, .number = _POSIX_VERSION},
    [_SC_TIMEOUTS] = {FIXED, .number = _POSIX_VERSION},
    [_SC_CPUTIME] = {FIXED, .number = _POSIX_VERSION},
    [_SC_THREAD_CPUTIME] = {FIXED, .number = _POSIX_VERSION},
    [_SC_XOPEN_VERSION] = {FIXED, .number = _XOPEN_VERSION},
    [_SC_PAGESIZE] = {FIXED, .number = 4096},
    [_SC_RTSIG_MAX] = {FIXED, .number = RTSIG_MAX},
    [_SC_MINSIGSTKSZ] = {FIXED, .number = MINSIGSTKSZ},
    [_SC_SIGSTKSZ] = {FIXED, .number = SIGSTKSZ},
    [_SC_SEM_VALUE_MAX] = {FIXED, .number = SEM_VALUE_MAX},
    [_SC_SIGQUEUE_MAX] = {FIXED, .number = SIGQUEUE_MAX},
    [_SC_BC_BASE_MAX] = {FIXED, .number = _POSIX2_BC_BASE_MAX},
    [_SC_BC_DIM_MAX] = {FIXED, .number = _POSIX2_BC_DIM_MAX},
    [_SC_BC_SCALE_MAX] = {FIXED, .number = _POSIX2_BC_SCALE_MAX},
    [_SC_BC_STRING_MAX] = {FIXED, .number = _POSIX2_BC_STRING_MAX},
    [_SC_COLL_WEIGHTS_MAX] = {FIXED, .number = 2},
    [_SC_EXPR_NEST_MAX] = {FIXED, .number = 32},
    [_SC_LINE_MAX] = {FIXED, .number = LINE_MAX},
    [_SC_RE_DUP_MAX] = {FIXED, .number = RE_DUP_MAX},
    [_SC_IOV_MAX] = {FIXED, .number = IOV_MAX},
    [_SC_GETGR_R_SIZE_MAX] = {FIXED, .number = 1024},
    [_SC_GETPW_R_SIZE_MAX] = {FIXED, .number = 1024},
    [_SC_LOGIN_NAME_MAX] = {FIXED, .number = LOGIN_NAME_MAX},
    [_SC_TTY_NAME_MAX] = {FIXED, .number = TTY_NAME_MAX},
    [_SC_HOST_NAME_MAX] = {FIXED, .number = HOST_NAME_MAX},
    [_SC_SYMLOOP_MAX] = {FIXED, .number = SYMLOOP_MAX},
    [_SC_NZERO] = {FIXED, .number = NZERO},
    [_SC_ATEXIT_MAX] = {FIXED, .number = INT_MAX},
    [_SC_THREAD_DESTRUCTOR_ITERATIONS] = {FIXED, .number = PTHREAD_DESTRUCTOR_ITERATIONS},
    [_SC_THREAD_KEYS_MAX] = {FIXED, .number = PTHREAD_KEYS_MAX},
    [_SC_THREAD_STACK_MIN] = {FIXED, .number = PTHREAD_STACK_MIN},
    [_SC_NPROCESSORS_CONF] = {ASKED, .ask = all_processors},
    [_SC_NPROCESSORS_ONLN] = {ASKED, .ask = all_processors},
    [_SC_PHYS_PAGES] = {ASKED, .ask = all_pages},
    [_SC_AVPHYS_PAGES] = {ASKED, .ask = free_pages},
    [_SC_LEVEL1_DCACHE_LINESIZE] = {FIXED, .number = 64},
    [_SC_PRIORITY_SCHEDULING] = {FIXED, .number = NONE},
    [_SC_TIMERS] = {FIXED, .number = NONE},
    [_SC_ASYNCHRONOUS_IO] = {FIXED, .number = NONE},
    [_SC_MEMLOCK] = {FIXED, .number = NONE},
    [_SC_MESSAGE_PASSING] = {FIXED, .number = NONE},
    [_SC_SEM_NSEMS_MAX] = {FIXED, .number = NONE},
    [_SC_TIMER_MAX] = {FIXED, .number = NONE},
    [_SC_2_C_BIND] = {FIXED, .number = NONE},
    [_SC_2_C_DEV] = {FIXED, .number = NONE},
    [_SC_2_FORT_DEV] = {FIXED, .number = NONE},
    [_SC_2_SW_DEV] = {FIXED, .number = NONE},
    [_SC_2_LOCALEDEF] = {FIXED, .number = NONE},
    [_SC_DELAYTIMER_MAX] = {FIXED, .number = NONE},
    [_SC_AIO_MAX] = {FIXED, .number = NONE},
    [_SC_MQ_OPEN_MAX] = {FIXED, .number = NONE},
    [_SC_IPV6] = {FIXED, .number = NONE},
    [_SC_2_CHAR_TERM] = {FIXED, .number = NONE},
    [_SC_2_UPE] = {FIXED, .number = NONE},
    [_SC_THREAD_PROCESS_SHARED] = {FIXED, .number = NONE},
    [_SC_THREAD_PRIORITY_SCHEDULING] = {FIXED, .number = NONE},
};

long sysconf(int name)
{
	const size_t count = sizeof variables / sizeof variables[0];

	if (name < 0 || (size_t)name >= count || variables[name].kind == UNKNOWN) {
		errno = EINVAL;
		return -1;
	}
	return variables[name].kind == ASKED ? variables[name].ask() : variables[name].number;
}

static long path_limit(int name)
{
	switch (name) {
	case _PC_LINK_MAX:
		return LINK_MAX;
	case _PC_MAX_CANON:
		return MAX_CANON;
	case _PC_MAX_INPUT:
		return MAX_INPUT;
	case _PC_NAME_MAX:
		return NAME_MAX;
	case _PC_PATH_MAX:
		return PATH_MAX;
	case _PC_PIPE_BUF:
		return PIPE_BUF;
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
	case _PC_2_SYMLINKS:
		return 1;
	case _PC_VDISABLE:
		return _POSIX_VDISABLE;
	case _PC_FILESIZEBITS:
		return FILESIZEBITS;
	case _PC_SYMLINK_MAX:
		return SYMLINK_MAX;
	case _PC_SYNC_IO:
	case _PC_ASYNC_IO:
	case _PC_PRIO_IO:
	case _PC_REC_INCR_XFER_SIZE:
	case _PC_REC_MAX_XFER_SIZE:
	case _PC_REC_MIN_XFER_SIZE:
	case _PC_REC_XFER_ALIGN:
	case _PC_ALLOC_SIZE_MIN:
		return -1;
	default:
		errno = EINVAL;
		return -1;
	}
}

long pathconf(const char *path, int name)
{
	struct stat stat;
	int error = sys_stat(-100, path, &stat, 0);

	return error ? result(error) : path_limit(name);
}

long fpathconf(int fd, int name)
{
	struct stat stat;
	int error = sys_stat_fd(fd, &stat);

	return error ? result(error) : path_limit(name);
}

size_t confstr(int name, char *buffer, size_t size)
{
	const char *value;

	switch (name) {
	case _CS_PATH:
		value = "/usr/bin:/bin";
		break;
	case _CS_POSIX_V7_WIDTH_RESTRICTED_ENVS:
	case _CS_V7_ENV:
		value = "";
		break;
	default:
		errno = EINVAL;
		return 0;
	}
	if (size)
		strlcpy(buffer, value, size);
	return strlen(value) + 1;
}

int getdtablesize(void)
{
	return sys_descriptor_limit();
}
