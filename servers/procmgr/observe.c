/* SPDX-License-Identifier: BSD-2-Clause */
/* See observe.h. Asks the kernel, which does not wait for anybody, about objects that are ours: a process can neither delay an answer nor change it. */
#include "observe.h"

#include "kn/tcb.h"
#include "kn/vspace.h"
#include "uapi/object/tcb.h"

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
