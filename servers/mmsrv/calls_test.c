/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The methods over a model of objsrv and the kernel's pools. Each is tried with each of its steps failing: a clear error, nothing half done,
 * nothing lost.
 */
#include "check.h"
#include "calls.h"
#include "client.h"
#include "client/objsrv.h"
#include "fake_caps.h"
#include "fake_heap.h"
#include "kn/exec_authority.h"
#include "kn/memory_object.h"
#include "kn/pool.h"
#include "kn/vspace.h"
#include "root.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "uapi/error.h"
#include "uapi/object_type.h"
#include "user.h"

#define OBJSRV 11
#define ENDPOINT 12
#define MACHINE (256ull << 20)
#define OBJECTS 512
#define SPACE_BASE (1u << 20)

static long budget = -1; /* of what the servers and kernel below do */
static struct {
	bool is_live;
	uint64_t account;
} objects[OBJECTS];
static uint64_t next_account, accounts, free_bytes, pool_free, pool_used[2], limit_set;
static kn_cap full_pool; /* pool_used[1] is its, pool_used[0] all others' */
static unsigned refills;
static kn_cap charged_pool; /* of the last object */
static kn_status grant_status;

static const struct mmsrv_ops *const m = &mmsrv_methods;
static struct server_call unit = {.badge = KN_BADGE_UNIT | 3}, nobody = {.badge = 77};

static kn_status try(void)
{
	if (budget == 0)
		return KN_E_NO_MEMORY;
	budget -= budget > 0;
	return KN_OK;
}

static unsigned live(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < OBJECTS; i++)
		count += objects[i].is_live;
	return count;
}

static void put(kn_cap slot, uint8_t type, kn_word badge)
{
	assert_false(fake_cap(slot)->is_used);
	*fake_cap(slot) = (struct fake_cap){.is_used = true, .type = type, .badge = badge};
}

/* ---- objsrv ---- */

kn_status objsrv_alloc(kn_cap account, uint8_t type, uint8_t size_bits, uint64_t *handle, kn_cap slot)
{
	kn_status status = try();

	if (status != KN_OK)
		return status;
	for (*handle = 0; objects[*handle].is_live; ++*handle)
		assert_true(*handle < OBJECTS - 1);
	objects[*handle].is_live = true;
	objects[*handle].account = fake_cap(account)->badge;
	put(slot, type, 0);
	return KN_OK;
}

kn_status objsrv_free(kn_cap account, uint64_t handle)
{
	assert_true(objects[handle].is_live);
	objects[handle].is_live = false;
	return KN_OK;
}

/* It goes with its last capability, which the tests give up. */
kn_status objsrv_release(kn_cap account, uint64_t handle)
{
	return objsrv_free(account, handle);
}

kn_status objsrv_account_create(kn_cap server, uint64_t quota, uint64_t *id, kn_cap slot)
{
	kn_status status = try();

	if (status != KN_OK)
		return status;
	*id = ++next_account;
	accounts++;
	put(slot, KN_TYPE_ENDPOINT, *id);
	return KN_OK;
}

kn_status objsrv_account_destroy(kn_cap server, uint64_t id)
{
	for (unsigned i = 0; i < OBJECTS; i++)
		if (objects[i].account == id)
			objects[i].is_live = false;
	accounts--;
	return KN_OK;
}

kn_status objsrv_untyped(kn_cap server, uint8_t size_bits, uint64_t *handle, kn_cap slot)
{
	kn_status status = try();

	if (status != KN_OK)
		return status;
	free_bytes -= 1ull << size_bits;
	put(slot, KN_TYPE_UNTYPED, 0);
	return KN_OK;
}

kn_status objsrv_available(kn_cap server, uint64_t *bytes, uint64_t *total)
{
	*bytes = free_bytes;
	*total = MACHINE;
	return KN_OK;
}

/* ---- kernel ---- */

kn_status kn_pool_configure(kn_cap self, kn_cap parent, uint64_t limit)
{
	return try();
}

kn_status kn_pool_set_handler(kn_cap self, kn_cap handler)
{
	return KN_OK;
}

kn_status kn_pool_set_limit(kn_cap self, uint64_t limit)
{
	limit_set = limit;
	return KN_OK;
}

kn_status kn_pool_refill(kn_cap self, kn_cap untyped)
{
	refills++;
	return try();
}

