/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launch.h. A server's parts: a CNode, a thread with a scheduling context, and its memory (launch_memory.c). They come from the unit's objsrv
 * account and mmsrv client, so that taking the server away is destroying these two. objsrv itself is made of memory that init kept.
 */
#include "launch.h"

#include "boot.h"
#include "client/mmsrv.h"
#include "client/objsrv.h"
#include "grant.h"
#include "kn/cnode.h"
#include "kn/memory_object.h"
#include "kn/pool.h"
#include "kn/random.h"
#include "kn/sched_context.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "trona/canary.h"
#include "trona/format.h"
#include "trona/image.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "trona/string.h"
#include "uapi/error.h"
#include "uapi/object_type.h"

#define CSPACES_BITS 6
#define CSPACES_INIT 63 /* init's own, behind all units */

static kn_cap init_endpoint, cspaces;
static struct {
	const char *server;
	kn_cap slot;
} clients[] = {{"objsrv", 0}, {"mmsrv", 0}, {"procmgr", 0}};

kn_cap launch_init_endpoint(void)
{
	return init_endpoint;
}

static kn_status make_endpoint(kn_cap *slot)
{
	kn_status status = slot_alloc(slot);

	return status == KN_OK ? boot_make(KN_TYPE_ENDPOINT, 0, *slot) : status;
}

kn_cap launch_cspaces(void)
{
	return cspaces;
}

kn_status launch_make_endpoints(void)
{
	kn_status status = make_endpoint(&init_endpoint);

	static_assert(CSPACES_INIT > UNITS_MAX);
	if (status == KN_OK)
		status = slot_alloc(&cspaces);
	if (status == KN_OK)
		status = boot_make(KN_TYPE_CNODE, CSPACES_BITS, cspaces);
	if (status == KN_OK)
		status = kn_cnode_copy(cspaces, CSPACES_INIT, KN_SLOT_CSPACE, 0);

	for (unsigned i = 1; i <= unit_count(); i++) {
		struct unit *unit = unit_at(i);

		for (unsigned j = 0; j < unit->manifest.provides.count && status == KN_OK; j++)
			status = make_endpoint(&unit->endpoints[j]);
	}
	return status;
}

kn_status launch_client(const char *server, kn_cap *client)
{
	for (unsigned i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		kn_cap endpoint;

		if (strcmp(clients[i].server, server) != 0)
			continue;
		*client = clients[i].slot;
		if (*client != KN_CAP_NONE)
			return KN_OK;
		if (unit_provider(server, &endpoint) == nullptr)
			return KN_E_NOT_FOUND;
		kn_status status = slot_alloc(client);

		/* init may everything: all roles. */
		if (status != KN_OK)
			return status;
		status = slot_mint(*client, endpoint, SLOT_CLIENT_RIGHTS, KN_BADGE_UNIT | 0xffffull << 32);
		if (status == KN_OK)
			clients[i].slot = *client;
		else
			slot_free(*client);
		return status;
	}
	return KN_E_NOT_FOUND;
}

kn_status launch_make(struct unit *unit, uint8_t type, uint8_t size_bits, kn_cap *slot)
{
	uint64_t handle;
	kn_status status = slot_alloc(slot);

	if (status != KN_OK)
		return status;
	status = unit->account == KN_CAP_NONE ? boot_make(type, size_bits, *slot)
	                                      : objsrv_alloc(unit->account, type, size_bits, &handle, *slot);
	if (status != KN_OK) {
		slot_free(*slot);
		*slot = KN_CAP_NONE;
	}
	return status;
}

