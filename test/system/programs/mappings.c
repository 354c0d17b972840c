/* SPDX-License-Identifier: BSD-2-Clause */
/* What is mapped stays as long as it is mapped: shared between a process and its children, after its file is closed and deleted, in part. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static int failures;

static void check(const char *what, int is_right)
{
	printf("%s: %s\n", what, is_right ? "ok" : "WRONG");
	failures += !is_right;
}

static void shared_with_children(void)
{
	volatile int *number = mmap(nullptr, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	*number = 1;
	if (fork() == 0) {
		if (fork() == 0) {
			*number += 10;
			_exit(0);
		}
		wait(nullptr);
		*number += 100;
		_exit(0);
	}
	wait(&status);
	check("children write to what is shared", status == 0 && *number == 111);
	munmap((void *)number, PAGE);
}

static void outlives_its_file(void)
{
	int fd = open("/tmp/mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);

	check("file", write(fd, "hello", 5) == 5);
	char *text = mmap(nullptr, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	unlink("/tmp/mapped");
	check("closed and deleted", text != MAP_FAILED && memcmp(text, "hello", 5) == 0);
	munmap(text, PAGE);
}

static void in_parts(void)
{
	char *memory = mmap(nullptr, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	memset(memory, 7, 5 * PAGE);
	munmap(memory + 2 * PAGE, PAGE);
	check("a hole in the middle", memory[2 * PAGE - 1] == 7 && memory[3 * PAGE] == 7);
	munmap(memory, 2 * PAGE);
	check("the beginning gone", memory[4 * PAGE] == 7);
	munmap(memory + 3 * PAGE, 2 * PAGE);
	for (int i = 0; i < 5000; i++) { /* more than there are slots: each is given back */
		char *again = mmap(nullptr, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (again == MAP_FAILED) {
			check("again and again", 0);
			return;
		}
		again[0] = again[PAGE] = 1;
		if (i & 1)
			munmap(again, 2 * PAGE);
		else if (mmap(again, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == again)
			munmap(again, 2 * PAGE);
	}
	check("again and again", 1);
}

int main(void)
{
	setvbuf(stdout, nullptr, _IOLBF, 0);
	shared_with_children();
	outlives_its_file();
	in_parts();
	return failures;
}
