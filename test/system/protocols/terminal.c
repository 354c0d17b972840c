/* SPDX-License-Identifier: BSD-2-Clause */
/* What the terminal server refuses, and those whom one asks for names and memory. */
#include "rig.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "client/file.h"
#include "client/mmsrv.h"
#include "client/namesrv.h"
#include "client/test.h"
#include "client/tty.h"
#include "uapi/protocol/vfs.h"

#define BOTH (FILE_FLAG_READ | FILE_FLAG_WRITE)
#define TEXT(text) text, strlen(text)

static char bytes[3000];
static size_t length;
static uint32_t number, group;
static uint64_t wide;

static void alone(void)
{
	const kn_cap master = rig_slot(), slave = rig_slot(), spare = rig_slot();
	struct tty_attributes attributes;

	(void)setsid();
	(void)signal(SIGHUP, SIG_IGN);
	refuses(NO_DEVICE, tty_open(TTY, TTY_DEVICE_CURRENT, BOTH, &number, spare));
	refuses(NO_DEVICE, tty_open(TTY, TTY_DEVICE_PTS + 9999, BOTH, &number, spare));
	refuses(NO_DEVICE, tty_open(TTY, 3, BOTH, &number, spare));
	refuses(NO_DEVICE, tty_open(TTY, ~0ull, BOTH, &number, spare));
	succeeds(tty_open(TTY, TTY_DEVICE_MASTER, BOTH, &number, master));
	succeeds(tty_lock(master, true));
	refuses(IO, tty_open(TTY, TTY_DEVICE_PTS + number, BOTH, &group, spare));
	succeeds(tty_lock(master, false));
	succeeds(tty_open(TTY, TTY_DEVICE_PTS + number, BOTH | VFS_OPEN_NO_TTY, &group, slave));
	refuses(INVALID_CAP, tty_open(master, TTY_DEVICE_MASTER, BOTH, &group, spare));
	refuses(INVALID_CAP, tty_get_attributes(TTY, &attributes));
	refuses(NOT_TERMINAL, tty_lock(slave, true));
	refuses(NOT_TERMINAL, tty_get_foreground(slave, &group));
	refuses(NOT_TERMINAL, tty_get_session(slave, &group));
	refuses(NOT_TERMINAL, tty_set_foreground(slave, TTY, 1));
	refuses(NOT_TERMINAL, tty_release_controlling(slave, TTY));
	refuses(NOT_TERMINAL, tty_release_controlling(slave, VFS));
	refuses(PERMISSION, tty_make_controlling(slave, VFS, false));
	succeeds(tty_make_controlling(slave, TTY, false));
	refuses(INVALID_ARG, tty_set_foreground(slave, TTY, 0));
	refuses(PERMISSION, tty_set_foreground(slave, TTY, 0x7ffffff0));
	refuses(NOT_TERMINAL, tty_set_foreground(slave, VFS, 1));
	refuses(INVALID_ARG, tty_flow(slave, 4));
	refuses(INVALID_ARG, tty_flush(slave, 0));
	refuses(INVALID_ARG, tty_flush(slave, 4));
	succeeds(tty_get_attributes(slave, &attributes));
	refuses(INVALID_ARG, tty_configure(slave, TTY, 3, &attributes));
	refuses(NOT_SEEKABLE, file_seek(slave, 0, 0, &wide));
	rig_disturb();
	refuses(INTERRUPTED, tty_read(slave, TTY, bytes, 1, &length));
	refuses(INTERRUPTED, tty_read(master, TTY, bytes, 1, &length));
	while (tty_write(slave, TTY, bytes, sizeof bytes, &group) == KN_OK)
		;
	refuses(INTERRUPTED, tty_write(slave, TTY, bytes, 1, &group));
	refuses(INTERRUPTED, tty_drain(slave));
	rig_calm();
	succeeds(file_set_flags(slave, FILE_FLAG_NONBLOCK, FILE_FLAG_NONBLOCK, &group, &group));
	refuses(WOULD_BLOCK, tty_read(slave, TTY, bytes, 1, &length));
	refuses(WOULD_BLOCK, tty_write(slave, TTY, bytes, 1, &group));
	/* The other side hangs up: SIGHUP comes too. */
	succeeds(tty_release_controlling(slave, TTY));
	rig_drop(master);
	while (tty_get_foreground(slave, &group) == KN_E_NOT_TERMINAL)
		usleep(1000);
	refuses(IO, tty_write(slave, TTY, bytes, 1, &group));
	refuses(IO, tty_configure(slave, TTY, 0, &attributes));
	refuses(IO, file_write(slave, 0, bytes, 1, &group));
	/* No slave any more. */
	rig_drop(slave);
	succeeds(tty_open(TTY, TTY_DEVICE_MASTER, BOTH, &number, master));
	succeeds(tty_lock(master, false));
	succeeds(tty_open(TTY, TTY_DEVICE_PTS + number, BOTH | VFS_OPEN_NO_TTY, &group, slave));
	rig_drop(slave);
	rig_disturb();
	while (tty_read(master, TTY, bytes, 1, &length) == KN_E_INTERRUPTED)
		;
	rig_calm();
	refuses(IO, tty_read(master, TTY, bytes, 1, &length));
	refuses(IO, file_read(master, 0, bytes, 1, &length));
	succeeds(tty_open(TTY, TTY_DEVICE_CONSOLE, BOTH | VFS_OPEN_NO_TTY, &number, spare));
	refuses(NOT_TERMINAL, tty_number(spare, &number));
}

