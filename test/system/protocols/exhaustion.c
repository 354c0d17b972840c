/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * objsrv without a byte: whoever holds an account without a quota takes everything. What needs memory is refused, whatever else was going on
 * goes on, and afterwards all of it is there again.
 */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/mmsrv.h"
#include "client/namesrv.h"
#include "client/objsrv.h"
#include "client/procmgr.h"
#include "client/test.h"
#include "client/tty.h"
#include "uapi/object_type.h"
#include "uapi/protocol/file.h"

#define MANY 20000 /* objects; objsrv's first pages have room for the books of half of them */
#define BITS_MOST 30
#define BITS_LEAST 12

static uint64_t total;
static uint32_t number;

static uint64_t free_bytes(kn_cap objsrv)
{
	uint64_t bytes = 0;

	succeeds(objsrv_available(objsrv, &bytes, &total));
	return bytes;
}

/* More small objects than objsrv's first frames have room for in its books. */
static void many_objects(void)
{
	const kn_cap objsrv = rig_lent("objsrv"), account = rig_slot(), slot = rig_slot();
	uint64_t id, handle;
	unsigned made = 0;

	succeeds(objsrv_account_create(objsrv, 64 << 20, &id, account));
	for (; made < MANY && objsrv_alloc(account, KN_TYPE_NOTIFICATION, 0, &handle, slot) == KN_OK; made++)
		rig_drop(slot);
	check(made == MANY);
	succeeds(objsrv_account_destroy(objsrv, id));
}

/* Everything, the largest pieces first; the pieces go with the account. */
static void take_all(kn_cap account)
{
	const kn_cap slot = rig_slot();
	uint64_t handle;

	for (uint8_t bits = BITS_MOST; bits >= BITS_LEAST; bits--) {
		kn_status status;

		while ((status = objsrv_untyped(account, bits, &handle, slot)) == KN_OK)
			rig_drop(slot);
		check(status == KN_E_NO_MEMORY);
	}
	while (objsrv_alloc(account, KN_TYPE_NOTIFICATION, 0, &handle, slot) == KN_OK)
		rig_drop(slot);
	refuses(NO_MEMORY, objsrv_alloc(account, KN_TYPE_NOTIFICATION, 0, &handle, slot));
	refuses(NO_MEMORY, objsrv_untyped(account, BITS_LEAST, &handle, slot));
}

static void who_needs_memory_is_refused(void)
{
	const kn_cap mmsrv = rig_lent("mmsrv"), slots = rig_slots(2), slot = rig_slot(), runner = rig_slot();
	static const char service[] = "service.test_runner";
	uint64_t id;

	refuses(NO_MEMORY, mmsrv_space_create(mmsrv, 100, 1 << 20, 0, &id, slots));
	refuses(NO_MEMORY, mmsrv_object_create(MMSRV, 1, slot));
	refuses(NO_MEMORY, mmsrv_object_create_for(mmsrv, 0, 1, slot));
	refuses(NO_MEMORY, mmsrv_reserve(MMSRV, 16384));
	refuses(NO_MEMORY, procmgr_memory_refused(PROCMGR));
	refuses(NO_MEMORY, procmgr_notification(PROCMGR, slot));
	refuses(NO_MEMORY, procmgr_expand_cspace(PROCMGR, 200));
	refuses(NO_MEMORY, procmgr_fork(PROCMGR, 0x1000, 0x1000, 0, 0, &number));
	succeeds(namesrv_lookup(NAMESRV, service, sizeof service - 1, false, runner));
	refuses(NO_MEMORY, test_start(runner, "tests=list", 10));
}

static void who_can_again(void)
{
	const kn_cap slot = rig_slot();

	succeeds(mmsrv_object_create(MMSRV, 1, slot));
	succeeds(procmgr_notification(PROCMGR, rig_slot()));
}

static void nothing_is_there(void)
{
	const kn_cap objsrv = rig_lent("objsrv"), mmsrv = rig_lent("mmsrv"), account = rig_slot(), space = rig_slots(2);
	uint64_t id, client;

	succeeds(mmsrv_space_create(mmsrv, 100, 1 << 20, 0, &client, space));
	succeeds(objsrv_account_create(objsrv, 1ull << 40, &id, account));
	const uint64_t before = free_bytes(objsrv);
	take_all(account);
	check(free_bytes(objsrv) < 4096);
	refuses(NO_MEMORY, mmsrv_space_renew(mmsrv, client, 1 << 20, rig_slot()));
	who_needs_memory_is_refused();
	check(getppid() >= 0 && access("/etc/passwd", R_OK) == 0); /* what needs none goes on */
	succeeds(objsrv_account_destroy(objsrv, id));
	succeeds(mmsrv_space_destroy(mmsrv, client));
	check(free_bytes(objsrv) + (8 << 20) > before); /* others may have taken theirs meanwhile */
	rig_in_child(0, who_can_again);
}

void exhaustion_tests(void)
{
	if (rig_lent("objsrv") == KN_CAP_NONE)
		return;
	rig_test("objsrv keeps books of as many objects as there is memory for", many_objects);
	rig_test("a system without memory for objects refuses and goes on", nothing_is_there);
}
