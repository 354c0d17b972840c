/* SPDX-License-Identifier: BSD-2-Clause */
/* See rig.h. What children find out is in memory that all share. */
#include "rig.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lender/lender.h"
#include "client/namesrv.h"
#include "client/procmgr.h"
#include "kn/cnode.h"
#include "trona/thread.h"

/* Ns. A server answers at once, but the host may be busy with other machines: only a call that never ends takes so long. */
#define ANSWER 60000000000ull

#define ROOT_SLOT 230 /* far above what the C library uses of the root CNode here */
#define SCRATCH RIG_SLOTS /* and downwards: for capabilities that nobody wants */

struct shared {
	uint64_t seen[256];
	unsigned tests, failed_checks;
};

const char rig_program[] = "/tmp/protocols";
static struct shared *shared;
static uint64_t used[4];
static unsigned failed_tests;
static const char *when = "";

void rig_start(void)
{
	shared = mmap(nullptr, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	setvbuf(stdout, nullptr, _IOLBF, 0);
	if (shared == MAP_FAILED || procmgr_expand_cspace(PROCMGR, ROOT_SLOT) != KN_OK) {
		puts("Bail out! no slots");
		_exit(1);
	}
}

kn_cap rig_slot_at(unsigned i)
{
	return (kn_cap)ROOT_SLOT << 32 | i;
}

static bool is_free(unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++)
		if (used[i / 64] >> i % 64 & 1)
			return false;
	return true;
}

kn_cap rig_slots(unsigned count)
{
	for (unsigned first = 1; first + count <= SCRATCH - KN_MSG_MAX_CAPS + 1; first++) {
		if (!is_free(first, count))
			continue;
		for (unsigned i = first; i < first + count; i++)
			used[i / 64] |= 1ull << i % 64;
		return rig_slot_at(first);
	}
	puts("Bail out! out of slots");
	_exit(1);
}

kn_cap rig_slot(void)
{
	return rig_slots(1);
}

void rig_drop(kn_cap slot)
{
	const unsigned i = (uint32_t)slot;

	(void)!kn_cnode_delete(ROOT_SLOT, i);
	used[i / 64] &= ~(1ull << i % 64);
}

void rig_drop_all(void)
{
	for (unsigned i = 1; i <= RIG_SLOTS; i++)
		rig_drop(rig_slot_at(i));
}

kn_cap rig_lent(const char *name)
{
	const kn_cap lender = rig_slot(), slot = rig_slot();
	struct kn_ipc_buffer *buffer = kn_thread_self()->ipc;
	struct kn_regs regs = {.info = kn_info(LENDER_LEND, 0, LENDER_NAME_MAX / sizeof(kn_word))};

	memcpy(regs.w, name, strnlen(name, LENDER_NAME_MAX));
	if (namesrv_lookup(NAMESRV, LENDER_SERVICE, sizeof LENDER_SERVICE - 1, false, lender) != KN_OK)
		return KN_CAP_NONE;
	buffer->flags = 0;
	buffer->recv_slot = slot;
	buffer->recv_count = 1;
	kn_status status = kn_call(lender, &regs, rig_soon(2000000000));
	buffer->recv_count = 0;
	if (!rig_check(status == KN_OK && kn_info_status(regs.info) == KN_OK, name, __FILE_NAME__, __LINE__))
		return KN_CAP_NONE;
	return slot;
}

kn_status rig_call(const struct message *message)
{
	struct kn_ipc_buffer *buffer = kn_thread_self()->ipc;
	struct kn_regs regs = {.info = kn_info(message->label, message->cap_count, message->count)};

	for (unsigned i = 0; i < message->count && i < KN_MSG_MAX_WORDS; i++) {
		if (i < KN_MSG_REGS)
			regs.w[i] = message->words[i];
		else
			buffer->words[i] = message->words[i];
	}
	for (unsigned i = 0; i < message->cap_count && i < KN_MSG_MAX_CAPS; i++)
		buffer->caps[i] = message->caps[i];
	buffer->flags = 0;
	buffer->recv_slot = rig_slot_at(SCRATCH - KN_MSG_MAX_CAPS + 1);
	buffer->recv_count = KN_MSG_MAX_CAPS;
	kn_status status = kn_call(message->to, &regs, rig_soon(ANSWER));

	buffer->recv_count = 0;
	for (unsigned i = 0; i < KN_MSG_MAX_CAPS && status == KN_OK && kn_info_caps(regs.info) > 0; i++)
		(void)!kn_cnode_delete(ROOT_SLOT, SCRATCH - i);
	return status != KN_OK ? status : kn_info_status(regs.info);
}

kn_time rig_soon(uint64_t ns)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec + ns;
}

/* Is `text` a call of the method's stub? */
static bool is_call_of(const char *text, const char *name)
{
	const size_t length = strlen(name);

	return strncmp(text, name, length) == 0 && text[length] == '(';
}

static void saw(const char *text, kn_status error)
{
	for (unsigned i = 0; i < method_count; i++)
		for (unsigned t = 0; t < methods[i].throw_count; t++)
			if (methods[i].throws[t] == error && is_call_of(text, methods[i].name))
				__atomic_or_fetch(&shared->seen[i], 1ull << t, __ATOMIC_RELAXED);
}

bool rig_check(bool is_right, const char *text, const char *file, int line)
{
	if (!is_right) {
		__atomic_add_fetch(&shared->failed_checks, 1, __ATOMIC_RELAXED);
		printf("# %s:%d: %s\n", file, line, text);
	}
	return is_right;
}

bool rig_check_status(kn_status got, kn_status expected, const char *text, const char *file, int line)
{
	if (got == expected)
		saw(text, got);
	else
		printf("# %s, not %s:\n", kn_status_name(got), kn_status_name(expected));
	return rig_check(got == expected, text, file, line);
}

void rig_when(const char *text)
{
	when = text;
}

void rig_test(const char *name, void (*run)(void))
{
	const unsigned before = shared->failed_checks;

	run();
	rig_drop_all();
	const bool is_good = shared->failed_checks == before;

	failed_tests += !is_good;
	printf("%s %u - %s%s\n", is_good ? "ok" : "not ok", ++shared->tests, name, when);
}

void rig_in_child(unsigned uid, void (*run)(void))
{
	int status;

	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		if (uid == 0 || (setgid(uid) == 0 && setuid(uid) == 0))
			run();
		else
			check(!"no other user");
		fflush(stdout);
		_exit(0);
	}
	if (!check(waitpid(pid, &status, 0) == pid && status == 0))
		printf("# status %#x\n", (unsigned)status);
}

static void nothing(int signal)
{
	(void)signal;
}

void rig_disturb(void)
{
	const struct sigaction action = {.sa_handler = nothing};
	const struct itimerval often = {.it_value = {.tv_usec = 20000}, .it_interval = {.tv_usec = 20000}};

	sigaction(SIGALRM, &action, nullptr);
	setitimer(ITIMER_REAL, &often, nullptr);
}

void rig_calm(void)
{
	const struct itimerval never = {};

	setitimer(ITIMER_REAL, &never, nullptr);
}

void rig_print_unseen(void)
{
	for (unsigned i = 0; i < method_count; i++)
		for (unsigned t = 0; t < methods[i].throw_count; t++)
			if (!(shared->seen[i] >> t & 1))
				printf("# unseen %s %s\n", methods[i].name, kn_status_name(methods[i].throws[t]));
}

unsigned rig_failures(void)
{
	return shared->failed_checks;
}

int rig_end(void)
{
	printf("1..%u\n", shared->tests);
	return failed_tests != 0;
}
