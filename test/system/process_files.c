/* SPDX-License-Identifier: BSD-2-Clause */
/* What /proc says of processes whose state is known; TAP. Built with the SDK, run by posix_test.py. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

#define MIB (1024 * 1024)

static char text[65536];

/* A whole file, in `text`; its length or -1. */
static ssize_t slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t length = 0, part = 0;

	if (fd < 0)
		return -1;
	while (length < (ssize_t)sizeof text - 1 && (part = read(fd, text + length, sizeof text - 1 - (size_t)length)) > 0)
		length += part;
	close(fd);
	text[length] = '\0';
	return part < 0 ? -1 : length;
}

static ssize_t slurp_of(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	return slurp(path);
}

static char state_of(pid_t pid)
{
	return slurp_of(pid, "stat") > 0 && strrchr(text, ')') ? strrchr(text, ')')[2] : '?';
}

/* Field `number` (from 1) of stat, behind the name. */
static unsigned long field(pid_t pid, int number)
{
	char *at = slurp_of(pid, "stat") > 0 ? strrchr(text, ')') : NULL;

	for (int i = 2; at && i < number; i++)
		at = strchr(at + 1, ' ');
	return at ? strtoul(at, NULL, 10) : 0;
}

/* Until the process is in that state, or for half a minute. */
static int becomes(pid_t pid, char state)
{
	for (int i = 0; i < 3000 && state_of(pid) != state; i++)
		usleep(10000);
	return state_of(pid) == state;
}

static pid_t start(void (*what)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		what();
		_exit(0);
	}
	return pid;
}

static void sleep_long(void)
{
	for (;;)
		pause();
}

