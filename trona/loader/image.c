/* SPDX-License-Identifier: BSD-2-Clause */
/* Mapping images; see trona/image.h. */
#include "trona/image.h"

#include "kn/vspace.h"
#include "trona/string.h"
#include "uapi/error.h"

#define PAGE_MASK (KN_PAGE_SIZE - 1ull)

static const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
static const uint32_t fixed = KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_NO_REPLACE;

kn_status image_map_zero(kn_cap vspace, uint64_t address, uint64_t end, uint32_t prot)
{
	uint64_t mapped;

	if (address >= end)
		return KN_OK;
	return kn_vspace_map(vspace, KN_CAP_NONE, 0, address, (end - address) / KN_PAGE_SIZE, prot, rw, fixed, &mapped);
}

/* A page of ours with the first `size` bytes of the object's page in front of zeros, moved to `address` of `vspace`. */
static kn_status move_tail_page(
    void *context, kn_cap vspace, kn_cap object, uint64_t page, size_t size, uint64_t address, uint32_t prot)
{
	uint64_t from, to;
	kn_status status = kn_vspace_map(KN_SLOT_VSPACE, object, page, 0, 1, KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ,
	    KN_VSPACE_MAP_SHARED, &from);

	if (status != KN_OK)
		return status;
	status = kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, 0, 1, rw, rw, KN_VSPACE_MAP_PRIVATE, &to);
	if (status == KN_OK) {
		memcpy((void *)to, (const void *)from, size);
		status = kn_vspace_take(vspace, KN_SLOT_VSPACE, to, address, 1);
		if (status == KN_OK && prot != rw)
			status = kn_vspace_protect(vspace, address, 1, prot);
		(void)!kn_vspace_unmap(KN_SLOT_VSPACE, to, 1);
	}
	(void)!kn_vspace_unmap(KN_SLOT_VSPACE, from, 1);
	return status;
}

static kn_status map_segment(kn_cap vspace, kn_cap object, uint64_t first_page, const struct elf_segment *segment,
    uint64_t bias, image_tail_fn *tail, void *context)
{
	const uint64_t address = segment->address + bias;
	const uint64_t start = address & ~PAGE_MASK, file_end = address + segment->file_size;
	const uint64_t end = (address + segment->memory_size + PAGE_MASK) & ~PAGE_MASK;
	const uint64_t page = first_page + segment->offset / KN_PAGE_SIZE;
	const bool has_tail = segment->file_size && segment->memory_size > segment->file_size && (file_end & PAGE_MASK);
	const uint64_t mapped_end = segment->file_size == 0 ? start
				    : has_tail		    ? file_end & ~PAGE_MASK
							    : (file_end + PAGE_MASK) & ~PAGE_MASK;
	uint64_t mapped;
	kn_status status = KN_OK;

	if (mapped_end > start)
		status = kn_vspace_map(vspace, object, page, start, (mapped_end - start) / KN_PAGE_SIZE, segment->prot,
		    segment->prot, fixed, &mapped);
	if (status == KN_OK && has_tail)
		status = tail(context, vspace, object, page + (mapped_end - start) / KN_PAGE_SIZE, file_end & PAGE_MASK,
		    mapped_end, segment->prot);
	if (status == KN_OK)
		status = image_map_zero(vspace, mapped_end + (has_tail ? KN_PAGE_SIZE : 0), end, segment->prot);
	return status;
}

kn_status image_map_with_tail(kn_cap vspace, kn_cap object, uint64_t first_page, const struct elf_image *image,
    uint64_t bias, image_tail_fn *tail, void *context)
{
	kn_status status = KN_OK;

	for (unsigned i = 0; i < image->segment_count && status == KN_OK; i++)
		status = map_segment(vspace, object, first_page, &image->segments[i], bias, tail, context);
	return status;
}

kn_status image_map(kn_cap vspace, kn_cap object, uint64_t first_page, const struct elf_image *image, uint64_t bias)
{
	return image_map_with_tail(vspace, object, first_page, image, bias, move_tail_page, nullptr);
}