kn_status launch_give(struct launch *launch, const char *name, kn_cap source, uint32_t rights, kn_word badge)
{
	struct unit *unit = launch->unit;
	struct server_start *start = launch->start;
	size_t length = strlen(name);

	if (start->cap_count == START_CAPS_MAX || length >= sizeof(start->caps[0].name))
		return KN_E_TOO_LARGE;
	if (unit->next_slot == 1u << unit->manifest.slots)
		return KN_E_NO_SLOT;
	kn_status status = badge == 0 ? kn_cnode_copy(unit->cnode, unit->next_slot, source, rights)
	                              : kn_cnode_mint(unit->cnode, unit->next_slot, source, rights, badge);

	if (status != KN_OK) {
		log_line("%s: cannot give \"%s\": %s", unit->manifest.name, name, kn_status_text(status));
		return status;
	}
	struct start_cap *cap = &start->caps[start->cap_count++];

	memcpy(cap->name, name, length + 1);
	cap->slot = unit->next_slot++;
	return KN_OK;
}

kn_status launch_option(struct launch *launch, const char *text)
{
	size_t size = strlen(text) + 1;

	/* One NUL more ends the list. */
	if (size + 1 > sizeof(launch->start->text) - launch->text_size)
		return KN_E_TOO_LARGE;
	memcpy(launch->start->text + launch->text_size, text, size);
	launch->text_size += size;
	return KN_OK;
}

static kn_status option_number(struct launch *launch, const char *key, uint64_t value)
{
	char text[48];

	format_text(text, sizeof(text), "%s=%lu", key, value);
	return launch_option(launch, text);
}

static kn_status give_server(struct launch *launch, const char *need)
{
	struct unit *unit = launch->unit;
	char name[UNIT_NAME_MAX];
	kn_cap endpoint;
	uint32_t roles;
	const struct unit *provider = unit_provider(need, &endpoint);

	unit_base_name(need, name);
	if (provider == nullptr)
		return KN_E_NOT_FOUND;
	if (!unit_roles(provider, need, &roles)) {
		log_line("%s: no such role: %s", unit->manifest.name, need);
		return KN_E_NOT_FOUND;
	}
	if (strcmp(name, "objsrv") == 0)
		return launch_give(launch, name, unit->account, SLOT_CLIENT_RIGHTS, 0);
	if (strcmp(name, "mmsrv") == 0)
		return launch_give(launch, name, unit->memory, SLOT_CLIENT_RIGHTS, 0);
	return launch_give(
	    launch, name, endpoint, SLOT_CLIENT_RIGHTS, KN_BADGE_UNIT | (uint64_t)roles << 32 | unit->number);
}

/* Shutting down is the one role of init's own protocol. */
static kn_word init_badge(const struct unit *unit)
{
	kn_word badge = KN_BADGE_UNIT | unit->number;

	for (unsigned i = 0; i < unit->manifest.needs.count; i++) {
		if (strcmp(unit->manifest.needs.items[i], "init:shutdown") == 0)
			badge |= KN_BADGE_ROLE(0);
	}
	return badge;
}

static kn_status give_all(struct launch *launch)
{
	struct unit *unit = launch->unit;
	const struct manifest *manifest = &unit->manifest;
	bool has_log = false;
	char name[UNIT_NAME_MAX + 8];
	kn_status status = launch_give(launch, "init", init_endpoint, SLOT_CLIENT_RIGHTS, init_badge(unit));

	for (unsigned i = 0; i < manifest->provides.count && status == KN_OK; i++) {
		format_text(name, sizeof(name), "serve.%s", manifest->provides.items[i]);
		status = launch_give(launch, name, unit->endpoints[i],
		    KN_RIGHT_SEND | KN_RIGHT_RECV | KN_RIGHT_CALL | KN_RIGHT_GRANT | KN_RIGHT_REVOKE, 0);
	}
	for (unsigned i = 0; i < manifest->needs.count && status == KN_OK; i++) {
		if (strncmp(manifest->needs.items[i], "init", 4) != 0)
			status = give_server(launch, manifest->needs.items[i]);
	}
	for (unsigned i = 0; i < manifest->grants.count && status == KN_OK; i++) {
		has_log |= strcmp(manifest->grants.items[i], "log") == 0;
		status = grant_give(launch, manifest->grants.items[i]);
	}
	if (!has_log && status == KN_OK)
		status = grant_give(launch, "log");
	for (unsigned i = 0; i < manifest->options.count && status == KN_OK; i++)
		status = launch_option(launch, manifest->options.items[i]);
	if (status == KN_OK && boot_has_fixed_places())
		status = launch_option(launch, "aslr=off");
	return status == KN_OK ? option_number(launch, "cpus", boot_page()->cpu_count) : status;
}

