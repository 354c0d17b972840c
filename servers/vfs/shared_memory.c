/* SPDX-License-Identifier: BSD-2-Clause */
/* See shared_memory.h. */
#include "shared_memory.h"

kn_status shared_memory_create(struct shared_memory *memory, uint32_t uid, uint64_t pages, bool is_writable)
{
	struct shared_memory fresh = {.pages = pages};
	kn_status status = memory_create(uid, pages, &fresh.object);

	if (status != KN_OK)
		return status;
	status = memory_map(fresh.object, pages, &fresh.data);
	if (status != KN_OK)
		goto fail_map;
	status = memory_for_client(fresh.object, is_writable, &fresh.copy);
	if (status != KN_OK)
		goto fail_copy;
	*memory = fresh;
	return KN_OK;

fail_copy:
	memory_unmap(fresh.data, pages);
fail_map:
	memory_release(fresh.object);
	return status;
}

void shared_memory_destroy(struct shared_memory *memory)
{
	memory_unmap(memory->data, memory->pages);
	memory_release(memory->copy);
	memory_release(memory->object);
	*memory = (struct shared_memory){};
}
