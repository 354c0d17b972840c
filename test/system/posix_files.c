/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads, writes and paths at their edges: bad addresses, and what the library does without the server. */
#include "posix_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define FILE_SIZE 8192
#define NOWHERE ((char *)1)
/* More than the calls after which the library reads a file by itself. */
#define MANY 20

static char page[FILE_SIZE];

#define CHECK_FAULT(call) \
	do { \
		errno = 0; \
		check((call) == -1 && errno == EFAULT, #call " is EFAULT", __LINE__); \
	} while (0)

/* A file full of 'a'. */
static int file(void)
{
	int fd = open("/tmp/posix_calls", O_RDWR | O_CREAT | O_TRUNC, 0644);

	memset(page, 'a', sizeof page);
	CHECK(write(fd, page, sizeof page) == FILE_SIZE);
	return fd;
}

static int viewed_file(void)
{
	int fd = file();

	for (int i = 0; i < MANY; i++)
		CHECK(pread(fd, page, 100, 0) == 100);
	return fd;
}

static void bad_buffers(void)
{
	struct stat st;
	int pipes[2], fd = file(), zero = open("/dev/zero", O_RDONLY);

	CHECK_FAULT(read(zero, NOWHERE, 10));
	CHECK_FAULT(pread(fd, NOWHERE, 10, 0));
	CHECK_FAULT(pread(fd, NOWHERE, FILE_SIZE, 0));
	CHECK_FAULT(write(fd, NOWHERE, 10));
	CHECK_FAULT(write(fd, NOWHERE, 10000));
	CHECK_FAULT(open(NOWHERE, O_RDONLY));
	CHECK_FAULT(stat(NOWHERE, &st));
	CHECK_FAULT(stat("/tmp", (struct stat *)NOWHERE));
	CHECK_FAULT(fstat(fd, (struct stat *)NOWHERE));
	CHECK_FAULT(access(NOWHERE, F_OK));
	CHECK_FAULT(unlink(NOWHERE));
	CHECK_FAULT(chdir(NOWHERE));
	char *constant = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_FAULT(pread(fd, constant, 100, 0));
	munmap(constant, 4096);
	CHECK(pipe(pipes) == 0 && write(pipes[1], "x", 1) == 1);
	CHECK_FAULT(read(pipes[0], NOWHERE, 1));
	CHECK(read(pipes[0], page, 1) == 1 && page[0] == 'x');
	close(pipes[0]);
	close(pipes[1]);
	close(zero);
	close(fd);
}

static void bad_buffers_blocked(void)
{
	sigset_t all, before;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	bad_buffers();
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void faults_kill(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		*(volatile char *)NOWHERE = 1;
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void reads_see_writes(void)
{
	int fd = viewed_file();

	CHECK_FAULT(pread(fd, NOWHERE, 10, 0));
	CHECK(pread(fd, page, 10, FILE_SIZE - 2) == 2);
	CHECK(pread(fd, page, 10, FILE_SIZE + 1) == 0);
	CHECK(lseek(fd, 0, SEEK_END) == FILE_SIZE);
	CHECK(write(fd, "tail", 4) == 4);
	CHECK(lseek(fd, 0, SEEK_CUR) == FILE_SIZE + 4);
	CHECK(pread(fd, page, 10, FILE_SIZE - 2) == 6 && memcmp(page, "aatail", 6) == 0);
	CHECK(lseek(fd, -1, SEEK_SET) == -1 && errno == EINVAL);
	close(fd);
}

static void offset_is_shared(void)
{
	int status, fd = viewed_file();

	CHECK(lseek(fd, 10, SEEK_SET) == 10 && read(fd, page, 5) == 5);
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < MANY; i++)
			if (read(fd, page, 5) != 5)
				_exit(1);
		_exit(lseek(fd, 1, SEEK_CUR) != 116);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(lseek(fd, 0, SEEK_CUR) == 116);
	close(fd);
}

static void truncation_is_seen(void)
{
	int status, fd = viewed_file();

	CHECK(ftruncate(fd, 3) == 0 && pread(fd, page, 10, 0) == 3);
	CHECK(ftruncate(fd, 0) == 0 && pread(fd, page, 10, 0) == 0);
	CHECK(pwrite(fd, "new", 3, 0) == 3 && pread(fd, page, 10, 0) == 3 && page[0] == 'n');
	close(fd);
	fd = viewed_file();
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < 300; i++)
			if (ftruncate(fd, 0) != 0 || pwrite(fd, page, sizeof page, 0) != FILE_SIZE)
				_exit(1);
		_exit(0);
	}
	while (waitpid(child, &status, WNOHANG) == 0)
		CHECK(pread(fd, page, sizeof page, 0) >= 0);
	CHECK(status == 0);
	close(fd);
}

