/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program of a process: image (trona/loader maps it), stack and startup block. The image is the caller's file, that is, hostile: trona/loader checks
 * every number of it before anything is mapped.
 */
#include "program.h"

#include "kn/memory_object.h"
#include "kn/vspace.h"
#include "objects.h"
#include "place.h"
#include "trona/elf.h"
#include "trona/image.h"
#include "trona/string.h"

#define HEADER_PAGES 4
#define PAGE_MASK (KN_PAGE_SIZE - 1ull)
#define STACK_PAGES_MAX (1ull << 24)

static const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;

kn_status program_check(const struct procmgr_image_args *args)
{
	if ((args->block & PAGE_MASK) || (args->stack_top & PAGE_MASK) || args->block_pages == 0 ||
	    args->stack_pages <= args->block_pages || args->stack_pages > STACK_PAGES_MAX)
		return KN_E_INVALID_ARG;
	if (args->stack_top > KN_USER_MAX || args->stack_top < KN_USER_MIN + args->stack_pages * KN_PAGE_SIZE)
		return KN_E_BAD_ADDRESS;
	if (args->sp > args->stack_top || args->sp < args->stack_top - args->block_pages * KN_PAGE_SIZE ||
	    (args->sp & 15))
		return KN_E_INVALID_ARG;
	return KN_OK;
}

/* The headers of the image, through a short read-only mapping of its first pages. */
static kn_status read_headers(kn_cap object, struct elf_image *image)
{
	struct kn_memory_object_info info;
	uint64_t address;
	kn_status status = kn_memory_object_info(object, &info);

	if (status != KN_OK)
		return status;
	uint64_t pages = info.pages < HEADER_PAGES ? info.pages : HEADER_PAGES;
	if (pages == 0)
		return KN_E_BAD_IMAGE;
	status = kn_vspace_map(KN_SLOT_VSPACE, object, 0, 0, pages, KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ,
	    KN_VSPACE_MAP_SHARED, &address);
	if (status != KN_OK)
		return status;
	status = elf_parse((const void *)address, pages * KN_PAGE_SIZE, info.pages * KN_PAGE_SIZE, image);
	(void)kn_vspace_unmap(KN_SLOT_VSPACE, address, pages);
	return status;
}

kn_status program_map(kn_cap vspace, kn_cap object, const struct procmgr_image_args *args,
    struct program_layout *layout)
{
	struct elf_image image;
	kn_status status = read_headers(object, &image);

	if (status != KN_OK)
		return status;
	for (unsigned i = 0; i < image.segment_count; i++)
		if (image.segments[i].memory_size / KN_PAGE_SIZE > process_memory_limit)
			return KN_E_NO_MEMORY;
	const uint64_t bias = image.is_pie ? place(layout_image) : 0;
	const uint64_t stack_base = args->stack_top - args->stack_pages * KN_PAGE_SIZE;
	status = image_map(vspace, object, 0, &image, bias);
	if (status == KN_OK)
		status = image_map_zero(vspace, stack_base, args->stack_top - args->block_pages * KN_PAGE_SIZE, rw);
	if (status != KN_OK)
		return status == KN_E_OVERLAP || status == KN_E_RIGHTS ? KN_E_BAD_IMAGE : status;
	*layout = (struct program_layout){
	    .base = bias,
	    .entry = image.entry + bias,
	    .headers = image.headers ? image.headers + bias : 0,
	    .header_count = image.header_count,
	    .header_size = image.header_size,
	    .stack_base = stack_base,
	    .stack_top = args->stack_top,
	    .sp = args->sp,
	};
	return KN_OK;
}

kn_status program_take_block(kn_cap vspace, kn_cap source, const struct procmgr_image_args *args)
{
	return kn_vspace_take(vspace, source, args->block,
	    args->stack_top - args->block_pages * KN_PAGE_SIZE, args->block_pages);
}

void program_publish(struct process *process, const struct program_layout *layout, const struct procmgr_image_args *args)
{
	struct procmgr_process_page *page = process->page;

	page->image_base = layout->base;
	page->image_entry = layout->entry;
	page->image_headers = layout->headers;
	page->image_header_count = layout->header_count;
	page->image_header_size = layout->header_size;
	page->stack_base = layout->stack_base;
	page->stack_top = layout->stack_top;
	memcpy(page->name, args->name, sizeof page->name);
	page->name[sizeof page->name - 1] = '\0';
	process_entry_begin(process);
	memcpy(process->entry->name, page->name, sizeof process->entry->name);
	memcpy(process->entry->command_line, args->command_line, sizeof process->entry->command_line);
	process_entry_end(process);
}
