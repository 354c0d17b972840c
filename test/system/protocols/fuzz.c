/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random messages to every server, as an ordinary user: well-formed ones from the contracts (table.h) and what looks like
 * them. A supervisor starts workers; whatever a worker does follows from the seed and its number only, so that `fuzz CALLS SEED`
 * does it again (with one worker at a time exactly). With the unit "lender" in the system they reach the servers that only units call, too: objsrv through
 * an account of the worker's own, the console and init. Workers may end, stop or hang themselves, it is what they ask for: the next
 * one goes on. Nothing waits longer than PATIENCE.
 */
#include "rig.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/objsrv.h"
#include "kn/cnode.h"
#include "trona/thread.h"
#include "uapi/protocol/vfs.h"

#define USER 1001
#define PATIENCE 1000000 /* ns for an answer */
#define CALLS_EACH 2000  /* a worker's share */
#define POOL 64          /* slots that workers play with: the first ones of the rig's */
#define HANG 100         /* looks at a worker without a call between them, 50 ms apart: it waits for itself */
#define HANG_FOR_SURE 1200 /* the host may be busy with other machines, but not for so long */
#define FOLDER "/tmp/fuzz"
#define OBJSRV 200       /* places among the rig's slots, behind those that workers play with */
#define CONSOLE 201
#define INIT 202
#define ACCOUNT_QUOTA (16u << 20)

struct progress {
	volatile uint64_t calls;
	volatile unsigned method;
	volatile bool has_threads; /* asked for one, or to end one: then the process may outlive its first thread */
};

static struct progress *progress;
static bool has_units;
static uint64_t random_state;

static uint64_t any64(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static unsigned any(unsigned below)
{
	return (unsigned)(any64() % below);
}

static uint64_t number(void)
{
	static const uint64_t edges[] = {0, 1, 2, 3, 7, 8, 63, 64, 255, 256, 4095, 4096, 65535, 65536, 65537, 0x7fffffff, 0x80000000,
	    0xffffffff, 1ull << 32, 1ull << 47, 1ull << 63, ~0ull, ~0ull - 1, ~0ull - 4095};

	switch (any(4)) {
	case 0:
		return any(8);
	case 1:
		return 1ull << any(64);
	case 2:
		return edges[any(sizeof edges / sizeof edges[0])];
	default:
		return any64() >> any(64);
	}
}

static uint64_t value(enum word_kind kind)
{
	if (any(8) == 0)
		return number();
	switch (kind) {
	case WORD_PID:
		return any(3) == 0 ? 0 : any(2) ? (uint64_t)getpid() : any(40);
	case WORD_SIGNAL:
		return any(66);
	case WORD_FLAGS:
		return 1ull << any(15) | (any(2) ? 3 : 0);
	case WORD_CAPACITY:
		return any(4) ? any(4000) : number();
	default:
		return number();
	}
}

/* Bytes of a buffer; how many. */
static unsigned fill(enum word_kind kind, char *to, unsigned room)
{
	static const char *const names[] = {"a", "b", "c", "d/e", "d", "f/", ".", "..", "", "/", "../../..", "a/b/c", "sock"};
	static const char *const roots[] = {"", "", FOLDER "/", FOLDER "/d/", "/proc/self/", "/proc/1/", "/dev/", "/dev/pts/", "/etc/", "/"};
	unsigned length;

	if (kind == WORD_PATH && any(8)) {
		length = (unsigned)snprintf(to, room, "%s%s", roots[any(sizeof roots / sizeof roots[0])],
		    names[any(sizeof names / sizeof names[0])]);
		return length < room ? length : room;
	}
	length = any(4) ? any(64) : any(3300);
	if (length > room)
		length = room;
	for (unsigned i = 0; i < length; i++)
		to[i] = (char)any(256);
	return length;
}

static kn_cap any_cap(void)
{
	static const kn_cap known[] = {VFS, PROCMGR, NAMESRV, MMSRV, TTY, KN_SLOT_TCB, KN_SLOT_VSPACE, KN_SLOT_CSPACE, KN_CAP_NONE, 9, 10};

	return any(4) ? rig_slot_at(1 + any(POOL)) : known[any(sizeof known / sizeof known[0])];
}

/* Whom a method is for, most of the time. */
static kn_cap end_for(const struct method *method)
{
	if (any(10) == 0)
		return any_cap();
	switch (method_protocol(method)) {
	case 0x01:
		return rig_slot_at(any(6) && has_units ? OBJSRV : 1 + any(POOL));
	case 0x04:
		return rig_slot_at(has_units ? CONSOLE : 1 + any(POOL));
	case 0x06:
		return rig_slot_at(has_units ? INIT : 1 + any(POOL));
	case 0x02:
		return MMSRV;
	case 0x03:
		return NAMESRV;
	case 0x11:
		return any(6) ? VFS : rig_slot_at(1 + any(POOL));
	case 0x12:
		return PROCMGR;
	case 0x13:
		return any(3) ? rig_slot_at(1 + any(POOL)) : TTY;
	default:
		return rig_slot_at(1 + any(POOL));
	}
}

/* Calls that end the caller or multiply it are a small part. */
static bool is_drastic(const struct method *method)
{
	static const char *const names[] = {"procmgr_exit", "procmgr_thread_exit", "procmgr_fork", "procmgr_exec", "procmgr_spawn",
	    "procmgr_thread_create", "procmgr_kill", "procmgr_signal_default", "procmgr_set_timer", "procmgr_limit"};

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(method->name, names[i]) == 0)
			return true;
	return false;
}

