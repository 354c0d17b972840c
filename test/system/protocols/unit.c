/* SPDX-License-Identifier: BSD-2-Clause */
/* What servers refuse units, which hold more than any process: with capabilities that the lender lends (../lender). */
#include "rig.h"

#include <string.h>

#include "../lender/lender.h"
#include "client/console.h"
#include "client/cspaces.h"
#include "client/init.h"
#include "client/mmsrv.h"
#include "client/namesrv.h"
#include "client/objsrv.h"
#include "client/procmgr.h"
#include "client/vfs.h"
#include "uapi/object_type.h"
#include "uapi/protocol/file.h"
#include "uapi/protocol/tty.h"

#define NOBODY 0x7ffffff0u
#define TEXT(text) text, strlen(text)
#define LARGER_THAN_ALL (1ull << 36) /* pages */

static uint32_t number;

static void objects(void)
{
	const kn_cap objsrv = rig_lent("objsrv"), slot = rig_slot();
	uint64_t handle, account;

	refuses(INVALID_ARG, objsrv_alloc(objsrv, 0, 0, &handle, slot));
	refuses(INVALID_ARG, objsrv_alloc(objsrv, 255, 0, &handle, slot));
	refuses(INVALID_ARG, objsrv_alloc(objsrv, KN_TYPE_ENDPOINT, 1, &handle, slot));
	refuses(INVALID_ARG, objsrv_alloc(objsrv, KN_TYPE_CNODE, 63, &handle, slot));
	refuses(INVALID_ARG, objsrv_untyped(objsrv, 0, &handle, slot));
	refuses(INVALID_ARG, objsrv_untyped(objsrv, 255, &handle, slot));
	refuses(NO_MEMORY, objsrv_untyped(objsrv, 46, &handle, slot));
	refuses(NOT_FOUND, objsrv_free(objsrv, ~0ull));
	refuses(NOT_FOUND, objsrv_free(objsrv, 1)); /* somebody's, but not ours */
	refuses(NOT_FOUND, objsrv_release(objsrv, 1));
	refuses(NOT_FOUND, objsrv_account_destroy(objsrv, 0));
	refuses(NOT_FOUND, objsrv_account_destroy(objsrv, 1ull << 32 | 1));
	succeeds(objsrv_account_create(objsrv, 4096, &account, slot));
	refuses(QUOTA, objsrv_alloc(slot, KN_TYPE_CNODE, 8, &handle, rig_slot()));
	refuses(QUOTA, objsrv_untyped(slot, 13, &handle, rig_slot()));
	succeeds(objsrv_account_destroy(objsrv, account));
	refuses(NOT_FOUND, objsrv_account_destroy(objsrv, account));
	refuses(NOT_FOUND, objsrv_info(slot, &(struct objsrv_account_info){}));
}

static void memory(void)
{
	const kn_cap mmsrv = rig_lent("mmsrv"), slots = rig_slots(2), slot = rig_slot();
	uint64_t id;

	refuses(NO_MEMORY, mmsrv_object_create(MMSRV, LARGER_THAN_ALL, slot));
	refuses(WRONG_TYPE, mmsrv_executable(mmsrv, VFS, slot));
	refuses(NOT_FOUND, mmsrv_set_limit(mmsrv, ~0ull, 1));
	refuses(NOT_FOUND, mmsrv_space_renew(mmsrv, ~0ull, 1 << 20, slot));
	refuses(NOT_FOUND, mmsrv_space_destroy(mmsrv, ~0ull));
	/* The ids of all servers, this one's own among them. */
	for (uint64_t server = 0; server < 16; server++)
		refuses(NOT_FOUND, mmsrv_space_destroy(mmsrv, 1ull << 32 | server));
	refuses(NOT_FOUND, mmsrv_set_user(mmsrv, ~0ull, 1000));
	refuses(PERMISSION, mmsrv_set_user(MMSRV, 1, 1000));
	refuses(RANGE, mmsrv_object_create_for(mmsrv, 1000, 0, slot));
	refuses(PERMISSION, mmsrv_object_create_for(MMSRV, 1000, 1, slot));
	succeeds(mmsrv_object_create_for(mmsrv, 1000, 1, slot));
	rig_drop(slot);
	succeeds(mmsrv_space_create(mmsrv, 100, 1 << 20, 0, &id, slots));
	succeeds(mmsrv_set_user(mmsrv, id, 1000));
	refuses(PERMISSION, mmsrv_set_limit(slots + 1, id, 1));
	refuses(PERMISSION, mmsrv_executable(slots + 1, VFS, slot));
	succeeds(mmsrv_space_destroy(mmsrv, id));
	refuses(NOT_FOUND, mmsrv_space_destroy(mmsrv, id));
	refuses(NOT_FOUND, mmsrv_space_renew(mmsrv, id, 1 << 20, slot));
}

