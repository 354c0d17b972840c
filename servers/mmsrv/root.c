/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames come from objsrv in chunks. A chunk, once in the pool, stays: frames of freed memory go back to the pool's free list and are used again.
 * Chunks are large while memory is plentiful and small when it runs out, so that the last pages can be used too.
 */
#include "root.h"

#include "client/objsrv.h"
#include "kn/pool.h"
#include "trona/slots.h"
#include "uapi/error.h"
#include "uapi/object_type.h"

#define CHUNK_BITS_MAX 22
#define CHUNK_BITS_MIN 14
#define LOW_WATER 4096       /* pages; what the kernel takes between two calls to us comes from here */
#define RESERVE_SHIFT 4      /* 1/16 of the machine stays with objsrv, for kernel objects */
#define SERVERS_SHIFT 4      /* 1/16 stays with the servers, */
#define OTHER_SHIFT 5        /* 1/32 each of the rest with processes and objects */

struct root_pools root_pools;
static kn_cap server, root, programs; /* programs: of processes and objects together */
static uint64_t processes_limit, objects_limit; /* pages */
static uint64_t reserve; /* bytes */
static uint64_t chunk_count, chunk_bytes;

static kn_status make_pool_object(kn_cap account, kn_cap *pool)
{
	uint64_t handle;
	kn_status status = slot_alloc(pool);

	if (status != KN_OK)
		return status;
	status = objsrv_alloc(account, KN_TYPE_POOL, 0, &handle, *pool);
	if (status != KN_OK)
		slot_free(*pool);
	return status;
}

kn_status root_make_pool(kn_cap account, kn_cap parent, uint64_t limit, kn_cap *pool)
{
	kn_status status = make_pool_object(account, pool);

	if (status != KN_OK)
		return status;
	status = kn_pool_configure(*pool, parent, limit);
	if (status != KN_OK)
		slot_release(*pool);
	return status;
}

kn_status root_refill(uint64_t pages)
{
	uint64_t free_bytes, total, handle, added = 0;
	unsigned bits = CHUNK_BITS_MAX;

	while (added < pages) {
		kn_cap chunk;
		kn_status status = objsrv_available(server, &free_bytes, &total);

		if (status != KN_OK)
			return status;
		while (bits > CHUNK_BITS_MIN && free_bytes < reserve + (1ull << bits))
			bits--;
		if (free_bytes < reserve + (1ull << bits))
			return KN_E_NO_MEMORY;
		status = slot_alloc(&chunk);
		if (status != KN_OK)
			return status;
		status = objsrv_untyped(server, (uint8_t)bits, &handle, chunk);
		if (status == KN_E_NO_MEMORY && bits > CHUNK_BITS_MIN) { /* there, but in smaller pieces */
			slot_free(chunk);
			bits--;
			continue;
		}
		if (status == KN_OK)
			status = kn_pool_refill(root, chunk);
		if (status != KN_OK) {
			slot_release(chunk);
			return status;
		}
		added += 1ull << (bits - KN_PAGE_SHIFT);
		chunk_count++;
		chunk_bytes += 1ull << bits;
	}
	return KN_OK;
}

kn_status root_reserve(uint64_t pages)
{
	struct kn_pool_info info;
	kn_status status = kn_pool_info(root, &info);

	if (status != KN_OK || info.free >= pages)
		return status;
	return root_refill(pages - info.free);
}

void root_keep_filled(void)
{
	struct kn_pool_info info;

	if (kn_pool_info(root, &info) == KN_OK && info.free < LOW_WATER)
		(void)root_refill(LOW_WATER - info.free); /* failing is FAULT_POOL's business */
}

/* What a pool may still take, whether there is as much or not. */
static uint64_t room_in(kn_cap pool)
{
	struct kn_pool_info info = {};

	(void)kn_pool_info(pool, &info);
	return info.used < info.limit ? info.limit - info.used : 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void root_numbers(uint64_t *total, uint64_t *available, uint64_t *free)
{
	struct kn_pool_info info = {};
	uint64_t bytes = 0, all = 0;

	(void)kn_pool_info(root, &info);
	(void)objsrv_available(server, &bytes, &all);
	*total = all / KN_PAGE_SIZE;
	*free = info.free + bytes / KN_PAGE_SIZE;
	*available = info.free + (bytes > reserve ? (bytes - reserve) / KN_PAGE_SIZE : 0);
	*available = least(*available, least(room_in(programs), room_in(root_pools.processes)));
}

void root_chunks(uint64_t *count, uint64_t *bytes)
{
	*count = chunk_count;
	*bytes = chunk_bytes;
}

void root_usage(uint64_t *used, uint64_t *shared, uint64_t *limit)
{
	struct kn_pool_info info = {};

	(void)kn_pool_info(root, &info);
	*used = info.used;
	info = (struct kn_pool_info){};
	(void)kn_pool_info(root_pools.objects, &info);
	*shared = info.used;
	*limit = processes_limit;
}

uint64_t root_objects_limit(void)
{
	return objects_limit;
}

/* `pages`: of the machine, without objsrv's reserve. */
static kn_status make_pools(uint64_t pages)
{
	const uint64_t limit = pages - (pages >> SERVERS_SHIFT), other = pages >> OTHER_SHIFT;
	kn_status status = root_make_pool(server, root, limit, &programs);

	processes_limit = objects_limit = limit - other;
	root_pools.servers = root;
	if (status == KN_OK)
		status = root_make_pool(server, programs, processes_limit, &root_pools.processes);
	if (status == KN_OK)
		status = root_make_pool(server, programs, objects_limit, &root_pools.objects);
	return status;
}

kn_status root_init(kn_cap objsrv, kn_cap endpoint)
{
	uint64_t bytes, total;
	kn_cap handler;

	server = objsrv;
	kn_status status = objsrv_available(server, &bytes, &total);
	if (status != KN_OK)
		return status;
	reserve = total >> RESERVE_SHIFT;
	status = make_pool_object(server, &root);
	if (status == KN_OK)
		status = slot_alloc(&handler);
	if (status == KN_OK)
		status = slot_mint(handler, endpoint, KN_RIGHT_SEND | KN_RIGHT_CALL, ROOT_BADGE);
	if (status == KN_OK)
		status = kn_pool_set_handler(root, handler);
	if (status == KN_OK)
		status = root_refill(LOW_WATER);
	if (status == KN_OK)
		status = make_pools((total - reserve) / KN_PAGE_SIZE);
	return status;
}