kn_status kn_pool_info(kn_cap self, struct kn_pool_info *info)
{
	*info = (struct kn_pool_info){.free = pool_free, .used = pool_used[self == full_pool], .limit = 100, .peak = 20};
	return KN_OK;
}

kn_status kn_vspace_configure(kn_cap self, kn_cap pool, uint64_t map_base)
{
	return map_base % KN_PAGE_SIZE ? KN_E_BAD_ADDRESS : try();
}

kn_status kn_memory_object_configure_anonymous(kn_cap self, kn_cap pool, uint64_t pages)
{
	charged_pool = pool;
	return try();
}

kn_status kn_exec_authority_grant(kn_cap self, kn_cap source, kn_cap dest, uint32_t index)
{
	return grant_status;
}

struct server_reserve server_reserve(void)
{
	return (struct server_reserve){};
}

/* ---- tests ---- */

static int once(void **state)
{
	fake_caps_reset();
	slots_init(32, 900, nullptr);
	fake_caps_untyped(OBJSRV, 12);
	fake_caps_untyped(ENDPOINT, 12);
	calls_objsrv = OBJSRV;
	free_bytes = MACHINE;
	assert_int_equal(root_init(OBJSRV, ENDPOINT), KN_OK);
	assert_int_equal(clients_init(OBJSRV, ENDPOINT), KN_OK);
	return 0;
}

static int fresh(void **state)
{
	budget = fake_caps_budget = fake_heap_budget = -1;
	free_bytes = MACHINE;
	pool_free = 0;
	pool_used[0] = pool_used[1] = 10;
	refills = 0;
	grant_status = KN_OK;
	return 0;
}

static kn_status create(struct server_call *call, uint32_t roles, uint64_t *id, kn_cap *vspace, kn_cap *client)
{
	return m->space_create(call, 100, SPACE_BASE, roles, id, vspace, client);
}

static void a_client_has_what_it_was_made_with(void **state)
{
	kn_cap vspace, client, another;
	uint64_t id;
	struct mmsrv_memory_info info;

	assert_int_equal(create(&unit, MMSRV_ROLE_IMAGES, &id, &vspace, &client), KN_OK);
	struct server_call own = {.badge = id};
	assert_int_equal(fake_cap(client)->badge, id);
	assert_int_equal(m->info(&own, &info), KN_OK);
	assert_int_equal(info.limit, 100);
	assert_int_equal(create(&own, 0, &id, &another, &another), KN_E_PERMISSION);
	assert_int_equal(m->set_limit(&own, id, 1), KN_E_PERMISSION);
	assert_int_equal(m->space_destroy(&own, id), KN_E_PERMISSION);
	assert_int_equal(m->space_renew(&own, id, SPACE_BASE, &another), KN_E_PERMISSION);
	assert_int_equal(m->set_limit(&unit, id, 50), KN_OK);
	assert_int_equal(limit_set, 50);
	assert_int_equal(m->executable(&own, (struct server_cap){}, &another), KN_E_INVALID_CAP);
	assert_int_equal(m->executable(&own, (struct server_cap){.slot = 7}, &another), KN_OK);
	slot_free(another);
	slot_release(vspace);
	slot_release(client);
	assert_int_equal(m->space_destroy(&unit, id), KN_OK);
	assert_int_equal(m->space_destroy(&unit, id), KN_E_NOT_FOUND);
	assert_int_equal(m->set_limit(&unit, id, 50), KN_E_NOT_FOUND);
	assert_int_equal(m->space_renew(&unit, id, SPACE_BASE, &another), KN_E_NOT_FOUND);
}

static void a_manager_gives_only_roles_that_it_has(void **state)
{
	kn_cap vspace, client, another;
	uint64_t id, other;

	assert_int_equal(create(&unit, MMSRV_ROLE_MANAGER, &id, &vspace, &client), KN_OK);
	struct server_call manager = {.badge = id};
	assert_int_equal(create(&manager, MMSRV_ROLE_IMAGES, &other, &another, &another), KN_E_PERMISSION);
	assert_int_equal(create(&manager, ~0u, &other, &another, &another), KN_E_PERMISSION);
	assert_int_equal(m->space_destroy(&manager, id), KN_E_NOT_FOUND); /* not itself */
	slot_release(vspace);
	slot_release(client);
	assert_int_equal(m->space_destroy(&unit, id), KN_OK);
}

