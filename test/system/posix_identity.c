/* SPDX-License-Identifier: BSD-2-Clause */
/* Who a process is: its groups. */
#include "posix_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static int is_group_list(int count, const gid_t *expected)
{
	gid_t groups[NGROUPS_MAX];

	return getgroups(0, NULL) == count && getgroups(NGROUPS_MAX, groups) == count &&
	    getgroups(count, groups) == count && memcmp(groups, expected, (size_t)count * sizeof *groups) == 0;
}

/* What a user has of his groups, and cannot change. */
static int user_groups(const gid_t *expected)
{
	gid_t groups[3];

	if (setgid(100) != 0 || setuid(1000) != 0 || !is_group_list(3, expected))
		return 1;
	if (getgroups(2, groups) != -1 || errno != EINVAL || getgroups(-1, groups) != -1 || errno != EINVAL)
		return 2;
	if (setgroups(0, NULL) != -1 || errno != EPERM || setgroups(1, expected) != -1 || errno != EPERM)
		return 3;
	return is_group_list(3, expected) ? 0 : 4;
}

static void supplementary_groups_come_back(void)
{
	static const gid_t groups[] = {29, 7, 4242};
	gid_t many[NGROUPS_MAX + 1] = {0};
	int status = -1;

	CHECK(setgroups(NGROUPS_MAX + 1, many) == -1 && errno == EINVAL);
	for (gid_t i = 0; i < NGROUPS_MAX; i++)
		many[i] = i + 1;
	CHECK(setgroups(NGROUPS_MAX, many) == 0 && is_group_list(NGROUPS_MAX, many));
	CHECK(setgroups(3, groups) == 0 && is_group_list(3, groups));
	pid_t child = fork();
	if (child == 0)
		_exit(user_groups(groups));
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(setgroups(0, NULL) == 0 && is_group_list(0, groups));
}

/* A user who got root's descriptor: what he can read through it he cannot make his own. */
static int change_by_descriptor(int fd)
{
	const struct timespec times[2] = {};

	if (setuid(1000) != 0)
		return 1;
	if (fchmod(fd, 0666) != -1 || errno != EPERM)
		return 2;
	if (fchown(fd, 1000, 1000) != -1 || errno != EPERM)
		return 3;
	return futimens(fd, times) == -1 && errno == EPERM ? 0 : 4;
}

static void attributes_are_changed_by_who_asks(void)
{
	int status = -1, fd = open("/tmp/of_root", O_RDWR | O_CREAT | O_TRUNC, 0644);
	struct stat stat;

	pid_t child = fork();
	if (child == 0)
		_exit(change_by_descriptor(fd));
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(fchmod(fd, 0640) == 0 && fstat(fd, &stat) == 0 && (stat.st_mode & 07777) == 0640 && stat.st_uid == 0);
	close(fd);
	/* The owner may, though root has opened it; and give it to any group of his. */
	CHECK(chown("/tmp/of_root", 1000, 1000) == 0 && setgroups(1, (gid_t[]){29}) == 0);
	fd = open("/tmp/of_root", O_RDONLY);
	child = fork();
	if (child == 0)
		_exit(setgid(1000) != 0 || setuid(1000) != 0 || fchmod(fd, 0600) != 0 || fchown(fd, (uid_t)-1, 29) != 0);
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(close(fd) == 0 && unlink("/tmp/of_root") == 0 && setgroups(0, NULL) == 0);
}

void test_identity(void)
{
	run("a descriptor's file is changed by who asks", attributes_are_changed_by_who_asks);
	run("supplementary groups come back, and are root's to set", supplementary_groups_come_back);
}
