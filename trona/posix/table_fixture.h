/* SPDX-License-Identifier: BSD-2-Clause */
/* For host tests of descriptors and slots: a process, over a kernel and servers that only count. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "client/procmgr.h"
#include "client/vfs.h"
#include "kn/cnode.h"
#include "kn/vspace.h"
#include "posix.h"

struct kn_thread fake_thread;
/* The process's pages from the second one on. */
static union {
	struct procmgr_signal_page signals;
	struct {
		char before[2 * KN_PAGE_SIZE];
		uint16_t further[PROCMGR_PROCESS_DESCRIPTORS_FURTHER];
	};
} pages;
#define signal_page pages.signals
static struct procmgr_process_page page = {.descriptors_most = 1024};
struct process process = {.page = &page, .signals = &signal_page};
static struct __pthread self;
static kn_cap last_deleted;
static unsigned deletions, cleared, expansions, expansions_left;
static bool is_memory_gone;
static char unreadable[] = "unreadable";

/* ---- fakes ---- */

kn_status kn_vspace_map(kn_cap space, kn_cap object, uint64_t offset, uint64_t address, uint64_t pages, uint32_t prot,
    uint32_t max_prot, uint32_t flags, uint64_t *mapped)
{
	static void *kept[16]; /* till the end, as the table keeps it */
	static unsigned count;

	if (is_memory_gone)
		return KN_E_NO_MEMORY;
	assert_in_range(count, 0, 15);
	kept[count] = calloc(pages, KN_PAGE_SIZE);
	*mapped = (uint64_t)kept[count++];
	return KN_OK;
}

kn_status kn_vspace_unmap(kn_cap space, uint64_t address, uint64_t pages)
{
	return KN_OK;
}

kn_status kn_vspace_wait(kn_cap space, uint64_t address, uint32_t expected, kn_time deadline)
{
	return KN_OK;
}

kn_status kn_vspace_wake(kn_cap space, uint64_t address, uint32_t count, uint32_t *woken)
{
	*woken = 0;
	return KN_OK;
}

kn_status kn_cnode_delete(kn_cap node, uint32_t index)
{
	last_deleted = node == KN_SLOT_CSPACE ? index : node << 32 | (kn_cap)index;
	deletions++;
	return KN_OK;
}

kn_status kn_cnode_clear(kn_cap node, uint32_t first, uint32_t count)
{
	cleared += (unsigned)count;
	return KN_OK;
}

kn_status procmgr_expand_cspace(kn_cap server, uint32_t slot)
{
	if (expansions_left == 0)
		return KN_E_QUOTA;
	expansions_left--;
	expansions++;
	return KN_OK;
}

kn_status vfs_open(kn_cap server, kn_cap base, uint32_t flags, uint32_t mode, const void *path, size_t length,
    struct vfs_opened *opened, kn_cap file, bool *has_file)
{
	return KN_E_NOT_FOUND;
}

static kn_cap last_unlocked;
static unsigned unlocks;

void record_unlock(kn_cap slot)
{
	last_unlocked = slot;
	unlocks++;
}

void signals_release_slow(struct __pthread *thread)
{
}

void view_drop(struct view *view)
{
}

void view_forked(struct file *file)
{
	file->view = (struct view){};
}

bool touch_read(const void *address)
{
	return address != unreadable;
}

static int begin(void **state)
{
	fake_thread.personality = &self;
	expansions_left = 3;
	return 0;
}

[[maybe_unused]] static int put(kn_cap slot)
{
	return table_put(file_make(slot, FILE_KIND_PIPE, false), 0, false);
}

static void close_all(void)
{
	for (int fd = table_next(0); fd >= 0; fd = table_next(fd + 1))
		(void)sys_close(fd);
}

static int fresh(void **state)
{
	close_all();
	page.descriptors_most = 1024;
	deletions = unlocks = 0;
	last_deleted = last_unlocked = 0;
	process.has_locks = false;
	is_memory_gone = false;
	assert_int_equal(self.hold, 0);
	return 0;
}