/* A server without its address space stands still and never faults, so init would not hear of it. */
static void a_manager_has_no_say_in_what_others_made(void **state)
{
	kn_cap vspaces[4], clients[4], another;
	uint64_t server, ids[2], made;

	assert_int_equal(create(&unit, 0, &server, &vspaces[0], &clients[0]), KN_OK);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(create(&unit, MMSRV_ROLE_MANAGER, &ids[i], &vspaces[1 + i], &clients[1 + i]), KN_OK);
	struct server_call manager = {.badge = ids[0]}, rival = {.badge = ids[1]};
	assert_int_equal(create(&manager, 0, &made, &vspaces[3], &clients[3]), KN_OK);
	const uint64_t foreign[] = {server, ids[0], ids[1], made};

	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(m->space_destroy(&rival, foreign[i]), KN_E_NOT_FOUND);
		assert_int_equal(m->set_limit(&rival, foreign[i], 1), KN_E_NOT_FOUND);
		assert_int_equal(m->space_renew(&rival, foreign[i], SPACE_BASE, &another), KN_E_NOT_FOUND);
	}
	assert_int_equal(m->set_limit(&manager, made, 1), KN_OK);
	for (unsigned i = 0; i < 4; i++) {
		slot_release(vspaces[i]);
		slot_release(clients[i]);
	}
	assert_int_equal(m->space_destroy(&manager, made), KN_OK);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(m->space_destroy(&unit, foreign[i]), KN_OK);
}

static void nobody_has_nothing(void **state)
{
	kn_cap slot;
	uint64_t id;

	assert_int_equal(create(&nobody, 0, &id, &slot, &slot), KN_E_PERMISSION);
	assert_int_equal(m->executable(&nobody, (struct server_cap){.slot = 7}, &slot), KN_E_PERMISSION);
	assert_int_equal(m->object_create(&nobody, 0, &slot), KN_E_RANGE);
	assert_int_equal(m->object_create(&nobody, (1ull << 36) + 1, &slot), KN_E_RANGE);
	assert_int_equal(m->object_create(&nobody, root_objects_limit() + 1, &slot), KN_E_NO_MEMORY);
	assert_int_equal(m->object_create(&nobody, root_objects_limit(), &slot), KN_OK);
	slot_release(slot);
	/* Whoever serves files knows what it does. */
	assert_int_equal(m->object_create(&unit, 1ull << 36, &slot), KN_OK);
	slot_release(slot);
}

static kn_cap pool_for(uint32_t uid)
{
	kn_cap slot;

	assert_int_equal(m->object_create_for(&unit, uid, 1, &slot), KN_OK);
	slot_release(slot);
	return charged_pool;
}

/* One pool each, whoever asks; user 0 has what all share. */
static void objects_are_charged_to_users(void **state)
{
	kn_cap vspace, client, slot;
	struct mmsrv_memory_info info;
	uint64_t id;

	assert_int_equal(m->object_create_for(&nobody, 5, 1, &slot), KN_E_PERMISSION);
	assert_int_equal(m->object_create_for(&unit, 5, 0, &slot), KN_E_RANGE);
	assert_int_equal(create(&unit, 0, &id, &vspace, &client), KN_OK);
	struct server_call own = {.badge = id};
	assert_int_equal(m->set_user(&own, id, 5), KN_E_PERMISSION);
	assert_int_equal(m->set_user(&unit, id + 1, 5), KN_E_NOT_FOUND);
	assert_int_equal(m->object_create(&own, 1, &slot), KN_OK);
	slot_release(slot);
	assert_int_equal(charged_pool, root_pools.objects);
	assert_int_equal(pool_for(0), root_pools.objects);
	assert_int_equal(m->set_user(&unit, id, 5), KN_OK);
	assert_int_equal(m->object_create(&own, 1, &slot), KN_OK);
	slot_release(slot);
	assert_int_equal(charged_pool, pool_for(5));
	assert_int_not_equal(pool_for(5), root_pools.objects);
	full_pool = pool_for(5);
	pool_used[1] = 98;
	assert_int_equal(m->info(&own, &info), KN_OK);
	assert_int_equal(info.objects, 2);
	full_pool = KN_CAP_NONE;
	/* Who has something, or is there, keeps his pool; another's becomes the next one's. */
	const kn_cap six = pool_for(6);
	assert_int_not_equal(six, pool_for(5));
	const uint64_t kept = users_kept();
	pool_used[0] = 0;
	assert_int_not_equal(pool_for(7), pool_for(5));
	assert_int_equal(users_kept(), kept);
	assert_int_not_equal(pool_for(5), six);
	assert_int_equal(m->set_user(&unit, id, 0), KN_OK);
	slot_release(vspace);
	slot_release(client);
	assert_int_equal(m->space_destroy(&unit, id), KN_OK);
	/* Too many of them share. */
	pool_used[0] = 10;
	for (uint32_t uid = 100; users_kept() < USERS_MAX; uid++)
		(void)pool_for(uid);
	assert_int_equal(pool_for(5000), root_pools.objects);
}