/* Slots 1..3 of every CSpace. */
static kn_status give_self(struct unit *unit)
{
	kn_status status = kn_cnode_copy(unit->cnode, KN_SLOT_TCB, unit->tcb, KN_RIGHT_READ | KN_RIGHT_CONFIGURE);

	if (status == KN_OK)
		status = kn_cnode_copy(unit->cnode, KN_SLOT_VSPACE, unit->vspace,
		    KN_RIGHT_READ | KN_RIGHT_MAP | KN_RIGHT_UNMAP);
	if (status == KN_OK)
		status =
		    kn_cnode_copy(unit->cnode, KN_SLOT_CSPACE, unit->cnode, KN_RIGHT_READ | KN_RIGHT_WRITE);
	unit->next_slot = KN_SLOT_FIRST_FREE;
	return status;
}

static kn_status give_memory(struct launch *launch)
{
	struct unit *unit = launch->unit;
	uint32_t first = unit->next_slot;
	unsigned count;
	kn_status status = boot_hand_over(unit->cnode, first, &count);

	if (status == KN_OK)
		status = option_number(launch, "untyped.first", first);
	if (status == KN_OK)
		status = option_number(launch, "untyped.count", count);
	unit->next_slot += count;
	return status;
}

static kn_status make_thread(struct launch *launch, const struct elf_image *image)
{
	struct unit *unit = launch->unit;
	kn_cap fault;
	uint64_t name[2] = {};
	kn_status status = slot_alloc(&fault);

	if (status != KN_OK)
		return status;
	status = slot_mint(fault, init_endpoint, KN_RIGHT_SEND | KN_RIGHT_CALL | KN_RIGHT_GRANT, BADGE_FAULT | unit->number);
	if (status == KN_OK)
		status = kn_tcb_configure(unit->tcb, unit->vspace, unit->cnode, unit->pages, 1, launch->pages + KN_PAGE_SIZE, fault);
	/* The thread keeps a copy. */
	slot_release(fault);
	if (status == KN_OK)
		status = launch_make(unit, KN_TYPE_SCHED_CONTEXT, 0, &unit->sched_context);
	if (status == KN_OK)
		status = kn_sched_context_bind(unit->sched_context, unit->tcb);
	if (status == KN_OK)
		status = kn_tcb_set_priority(unit->tcb, (uint32_t)unit->manifest.priority);
	memcpy(name, unit->manifest.name, strnlen(unit->manifest.name, sizeof(name)));
	if (status == KN_OK)
		status = kn_tcb_set_name(unit->tcb, name[0], name[1]);
	if (status == KN_OK)
		status = kn_tcb_start(unit->tcb, launch->bias + image->entry, launch->start->stack_top,
		    launch->pages + offsetof(struct server_start, thread) + KN_THREAD_POINTER_OFFSET, launch->pages, 0);
	return status == KN_OK ? kn_tcb_resume(unit->tcb) : status;
}

static void fill_start(struct launch *launch)
{
	const struct unit *unit = launch->unit;
	struct server_start *start = launch->start;
	struct kn_random_data random;

	start->magic = START_MAGIC;
	start->version = START_VERSION;
	memcpy(start->name, unit->manifest.name, sizeof(start->name));
	start->unit = unit->number;
	if (kn_random_get(KN_BOOT_SLOT_RANDOM, &random) == KN_OK)
		memcpy(start->random, random.words, sizeof(start->random));
	start->thread = (struct kn_thread){
	    .self = (struct kn_thread *)(launch->pages + offsetof(struct server_start, thread)),
	    .ipc = (struct kn_ipc_buffer *)(launch->pages + KN_PAGE_SIZE),
	    .tcb = KN_SLOT_TCB,
	    .canary = canary_from(start->random[2]),
	};
}

