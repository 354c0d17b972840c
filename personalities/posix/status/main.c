/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status security: which protections this running system has. What a program can try, this one tries, in a child that is expected to die
 * of it; what only the kernel can know is asked of it (/proc/saltyos/security: control registers as they are). Prints "on", "off" or "not
 * testable" (the machine has no such thing) for each.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static char kernel[1024];

/* What the kernel says of `name`. */
static const char *told(const char *name)
{
	const size_t length = strlen(name);

	for (const char *at = kernel; at && *at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, name, length) == 0 && at[length] == ' ')
			return at[length + 2] == 'n' ? "on" : at[length + 2] == 'f' ? "off" : "not testable";
	}
	return "not testable";
}

/* Is the attempt ended by that signal? */
static const char *tried(void (*attempt)(void), int signal)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		return "not testable";
	if (child == 0) {
		/* What the C library says of its end is not for the table. */
		close(2);
		attempt();
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child)
		return "not testable";
	return WIFSIGNALED(status) && WTERMSIG(status) == signal ? "on" : "off";
}

#ifdef __x86_64__
static const unsigned char return_code[] = {0xc3};
#else
static const unsigned char return_code[] = {0xc0, 0x03, 0x5f, 0xd6};
#endif

static void run_data(void)
{
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);

	memcpy(page, return_code, sizeof return_code);
	__builtin___clear_cache(page, page + sizeof return_code);
	((void (*)(void))(uintptr_t)page)();
}

/* Neither at once nor one after the other. */
static const char *writable_or_executable(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANON, -1, 0);

	if (page != MAP_FAILED)
		return "off";
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	return page == MAP_FAILED || mprotect(page, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == 0 ? "off" : "on";
}

/* The canary is looked at when it returns. */
[[gnu::noinline]] static void smash_stack(void)
{
	char room[16];
	volatile char *at = room;

	/* The compiler must not know where it ends. */
	__asm__("" : "+r"(at));
	for (int i = 0; i < 64; i++)
		at[i] = 'x';
}

/* Whose first instruction is a landing pad, where there are any, and the second is none. */
[[gnu::noinline]] static int plain(int number)
{
	return number * 3;
}

static void jump_into_function(void)
{
	int (*volatile code)(int) = (int (*)(int))((uintptr_t)plain + 4);

	code(1);
}

static const char *branch_targets(void)
{
	const char *state = told("user_branch");

	return strcmp(state, "on") == 0 ? tried(jump_into_function, SIGILL) : state;
}

#ifdef __x86_64__
static void read_descriptors(void)
{
	char table[16];

	__asm__ volatile("sgdt %0" : "=m"(table));
}

static const char *descriptors(void)
{
	const char *is_on = tried(read_descriptors, SIGSEGV);

	return strcmp(is_on, "on") == 0 ? is_on : told("descriptors");
}

static const char *return_addresses(void)
{
	return "not testable";
}
#else
static const char *descriptors(void)
{
	return "not testable";
}

/* Does signing change a pointer? (PACIASP is a hint: without PAC it does nothing.) */
static const char *return_addresses(void)
{
	uint64_t pointer = (uint64_t)&kernel;
	const uint64_t before = pointer;

	for (uint64_t modifier = 0; modifier < 16 && pointer == before; modifier++) {
		register uint64_t x17 __asm__("x17") = pointer;
		register uint64_t x16 __asm__("x16") = modifier;

		__asm__("hint #8" : "+r"(x17) : "r"(x16)); /* PACIA1716 */
		pointer = x17;
	}
	return pointer != before ? "on" : told("user_return");
}
#endif

/* Another start of this program says where it is. */
static const char *places(void)
{
	uintptr_t there = 0;
	int ends[2], status;

	if (pipe(ends) != 0)
		return "not testable";
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		execl("/bin/status", "status", "where", (char *)NULL);
		_exit(1);
	}
	close(ends[1]);
	const bool has_read = child > 0 && read(ends[0], &there, sizeof there) == sizeof there;

	close(ends[0]);
	if (child > 0)
		waitpid(child, &status, 0);
	return !has_read ? "not testable" : there == (uintptr_t)kernel ? "off" : "on";
}

static void row(const char *name, const char *state)
{
	printf("%-34s %s\n", name, state);
}

static int security(void)
{
	FILE *file = fopen("/proc/saltyos/security", "r");

	if (!file) {
		perror("status: /proc/saltyos/security");
		return 1;
	}
	kernel[fread(kernel, 1, sizeof kernel - 1, file)] = '\0';
	fclose(file);
	/* Children start with what is in the buffer. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	row("kernel runs no user page (SMEP/PXN)", told("kernel_execute"));
	row("kernel reads none (SMAP/PAN)", told("kernel_access"));
	row("data does not run (NX/UXN)", tried(run_data, SIGSEGV));
	row("descriptor tables hidden (UMIP)", descriptors());
	row("writable or executable (W^X)", writable_or_executable());
	row("kernel text read-only", told("read_only"));
	row("kernel address randomisation", told("place"));
	row("user address randomisation", places());
	row("stack protector, kernel", told("stack"));
	row("stack protector, programs", tried(smash_stack, SIGABRT));
	row("branch targets, kernel (BTI)", told("branch"));
	row("branch targets, programs (BTI)", branch_targets());
	row("return addresses, kernel (PAC)", told("return"));
	row("return addresses, programs (PAC)", return_addresses());
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "security") == 0)
		return security();
	if (argc == 2 && strcmp(argv[1], "where") == 0) {
		const uintptr_t here = (uintptr_t)kernel;

		return write(1, &here, sizeof here) != sizeof here;
	}
	fprintf(stderr, "usage: status security\n");
	return 2;
}