static void what_is_no_file_cannot_be_run(void **state)
{
	const unsigned slots = slots_available();
	kn_cap image;

	grant_status = KN_E_WRONG_TYPE;
	assert_int_equal(m->executable(&unit, (struct server_cap){.slot = 7}, &image), KN_E_WRONG_TYPE);
	assert_int_equal(slots_available(), slots);
}

static void some_of_the_machine_is_kept_for_objects(void **state)
{
	free_bytes = MACHINE / 16 + 16384;
	assert_int_equal(m->reserve(&nobody, 4), KN_OK);
	assert_int_equal(m->reserve(&nobody, 1), KN_E_NO_MEMORY);
	free_bytes = 0;
	assert_int_equal(m->reserve(&nobody, ~0ull), KN_E_NO_MEMORY);
	pool_free = 16384; /* so many are there */
	assert_int_equal(m->reserve(&nobody, ~0ull), KN_OK);
}

/* Neither more than there is nor more than all processes may have. */
static void what_is_available_processes_can_have(void **state)
{
	struct mmsrv_memory_info info;

	assert_int_equal(m->info(&nobody, &info), KN_OK);
	assert_int_equal(info.available, 90);
	free_bytes = MACHINE / 16 + 7 * KN_PAGE_SIZE;
	pool_free = 5;
	assert_int_equal(m->info(&nobody, &info), KN_OK);
	assert_int_equal(info.available, 12);
	full_pool = root_pools.processes;
	pool_used[1] = 99;
	assert_int_equal(m->info(&nobody, &info), KN_OK);
	assert_int_equal(info.available, 1);
	pool_used[1] = 101; /* the limit went below */
	assert_int_equal(m->info(&nobody, &info), KN_OK);
	assert_int_equal(info.available, 0);
}

/* What they keep for programs is at the programs' cost, before it is all there is. */
static void servers_with_much_leave_programs_less(void **state)
{
	const uint64_t pages = (MACHINE - MACHINE / 16) / KN_PAGE_SIZE, part = pages / 16;

	full_pool = root_pools.servers;
	pool_used[1] = 10 + part / 2 + 1000; /* the root's: programs' 10 are among them */
	pool_free = 5000;
	root_keep_filled();
	assert_int_equal(limit_set, pages - part - 1000);
	pool_used[1] += 100; /* not worth another look */
	root_keep_filled();
	assert_int_equal(limit_set, pages - part - 1000);
	pool_used[1] = 20;
	root_keep_filled();
	assert_int_equal(limit_set, pages - part);
	full_pool = KN_CAP_NONE;
}

/* ---- every step fails once ---- */

static uint64_t made;
static kn_cap first, second;

static kn_status try_create(void)
{
	return create(&unit, 0, &made, &first, &second);
}

static void undo_create(void)
{
	slot_release(first);
	slot_release(second);
	assert_int_equal(m->space_destroy(&unit, made), KN_OK);
}

static kn_status try_renew(void)
{
	return m->space_renew(&unit, made, SPACE_BASE, &first);
}

static kn_status try_object(void)
{
	return m->object_create(&nobody, 10, &first);
}

static kn_status try_user(void)
{
	static uint32_t uid = 9000;

	pool_used[0] = 10; /* nobody's can be used again */
	return m->set_user(&unit, made, ++uid);
}

static void undo_user(void)
{
	assert_int_equal(m->set_user(&unit, made, 0), KN_OK);
}

static void undo_slot(void)
{
	slot_release(first);
}

