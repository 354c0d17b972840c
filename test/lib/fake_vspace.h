/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of address spaces (vspace_*_test.c) share: two spaces and an object in a pool of their own,
 * on an MMU whose TLB forgets nothing by itself, and the methods as functions.
 */
#pragma once

#include "object/vspace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cpu.h"
#include "fake_machine.h"
#include "gen/memory_object_ops.h"
#include "gen/pool_ops.h"
#include "gen/vspace_ops.h"
#include "mm/fault.h"
#include "mm/page_table.h"

#define RAM_PAGES 4096
#define BASE 0x40000000ull
#define RW (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE)
#define RX (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_EXECUTE)
#define PRIVATE KN_VSPACE_MAP_PRIVATE
#define SHARED KN_VSPACE_MAP_SHARED
#define FIXED KN_VSPACE_MAP_FIXED

[[maybe_unused]] static struct pool pool;
[[maybe_unused]] static struct vspace space, other;
[[maybe_unused]] static struct memory_object object;
[[maybe_unused]] static struct slot pool_slot, object_slot;

static inline void configure(struct vspace *target)
{
	const struct vspace_configure_in in = {.pool = &pool_slot, .map_base = BASE};

	fake_space(target);
	assert_int_equal(vspace_configure(target, &in), KN_OK);
}

static inline void configure_object(struct memory_object *target, uint64_t pages)
{
	const struct memory_object_configure_anonymous_in in = {&pool_slot, pages};

	fake_object(target);
	assert_int_equal(memory_object_configure_anonymous(target, &in), KN_OK);
}

static inline int start(void **state)
{
	fake_machine_start(RAM_PAGES);
	fake_pool(&pool);
	pool_add_boot_frames(&pool, paddr(frame_first << PAGE_SHIFT), RAM_PAGES);
	pool_slot = fake_cap(&pool.object, KN_TYPE_POOL, KN_RIGHTS_ALL);
	configure(&space);
	configure(&other);
	configure_object(&object, 64);
	object_slot = fake_cap(&object.object, KN_TYPE_MEMORY_OBJECT, KN_RIGHTS_ALL);
	return 0;
}

/* Everything is destroyed, and nothing may be left charged. */
static inline int stop(void **state)
{
	fake_work_limit(0);
	fake_check(&space);
	fake_check(&other);
	pool.limit = POOL_NO_LIMIT;
	assert_int_equal(FAKE_RUN(vspace_destroy(&space.object)), KN_OK);
	assert_int_equal(FAKE_RUN(vspace_destroy(&other.object)), KN_OK);
	assert_int_equal(FAKE_RUN(memory_object_destroy(&object.object)), KN_OK);
	assert_int_equal(pool.used, 0);
	assert_int_equal(pool.home.free, RAM_PAGES - 1);
	fake_machine_stop();
	return 0;
}

static inline kn_status map_raw(struct vspace *target, struct slot *slot, uint64_t offset,
    uint64_t address, uint64_t pages, uint32_t prot, uint32_t max_prot, uint32_t flags,
    uint64_t *mapped)
{
	struct vspace_map_out out = {};
	const struct vspace_map_in in = {slot, offset, address, pages, prot, max_prot, flags};
	kn_status status = FAKE_RUN(vspace_map(target, &in, &out));

	if (mapped)
		*mapped = out.mapped;
	return status;
}

static inline uint64_t map(
    struct vspace *target, struct slot *slot, uint64_t pages, uint32_t prot, uint32_t flags)
{
	uint64_t mapped;

	assert_int_equal(map_raw(target, slot, 0, 0, pages, prot, prot, flags, &mapped), KN_OK);
	return mapped;
}

static inline kn_status unmap(struct vspace *target, uint64_t address, uint64_t pages)
{
	const struct vspace_unmap_in in = {address, pages};

	return FAKE_RUN(vspace_unmap(target, &in));
}

static inline kn_status protect(struct vspace *target, uint64_t address, uint64_t pages, uint32_t prot)
{
	struct vspace_protect_in in = {address, pages, prot};

	return FAKE_RUN((FAKE_OPERAND(in.address, 0), FAKE_OPERAND(in.pages, 1), vspace_protect(target, &in)));
}

static inline kn_status discard(struct vspace *target, uint64_t address, uint64_t pages)
{
	const struct vspace_discard_in in = {address, pages};

	return FAKE_RUN(vspace_discard(target, &in));
}

static inline kn_status clone(struct vspace *source, struct vspace *child)
{
	struct slot slot = fake_cap(&child->object, KN_TYPE_VSPACE, KN_RIGHTS_ALL);
	const struct vspace_clone_in in = {&slot};

	return FAKE_RUN(vspace_clone(source, &in));
}

static inline uint8_t read_at(struct vspace *target, uint64_t address)
{
	uint8_t value = 0xee;

	assert_int_equal(fake_read(target, address, &value), KN_OK);
	return value;
}

static inline void write_at(struct vspace *target, uint64_t address, uint8_t value)
{
	assert_int_equal(fake_write(target, address, value), KN_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
