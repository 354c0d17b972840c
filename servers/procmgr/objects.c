/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building and destroying the objects of a process.
 *
 * Every object comes from the process's own objsrv account and mmsrv space. Creation undoes itself by destroying both, so that
 * no failure path has to know how far it got; destruction at exit is the same two calls.
 */
#include "objects.h"

#include "kn/cnode.h"
#include "kn/memory_object.h"
#include "kn/vspace.h"
#include "client/mmsrv.h"
#include "client/objsrv.h"
#include "place.h"
#include "trona/slots.h"
#include "uapi/object_type.h"

#define ACCOUNT_QUOTA (8ull << 20)

struct process_services services;
kn_cap objects_window;
uint64_t process_memory_limit = ~0ull;
kn_cap process_endpoint;

static const uint32_t tcb_rights = KN_RIGHT_READ | KN_RIGHT_CONFIGURE | KN_RIGHT_GRANT;
static const uint32_t vspace_rights = KN_RIGHT_READ | KN_RIGHT_MAP | KN_RIGHT_UNMAP;
static const uint32_t cnode_rights = KN_RIGHT_READ | KN_RIGHT_WRITE;

kn_status objects_make(struct process *process, uint8_t type, uint8_t size_bits, kn_cap *slot, uint64_t *handle)
{
	uint64_t ignored;
	kn_status status = slot_alloc(slot);

	if (status != KN_OK)
		return status;
	status = objsrv_alloc(process->account, type, size_bits, handle ? handle : &ignored, *slot);
	if (status != KN_OK) {
		slot_free(*slot);
		*slot = KN_CAP_NONE;
	}
	return status;
}

void objects_drop(kn_cap *slot)
{
	if (*slot == KN_CAP_NONE)
		return;
	slot_release(*slot);
	*slot = KN_CAP_NONE;
}

static kn_status make_space(struct process *process, uint64_t memory_limit)
{
	kn_cap pair;
	kn_status status = slots_alloc(2, &pair);

	if (status != KN_OK)
		return status;
	status = mmsrv_space_create(services.mmsrv, memory_limit, place(layout_map), 0, &process->memory_id, pair);
	if (status != KN_OK) {
		slot_free(pair);
		slot_free(pair + 1);
		return status;
	}
	process->vspace = pair;
	process->memory = pair + 1;
	return KN_OK;
}

kn_status objects_show(kn_cap object, uint64_t first, uint64_t pages, uint32_t prot, uint64_t *address)
{
	kn_status status = kn_memory_object_commit(object, first, pages);

	if (status != KN_OK)
		return status;
	return kn_vspace_map(KN_SLOT_VSPACE, object, first, 0, pages, prot, prot, KN_VSPACE_MAP_SHARED | KN_VSPACE_MAP_POPULATE, address);
}

static kn_status make_pages(struct process *process)
{
	uint64_t address;
	kn_status status = slot_alloc(&process->pages);

	if (status != KN_OK)
		return status;
	status = mmsrv_object_create(process->memory, PROCESS_PAGES, process->pages);
	if (status != KN_OK) {
		slot_free(process->pages);
		process->pages = KN_CAP_NONE;
		return status;
	}
	status = objects_show(process->pages, 0, 2, KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE, &address);
	if (status != KN_OK)
		return status;
	process->page = (struct procmgr_process_page *)address;
	process->signals = (struct procmgr_signal_page *)(address + KN_PAGE_SIZE);
	process->pages_address = place(layout_pages);
	return KN_OK;
}

void objects_map_further(struct process *process)
{
	uint64_t address;

	if (!process->further_descriptors &&
	    objects_show(process->pages, FURTHER_FIRST_PAGE, FURTHER_PAGES, KN_VSPACE_PROT_READ, &address) == KN_OK)
		process->further_descriptors = (const uint16_t *)address;
}

static kn_status give(struct process *process, uint32_t slot, kn_cap source, uint32_t rights)
{
	return source == KN_CAP_NONE ? KN_OK : kn_cnode_copy(process->cnode, slot, source, rights);
}

static kn_status give_badged(struct process *process, uint32_t slot, kn_cap source)
{
	return source == KN_CAP_NONE ? KN_OK
				     : kn_cnode_mint(process->cnode, slot, source, SLOT_CLIENT_RIGHTS,
					   process_badge(process));
}