/* The number is no authority. */
static void not_mine(void)
{
	(void)setsid();
	refuses(ACCESS, tty_open(TTY, TTY_DEVICE_CONSOLE, BOTH, &number, rig_slot()));
}

static void terminals(void)
{
	rig_in_child(0, alone);
	rig_in_child(1000, not_mine);
}

static void memory(void)
{
	const kn_cap slot = rig_slots(2);

	refuses(PERMISSION, mmsrv_space_create(MMSRV, 1, 0, 0, &wide, slot));
	refuses(PERMISSION, mmsrv_space_create(MMSRV, ~0ull, ~0ull, ~0u, &wide, slot));
	refuses(PERMISSION, mmsrv_space_renew(MMSRV, 0, 0, slot));
	refuses(PERMISSION, mmsrv_space_destroy(MMSRV, 1));
	refuses(RANGE, mmsrv_object_create(MMSRV, 0, slot));
	refuses(RANGE, mmsrv_object_create(MMSRV, ~0ull, slot));
	refuses(RANGE, mmsrv_object_create(MMSRV, (1ull << 36) + 1, slot));
	refuses(PERMISSION, mmsrv_executable(MMSRV, VFS, slot));
	refuses(PERMISSION, mmsrv_set_limit(MMSRV, 1, ~0ull));
}

static void names(void)
{
	const kn_cap slot = rig_slot();
	char long_name[NAMESRV_NAME_MAX + 2];

	memset(long_name, 'n', sizeof long_name);
	refuses(ACCESS, namesrv_publish(NAMESRV, TEXT("service.test_runner"), VFS));
	refuses(ACCESS, namesrv_publish(NAMESRV, TEXT("mine"), VFS));
	refuses(NAME_TOO_LONG, namesrv_publish(NAMESRV, long_name, sizeof long_name, VFS));
	refuses(ACCESS, namesrv_withdraw(NAMESRV, TEXT("service.test_runner")));
	refuses(NOT_FOUND, namesrv_withdraw(NAMESRV, TEXT("nobody")));
	refuses(NOT_FOUND, namesrv_lookup(NAMESRV, TEXT("service.nobody"), false, slot));
	refuses(ACCESS, namesrv_lookup(NAMESRV, TEXT("objsrv"), false, slot));
	refuses(ACCESS, namesrv_lookup(NAMESRV, TEXT("objsrv"), true, slot));
	refuses(NAME_TOO_LONG, namesrv_lookup(NAMESRV, long_name, sizeof long_name, false, slot));
	refuses(NOT_FOUND, namesrv_next(NAMESRV, TEXT("zzz"), bytes, sizeof bytes, &length));
	succeeds(namesrv_lookup(NAMESRV, TEXT("service.test_runner"), false, slot));
	refuses(TOO_LARGE, test_start(slot, bytes, 513));
}

void terminal_tests(void)
{
	rig_test("the terminal server refuses", terminals);
}

void memory_tests(void)
{
	rig_test("mmsrv refuses", memory);
	rig_test("namesrv refuses", names);
}
