/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What sysconf, pathconf and confstr tell. The numbers of limits.h are the host's, or, where it has none, those that stand here: what counts is
 * which of them is told, and what is asked of the system.
 */
#include "host_libc.h"

#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

#undef ARG_MAX
#undef LINK_MAX
#undef PTHREAD_STACK_MIN
#undef MINSIGSTKSZ
#undef SIGSTKSZ
#define ARG_MAX 11
#define LINK_MAX 12
#define SYMLINK_MAX 13
#define SYMLOOP_MAX 14
#define FILESIZEBITS 15
#define SIGQUEUE_MAX 16
#define PTHREAD_STACK_MIN 17
#define MINSIGSTKSZ 18
#define SIGSTKSZ 19
#ifndef NZERO
#define NZERO 20
#endif

#define fopen open_text
#define sysconf basalt_sysconf
#define pathconf basalt_pathconf
#define fpathconf basalt_fpathconf
#define confstr basalt_confstr
#define strlcpy basalt_strlcpy
#define getdtablesize basalt_getdtablesize
#define get_nprocs basalt_get_nprocs
#define get_nprocs_conf basalt_get_nprocs_conf

static size_t basalt_strlcpy(char *to, const char *from, size_t size)
{
	snprintf(to, size, "%s", from);
	return strlen(from);
}

#include "conf.c"

static rlim_t child_rlimit;
static int stat_error;

int sys_limit(pid_t pid, int resource, const struct rlimit *new_limit, struct rlimit *old_limit)
{
	assert_int_equal(resource, RLIMIT_NPROC);
	assert_null(new_limit);
	*old_limit = (struct rlimit){.rlim_cur = child_rlimit, .rlim_max = child_rlimit};
	return 0;
}

int sys_descriptor_limit(void)
{
	return 777;
}

long sys_thread_limit(void)
{
	return 888;
}

int sys_stat(int base, const char *path, struct stat *stat, int flags)
{
	return stat_error;
}

int sys_stat_fd(int fd, struct stat *stat)
{
	return stat_error;
}

static int setup(void **state)
{
	file_text = "MemTotal:       8000 kB\nMemFree: 40 kB\nMemAvailable:   400 kB\n";
	child_rlimit = 99;
	stat_error = 0;
	errno = 0;
	return 0;
}

static void constants_are_told(void **state)
{
	static const struct {
		int name;
		long value;
	} some[] = {{_SC_ARG_MAX, 11}, {_SC_PAGESIZE, 4096}, {_SC_CLK_TCK, 100}, {_SC_NGROUPS_MAX, NGROUPS_MAX}, {_SC_IOV_MAX, IOV_MAX},
	    {_SC_SYMLOOP_MAX, 14}, {_SC_SIGQUEUE_MAX, 16}, {_SC_JOB_CONTROL, 1}, {_SC_VERSION, _POSIX_VERSION},
	    {_SC_THREADS, _POSIX_VERSION}, {_SC_HOST_NAME_MAX, HOST_NAME_MAX}, {_SC_LINE_MAX, LINE_MAX}, {_SC_ATEXIT_MAX, INT_MAX}};

	for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
		assert_int_equal(sysconf(some[i].name), some[i].value);
	assert_int_equal(errno, 0);
}

static void what_has_no_limit_is_no_error(void **state)
{
	static const int names[] = {_SC_TZNAME_MAX, _SC_AIO_MAX, _SC_TIMERS, _SC_IPV6, _SC_MESSAGE_PASSING};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(sysconf(names[i]), -1);
	assert_int_equal(errno, 0);
}

static void what_is_no_variable_is_refused(void **state)
{
	static const int names[] = {-1, INT_MIN, INT_MAX, 100000, _SC_CHAR_BIT};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		errno = 0;
		assert_int_equal(sysconf(names[i]), -1);
		assert_int_equal(errno, EINVAL);
	}
}

static void limits_are_asked_for(void **state)
{
	assert_int_equal(sysconf(_SC_CHILD_MAX), 99);
	child_rlimit = RLIM_INFINITY;
	assert_int_equal(sysconf(_SC_CHILD_MAX), -1);
	assert_int_equal(sysconf(_SC_OPEN_MAX), 777);
	assert_int_equal(sysconf(_SC_STREAM_MAX), 777);
	assert_int_equal(getdtablesize(), 777);
	assert_int_equal(sysconf(_SC_THREAD_THREADS_MAX), 888);
	assert_int_equal(errno, 0);
}

static void memory_and_processors_are_read_from_proc(void **state)
{
	assert_int_equal(sysconf(_SC_PHYS_PAGES), 2000);
	assert_int_equal(sysconf(_SC_AVPHYS_PAGES), 100);
	file_text = "MemTotal: many\n";
	assert_int_equal(sysconf(_SC_PHYS_PAGES), -1);
	assert_int_equal(sysconf(_SC_AVPHYS_PAGES), -1);
	file_text = "processor\t: 0\nmodel: x\n\nprocessor\t: 1\nmodel: x\n";
	assert_int_equal(sysconf(_SC_NPROCESSORS_ONLN), 2);
	assert_int_equal(sysconf(_SC_NPROCESSORS_CONF), 2);
	file_text = NULL;
	assert_int_equal(sysconf(_SC_NPROCESSORS_ONLN), 1);
	assert_int_equal(sysconf(_SC_PHYS_PAGES), -1);
}

static void paths_have_their_limits(void **state)
{
	assert_int_equal(pathconf("/", _PC_LINK_MAX), 12);
	assert_int_equal(fpathconf(0, _PC_SYMLINK_MAX), 13);
	assert_int_equal(pathconf("/", _PC_PIPE_BUF), PIPE_BUF);
	assert_int_equal(pathconf("/", _PC_SYNC_IO), -1);
	assert_int_equal(errno, 0);
	assert_int_equal(pathconf("/", 12345), -1);
	assert_int_equal(errno, EINVAL);
	stat_error = -ENOENT;
	assert_int_equal(pathconf("/none", _PC_NAME_MAX), -1);
	assert_int_equal(errno, ENOENT);
	stat_error = -EBADF;
	assert_int_equal(fpathconf(9, _PC_NAME_MAX), -1);
	assert_int_equal(errno, EBADF);
}

static void strings_are_cut_and_measured(void **state)
{
	char text[32] = "untouched";
	const size_t whole = sizeof "/usr/bin:/bin";

	assert_int_equal(confstr(_CS_PATH, NULL, 0), whole);
	assert_int_equal(confstr(_CS_PATH, text, 5), whole);
	assert_string_equal(text, "/usr");
	assert_int_equal(confstr(_CS_PATH, text, sizeof text), whole);
	assert_string_equal(text, "/usr/bin:/bin");
	assert_int_equal(confstr(-1, text, sizeof text), 0);
	assert_int_equal(errno, EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(constants_are_told, setup),
	    cmocka_unit_test_setup(what_has_no_limit_is_no_error, setup),
	    cmocka_unit_test_setup(what_is_no_variable_is_refused, setup),
	    cmocka_unit_test_setup(limits_are_asked_for, setup),
	    cmocka_unit_test_setup(memory_and_processors_are_read_from_proc, setup),
	    cmocka_unit_test_setup(paths_have_their_limits, setup),
	    cmocka_unit_test_setup(strings_are_cut_and_measured, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