static void sweep(kn_status (*attempt)(void), void (*undo)(void), long *limit)
{
	kn_status status = KN_E_NO_MEMORY;

	assert_int_equal(attempt(), KN_OK);
	undo();
	const unsigned slots = slots_available(), used = fake_caps_used(), objects_live = live();
	const uint64_t before = accounts, clients = clients_count();
	const long blocks = fake_heap_blocks;

	for (long n = 0; status != KN_OK; n++) {
		assert_true(n < 50);
		*limit = n;
		status = attempt();
		*limit = -1;
		if (status == KN_OK)
			undo();
		else
			assert_int_equal(status, KN_E_NO_MEMORY);
		assert_int_equal(slots_available(), slots);
		assert_int_equal(fake_caps_used(), used);
		assert_int_equal(live(), objects_live);
		assert_int_equal(accounts, before);
		assert_int_equal(clients_count(), clients);
		assert_int_equal(fake_heap_blocks, blocks);
	}
}

static void nothing_is_lost_wherever_memory_runs_out(void **state)
{
	uint64_t kept;
	kn_cap vspace, client;

	sweep(try_create, undo_create, &budget);
	sweep(try_create, undo_create, &fake_caps_budget);
	sweep(try_create, undo_create, &fake_heap_budget);
	sweep(try_object, undo_slot, &budget);
	assert_int_equal(create(&unit, 0, &kept, &vspace, &client), KN_OK);
	made = kept;
	const unsigned spaces = live();
	sweep(try_renew, undo_slot, &budget);
	for (kn_status status = KN_E_NO_MEMORY, n = 0; status != KN_OK; n++) {
		const unsigned slots = slots_available();

		budget = n;
		status = try_user();
		budget = -1;
		assert_int_equal(slots_available(), status == KN_OK ? slots - 1 : slots);
		if (status == KN_OK)
			undo_user();
		else
			assert_int_equal(status, KN_E_NO_MEMORY);
	}
	assert_int_equal(live(), spaces + 1); /* the user's pool */
	slot_release(vspace);
	slot_release(client);
	assert_int_equal(m->space_destroy(&unit, kept), KN_OK);
}

static void a_refill_that_fails_keeps_no_slot(void **state)
{
	const unsigned slots = slots_available();

	for (long n = 0; n < 2; n++) { /* the block, the pool */
		budget = n;
		assert_int_equal(root_refill(1), KN_E_NO_MEMORY);
		assert_int_equal(refills, n);
		assert_int_equal(slots_available(), slots);
	}
	budget = -1;
	assert_int_equal(root_refill(1), KN_OK);
	assert_int_equal(slots_available(), slots - 1);
}

/* Last: they stay. */
static void only_so_many_clients(void **state)
{
	kn_cap vspace, client;
	uint64_t id;
	unsigned count = 0;
	kn_status status;

	for (; (status = create(&unit, 0, &id, &vspace, &client)) == KN_OK; count++) {
		const kn_cap kept[] = {vspace, client, client_by_badge(id)->account, client_by_badge(id)->pool};

		for (unsigned i = 0; i < 4; i++) { /* the model forgets them: it has not so many slots */
			*fake_cap(kept[i]) = (struct fake_cap){};
			slot_free(kept[i]);
		}
		for (unsigned i = 0; i < OBJECTS; i++)
			objects[i].is_live = false;
	}
	assert_int_equal(status, KN_E_QUOTA);
	assert_int_equal(count, 8192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_client_has_what_it_was_made_with, fresh),
	    cmocka_unit_test_setup(a_manager_gives_only_roles_that_it_has, fresh),
	    cmocka_unit_test_setup(a_manager_has_no_say_in_what_others_made, fresh),
	    cmocka_unit_test_setup(nobody_has_nothing, fresh),
	    cmocka_unit_test_setup(what_is_no_file_cannot_be_run, fresh),
	    cmocka_unit_test_setup(some_of_the_machine_is_kept_for_objects, fresh),
	    cmocka_unit_test_setup(what_is_available_processes_can_have, fresh),
	    cmocka_unit_test_setup(nothing_is_lost_wherever_memory_runs_out, fresh),
	    cmocka_unit_test_setup(a_refill_that_fails_keeps_no_slot, fresh),
	    cmocka_unit_test_setup(servers_with_much_leave_programs_less, fresh),
	    cmocka_unit_test_setup(objects_are_charged_to_users, fresh),
	    cmocka_unit_test_setup(only_so_many_clients, fresh),
	};
	return cmocka_run_group_tests(tests, once, nullptr);
}