static const struct method *choose(void)
{
	const struct method *method;

	do
		method = &methods[any(method_count)];
	while (is_drastic(method) && any(24));
	return method;
}

/* Writes the message's words into the IPC buffer; how many. */
static unsigned write_words(const struct method *method, kn_word *words)
{
	unsigned at = 0;

	for (unsigned i = 0; i < method->words; i++)
		words[at++] = value(method->word[i].kind);
	for (unsigned b = 0; b < method->buffers; b++) {
		unsigned room = (KN_MSG_MAX_WORDS - 2 * (method->buffers - b) - at) * 8 / (method->buffers - b);
		unsigned length = fill(method->buffer[b], (char *)&words[at + 1], room);

		words[at] = any(30) ? length : number();
		at += 1 + (length + 7) / 8;
	}
	if (any(30) == 0)
		at = any(KN_MSG_MAX_WORDS + 1);
	/* The console's line has the answers of this very run on it: nothing, or more than a message has. */
	if (strcmp(method->name, "console_write") == 0)
		words[0] = any(2) ? 0 : ~0ull >> any(32);
	return at;
}

static void one_call(void)
{
	const struct method *method = choose();
	struct kn_ipc_buffer *buffer = kn_thread_self()->ipc;
	unsigned count = write_words(method, buffer->words);
	unsigned caps = method->caps_least + (method->caps_most > method->caps_least ? any(2) : 0);

	if (any(30) == 0)
		caps = any(KN_MSG_MAX_CAPS + 1);
	struct kn_regs regs = {.info = kn_info(any(60) ? method->label : number() & 0xffffff, caps, count)};
	memcpy(regs.w, buffer->words, sizeof regs.w);
	for (unsigned i = 0; i < caps; i++)
		buffer->caps[i] = any_cap();
	buffer->flags = any(20) ? 0 : any(16);
	buffer->recv_slot = rig_slot_at(1 + any(POOL));
	buffer->recv_count = any(16) ? KN_MSG_MAX_CAPS : any(3);
	if (any(8)) /* else what is in the way stays */
		(void)!kn_cnode_clear((uint32_t)(buffer->recv_slot >> 32), (uint32_t)buffer->recv_slot, method->result_caps);
	progress->method = (unsigned)(method - methods);
	progress->has_threads |= strncmp(method->name, "procmgr_thread", 14) == 0;
	(void)!kn_call(end_for(method), &regs, rig_soon(PATIENCE));
	buffer->recv_count = 0;
	progress->calls++;
}

