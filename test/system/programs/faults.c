/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults, and faults within them: a process ends by the right signal, never by none and never twice. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "smash_stack.h"

static volatile char *const nowhere = (char *)16;

static void catch(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	sigaction(signal, &action, nullptr);
}

static void leave(int signal)
{
	_exit(signal);
}

static void fault_again(int signal)
{
	(void)signal;
	*nowhere = 1;
}

static void plain(void)
{
	*nowhere = 1;
}

static void with_handler(void)
{
	catch(SIGSEGV, leave, 0);
	*nowhere = 1;
}

/* SIGSEGV is blocked in its own handler: the second ends the process. */
static void handler_that_faults(void)
{
	catch(SIGSEGV, fault_again, 0);
	*nowhere = 1;
}

/* Not blocked (SA_NODEFER): handler upon handler, until the stack is full. */
static void handler_that_faults_for_ever(void)
{
	catch(SIGSEGV, fault_again, SA_NODEFER);
	*nowhere = 1;
}

#pragma clang diagnostic ignored "-Winfinite-recursion"

[[gnu::noinline]] static unsigned deeper(unsigned n)
{
	volatile char space[4096];

	space[n % sizeof space] = 1;
	return deeper(n + 1) + (unsigned char)space[0];
}

/* There is no room for the handler's frame. */
static void full_stack(void)
{
	catch(SIGSEGV, leave, 0);
	exit((int)deeper(0));
}

static void full_stack_with_another(void)
{
	stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};

	sigaltstack(&stack, nullptr);
	catch(SIGSEGV, leave, SA_ONSTACK);
	exit((int)deeper(0));
}

static void no_stack(void)
{
#ifdef __x86_64__
	__asm__ volatile("mov $8, %rsp; push %rax");
#else
	__asm__ volatile("mov x0, #16; mov sp, x0; str x0, [sp, #-16]!");
#endif
}

static void with_handler_and_no_stack(void)
{
	catch(SIGSEGV, leave, 0);
	no_stack();
}

static void ignored(void)
{
	catch(SIGSEGV, SIG_IGN, 0);
	*nowhere = 1;
}

static void blocked(void)
{
	sigset_t set;

	catch(SIGSEGV, leave, 0);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, nullptr);
	*nowhere = 1;
}

static void bad_instruction(void)
{
	__builtin_trap();
}

static void writes_code(void)
{
	*(volatile char *)(uintptr_t)plain = 0;
}

static void runs_data(void)
{
	static char data[16];
	void (*volatile code)(void) = (void (*)(void))(uintptr_t)data;

	code();
}

static void returns_to_nonsense(void)
{
	void (*volatile code)(void) = (void (*)(void))0xffff800000001000ull;

	code();
}

/* The signal page's mask and handlers are the process's own; what lies there must harm only it. */
static void forgets_its_memory(void)
{
	catch(SIGSEGV, leave, 0);
	(void)munmap((void *)(((uintptr_t)plain & ~0xfffull) - 0x100000), 0x4000000);
	*nowhere = 1;
}

static void aborts(void)
{
	abort();
}

/* Past the first instruction, which is the only landing pad. */
#ifdef __aarch64__
static void jumps_into_a_function(void)
{
	void (*volatile code)(void) = (void (*)(void))((uintptr_t)plain + 4);

	code();
}

static void arrive(void)
{
	_exit(0);
}

/* Where it returns to has been put into its frame by somebody who cannot sign it. */
[[gnu::noinline]] static void returns_without_a_signature(void)
{
	void *volatile *frame = __builtin_frame_address(0);

	frame[1] = (void *)(uintptr_t)arrive;
}
#endif

static const struct {
	const char *name;
	void (*run)(void);
	int signal, status; /* one of them */
} cases[] = {
    {"plain fault", plain, SIGSEGV, 0},
    {"caught", with_handler, 0, SIGSEGV},
    {"handler that faults", handler_that_faults, SIGSEGV, 0},
    {"handler that faults for ever", handler_that_faults_for_ever, SIGSEGV, 0},
    {"full stack", full_stack, SIGSEGV, 0},
    {"full stack, alternate stack", full_stack_with_another, 0, SIGSEGV},
    {"no stack", no_stack, SIGSEGV, 0},
    {"no stack for the handler", with_handler_and_no_stack, SIGSEGV, 0},
    {"ignored", ignored, SIGSEGV, 0},
    {"blocked", blocked, SIGSEGV, 0},
    {"bad instruction", bad_instruction, -1, 0},
    {"writes code", writes_code, SIGSEGV, 0},
    {"runs data", runs_data, SIGSEGV, 0},
    {"jumps to nonsense", returns_to_nonsense, -2, 0},
    {"unmaps itself", forgets_its_memory, SIGSEGV, 0},
    {"abort", aborts, SIGABRT, 0},
    {"smashes its stack", smash_stack, SIGABRT, 0},
#ifdef __aarch64__
    {"jumps into a function", jumps_into_a_function, SIGILL, 0},
    {"returns without a signature", returns_without_a_signature, -2, 0},
#endif
};

static int is_expected(int status, int signal, int value)
{
	if (signal == -1) /* the machines' trap instructions differ */
		return WIFSIGNALED(status) && (WTERMSIG(status) == SIGILL || WTERMSIG(status) == SIGTRAP);
	if (signal == -2) /* a non-canonical address is a different trap */
		return WIFSIGNALED(status) && (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS);
	return signal ? WIFSIGNALED(status) && WTERMSIG(status) == signal : WIFEXITED(status) && WEXITSTATUS(status) == value;
}

int main(void)
{
	int failures = 0;

	setvbuf(stdout, nullptr, _IOLBF, 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0) {
			alarm(120); /* one that hangs ends by another signal */
			cases[i].run();
			_exit(99);
		}
		waitpid(pid, &status, 0);
		int is_right = is_expected(status, cases[i].signal, cases[i].status);
		printf("%s: status %x%s\n", cases[i].name, (unsigned)status, is_right ? "" : " WRONG");
		failures += !is_right;
	}
	return failures;
}