static kn_status build(struct launch *launch, struct elf_image *image)
{
	struct unit *unit = launch->unit;
	kn_status status = launch_map_image(launch, image);

	if (status == KN_OK)
		status = launch_map_rest(launch);
	if (status == KN_OK)
		status = launch_make(unit, KN_TYPE_CNODE, (uint8_t)unit->manifest.slots, &unit->cnode);
	if (status == KN_OK)
		status = kn_cnode_copy(cspaces, unit->number, unit->cnode, 0);
	if (status == KN_OK)
		status = launch_make(unit, KN_TYPE_TCB, 0, &unit->tcb);
	if (status == KN_OK)
		status = give_self(unit);
	if (status == KN_OK)
		status = give_all(launch);
	if (status == KN_OK && unit_is(unit, "objsrv"))
		status = give_memory(launch);
	/* It makes its own pages out of what it has. */
	if (status == KN_OK && unit_is(unit, "objsrv"))
		status = launch_give(launch, "pool", unit->pool, KN_RIGHT_READ | KN_RIGHT_CONFIGURE, 0);
	launch->start->slots_first = unit->next_slot;
	launch->start->slots_count = (1u << unit->manifest.slots) - unit->next_slot;
	launch->start->image_base = launch->bias + image->segments[0].address;
	return status;
}

static kn_status make_account(struct unit *unit)
{
	kn_cap objsrv, account;
	kn_status status;

	if (unit_is(unit, "objsrv"))
		return KN_OK;
	status = launch_client("objsrv", &objsrv);
	if (status == KN_OK)
		status = slot_alloc(&account);
	if (status != KN_OK)
		return status;
	status = objsrv_account_create(objsrv, unit->manifest.objects * 1024, &unit->account_id, account);
	if (status == KN_OK)
		unit->account = account;
	else
		slot_free(account);
	return status;
}

kn_status launch_server(struct unit *unit)
{
	const uint32_t prot = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	struct launch launch = {.unit = unit, .pages = boot_place(layout_pages)};
	struct elf_image image;
	uint64_t address;
	kn_status status = make_account(unit);

	if (status == KN_OK)
		status = launch_make_memory(unit);
	/* A page that is missing when we touch it would be our own fault. */
	if (status == KN_OK)
		status = kn_memory_object_commit(unit->pages, 0, LAUNCH_PAGES);
	if (status == KN_OK)
		status = kn_vspace_map(KN_SLOT_VSPACE, unit->pages, 0, 0, LAUNCH_PAGES, prot, prot, KN_VSPACE_MAP_SHARED, &address);
	if (status != KN_OK) {
		launch_destroy(unit);
		return status;
	}
	launch.start = (struct server_start *)address;
	fill_start(&launch);
	status = build(&launch, &image);
	if (status == KN_OK)
		status = make_thread(&launch, &image);
	(void)!kn_vspace_unmap(KN_SLOT_VSPACE, address, LAUNCH_PAGES);
	if (status != KN_OK)
		launch_destroy(unit);
	return status;
}

void launch_destroy(struct unit *unit)
{
	kn_cap *const parts[] = {&unit->tcb, &unit->sched_context, &unit->cnode, &unit->pages, &unit->vspace, &unit->memory,
	    &unit->account, &unit->notification};
	kn_cap client;

	if (unit->tcb != KN_CAP_NONE)
		(void)!kn_tcb_suspend(unit->tcb, true);
	(void)!kn_cnode_delete(cspaces, unit->number);
	if (unit->memory != KN_CAP_NONE && launch_client("mmsrv", &client) == KN_OK)
		(void)!mmsrv_space_destroy(client, unit->memory_id);
	if (unit->account != KN_CAP_NONE && launch_client("objsrv", &client) == KN_OK)
		(void)!objsrv_account_destroy(client, unit->account_id);
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		slot_release(*parts[i]);
		*parts[i] = KN_CAP_NONE;
	}
}
