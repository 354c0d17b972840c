/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows: 64 KiB of memory shared with vfs, for reads and writes that do not fit a message. A
 * thread that waits in a read keeps its window, so there may be several; beyond the last one
 * messages have to do.
 */

#include "posix.h"

#include "client/vfs.h"
#include "kn/vspace.h"

#define COUNT 4

static struct window windows[COUNT];
static struct lock windows_lock;

/* `window` is busy already. */
static bool create(struct window *window)
{
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	uint64_t mapped;
	kn_cap slots = slot_take_run(2);

	if (slots == KN_CAP_NONE)
		return false;
	if (PERSIST(vfs_window(SLOT(VFS), slots)) != KN_OK) {
		slot_give(slots);
		slot_give(slots + 1);
		return false;
	}
	kn_status status = kn_vspace_map(KN_SLOT_VSPACE, slots + 1, 0, 0, VFS_WINDOW_SIZE / KN_PAGE_SIZE, rw, rw,
	    KN_VSPACE_MAP_SHARED | KN_VSPACE_MAP_NO_INHERIT, &mapped);
	slot_delete(slots + 1);
	if (status != KN_OK) {
		slot_delete(slots);
		return false;
	}
	window->memory = (unsigned char *)mapped;
	window->slot = slots;
	return true;
}

struct window *window_take(void)
{
	struct window *found = nullptr;

	lock_take(&windows_lock);
	for (int i = 0; i < COUNT && !found; i++)
		if (!windows[i].is_busy)
			found = &windows[i];
	if (found)
		found->is_busy = true;
	lock_give(&windows_lock);
	if (found && found->slot == KN_CAP_NONE && !create(found)) {
		found->is_busy = false;
		return nullptr;
	}
	return found;
}

void window_give(struct window *window)
{
	__atomic_store_n(&window->is_busy, false, __ATOMIC_RELEASE);
}

/* The parent's windows are not mapped here; what came of their capabilities goes. */
void window_forked(void)
{
	for (int i = 0; i < COUNT; i++) {
		if (windows[i].slot != KN_CAP_NONE)
			slot_delete(windows[i].slot);
		windows[i] = (struct window){};
	}
}