/* The well-known slots. */
static kn_status fill_cspace(struct process *process)
{
	const struct {
		uint32_t slot;
		kn_cap source;
		uint32_t rights; /* 0: minted with the process's badge */
	} table[] = {
	    {KN_SLOT_TCB, process->first.tcb, tcb_rights},
	    {KN_SLOT_VSPACE, process->vspace, vspace_rights},
	    {KN_SLOT_CSPACE, process->cnode, cnode_rights},
	    {PROCMGR_PROCESS_SLOT_PROCMGR, process_endpoint, 0},
	    {PROCMGR_PROCESS_SLOT_VFS, services.vfs, 0},
	    {PROCMGR_PROCESS_SLOT_NAMESRV, services.namesrv, 0},
	    {PROCMGR_PROCESS_SLOT_MMSRV, process->memory, SLOT_CLIENT_RIGHTS},
	    {PROCMGR_PROCESS_SLOT_TTY, services.tty, 0},
	    {PROCMGR_PROCESS_SLOT_CLOCK_PAGE, services.clock_page, KN_RIGHT_READ | KN_RIGHT_MAP},
	    {PROCMGR_PROCESS_SLOT_RANDOM, services.random, KN_RIGHT_READ},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		kn_status status = table[i].rights
				       ? give(process, table[i].slot, table[i].source, table[i].rights)
				       : give_badged(process, table[i].slot, table[i].source);
		if (status != KN_OK)
			return status;
	}
	return KN_OK;
}

kn_status objects_create(struct process *process, uint64_t memory_limit)
{
	kn_status status = slot_alloc(&process->account);

	if (status != KN_OK)
		return status;
	status = objsrv_account_create(services.objsrv, ACCOUNT_QUOTA, &process->account_id, process->account);
	if (status != KN_OK) {
		slot_free(process->account);
		process->account = KN_CAP_NONE;
		return status;
	}
	status = make_space(process, memory_limit);
	if (status == KN_OK)
		status = objects_make(process, KN_TYPE_CNODE, CNODE_BITS, &process->cnode, nullptr);
	if (status == KN_OK)
		status = make_pages(process);
	if (status == KN_OK)
		status = thread_create_first(process);
	if (status == KN_OK)
		status = fill_cspace(process);
	if (status != KN_OK)
		objects_destroy(process);
	return status;
}

void objects_destroy(struct process *process)
{
	if (process->page)
		(void)kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)process->page, 2);
	if (process->further_descriptors)
		(void)kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)process->further_descriptors, FURTHER_PAGES);
	process->page = nullptr;
	process->signals = nullptr;
	process->further_descriptors = nullptr;
	if (process->account)
		(void)objsrv_account_destroy(services.objsrv, process->account_id);
	if (process->memory)
		(void)mmsrv_space_destroy(services.mmsrv, process->memory_id);
	thread_forget_all(process);
	for (unsigned i = 0; i < EXTRA_CNODES_MAX; i++) {
		objects_drop(&process->extra_cnodes[i]);
		process->extra_slots[i] = 0;
	}
	objects_drop(&process->pages);
	objects_drop(&process->image);
	objects_drop(&process->cnode);
	objects_drop(&process->vspace);
	objects_drop(&process->memory);
	objects_drop(&process->account);
}

kn_status objects_map_pages(struct process *process, kn_cap vspace)
{
	const uint32_t flags = KN_VSPACE_MAP_SHARED | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_NO_REPLACE |
			       KN_VSPACE_MAP_NO_INHERIT;
	const uint32_t write = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	uint64_t address;
	kn_status status = kn_vspace_map(vspace, process->pages, 0, process->pages_address, 1,
	    KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ, flags, &address);

	if (status != KN_OK)
		return status;
	return kn_vspace_map(vspace, process->pages, 1, process->pages_address + KN_PAGE_SIZE, PROCESS_PAGES - 1,
	    write, write, flags, &address);
}

kn_status objects_notification(struct process *process, kn_cap *slot)
{
	return objects_make(process, KN_TYPE_NOTIFICATION, 0, slot, nullptr);
}

kn_status objects_expand(struct process *process, uint32_t slot)
{
	unsigned i = 0;
	uint64_t handle;

	if (slot < PROCMGR_PROCESS_SLOT_FIRST_FREE || slot >= 1u << CNODE_BITS)
		return KN_E_RANGE;
	while (i < EXTRA_CNODES_MAX && process->extra_slots[i])
		i++;
	if (i == EXTRA_CNODES_MAX)
		return KN_E_QUOTA;
	kn_status status = objects_make(process, KN_TYPE_CNODE, CNODE_BITS, &process->extra_cnodes[i], &handle);
	if (status != KN_OK)
		return status;
	status = kn_cnode_copy(process->cnode, slot, process->extra_cnodes[i], cnode_rights);
	if (status != KN_OK) {
		(void)objsrv_free(process->account, handle);
		objects_drop(&process->extra_cnodes[i]);
		return status;
	}
	process->extra_slots[i] = slot;
	return KN_OK;
}