static void spin(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

static void nothing(void)
{
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(slurp_of(pid, "stat") == -1 && errno == ENOENT);
}

static void states(void)
{
	pid_t sleeper = start(sleep_long), spinner = start(spin), stopped = start(sleep_long), zombie = start(nothing);

	CHECK(becomes(sleeper, 'S'));
	CHECK(becomes(spinner, 'R'));
	CHECK(becomes(stopped, 'S'));
	kill(stopped, SIGSTOP);
	CHECK(becomes(stopped, 'T'));
	CHECK(becomes(zombie, 'Z'));
	CHECK(state_of(getpid()) == 'R');
	CHECK(slurp_of(stopped, "status") > 0 && strstr(text, "State:\tT (stopped)\n"));
	/* What the sleeper used to get there is no promise: a virtual CPU that waits for a real one is charged. */
	const unsigned long slept = field(sleeper, 14);

	for (int i = 0; i < 3000 && field(spinner, 14) < slept + 2; i++)
		usleep(10000);
	CHECK(field(spinner, 14) >= slept + 2);
	CHECK(field(sleeper, 14) == slept);
	end(sleeper);
	end(spinner);
	end(stopped);
	end(zombie);
}

static void memory(void)
{
	unsigned long size = field(getpid(), 23), resident = field(getpid(), 24);
	char *pages = mmap(NULL, 8 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(size > 0 && resident > 0 && field(getpid(), 23) == size + 8 * MIB);
	CHECK(field(getpid(), 24) < resident + 64);
	for (int i = 0; i < 8 * MIB; i += 4096)
		pages[i] = 1;
	CHECK(field(getpid(), 24) >= resident + 2048);
	munmap(pages, 8 * MIB);
	CHECK(field(getpid(), 24) < resident + 64);
}

/* A group that was orphaned before loses nothing when one of its members ends beside a stopped one. */
static void orphaned_before(void)
{
	int status = 0;
	pid_t leader = fork();

	if (leader == 0) {
		setsid(); /* its parent is in another session: orphaned from the beginning */
		pid_t stopped = start(sleep_long), other;

		kill(stopped, SIGSTOP);
		if (waitpid(stopped, NULL, WUNTRACED) != stopped)
			_exit(1);
		other = start(nothing);
		if (waitpid(other, NULL, 0) != other || state_of(stopped) != 'T')
			_exit(2);
		kill(stopped, SIGKILL);
		_exit(3);
	}
	CHECK(waitpid(leader, &status, 0) == leader && WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

static void gone(void)
{
	pid_t child = start(sleep_long);
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/stat", child);
	int fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	end(child);
	errno = 0;
	ssize_t length = read(fd, text, sizeof text);
	CHECK(length == 0 || (length == -1 && errno == ESRCH));
	close(fd);
	CHECK(access("/proc/4194303", F_OK) == -1 && errno == ENOENT);
}

/* The line of maps that `address` is in, or null. */
static char *line_of(const void *address)
{
	char *next;

	if (slurp("/proc/self/maps") <= 0)
		return NULL;
	for (char *line = text; *line; line = next) {
		unsigned long start, end;

		next = strchr(line, '\n');
		if (!next || sscanf(line, "%lx-%lx ", &start, &end) != 2)
			return NULL;
		*next++ = '\0';
		if ((unsigned long)address >= start && (unsigned long)address < end)
			return line;
	}
	return NULL;
}

static void maps(void)
{
	static const int constant = 1;
	char modes[5], program[256], *line, exe[256] = "";
	unsigned long offset, inode, variable;
	struct stat st;
	char *pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(readlink("/proc/self/exe", exe, sizeof exe - 1) > 0 && stat(exe, &st) == 0);
	CHECK((line = line_of((void *)maps)) && sscanf(line, "%*x-%*x %4s %lx %*s %lu %255s", modes, &offset, &inode, program) == 4);
	CHECK(strcmp(modes, "r-xp") == 0 && strcmp(program, exe) == 0 && inode == st.st_ino);
	CHECK((line = line_of(&constant)) && strstr(line, exe));
	CHECK((line = line_of(&variable)) && strstr(line, " rw-p ") && strstr(line, "[stack]"));
	CHECK((line = line_of(pages)) && strstr(line, " rw-p "));
	mprotect(pages, 4096, PROT_READ);
	CHECK((line = line_of(pages)) && strstr(line, " r--p "));
	munmap(pages, 3 * 4096);
	CHECK(line_of(pages) == NULL);
	pid_t child = start(sleep_long);
	CHECK(slurp_of(child, "maps") > 0 && strstr(text, exe));
	int status = 0;
	pid_t other = fork();
	if (other == 0) {
		setuid(1000);
		_exit(slurp_of(child, "maps") == -1 && errno == EACCES ? 5 : 6);
	}
	CHECK(waitpid(other, &status, 0) == other && WEXITSTATUS(status) == 5);
	end(child);
}

static void capabilities(void)
{
	int fd = open("/proc/saltyos/capabilities", O_RDONLY), status = 0;

	CHECK(fd >= 0 && read(fd, text, 5) == 5);
	close(fd);
	pid_t other = fork();
	if (other == 0) {
		setuid(1000);
		_exit(open("/proc/saltyos/capabilities", O_RDONLY) == -1 && errno == EACCES ? 5 : 6);
	}
	CHECK(waitpid(other, &status, 0) == other && WEXITSTATUS(status) == 5);
}

/* What a link of /proc says; empty: nothing. */
static const char *link_of(pid_t pid, const char *name)
{
	static char target[256];
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	ssize_t length = readlink(path, target, sizeof target - 1);
	target[length < 0 ? 0 : length] = '\0';
	return target;
}

static const char *descriptor_of(pid_t pid, int fd)
{
	char name[32];

	snprintf(name, sizeof name, "fd/%d", fd);
	return link_of(pid, name);
}

/* How many descriptors the process has; -1: they cannot be listed. */
static int count_descriptors(pid_t pid)
{
	char path[64];
	int count = 0;

	snprintf(path, sizeof path, "/proc/%d/fd", pid);
	DIR *directory = opendir(path);
	if (!directory)
		return -1;
	for (struct dirent *entry; (entry = readdir(directory));)
		count += entry->d_name[0] != '.' && entry->d_type == DT_LNK;
	closedir(directory);
	return count;
}

static void has_known_descriptors(void)
{
	int ends[2], sockets[2], name = posix_openpt(O_RDWR | O_NOCTTY);

	dup2(name, 20);
	grantpt(20);
	unlockpt(20);
	dup2(open(ptsname(20), O_RDWR | O_NOCTTY), 21);
	dup2(open("/dev/null", O_RDONLY), 22);
	dup2(open("/tmp/known", O_WRONLY | O_CREAT, 0600), 23);
	dup2(open("/tmp/gone", O_RDWR | O_CREAT, 0600), 24);
	unlink("/tmp/gone");
	(void)!pipe(ends);
	dup2(ends[0], 25);
	dup2(ends[1], 26);
	socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
	dup2(sockets[0], 27);
	dup2(open("/usr", O_RDONLY), 28);
	dup2(open("/proc/uptime", O_RDONLY), 29);
	for (int fd = 3; fd < 20; fd++)
		close(fd);
	(void)!chdir("/tmp");
	fcntl(29, F_SETFD, FD_CLOEXEC);
	execl("/proc/self/exe", "process_files", "known", NULL);
	_exit(1);
}

static void descriptors(void)
{
	char expected[64];
	struct stat st;
	int ends[2];
	pid_t child = start(has_known_descriptors);

	/* 29 is closed by exec: after that all is as it stays. */
	for (int i = 0; i < 3000 && strcmp(link_of(child, "cwd"), "/tmp") != 0; i++)
		usleep(10000);
	for (int i = 0; i < 3000 && (descriptor_of(child, 29)[0] || !descriptor_of(child, 28)[0]); i++)
		usleep(10000);
	CHECK(strcmp(link_of(child, "cwd"), "/tmp") == 0);
	CHECK(strcmp(descriptor_of(child, 20), "/dev/ptmx") == 0);
	CHECK(strncmp(descriptor_of(child, 21), "/dev/pts/", 9) == 0);
	CHECK(strcmp(descriptor_of(child, 22), "/dev/null") == 0);
	CHECK(strcmp(descriptor_of(child, 23), "/tmp/known") == 0);
	CHECK(strcmp(descriptor_of(child, 24), "/tmp/gone (deleted)") == 0);
	CHECK(strncmp(descriptor_of(child, 25), "pipe:[", 6) == 0);
	snprintf(expected, sizeof expected, "%s", descriptor_of(child, 25));
	CHECK(strcmp(descriptor_of(child, 26), expected) == 0);
	CHECK(strncmp(descriptor_of(child, 27), "socket:[", 8) == 0);
	CHECK(strcmp(descriptor_of(child, 28), "/usr") == 0);
	CHECK(descriptor_of(child, 29)[0] == '\0' && errno == ENOENT);
	CHECK(count_descriptors(child) == 3 + 9);
	snprintf(expected, sizeof expected, "/proc/%d/fd/22", child);
	CHECK(lstat(expected, &st) == 0 && st.st_mode == (S_IFLNK | 0500));
	snprintf(expected, sizeof expected, "/proc/%d/fd/23", child);
	CHECK(lstat(expected, &st) == 0 && st.st_mode == (S_IFLNK | 0300));
	CHECK(access(expected, W_OK) == 0); /* leads to the file */
	snprintf(expected, sizeof expected, "/proc/%d/fd", child);
	CHECK(stat(expected, &st) == 0 && st.st_mode == (S_IFDIR | 0500));
	end(child);
	unlink("/tmp/known");
	/* One's own: both ends of a pipe have one number, which fstat() tells too; opening is dup(). */
	CHECK(pipe(ends) == 0 && fstat(ends[0], &st) == 0);
	snprintf(expected, sizeof expected, "pipe:[%lu]", (unsigned long)st.st_ino);
	CHECK(strcmp(descriptor_of(getpid(), ends[1]), expected) == 0);
	snprintf(expected, sizeof expected, "/proc/self/fd/%d", ends[1]);
	int again = open(expected, O_WRONLY);
	char byte = 0;
	CHECK(again >= 0 && write(again, "x", 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'x');
	close(again);
	close(ends[0]);
	close(ends[1]);
	CHECK(descriptor_of(getpid(), ends[0])[0] == '\0' && descriptor_of(getpid(), ends[1])[0] == '\0');
	DIR *names = opendir("/dev/fd");
	CHECK(names != NULL && closedir(names) == 0);
}

static void others_descriptors(void)
{
	int status = 0;
	pid_t child = start(sleep_long), other = fork();

	if (other == 0) {
		setuid(1000);
		pid_t own = start(sleep_long);

		for (int i = 0; i < 3000 && count_descriptors(own) < 3; i++)
			usleep(10000);
		int verdict = count_descriptors(child) == -1 && errno == EACCES && descriptor_of(child, 0)[0] == '\0' && errno == EACCES &&
			      link_of(child, "cwd")[0] == '\0' && errno == EACCES && count_descriptors(own) >= 3 &&
			      count_descriptors(getpid()) >= 3;

		kill(own, SIGKILL);
		_exit(verdict ? 5 : 6);
	}
	CHECK(waitpid(other, &status, 0) == other && WEXITSTATUS(status) == 5);
	end(child);
}

static void open_and_close(void)
{
	for (;;) {
		int fds[20];

		for (int i = 0; i < 20; i++)
			fds[i] = open("/dev/null", O_RDONLY);
		for (int i = 0; i < 20; i++)
			close(fds[i]);
	}
}

/* Whatever happens meanwhile, what is listed is right. */
static void descriptors_that_change(void)
{
	char path[64];
	pid_t child = start(open_and_close);

	/* A child of a fork tells its descriptors with its first instructions. */
	for (int i = 0; i < 3000 && count_descriptors(child) < 3; i++)
		usleep(10000);
	for (int i = 0; i < 200; i++) {
		CHECK(count_descriptors(child) >= 3);
		for (int fd = 3; fd < 24; fd++) {
			const char *target = descriptor_of(child, fd);

			CHECK(target[0] == '\0' || strcmp(target, "/dev/null") == 0 || fd < 8);
		}
	}
	snprintf(path, sizeof path, "/proc/%d/fd", child);
	DIR *directory = opendir(path);
	CHECK(directory != NULL && readdir(directory) != NULL);
	end(child);
	int left = 0;
	while (directory && readdir(directory))
		left++;
	CHECK(left <= 24); /* what had been read ahead */
	rewinddir(directory);
	for (struct dirent *entry; (entry = readdir(directory));)
		CHECK(entry->d_name[0] == '.');
	closedir(directory);
	CHECK(count_descriptors(child) == -1 && errno == ENOENT && link_of(child, "cwd")[0] == '\0');
}

static void machine(void)
{
	int processors = 0, lines = 0;
	double one, five, fifteen, up, idle;

	CHECK(slurp("/proc/cpuinfo") > 0);
	for (char *at = text; (at = strstr(at, "processor\t: ")); at++)
		CHECK(atoi(at + 12) == processors++);
	CHECK(processors == sysconf(_SC_NPROCESSORS_ONLN));
	CHECK(slurp("/proc/stat") > 0 && strncmp(text, "cpu  ", 5) == 0 && strstr(text, "\nbtime ") && strstr(text, "\nprocs_running "));
	for (char *at = text; (at = strstr(at, "\ncpu")); at++)
		lines++;
	CHECK(lines == processors);
	CHECK(slurp("/proc/loadavg") > 0 && sscanf(text, "%lf %lf %lf", &one, &five, &fifteen) == 3 && one >= 0 && one <= processors);
	CHECK(slurp("/proc/uptime") > 0 && sscanf(text, "%lf %lf", &up, &idle) == 2 && up > 0 && idle >= 0 && idle <= up * processors);
	CHECK(slurp("/proc/mounts") > 0 && strstr(text, " / ramfs rw") && strstr(text, " /proc procfs ") && strstr(text, " /dev devfs "));
}

/* As many as there may be: all of them are seen, by number and in the list, here and in a child. */
static void many_descriptors(void)
{
	static const int numbers[] = {958, 959, 960, 961, 1023, 1024, 2500, 4094, 4095};
	const int known = sizeof numbers / sizeof numbers[0], before = count_descriptors(getpid());
	const struct rlimit most = {4096, 4096};
	struct rlimit usual;
	int status;

	CHECK(getrlimit(RLIMIT_NOFILE, &usual) == 0 && setrlimit(RLIMIT_NOFILE, &most) == 0);
	for (int i = 0; i < known; i++)
		CHECK(dup2(1, numbers[i]) == numbers[i]);
	CHECK(open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0 && dup2(open("/dev/null", O_RDONLY), 3000) == 3000);
	CHECK(strcmp(descriptor_of(getpid(), 3000), "/dev/null") == 0 && strcmp(descriptor_of(getpid(), 2999), "") == 0);
	for (int i = 0; i < known; i++)
		CHECK(descriptor_of(getpid(), numbers[i])[0] != '\0');
	CHECK(count_descriptors(getpid()) == before + known + 3);
	pid_t child = fork();
	if (child == 0)
		_exit(count_descriptors(getpid()) == before + known + 3 ? 0 : 1);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(close(4095) == 0 && strcmp(descriptor_of(getpid(), 4095), "") == 0);
	CHECK(count_descriptors(getpid()) == before + known + 2);
	for (int fd = 3; fd < 4096; fd++)
		close(fd);
	CHECK(setrlimit(RLIMIT_NOFILE, &usual) == 0 && count_descriptors(getpid()) == before);
}

int main(int count, char **arguments)
{
	if (count == 2 && strcmp(arguments[1], "known") == 0)
		sleep_long();
	run("sleeping, spinning, stopped and ended processes are S, R, T and Z", states);
	run("memory that is touched is resident, and no more when it is given back", memory);
	run("groups that were orphaned before are left alone", orphaned_before);
	run("processes that are gone are not found, or end while they are read", gone);
	run("maps and exe show the program, and only to whom it belongs", maps);
	run("only root sees who holds which capability", capabilities);
	run("descriptors are listed and told by what they are open on", descriptors);
	run("descriptors and directories of others are not told", others_descriptors);
	run("as many descriptors as there may be are listed", many_descriptors);
	run("descriptors are told while they change and their process ends", descriptors_that_change);
	run("the machine's files have a line for each processor", machine);
	return finish();
}
