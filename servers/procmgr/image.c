/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Images are mapped, not read: text and constants straight from the file's memory object, data copy-on-write from it. Only the page
 * in which initialised data ends and .bss begins is made by hand (a mapping would show the file's bytes behind the data); it is put
 * together in a page of ours and moved over.
 *
 * The image is the caller's file, that is, hostile: trona/loader checks every number of it before anything is mapped.
 */
#include "image.h"

#include "kn/memory_object.h"
#include "kn/vspace.h"
#include "trona/elf.h"
#include "trona/string.h"

#define PIE_BASE 0x555555554000ull
#define HEADER_PAGES 4
#define PAGE_MASK (KN_PAGE_SIZE - 1ull)
#define STACK_PAGES_MAX (1ull << 24)

static const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;

kn_status image_check(const struct procmgr_image_args *args)
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

static kn_status map_anonymous(kn_cap vspace, uint64_t address, uint64_t end, uint32_t prot)
{
	uint64_t mapped;

	if (address >= end)
		return KN_OK;
	return kn_vspace_map(vspace, KN_CAP_NONE, 0, address, (end - address) / KN_PAGE_SIZE, prot, rw,
	    KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_NO_REPLACE, &mapped);
}

/* One page of ours with `size` bytes at `offset` of the file page `page` in front of zeros, moved to `address` of `vspace`. */
static kn_status move_tail_page(kn_cap vspace, kn_cap object, uint64_t page, size_t size, uint64_t address,
    uint32_t prot)
{
	uint64_t from, to;
	kn_status status = kn_vspace_map(KN_SLOT_VSPACE, object, page, 0, 1, KN_VSPACE_PROT_READ,
	    KN_VSPACE_PROT_READ, KN_VSPACE_MAP_SHARED, &from);

	if (status != KN_OK)
		return status;
	status = kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, 0, 1, rw, rw, KN_VSPACE_MAP_PRIVATE, &to);
	if (status == KN_OK) {
		memcpy((void *)to, (const void *)from, size);
		status = kn_vspace_take(vspace, KN_SLOT_VSPACE, to, address, 1);
		if (status == KN_OK && prot != rw)
			status = kn_vspace_protect(vspace, address, 1, prot);
		(void)kn_vspace_unmap(KN_SLOT_VSPACE, to, 1);
	}
	(void)kn_vspace_unmap(KN_SLOT_VSPACE, from, 1);
	return status;
}

static kn_status map_segment(kn_cap vspace, kn_cap object, const struct elf_segment *segment, uint64_t bias)
{
	const uint64_t start = (segment->address + bias) & ~PAGE_MASK;
	const uint64_t file_end = segment->address + bias + segment->file_size;
	const uint64_t end = (segment->address + bias + segment->memory_size + PAGE_MASK) & ~PAGE_MASK;
	const uint64_t page = segment->offset / KN_PAGE_SIZE;
	const bool has_tail = segment->memory_size > segment->file_size && (file_end & PAGE_MASK);
	const uint64_t mapped_end = segment->file_size == 0 ? start
				    : has_tail ? file_end & ~PAGE_MASK
					       : (file_end + PAGE_MASK) & ~PAGE_MASK;
	uint64_t mapped;
	kn_status status = KN_OK;

	if (mapped_end > start)
		status = kn_vspace_map(vspace, object, page, start, (mapped_end - start) / KN_PAGE_SIZE, segment->prot,
		    segment->prot, KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_NO_REPLACE,
		    &mapped);
	if (status == KN_OK && has_tail && segment->file_size)
		status = move_tail_page(vspace, object, page + (mapped_end - start) / KN_PAGE_SIZE,
		    file_end & PAGE_MASK, mapped_end, segment->prot);
	if (status == KN_OK)
		status = map_anonymous(vspace, mapped_end + (has_tail && segment->file_size ? KN_PAGE_SIZE : 0), end,
		    segment->prot);
	return status;
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

kn_status image_map(kn_cap vspace, kn_cap object, const struct procmgr_image_args *args,
    struct image_layout *layout)
{
	struct elf_image image;
	kn_status status = read_headers(object, &image);

	if (status != KN_OK)
		return status;
	const uint64_t bias = image.is_pie ? PIE_BASE : 0;
	const uint64_t stack_base = args->stack_top - args->stack_pages * KN_PAGE_SIZE;
	for (unsigned i = 0; i < image.segment_count && status == KN_OK; i++)
		status = map_segment(vspace, object, &image.segments[i], bias);
	if (status == KN_OK)
		status = map_anonymous(vspace, stack_base, args->stack_top - args->block_pages * KN_PAGE_SIZE, rw);
	if (status != KN_OK)
		return status == KN_E_OVERLAP || status == KN_E_RIGHTS ? KN_E_BAD_IMAGE : status;
	*layout = (struct image_layout){
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

kn_status image_take_block(kn_cap vspace, kn_cap source, const struct procmgr_image_args *args)
{
	return kn_vspace_take(vspace, source, args->block,
	    args->stack_top - args->block_pages * KN_PAGE_SIZE, args->block_pages);
}

void image_publish(struct process *process, const struct image_layout *layout, const uint8_t name[32])
{
	struct procmgr_process_page *page = process->page;

	page->image_base = layout->base;
	page->image_entry = layout->entry;
	page->image_headers = layout->headers;
	page->image_header_count = layout->header_count;
	page->image_header_size = layout->header_size;
	page->stack_base = layout->stack_base;
	page->stack_top = layout->stack_top;
	memcpy(page->name, name, sizeof page->name);
	page->name[sizeof page->name - 1] = '\0';
	process_entry_begin(process);
	memcpy(process->entry->name, page->name, sizeof process->entry->name);
	process_entry_end(process);
}
