/* SPDX-License-Identifier: BSD-2-Clause */
/* See observe.h. Asks the kernel, which does not wait for anybody, about objects that are ours: a process can neither delay an answer nor change it. */
#include "observe.h"

#include "kn/cnode.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "objects.h"
#include "uapi/object/tcb.h"
#include "uapi/object_type.h"

void observe_refresh(struct process *process)
{
	uint64_t time = process->ended_time, mapped = 0, committed = 0, tables = 0;
	uint32_t busy = 0;

	if (!is_alive(process))
		return;
	for_each_thread(thread, process) {
		struct kn_tcb_info info;

		if (kn_tcb_info(thread->tcb, &info) != KN_OK)
			continue;
		time += info.cpu_time;
		busy += info.state == KN_TCB_STATE_READY && !info.is_suspended;
	}
	if (kn_vspace_usage(process->vspace, &mapped, &committed, &tables) != KN_OK)
		mapped = committed = 0;
	process_entry_begin(process);
	process->entry->user_time = time;
	process->entry->busy_threads = busy;
	process->entry->pages_mapped = mapped;
	process->entry->pages_used = committed;
	process_entry_end(process);
}

static uint32_t kind_of(const struct process *process, uint64_t address)
{
	const uint64_t own = process->pages_address;

	if (address >= process->page->stack_base && address < process->page->stack_top)
		return PROCMGR_REGION_STACK;
	if (address - own < PROCESS_PAGES * KN_PAGE_SIZE || thread_owns_region(process, address))
		return PROCMGR_REGION_OWN;
	return PROCMGR_REGION_OTHER;
}

size_t observe_regions(const struct process *process, uint64_t address, struct procmgr_process_region *regions,
    size_t capacity)
{
	size_t count = 0;
	struct kn_region_info info;

	while (count < capacity && kn_vspace_query(process->vspace, address, &info) == KN_OK && info.pages != 0) {
		regions[count++] = (struct procmgr_process_region){
		    .address = info.address,
		    .pages = info.pages,
		    .offset = info.object_offset,
		    .object_id = info.object_id,
		    .prot = info.prot,
		    .flags = info.flags,
		    .region = kind_of(process, info.address),
		};
		address = info.address + info.pages * KN_PAGE_SIZE;
	}
	return count;
}

/*
 * The badge of the open file at a place that the process names. It can name a wrong one of its capabilities, but none that it has not: badges
 * are minted by servers only, and a badge with this bit by those of open files.
 */
static uint64_t file_at(const struct process *process, const uint16_t *where)
{
	const uint16_t place = __atomic_load_n(where, __ATOMIC_RELAXED);
	const uint32_t root = place >> 8;
	kn_cap node = root == 0 ? process->cnode : KN_CAP_NONE;
	struct kn_cap_info info;

	if (place == 0)
		return 0;
	for (unsigned i = 0; i < EXTRA_CNODES_MAX && root != 0; i++)
		if (process->extra_slots[i] == root)
			node = process->extra_cnodes[i];
	if (node == KN_CAP_NONE || kn_cnode_info(node, place & 0xff, &info) != KN_OK || info.type != KN_TYPE_ENDPOINT)
		return 0;
	return info.badge >> 62 == PROCMGR_BADGE_CLASS_OPEN >> 62 ? info.badge : 0;
}

/* Where the process says that its descriptor is; null: there are not so many. */
static const uint16_t *place_of(struct process *process, uint32_t number)
{
	if (number < PROCMGR_PROCESS_DESCRIPTORS)
		return &process->signals->descriptors[number];
	number -= PROCMGR_PROCESS_DESCRIPTORS;
	if (number >= PROCMGR_PROCESS_DESCRIPTORS_FURTHER || number >= __atomic_load_n(&process->signals->further, __ATOMIC_RELAXED))
		return nullptr;
	objects_map_further(process);
	return process->further_descriptors ? &process->further_descriptors[number] : nullptr;
}

size_t observe_descriptors(struct process *process, uint32_t first, struct procmgr_process_descriptor *descriptors, size_t capacity)
{
	const uint16_t *place;
	size_t count = 0;

	for (uint32_t i = first; count < capacity && (place = place_of(process, i)) != nullptr; i++) {
		const uint64_t badge = file_at(process, place);

		if (badge != 0)
			descriptors[count++] = (struct procmgr_process_descriptor){.number = i, .badge = badge};
	}
	return count;
}

uint64_t observe_current(const struct process *process)
{
	return file_at(process, &process->signals->current);
}