/* A user's process in a session of its own, with nothing of its parent's. */
[[noreturn]] static void work(uint64_t seed)
{
	random_state = seed;
	(void)setsid();
	for (int fd = 0; fd < 8; fd++)
		close(fd);
	for (unsigned i = 1; i < OBJSRV; i++)
		rig_drop(rig_slot_at(i));
	if (setgid(USER) != 0 || setuid(USER) != 0 || chdir(FOLDER) != 0)
		_exit(1);
	for (unsigned i = 0; i < CALLS_EACH; i++)
		one_call();
	_exit(0);
}

static void tell_of(pid_t pid)
{
	char path[64], text[512] = "";

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	if (file) {
		(void)!fgets(text, sizeof text, file);
		fclose(file);
	}
	printf("# a worker hangs in %s; its stat: %s\n", methods[progress->method].name, text);
}

/* Waits for a worker to end, to stop or to get nowhere. */
static void watch(pid_t pid)
{
	uint64_t before = ~0ull;
	unsigned still = 0;
	int status;

	while (waitpid(pid, &status, WNOHANG | WUNTRACED) == 0) {
		still = progress->calls == before ? still + 1 : 0;
		before = progress->calls;
		if (still > (progress->has_threads ? HANG : HANG_FOR_SURE)) {
			if (!check(progress->has_threads))
				tell_of(pid);
			break;
		}
		usleep(50000);
	}
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	while (waitpid(-1, &status, WNOHANG) > 0)
		;
}

static int remove_it(const char *path, const struct stat *stat, int flag, struct FTW *where)
{
	(void)flag, (void)where;
	if (stat->st_uid == USER)
		(void)!remove(path);
	return 0;
}

/* Processes that workers made and that left their group; files. */
static void clean_up(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (setuid(USER) == 0)
			kill(-1, SIGKILL);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, nullptr, 0);
	static const char *const places[] = {FOLDER, "/tmp", "/run", "/dev/shm", "/var"};

	for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++)
		(void)nftw(places[i], remove_it, 16, FTW_DEPTH | FTW_PHYS);
	(void)rmdir(FOLDER);
}

static bool borrow(const char *name, unsigned place)
{
	const kn_cap lent = rig_lent(name);

	return lent != KN_CAP_NONE && check(kn_cnode_move((uint32_t)(lent >> 32), place, lent) == KN_OK);
}

/* A worker, with an account of its own at objsrv, which goes with it. */
static void run_worker(uint64_t seed, kn_cap objsrv)
{
	uint64_t account = 0;

	if (has_units && !succeeds(objsrv_account_create(objsrv, ACCOUNT_QUOTA, &account, rig_slot_at(OBJSRV))))
		return;
	pid_t pid = fork();

	if (pid == 0)
		work(seed);
	if (check(pid > 0))
		watch(pid);
	if (has_units) {
		succeeds(objsrv_account_destroy(objsrv, account));
		rig_drop(rig_slot_at(OBJSRV));
	}
}

void fuzz(uint64_t calls, uint64_t seed)
{
	uint64_t done = 0, workers = 0;
	const unsigned failures = rig_failures();
	const kn_cap objsrv = rig_lent("objsrv");

	progress = mmap(nullptr, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!check(progress != MAP_FAILED && mkdir(FOLDER, 0777) == 0 && chmod(FOLDER, 0777) == 0))
		return;
	has_units = objsrv != KN_CAP_NONE && borrow("console", CONSOLE) && borrow("init", INIT);
	while (done < calls && rig_failures() == failures) {
		*progress = (struct progress){};
		run_worker(seed + workers * 0x10001, objsrv);
		done += progress->calls;
		workers++;
	}
	rig_drop(rig_slot_at(CONSOLE));
	rig_drop(rig_slot_at(INIT));
	clean_up();
	munmap(progress, sizeof *progress);
	printf("# %llu calls by %llu workers; replay: protocols fuzz %llu %llu\n", (unsigned long long)done,
	    (unsigned long long)workers, (unsigned long long)calls, (unsigned long long)seed);
}
