/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of clients; see client.h. */
#include "client.h"

#include "client/objsrv.h"
#include "kn/vspace.h"
#include "root.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/string.h"
#include "uapi/error.h"
#include "uapi/object_type.h"
#include "user.h"

#define CLIENTS_MAX 8192u
#define ACCOUNT_QUOTA (1ull << 20)
#define GENERATION_MASK 0x7fffffffu

static struct client *clients[CLIENTS_MAX]; /* allocated on first use, kept */
static uint32_t used;
static uint64_t live;
static size_t heap;
static struct client *free_clients;
static kn_cap server, own_endpoint;

kn_status clients_init(kn_cap objsrv, kn_cap endpoint)
{
	server = objsrv;
	own_endpoint = endpoint;
	return KN_OK;
}

struct client *client_by_badge(kn_word badge)
{
	uint32_t index = (uint32_t)badge;

	if (index >= used)
		return nullptr;
	struct client *client = clients[index];
	return (client->generation & 1) && client->generation == badge >> 32 ? client : nullptr;
}

struct client *client_made_by(kn_word who, uint64_t id)
{
	struct client *client = client_by_badge(id);

	return client && ((who & KN_BADGE_UNIT) || client->maker == who) ? client : nullptr;
}

uint64_t client_badge(const struct client *client)
{
	return client->index | (uint64_t)client->generation << 32;
}

static struct client *take(void)
{
	struct client *client = free_clients;

	if (client) {
		free_clients = client->next_free;
		return client;
	}
	if (used == CLIENTS_MAX)
		return nullptr;
	const size_t before = heap_in_use();

	client = heap_calloc(1, sizeof *client);
	heap += heap_in_use() - before;
	if (!client)
		return nullptr;
	client->index = used;
	clients[used++] = client;
	return client;
}

static void give_back(struct client *client)
{
	client->next_free = free_clients;
	free_clients = client;
}

kn_status client_create(kn_word maker, kn_cap parent, uint64_t limit, uint32_t roles, struct client **out)
{
	struct client *client = take();

	if (!client)
		return KN_E_QUOTA;
	kn_status status = slot_alloc(&client->account);
	if (status != KN_OK)
		goto fail_client;
	status = objsrv_account_create(server, ACCOUNT_QUOTA, &client->account_id, client->account);
	if (status != KN_OK)
		goto fail_slot;
	status = root_make_pool(client->account, parent, limit, &client->pool);
	if (status != KN_OK)
		goto fail_account;
	client->generation = (client->generation + 1) & GENERATION_MASK;
	client->roles = roles;
	client->maker = maker;
	client->limit = limit;
	client->user = nullptr;
	live++;
	*out = client;
	return KN_OK;
fail_account:
	(void)objsrv_account_destroy(server, client->account_id);
	slot_delete(client->account);
fail_slot:
	slot_free(client->account);
fail_client:
	give_back(client);
	return status;
}

void client_destroy(struct client *client)
{
	client->generation = (client->generation + 1) & GENERATION_MASK;
	(void)objsrv_account_destroy(server, client->account_id);
	user_leave(client->user);
	slot_release(client->pool);
	slot_release(client->account);
	give_back(client);
	live--;
}

uint64_t clients_count(void)
{
	return live;
}

size_t clients_heap(void)
{
	return heap;
}

kn_status client_make_space(struct client *client, uint64_t map_base, kn_cap *vspace)
{
	uint64_t handle;
	kn_status status = slot_alloc(vspace);

	if (status != KN_OK)
		return status;
	status = objsrv_alloc(client->account, KN_TYPE_VSPACE, 0, &handle, *vspace);
	if (status != KN_OK) {
		slot_free(*vspace);
		return status;
	}
	status = kn_vspace_configure(*vspace, client->pool, map_base);
	if (status == KN_OK) {
		(void)objsrv_release(client->account, handle); /* an address space ends with its last capability */
		return KN_OK;
	}
	(void)objsrv_free(client->account, handle);
	slot_release(*vspace);
	return status;
}

kn_status client_make_capability(const struct client *client, kn_cap *slot)
{
	kn_status status = slot_alloc(slot);

	if (status != KN_OK)
		return status;
	status = slot_mint(*slot, own_endpoint, SLOT_CLIENT_RIGHTS, client_badge(client));
	if (status != KN_OK)
		slot_free(*slot);
	return status;
}
