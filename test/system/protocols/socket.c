/* SPDX-License-Identifier: BSD-2-Clause */
/* What vfs refuses at sockets. */
#include "rig.h"

#include <string.h>

#include "client/file.h"
#include "client/vfs.h"

#define TEXT(text) text, strlen(text)
#define NAME "/tmp/refuse_socket"
#define PASSED 64 /* descriptors that may be on their way in one direction */

static char bytes[FILE_INLINE_MAX];
static size_t length;
static uint32_t a, b, c;
static bool is_there;

static kn_cap make(uint32_t flags)
{
	const kn_cap slot = rig_slot();

	succeeds(vfs_socket(VFS, flags, slot));
	return slot;
}

static void fresh(void)
{
	const kn_cap socket = make(0), spare = rig_slot(), pipe = rig_slots(2);

	refuses(NOT_CONNECTED, vfs_socket_shutdown(VFS, socket, 1));
	refuses(NOT_CONNECTED, vfs_socket_peer(VFS, socket, &a, &b, &c));
	refuses(NOT_CONNECTED, vfs_socket_name(VFS, socket, true, bytes, 8, &length));
	refuses(NOT_CONNECTED, vfs_socket_send(VFS, socket, KN_CAP_NONE, 0, bytes, 1, &a));
	refuses(NOT_CONNECTED, vfs_socket_receive(VFS, socket, 0, bytes, 1, &length, spare, &is_there));
	refuses(INVALID_ARG, vfs_socket_listen(VFS, socket, 1));
	refuses(INVALID_ARG, vfs_socket_accept(VFS, socket, 0, spare));
	refuses(NOT_FOUND, vfs_socket_bind(VFS, socket, KN_CAP_NONE, 0700, TEXT("/tmp/nobody/nothing")));
	refuses(ADDRESS_IN_USE, vfs_socket_bind(VFS, socket, KN_CAP_NONE, 0700, TEXT("/etc/passwd")));
	refuses(NOT_FOUND, vfs_socket_connect(VFS, socket, KN_CAP_NONE, TEXT("/tmp/nothing")));
	refuses(REFUSED, vfs_socket_connect(VFS, socket, KN_CAP_NONE, TEXT("/etc/passwd")));
	refuses(INVALID_CAP, vfs_socket_listen(VFS, PROCMGR, 1));
	refuses(INVALID_CAP, vfs_socket_listen(VFS, VFS, 1));
	succeeds(vfs_pair(VFS, VFS_PAIR_PIPE, 0, pipe));
	refuses(NOT_SOCKET, vfs_socket_listen(VFS, pipe, 1));
	refuses(NOT_SOCKET, vfs_socket_send(VFS, pipe + 1, KN_CAP_NONE, 0, bytes, 1, &a));
}

static void not_mine(void)
{
	const kn_cap socket = make(0);

	refuses(ACCESS, vfs_socket_bind(VFS, socket, KN_CAP_NONE, 0700, TEXT("/etc/socket")));
	refuses(ACCESS, vfs_socket_connect(VFS, socket, KN_CAP_NONE, TEXT(NAME)));
}

static void listening(void)
{
	const kn_cap listener = make(0), first = make(0), second = make(0), third = make(FILE_FLAG_NONBLOCK), spare = rig_slot();

	succeeds(vfs_socket_bind(VFS, listener, KN_CAP_NONE, 0700, TEXT(NAME)));
	refuses(INVALID_ARG, vfs_socket_bind(VFS, listener, KN_CAP_NONE, 0700, TEXT("/tmp/another")));
	refuses(REFUSED, vfs_socket_connect(VFS, first, KN_CAP_NONE, TEXT(NAME)));
	succeeds(vfs_socket_listen(VFS, listener, 1));
	rig_disturb();
	refuses(INTERRUPTED, vfs_socket_accept(VFS, listener, 0, spare));
	rig_calm();
	succeeds(vfs_socket_connect(VFS, first, KN_CAP_NONE, TEXT(NAME)));
	refuses(CONNECTED, vfs_socket_connect(VFS, first, KN_CAP_NONE, TEXT(NAME)));
	refuses(INVALID_ARG, vfs_socket_listen(VFS, first, 1));
	refuses(INVALID_ARG, vfs_socket_connect(VFS, listener, KN_CAP_NONE, TEXT(NAME)));
	/* The backlog is full. */
	refuses(WOULD_BLOCK, vfs_socket_connect(VFS, third, KN_CAP_NONE, TEXT(NAME)));
	rig_disturb();
	refuses(INTERRUPTED, vfs_socket_connect(VFS, second, KN_CAP_NONE, TEXT(NAME)));
	rig_calm();
	succeeds(vfs_socket_accept(VFS, listener, 0, spare));
	succeeds(file_set_flags(listener, FILE_FLAG_NONBLOCK, FILE_FLAG_NONBLOCK, &a, &b));
	refuses(WOULD_BLOCK, vfs_socket_accept(VFS, listener, 0, rig_slot()));
	rig_in_child(1000, not_mine);
	succeeds(vfs_unlink(VFS, KN_CAP_NONE, false, TEXT(NAME)));
}

static void connected(void)
{
	const kn_cap pair = rig_slots(2), spare = rig_slot();

	succeeds(vfs_pair(VFS, VFS_PAIR_SOCKET_STREAM, 0, pair));
	refuses(INVALID_ARG, vfs_socket_shutdown(VFS, pair, 0));
	refuses(INVALID_ARG, vfs_socket_shutdown(VFS, pair, 4));
	refuses(INVALID_ARG, vfs_socket_send(VFS, pair, pair, 0, bytes, 0, &a));
	refuses(NOT_SUPPORTED, vfs_socket_send(VFS, pair, PROCMGR, 0, bytes, 1, &a));
	rig_disturb();
	refuses(INTERRUPTED, vfs_socket_receive(VFS, pair, 0, bytes, 1, &length, spare, &is_there));
	for (size_t part = sizeof bytes; part > 0; part /= 4)
		while (vfs_socket_send(VFS, pair, KN_CAP_NONE, 0, bytes, part, &a) == KN_OK)
			;
	refuses(INTERRUPTED, vfs_socket_send(VFS, pair, KN_CAP_NONE, 0, bytes, 1, &a));
	rig_calm();
	succeeds(file_set_flags(pair, FILE_FLAG_NONBLOCK, FILE_FLAG_NONBLOCK, &a, &b));
	refuses(WOULD_BLOCK, vfs_socket_send(VFS, pair, KN_CAP_NONE, 0, bytes, 1, &a));
	refuses(WOULD_BLOCK, vfs_socket_receive(VFS, pair, 0, bytes, 1, &length, spare, &is_there));
	/* Descriptors on their way are bounded. */
	for (unsigned i = 0; i < PASSED; i++)
		succeeds(vfs_socket_send(VFS, pair + 1, pair, 0, bytes, 1, &a));
	refuses(WOULD_BLOCK, vfs_socket_send(VFS, pair + 1, pair, 0, bytes, 1, &a));
	rig_drop(pair);
	refuses(PEER_GONE, vfs_socket_send(VFS, pair + 1, KN_CAP_NONE, 0, bytes, 1, &a));
	refuses(NOT_CONNECTED, vfs_socket_name(VFS, pair + 1, true, bytes, 8, &length));
}

void socket_tests(void)
{
	rig_test("vfs refuses at fresh sockets", fresh);
	rig_test("vfs refuses at listening sockets", listening);
	rig_test("vfs refuses at connected sockets", connected);
}
