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
#define LOOK_AGAIN 256       /* pages that were given or taken, until shares are looked at again */
#define USER_SHIFT 1         /* a user has half of what objects may have */

struct root_pools root_pools;
static kn_cap server, root, programs; /* programs: of processes and objects together */
static uint64_t programs_limit, processes_limit, objects_limit, servers_part; /* pages */
static uint64_t reserve; /* bytes */
static uint64_t chunk_count, chunk_bytes;

static kn_status make_pool_object(kn_cap account, kn_cap *pool, uint64_t *handle)
{
	kn_status status = slot_alloc(pool);

	if (status != KN_OK)
		return status;
	status = objsrv_alloc(account, KN_TYPE_POOL, 0, handle, *pool);
	if (status != KN_OK)
		slot_free(*pool);
	return status;
}

kn_status root_make_pool(kn_cap account, kn_cap parent, uint64_t limit, kn_cap *pool)
{
	uint64_t handle;
	kn_status status = make_pool_object(account, pool, &handle);

	if (status != KN_OK)
		return status;
	status = kn_pool_configure(*pool, parent, limit);
	if (status != KN_OK) {
		(void)objsrv_free(account, handle);
		slot_release(*pool);
	}
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

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Servers that have more than half of their part, as what they keep for programs, have it at the cost of programs: these come to their limit while
 * there are frames left, for a page that a server misses is its end. `used`: of the root.
 */
static void keep_servers_part(uint64_t used)
{
	static uint64_t last_used, last_more;
	struct kn_pool_info info;

	if ((used > last_used ? used - last_used : last_used - used) < LOOK_AGAIN || kn_pool_info(programs, &info) != KN_OK)
		return;
	last_used = used;
	const uint64_t servers = used - info.used, more = servers > servers_part / 2 ? servers - servers_part / 2 : 0;

	if (more != last_more && kn_pool_set_limit(programs, programs_limit - least(more, programs_limit)) == KN_OK)
		last_more = more;
}

void root_keep_filled(void)
{
	struct kn_pool_info info;

	if (kn_pool_info(root, &info) != KN_OK)
		return;
	keep_servers_part(info.used);
	if (info.free < LOW_WATER)
		(void)root_refill(LOW_WATER - info.free); /* failing is FAULT_POOL's business */
}

/* What a pool may still take, whether there is as much or not. */
static uint64_t room_in(kn_cap pool)
{
	struct kn_pool_info info = {};

	(void)kn_pool_info(pool, &info);
	return info.used < info.limit ? info.limit - info.used : 0;
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

kn_status root_make_user_pool(kn_cap *pool)
{
	return root_make_pool(server, root_pools.objects, objects_limit >> USER_SHIFT, pool);
}

uint64_t root_objects_left(kn_cap pool)
{
	return least(room_in(pool), least(room_in(root_pools.objects), room_in(programs)));
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

	servers_part = pages >> SERVERS_SHIFT;
	programs_limit = limit;
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
	uint64_t bytes, total, handle;
	kn_cap handler;

	server = objsrv;
	kn_status status = objsrv_available(server, &bytes, &total);
	if (status != KN_OK)
		return status;
	reserve = total >> RESERVE_SHIFT;
	status = make_pool_object(server, &root, &handle);
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
