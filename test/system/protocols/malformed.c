/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that are no method's: too few and too many words, capabilities missing or too many, numbers that their types do not have,
 * buffers that end behind the message, methods and protocols that a server does not serve. All are refused before a server's own
 * code runs, so nothing here has any effect. At what it asks: one of every kind of thing that a process can hold a capability to.
 */
#include "rig.h"

#include <stdio.h>
#include <string.h>

#include "client/file.h"
#include "client/namesrv.h"
#include "client/tty.h"
#include "client/vfs.h"
#include "trona/syscall.h"
#include "uapi/object/endpoint.h"
#include "uapi/protocol/console.h"
#include "uapi/protocol/cspaces.h"
#include "uapi/protocol/init.h"
#include "uapi/protocol/mmsrv.h"
#include "uapi/protocol/namesrv.h"
#include "uapi/protocol/objsrv.h"
#include "uapi/protocol/test.h"

#define SERVES_MAX 2

struct end {
	const char *name;
	kn_cap cap;
	uint8_t serves[SERVES_MAX];
};

static const struct end *end;
static bool has_units; /* we have what units have */
static uint64_t served[256]; /* by method: some end knows it */
static kn_word words[KN_MSG_MAX_WORDS];

static void expect(const struct method *method, kn_status got, kn_status expected, const char *what, uint64_t number)
{
	if (!check(got == expected))
		printf("# %s at %s with %s %llu: %s, not %s\n", method->name, end->name, what, (unsigned long long)number,
		    kn_status_name(got), kn_status_name(expected));
}

static kn_status send(const struct method *method, unsigned count, unsigned caps)
{
	const kn_cap any[KN_MSG_MAX_CAPS] = {VFS, VFS, VFS, VFS};

	return rig_call(&(struct message){
	    .to = end->cap, .label = method->label, .words = words, .count = count, .caps = any, .cap_count = caps});
}

/* Some servers have only a part of a protocol: not a terminal's length, say. */
static bool knows(const struct method *method)
{
	return send(method, method->words + method->buffers, (method->caps_most + 1) % (KN_MSG_MAX_CAPS + 1)) != KN_E_INVALID_OP;
}

static void counts_words(const struct method *method)
{
	const unsigned least = method->words + method->buffers;

	memset(words, 0, sizeof words);
	for (unsigned count = 0; count < least; count++)
		expect(method, send(method, count, method->caps_least), KN_E_BAD_MESSAGE, "words", count);
	expect(method, send(method, least + 1, method->caps_least), KN_E_BAD_MESSAGE, "words", least + 1);
	expect(method, send(method, KN_MSG_MAX_WORDS, method->caps_least), KN_E_BAD_MESSAGE, "words", KN_MSG_MAX_WORDS);
}

static void counts_caps(const struct method *method)
{
	for (unsigned caps = 0; caps <= KN_MSG_MAX_CAPS; caps++)
		if (caps < method->caps_least || caps > method->caps_most)
			expect(method, send(method, method->words + method->buffers, caps), KN_E_BAD_MESSAGE, "capabilities", caps);
}

static void checks_numbers(const struct method *method)
{
	for (unsigned i = 0; i < method->words; i++) {
		if (!method->word[i].has_bad)
			continue;
		words[i] = method->word[i].bad;
		expect(method, send(method, method->words + method->buffers, method->caps_least), KN_E_INVALID_ARG, "a bad word", i);
		words[i] = 0;
	}
}

/* A buffer's length word may not promise more than there is, whatever the sum wraps to. */
static void checks_lengths(const struct method *method)
{
	static const uint64_t lengths[] = {9, 4096, 1ull << 32, 1ull << 63, ~0ull, ~0ull - 7, ~0ull - 3584};

	for (unsigned b = 0; b < method->buffers; b++) {
		for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
			words[method->words + b] = lengths[i];
			expect(method, send(method, method->words + method->buffers, method->caps_least), KN_E_BAD_MESSAGE, "length",
			    lengths[i]);
			words[method->words + b] = 0;
		}
	}
}

static bool serves(unsigned protocol)
{
	for (unsigned i = 0; i < SERVES_MAX; i++)
		if (end->serves[i] == protocol)
			return true;
	return false;
}

static const struct method *find(unsigned label)
{
	for (unsigned i = 0; i < method_count; i++)
		if (methods[i].label == label)
			return &methods[i];
	return nullptr;
}

static void refuses_other_labels(void)
{
	for (unsigned protocol = 1; protocol < 256; protocol++) {
		const unsigned last = serves(protocol) || find(protocol << 8 | 1) ? 255 : 3;

		for (unsigned number = 0; number <= last; number++) {
			const unsigned label = protocol << 8 | number;

			if ((serves(protocol) && find(label)) || label == KN_ENDPOINT_CANCEL_BADGE)
				continue;
			const struct message message = {.to = end->cap, .label = label, .words = words};
			kn_status status = rig_call(&message);

			if (!check(status == KN_E_INVALID_OP))
				printf("# label %#x at %s: %s\n", label, end->name, kn_status_name(status));
		}
	}
	/* The kernel's own messages cannot be forged, nor does a number wrap into another. */
	for (unsigned label = 240; label < 248; label++)
		check(rig_call(&(struct message){.to = end->cap, .label = label, .words = words}) == KN_E_BAD_MESSAGE);
	for (unsigned i = 0; i < SERVES_MAX && end->serves[i]; i++) {
		const struct message message = {.to = end->cap, .label = 1ull << 32 | (unsigned)end->serves[i] << 8 | 4, .words = words};

		check(rig_call(&message) == KN_E_INVALID_OP);
	}
}