static void names(void)
{
	const kn_cap namesrv = rig_lent("namesrv");

	refuses(EXISTS, namesrv_publish(namesrv, TEXT(LENDER_SERVICE), VFS));
	refuses(ACCESS, namesrv_publish(namesrv, TEXT("service.test_runner"), VFS));
	refuses(ACCESS, namesrv_withdraw(namesrv, TEXT("service.test_runner")));
}

static void console(void)
{
	const kn_cap cap = rig_lent("console"), notification = rig_slot();
	char text[8];
	size_t length;

	succeeds(procmgr_notification(PROCMGR, notification));
	refuses(BUSY, console_listen(cap, notification)); /* the terminal server does */
	refuses(ACCESS, console_read(cap, text, sizeof text, &length));
	succeeds(console_write(cap, "", 0, &number));
}

/* The notification is the process's until it ends. */
static void console_in_child(void)
{
	rig_in_child(0, console);
}

static void units(void)
{
	const kn_cap init = rig_lent("init");
	struct init_unit_info info;

	refuses(NOT_FOUND, init_unit(init, ~0u, &info));
	refuses(NOT_FOUND, init_unit(init, 1000, &info));
	refuses(PERMISSION, init_shutdown(init, 1, false));
	refuses(PERMISSION, init_ready(init)); /* it was */
	for (number = 0; init_unit(init, number, &info) == KN_OK && strcmp((const char *)info.name, "lender") != 0; number++)
		;
	check(info.state == INIT_STATE_READY && info.restarts == 0);
}

static void processes(void)
{
	const kn_cap procmgr = rig_lent("procmgr"), object = rig_slot(), block = rig_slot();
	const struct procmgr_image_args image = {.block = 0x1000, .block_pages = 1, .stack_top = 1ull << 40, .stack_pages = 16,
	    .sp = (1ull << 40) - 256};

	succeeds(mmsrv_object_create(MMSRV, 1, object));
	succeeds(mmsrv_object_create(MMSRV, 1, block));
	refuses(BAD_IMAGE, procmgr_start(procmgr, &image, 0, 0, object, block, KN_CAP_NONE, &number));
	refuses(NO_PROCESS, procmgr_signal_group(procmgr, NOBODY, 1));
	refuses(NO_PROCESS, cspaces_of_process(procmgr, NOBODY, rig_slot()));
	refuses(NO_PROCESS, procmgr_refresh(procmgr, NOBODY));
	refuses(NO_PROCESS, procmgr_regions(procmgr, NOBODY, 0, (char[64]){}, 64, &(size_t){0}));
	refuses(NO_PROCESS, procmgr_descriptors(procmgr, NOBODY, 0, (char[64]){}, 64, &(size_t){0}, &(uint64_t){0}));
	refuses(NO_PROCESS, procmgr_background(procmgr, NOBODY, 21, &number));
}

static void device_nodes(void)
{
	const kn_cap vfs = rig_lent("vfs");

	refuses(PERMISSION, vfs_device_node(VFS, TEXT("lent"), 0600, 0, 0, FILE_KIND_TERMINAL, TTY_DEVICE_PTS, false));
	refuses(EXISTS, vfs_device_node(vfs, TEXT("null"), 0600, 0, 0, FILE_KIND_TERMINAL, TTY_DEVICE_PTS, false));
	refuses(NOT_FOUND, vfs_device_node(vfs, TEXT("nothing"), 0600, 0, 0, FILE_KIND_TERMINAL, TTY_DEVICE_PTS, true));
	refuses(INVALID_ARG, vfs_device_node(vfs, TEXT("a/b"), 0600, 0, 0, FILE_KIND_TERMINAL, TTY_DEVICE_PTS, false));
}

void unit_tests(void)
{
	if (rig_lent("init") == KN_CAP_NONE)
		return;
	rig_test("objsrv refuses units", objects);
	rig_test("mmsrv refuses managers", memory);
	rig_test("namesrv refuses units", names);
	rig_test("the console refuses units", console_in_child);
	rig_test("init refuses units", units);
	rig_test("procmgr refuses servers", processes);
	rig_test("vfs refuses servers", device_nodes);
}