/* A file of the boot archive moves to other memory at its first write. */
static void replaced_memory_is_read_anew(void)
{
	int status, fd = open("/etc/passwd", O_RDWR);
	struct stat st;

	CHECK(fstat(fd, &st) == 0 && st.st_size > 0);
	for (int i = 0; i < MANY; i++)
		CHECK(pread(fd, page, 1, 0) == 1);
	char first = page[0];
	pid_t child = fork();
	if (child == 0)
		_exit(pwrite(fd, "#", 1, 0) != 1);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	for (int i = 0; i < MANY; i++)
		CHECK(pread(fd, page, 1, 0) == 1 && page[0] == '#');
	CHECK(pwrite(fd, &first, 1, 0) == 1 && pread(fd, page, 1, 0) == 1 && page[0] == first);
	close(fd);
}

static void devices_keep_their_modes(void)
{
	int fd = open("/dev/null", O_RDONLY);

	CHECK(read(fd, page, 1) == 0);
	CHECK(write(fd, "x", 1) == -1 && errno == EBADF);
	close(fd);
	fd = open("/dev/null", O_WRONLY);
	CHECK(write(fd, "abc", 3) == 3);
	CHECK(read(fd, page, 1) == -1 && errno == EBADF);
	close(fd);
	CHECK(write(fd, "abc", 3) == -1 && errno == EBADF);
	fd = open("/dev/zero", O_RDWR);
	memset(page, 1, sizeof page);
	CHECK(read(fd, page, sizeof page) == FILE_SIZE && page[0] == 0 && page[FILE_SIZE - 1] == 0);
	CHECK(write(fd, page, 10) == 10);
	close(fd);
}

static void streams_tell_bad_descriptors(void)
{
	FILE *stream = fopen("/etc/passwd", "r");

	CHECK(stream && fputc('x', stream) == EOF && errno == EBADF && ferror(stream));
	fclose(stream);
	stream = fopen("/dev/null", "w");
	errno = 0;
	CHECK(stream && fgetc(stream) == EOF && errno == EBADF && ferror(stream) && !feof(stream));
	fclose(stream);
	errno = 0;
	CHECK(fdopen(-1, "r") == NULL && errno == EBADF);
	errno = 0;
	CHECK(fdopen(1000, "w") == NULL && errno == EBADF);
	CHECK(fdopen(0, "x") == NULL && errno == EINVAL);
}

static void access_by_effective_ids(void)
{
	CHECK(faccessat(AT_FDCWD, "/etc/passwd", R_OK, AT_EACCESS) == 0);
	CHECK(symlink("/no/such", "/tmp/posix_link") == 0);
	CHECK(faccessat(AT_FDCWD, "/tmp/posix_link", F_OK, 0) == -1 && errno == ENOENT);
	CHECK(faccessat(AT_FDCWD, "/tmp/posix_link", F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	unlink("/tmp/posix_link");
}

/* More than any window: all of it, as on Linux. */
static void long_reads_are_whole(void)
{
	static const char *const devices[] = {"/dev/urandom", "/dev/zero"};
	char *data = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd;

	for (unsigned i = 0; i < 2; i++) {
		fd = open(devices[i], O_RDONLY);
		CHECK(read(fd, data, 1 << 20) == 1 << 20);
		close(fd);
	}
	fd = file();
	CHECK(ftruncate(fd, 300000) == 0);
	CHECK(pread(fd, data, 1 << 20, 0) == 300000);
	CHECK(pread(fd, data, 1 << 20, 100000) == 200000);
	close(fd);
	munmap(data, 1 << 20);
}

void test_files(void)
{
	run("bad buffers are EFAULT and lose nothing", bad_buffers);
	run("so they are with every signal blocked", bad_buffers_blocked);
	run("a fault of the program itself still kills it", faults_kill);
	run("reads without the server see every write", reads_see_writes);
	run("the offset is one for parent and child", offset_is_shared);
	run("truncation is seen at once and kills no reader", truncation_is_seen);
	run("memory that is replaced is read anew", replaced_memory_is_read_anew);
	run("null and zero keep their access modes", devices_keep_their_modes);
	run("long reads of files and devices are whole", long_reads_are_whole);
	run("streams tell bad descriptors", streams_tell_bad_descriptors);
	run("faccessat by effective ids and without following", access_by_effective_ids);
	unlink("/tmp/posix_calls");
}