/* What waits for an answer can be called back when its sender ends: there must be somebody who waits. */
static void refuses_messages_without_a_caller(void)
{
	for (unsigned i = 0; i < method_count; i++) {
		struct kn_regs regs = {.info = kn_info(methods[i].label, 0, methods[i].words)};

		if (serves(method_protocol(&methods[i])))
			expect(&methods[i], kn_send(end->cap, &regs, KN_TIME_FOREVER), KN_E_RIGHTS, "no caller", 0);
	}
	check(kn_recv(end->cap, &(struct kn_regs){}, KN_TIME_POLL, KN_CAP_NONE) == KN_E_RIGHTS);
}

static void one_end(void)
{
	for (unsigned i = 0; i < method_count; i++) {
		const struct method *method = &methods[i];

		memset(words, 0, sizeof words);
		if (!serves(method_protocol(method)) || !knows(method))
			continue;
		served[i] = true;
		counts_words(method);
		counts_caps(method);
		checks_numbers(method);
		checks_lengths(method);
	}
	memset(words, 0, sizeof words);
	refuses_other_labels();
	refuses_messages_without_a_caller();
}

static kn_cap open_file(const char *path, uint32_t flags)
{
	struct vfs_opened opened;
	kn_cap slot = rig_slot();
	bool is_there;

	if (!succeeds(vfs_open(VFS, KN_CAP_NONE, flags, 0600, path, strlen(path), &opened, slot, &is_there)))
		return KN_CAP_NONE;
	check(is_there);
	return slot;
}

/* Ordinary processes have no capability to the others. */
static bool is_reachable(unsigned protocol)
{
	return has_units || (protocol != OBJSRV_PROTOCOL && protocol != CONSOLE_PROTOCOL && protocol != INIT_PROTOCOL);
}

static void somebody_serves_every_method(void)
{
	for (unsigned i = 0; i < method_count; i++)
		if (is_reachable(method_protocol(&methods[i])) && !check(served[i]))
			printf("# nobody knows %s\n", methods[i].name);
}

static void every_end(void)
{
	static const char service[] = "service.test_runner";
	const kn_cap pipe = rig_slots(2), sockets = rig_slots(2), window = rig_slots(2), master = rig_slot(), runner = rig_slot();
	uint32_t number;

	succeeds(vfs_pair(VFS, VFS_PAIR_PIPE, 0, pipe));
	succeeds(vfs_pair(VFS, VFS_PAIR_SOCKET_STREAM, 0, sockets));
	succeeds(vfs_window(VFS, window));
	succeeds(tty_open(TTY, TTY_DEVICE_MASTER, FILE_FLAG_READ | FILE_FLAG_WRITE, &number, master));
	succeeds(namesrv_lookup(NAMESRV, service, sizeof service - 1, false, runner));
	const struct end ends[] = {
	    {"objsrv", rig_lent("objsrv"), {OBJSRV_PROTOCOL}},
	    {"console", rig_lent("console"), {CONSOLE_PROTOCOL}},
	    {"init", rig_lent("init"), {INIT_PROTOCOL}},
	    {"vfs", VFS, {VFS_PROTOCOL, FILE_PROTOCOL}},
	    {"procmgr", PROCMGR, {PROCMGR_PROTOCOL, CSPACES_PROTOCOL}},
	    {"namesrv", NAMESRV, {NAMESRV_PROTOCOL}},
	    {"mmsrv", MMSRV, {MMSRV_PROTOCOL}},
	    {"ttysrv", TTY, {TTY_PROTOCOL, FILE_PROTOCOL}},
	    {"a file", open_file("/etc/passwd", FILE_FLAG_READ), {FILE_PROTOCOL, VFS_PROTOCOL}},
	    {"a directory", open_file("/", FILE_FLAG_READ), {FILE_PROTOCOL, VFS_PROTOCOL}},
	    {"a device", open_file("/dev/null", FILE_FLAG_READ), {FILE_PROTOCOL, VFS_PROTOCOL}},
	    {"a computed file", open_file("/proc/uptime", FILE_FLAG_READ), {FILE_PROTOCOL, VFS_PROTOCOL}},
	    {"a pipe", pipe, {FILE_PROTOCOL, VFS_PROTOCOL}},
	    {"a socket", sockets, {FILE_PROTOCOL, VFS_PROTOCOL}},
	    {"a window", window, {FILE_PROTOCOL, VFS_PROTOCOL}},
	    {"a pseudo-terminal", master, {TTY_PROTOCOL, FILE_PROTOCOL}},
	    {"the test runner", runner, {TEST_PROTOCOL}},
	};

	has_units = ends[0].cap != KN_CAP_NONE;
	for (unsigned i = has_units ? 0 : 3; i < sizeof ends / sizeof ends[0]; i++) {
		end = &ends[i];
		one_end();
	}
	somebody_serves_every_method();
}

void malformed_tests(void)
{
	rig_test("servers refuse what is no message of theirs", every_end);
}
