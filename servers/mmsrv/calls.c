/* SPDX-License-Identifier: BSD-2-Clause */
/* The methods of protocol mmsrv. */
#include "calls.h"

#include "client.h"
#include "client/objsrv.h"
#include "kn/exec_authority.h"
#include "kn/memory_object.h"
#include "kn/pool.h"
#include "root.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "uapi/object_size.h"
#include "uapi/object_type.h"
#include "user.h"

#define OBJECT_PAGES_MAX (1ull << 36)
#define RESERVE_PAGES_MAX 16384
#define ROLES_ALL (MMSRV_ROLE_MANAGER | MMSRV_ROLE_IMAGES)

kn_cap calls_objsrv, calls_exec_authority;

/* What the caller may do: init everything, clients what they were made with. */
static uint32_t roles_of(const struct server_call *call)
{
	const struct client *client;

	if (call->badge & KN_BADGE_UNIT)
		return ROLES_ALL;
	client = client_by_badge(call->badge);
	return client ? client->roles : 0;
}

static kn_status on_space_create(struct server_call *call, uint64_t limit_pages, uint64_t map_base, uint32_t roles,
    uint64_t *id, kn_cap *vspace, kn_cap *capability)
{
	struct client *client;
	uint32_t own = roles_of(call);

	if (!(own & MMSRV_ROLE_MANAGER) || (roles & ~own))
		return KN_E_PERMISSION;
	kn_status status = client_create(call->badge,
	    (call->badge & KN_BADGE_UNIT) ? root_pools.servers : root_pools.processes, limit_pages, roles, &client);
	if (status != KN_OK)
		return status;
	status = client_make_space(client, map_base, vspace);
	if (status != KN_OK)
		goto fail_client;
	status = client_make_capability(client, capability);
	if (status != KN_OK)
		goto fail_space;
	*id = client_badge(client);
	return KN_OK;
fail_space:
	slot_release(*vspace);
fail_client:
	client_destroy(client);
	return status;
}

static kn_status on_space_renew(struct server_call *call, uint64_t id, uint64_t map_base, kn_cap *vspace)
{
	struct client *client = client_made_by(call->badge, id);

	if (!(roles_of(call) & MMSRV_ROLE_MANAGER))
		return KN_E_PERMISSION;
	if (!client)
		return KN_E_NOT_FOUND;
	return client_make_space(client, map_base, vspace);
}

static kn_status on_space_destroy(struct server_call *call, uint64_t id)
{
	struct client *client = client_made_by(call->badge, id);

	if (!(roles_of(call) & MMSRV_ROLE_MANAGER))
		return KN_E_PERMISSION;
	if (!client)
		return KN_E_NOT_FOUND;
	client_destroy(client);
	return KN_OK;
}

static kn_status make_object(kn_cap pool, uint64_t pages, kn_cap *object)
{
	uint64_t handle;

	if (pages == 0 || pages > OBJECT_PAGES_MAX)
		return KN_E_RANGE;
	kn_status status = slot_alloc(object);
	if (status != KN_OK)
		return status;
	status = objsrv_alloc(calls_objsrv, KN_TYPE_MEMORY_OBJECT, 0, &handle, *object);
	if (status != KN_OK) {
		slot_free(*object);
		return status;
	}
	status = kn_memory_object_configure_anonymous(*object, pool, pages);
	if (status != KN_OK) {
		(void)objsrv_free(calls_objsrv, handle);
		slot_release(*object);
		return status;
	}
	return objsrv_release(calls_objsrv, handle);
}

static kn_status on_object_create(struct server_call *call, uint64_t pages, kn_cap *object)
{
	const struct client *client = client_by_badge(call->badge);

	/* What units and the managers of processes need themselves is no program's. */
	if (roles_of(call) & MMSRV_ROLE_MANAGER)
		return make_object(root_pools.servers, pages, object);
	/* An obvious mistake of a program. Servers know what they do: a file may have holes. */
	if (!roles_of(call) && pages <= OBJECT_PAGES_MAX && pages > root_objects_limit())
		return KN_E_NO_MEMORY;
	return make_object(user_pool(client ? client->user : nullptr), pages, object);
}

