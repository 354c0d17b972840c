/* SPDX-License-Identifier: BSD-2-Clause */
/* sysconf, pathconf, confstr and their relatives: what limits.h and unistd.h promise. */
#include "../internal.h"

#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <sys/sysinfo.h>
#include <stdio.h>

static long limit(int resource, long otherwise)
{
	struct rlimit limit;

	if (sys_limit(0, resource, nullptr, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return otherwise;
	return (long)limit.rlim_cur;
}

/* A number from a /proc file behind `key`. */
static long proc_number(const char *path, const char *key)
{
	char line[128];
	long value = -1;
	FILE *file = fopen(path, "re");

	if (!file)
		return -1;
	while (value < 0 && fgets(line, sizeof line, file))
		if (strncmp(line, key, strlen(key)) == 0 && sscanf(line + strlen(key), "%ld", &value) != 1)
			value = -1;
	fclose(file);
	return value;
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

long sysconf(int name)
{
	long kib;

	switch (name) {
	case _SC_ARG_MAX:
		return ARG_MAX;
	case _SC_CHILD_MAX:
		return limit(RLIMIT_NPROC, -1);
	case _SC_CLK_TCK:
		return 100;
	case _SC_NGROUPS_MAX:
		return NGROUPS_MAX;
	case _SC_THREAD_THREADS_MAX:
		return sys_thread_limit();
	case _SC_OPEN_MAX:
		return sys_descriptor_limit();
	case _SC_STREAM_MAX:
		return sys_descriptor_limit();
	case _SC_TZNAME_MAX:
		return -1;
	case _SC_JOB_CONTROL:
	case _SC_SAVED_IDS:
	case _SC_REGEXP:
	case _SC_SHELL:
		return 1;
	case _SC_REALTIME_SIGNALS:
	case _SC_FSYNC:
	case _SC_MAPPED_FILES:
	case _SC_MEMORY_PROTECTION:
	case _SC_SEMAPHORES:
	case _SC_SHARED_MEMORY_OBJECTS:
	case _SC_VERSION:
	case _SC_2_VERSION:
	case _SC_THREADS:
	case _SC_THREAD_SAFE_FUNCTIONS:
	case _SC_THREAD_ATTR_STACKADDR:
	case _SC_THREAD_ATTR_STACKSIZE:
	case _SC_MONOTONIC_CLOCK:
	case _SC_BARRIERS:
	case _SC_READER_WRITER_LOCKS:
	case _SC_SPIN_LOCKS:
	case _SC_SPAWN:
	case _SC_CLOCK_SELECTION:
	case _SC_TIMEOUTS:
	case _SC_CPUTIME:
	case _SC_THREAD_CPUTIME:
		return _POSIX_VERSION;
	case _SC_XOPEN_VERSION:
		return _XOPEN_VERSION;
	case _SC_PAGESIZE:
		return 4096;
	case _SC_RTSIG_MAX:
		return RTSIG_MAX;
	case _SC_SEM_VALUE_MAX:
		return SEM_VALUE_MAX;
	case _SC_SIGQUEUE_MAX:
		return SIGQUEUE_MAX;
	case _SC_BC_BASE_MAX:
		return _POSIX2_BC_BASE_MAX;
	case _SC_BC_DIM_MAX:
		return _POSIX2_BC_DIM_MAX;
	case _SC_BC_SCALE_MAX:
		return _POSIX2_BC_SCALE_MAX;
	case _SC_BC_STRING_MAX:
		return _POSIX2_BC_STRING_MAX;
	case _SC_COLL_WEIGHTS_MAX:
		return 2;
	case _SC_EXPR_NEST_MAX:
		return 32;
	case _SC_LINE_MAX:
		return LINE_MAX;
	case _SC_RE_DUP_MAX:
		return RE_DUP_MAX;
	case _SC_IOV_MAX:
		return IOV_MAX;
	case _SC_GETGR_R_SIZE_MAX:
	case _SC_GETPW_R_SIZE_MAX:
		return 1024;
	case _SC_LOGIN_NAME_MAX:
		return LOGIN_NAME_MAX;
	case _SC_TTY_NAME_MAX:
		return TTY_NAME_MAX;
	case _SC_HOST_NAME_MAX:
		return HOST_NAME_MAX;
	case _SC_SYMLOOP_MAX:
		return SYMLOOP_MAX;
	case _SC_NZERO:
		return NZERO;
	case _SC_ATEXIT_MAX:
		return INT_MAX;
	case _SC_THREAD_DESTRUCTOR_ITERATIONS:
		return PTHREAD_DESTRUCTOR_ITERATIONS;
	case _SC_THREAD_KEYS_MAX:
		return PTHREAD_KEYS_MAX;
	case _SC_THREAD_STACK_MIN:
		return PTHREAD_STACK_MIN;
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN:
		return processors();
	case _SC_PHYS_PAGES:
		kib = proc_number("/proc/meminfo", "MemTotal:");
		return kib < 0 ? -1 : kib / 4;
	case _SC_AVPHYS_PAGES:
		kib = proc_number("/proc/meminfo", "MemAvailable:");
		return kib < 0 ? -1 : kib / 4;
	case _SC_LEVEL1_DCACHE_LINESIZE:
		return 64;
	case _SC_PRIORITY_SCHEDULING:
	case _SC_TIMERS:
	case _SC_ASYNCHRONOUS_IO:
	case _SC_MEMLOCK:
	case _SC_MESSAGE_PASSING:
	case _SC_SEM_NSEMS_MAX:
	case _SC_TIMER_MAX:
	case _SC_2_C_BIND:
	case _SC_2_C_DEV:
	case _SC_2_FORT_DEV:
	case _SC_2_SW_DEV:
	case _SC_2_LOCALEDEF:
	case _SC_DELAYTIMER_MAX:
	case _SC_AIO_MAX:
	case _SC_MQ_OPEN_MAX:
	case _SC_IPV6:
	case _SC_2_CHAR_TERM:
	case _SC_2_UPE:
	case _SC_THREAD_PROCESS_SHARED:
	case _SC_THREAD_PRIORITY_SCHEDULING:
		return -1;
	default:
		errno = EINVAL;
		return -1;
	}
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
