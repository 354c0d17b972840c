/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/<pid>/maps and the program behind /proc/<pid>/exe. procmgr tells the regions, from the kernel; which file a region shows is found by the
 * number of its memory object among the files that programs have been made of. What the process says of itself is not asked.
 */
#include "procmaps.h"

#include "directory.h"
#include "inode.h"
#include "memory.h"
#include "mode.h"
#include "path.h"
#include "process_view.h"
#include "proctext.h"
#include "trona/string.h"
#include "uapi/object/vspace.h"

#define AT_ONCE 32
#define PATH_LENGTH 512
#define SEARCHES_MAX 64 /* for the files of one process: each looks at all names, and meanwhile nobody else is served */

static bool has_image(struct inode *inode, uint64_t id)
{
	struct contents *contents = &inode->contents;

	if ((inode->mode & MODE_TYPE) != MODE_REGULAR || inode->ops != nullptr || contents->image == KN_CAP_NONE)
		return false;
	if (contents->image_id == 0)
		contents->image_id = memory_id(contents->image);
	return contents->image_id == id;
}

kn_status procmaps_program(uint32_t pid, char *path, size_t capacity, size_t *length)
{
	struct procmgr_process_region regions[AT_ONCE];
	uint64_t address = 0;
	size_t count;

	/* A program with many threads has many regions below it. */
	do {
		count = process_view_regions(pid, address, regions, AT_ONCE);
		for (size_t i = 0; i < count; i++) {
			address = regions[i].address + regions[i].pages * KN_PAGE_SIZE;
			if (!(regions[i].prot & KN_VSPACE_PROT_EXECUTE) || regions[i].object_id == 0)
				continue;
			const struct dentry *dentry = directory_search(has_image, regions[i].object_id);

			return dentry != nullptr ? path_tell_entry(dentry, path, capacity, length) : KN_E_NOT_FOUND;
		}
	} while (count == AT_ONCE);
	return KN_E_NOT_FOUND;
}

/* The file that the last line with an object showed: most lines show the program. */
struct known {
	uint64_t id;
	const struct dentry *dentry;
	unsigned searches;
};

/* Null: none, or enough has been looked for. */
static const struct dentry *find_file(struct known *known, uint64_t id)
{
	if (id != known->id && known->searches < SEARCHES_MAX) {
		known->searches++;
		known->id = id;
		known->dentry = directory_search(has_image, id);
	}
	return id == known->id ? known->dentry : nullptr;
}

/* One line. */
static void add_region(struct text *text, const struct procmgr_process_region *region, struct known *known)
{
	static const char *const labels[] = {[PROCMGR_REGION_STACK] = "[stack]", [PROCMGR_REGION_OWN] = "[saltyos]"};
	char path[PATH_LENGTH];
	size_t length = 0;
	const struct inode *inode = nullptr;

	if (region->object_id != 0 && region->region == PROCMGR_REGION_OTHER) {
		const struct dentry *dentry = find_file(known, region->object_id);

		if (dentry != nullptr && path_tell_entry(dentry, path, sizeof path, &length) == KN_OK)
			inode = dentry->inode;
	}
	text_add(text, "%08lx-%08lx %c%c%c%c %08lx 00:%02x %lu", (unsigned long)region->address,
	    (unsigned long)(region->address + region->pages * KN_PAGE_SIZE), region->prot & KN_VSPACE_PROT_READ ? 'r' : '-',
	    region->prot & KN_VSPACE_PROT_WRITE ? 'w' : '-', region->prot & KN_VSPACE_PROT_EXECUTE ? 'x' : '-',
	    region->flags & KN_VSPACE_MAP_SHARED ? 's' : 'p', (unsigned long)(region->offset * KN_PAGE_SIZE),
	    inode != nullptr ? inode->filesystem->device : 0, (unsigned long)(inode != nullptr ? inode->number : 0));
	if (inode != nullptr)
		text_add(text, " %.*s", (int)length, path);
	else if (region->region != PROCMGR_REGION_OTHER && region->region < sizeof labels / sizeof labels[0])
		text_add(text, " %s", labels[region->region]);
	text_add(text, "\n");
}

void proctext_process_maps(struct text *text, const struct proctext_subject *of)
{
	struct procmgr_process_region regions[AT_ONCE];
	struct known known = {};
	uint64_t address = 0;
	size_t count;

	do {
		count = process_view_regions(of->entry.pid, address, regions, AT_ONCE);
		for (size_t i = 0; i < count; i++) {
			add_region(text, &regions[i], &known);
			address = regions[i].address + regions[i].pages * KN_PAGE_SIZE;
		}
	} while (count == AT_ONCE);
}
