/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fault classifier, see fault.h. A frame is never invented: when the pool is empty somebody is
 * asked, when the budget is used up the thread is told.
 */
#include "mm/fault.h"

#include "core/fault.h"
#include "object/memory_object.h"
#include "object/pool.h"
#include "object/vspace.h"
#include "uapi/object/tcb.h"

/* What a dry pool is asked for: the page and the worst case of tables above it. */
#define PAGES_WANTED 5

static void ask_pool(struct tcb *thread, struct pool *pool)
{
	struct slot *handler = pool ? pool_find_handler(pool) : nullptr;
	const uint64_t words[KN_FAULT_WORDS] = {PAGES_WANTED};

	if (handler)
		fault_send(thread, handler, KN_LABEL_FAULT_POOL, words);
	else
		fault_vm(thread, KN_E_NO_MEMORY);
}

void page_fault(struct tcb *thread, struct vspace *space, vaddr_t address, unsigned access)
{
	struct populate_miss miss = {};
	kn_status status = KN_E_BAD_ADDRESS;

	thread->fault_address = address.raw;
	thread->fault_access = (uint8_t)access;
	if (space)
		status = vspace_populate(space, address.raw, access, &miss);
	switch (status) {
	case KN_OK:
	case KN_RESTART: /* the access is made again */
		return;
	case KN_E_WOULD_BLOCK: {
		const uint64_t words[KN_FAULT_WORDS] = {miss.page, access};

		fault_send(thread, &miss.object->backing, KN_LABEL_FAULT_PAGER, words);
		return;
	}
	case KN_E_NO_MEMORY:
		ask_pool(thread, miss.pool);
		return;
	case KN_E_QUOTA:
		fault_vm(thread, KN_E_NO_MEMORY);
		return;
	default:
		fault_vm(thread, status);
		return;
	}
}