static kn_status on_object_create_for(struct server_call *call, uint32_t uid, uint64_t pages, kn_cap *object)
{
	struct user *user;

	if (!(roles_of(call) & MMSRV_ROLE_IMAGES))
		return KN_E_PERMISSION;
	kn_status status = user_enter(uid, &user);
	if (status != KN_OK)
		return status;
	status = make_object(user_pool(user), pages, object);
	user_leave(user);
	return status;
}

static kn_status on_set_user(struct server_call *call, uint64_t id, uint32_t uid)
{
	struct client *client = client_made_by(call->badge, id);
	struct user *user;

	if (!(roles_of(call) & MMSRV_ROLE_MANAGER))
		return KN_E_PERMISSION;
	if (!client)
		return KN_E_NOT_FOUND;
	kn_status status = user_enter(uid, &user);
	if (status != KN_OK)
		return status;
	user_leave(client->user);
	client->user = user;
	return KN_OK;
}

/* EXECUTE is minted here and nowhere else. */
static kn_status grant(kn_cap source, kn_cap to)
{
	return kn_exec_authority_grant(calls_exec_authority, source, to >> 32 ? to >> 32 : KN_SLOT_CSPACE, (uint32_t)to);
}

static kn_status on_executable(struct server_call *call, struct server_cap object, kn_cap *image)
{
	if (!(roles_of(call) & MMSRV_ROLE_IMAGES))
		return KN_E_PERMISSION;
	if (object.slot == KN_CAP_NONE)
		return KN_E_INVALID_CAP;
	kn_status status = slot_alloc(image);
	if (status != KN_OK)
		return status;
	status = grant(object.slot, *image);
	if (status != KN_OK) {
		slot_free(*image);
		return status;
	}
	return KN_OK;
}

static kn_status on_info(struct server_call *call, struct mmsrv_memory_info *info)
{
	const struct client *client = client_by_badge(call->badge);
	struct kn_pool_info pool = {};

	if (client && kn_pool_info(client->pool, &pool) != KN_OK)
		return KN_E_NOT_FOUND;
	*info = (struct mmsrv_memory_info){.limit = pool.limit, .used = pool.used, .peak = pool.peak};
	info->objects = root_objects_left(user_pool(client ? client->user : nullptr));
	root_numbers(&info->total, &info->available, &info->free);
	return KN_OK;
}

static kn_status on_set_limit(struct server_call *call, uint64_t id, uint64_t limit_pages)
{
	struct client *client = client_made_by(call->badge, id);

	if (!(roles_of(call) & MMSRV_ROLE_MANAGER))
		return KN_E_PERMISSION;
	if (!client)
		return KN_E_NOT_FOUND;
	kn_status status = kn_pool_set_limit(client->pool, limit_pages);
	if (status == KN_OK)
		client->limit = limit_pages;
	return status;
}

static kn_status on_reserve(struct server_call *call, uint64_t pages)
{
	return root_reserve(pages < RESERVE_PAGES_MAX ? pages : RESERVE_PAGES_MAX);
}

static kn_status on_usage(struct server_call *call, struct mmsrv_memory_usage *usage)
{
	(void)call;
	const struct server_reserve reserve = server_reserve();
	uint64_t chunks, bytes;

	root_chunks(&chunks, &bytes);
	*usage = (struct mmsrv_memory_usage){
	    .slots = slots_in_use() - reserve.slots - chunks - users_kept(),
	    .heap = heap_in_use() - clients_heap(),
	    .clients = clients_count(),
	    .reserve_objects = reserve.objects + chunks + users_kept(),
	    .reserve_bytes = reserve.bytes + bytes + (users_kept() << KN_OBJECT_BITS_POOL),
	};
	root_usage(&usage->used, &usage->shared, &usage->processes_limit);
	return KN_OK;
}

const struct mmsrv_ops mmsrv_methods = {
    .space_create = on_space_create,
    .space_renew = on_space_renew,
    .space_destroy = on_space_destroy,
    .object_create = on_object_create,
    .executable = on_executable,
    .info = on_info,
    .set_limit = on_set_limit,
    .reserve = on_reserve,
    .usage = on_usage,
    .set_user = on_set_user,
    .object_create_for = on_object_create_for,
};
