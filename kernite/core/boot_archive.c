/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks of the boot archive's header; everything in it is distrusted, it may come from a damaged
 * medium. */
#include "core/boot_archive.h"

#include "kernite/types.h"
#include "uapi/object/vspace.h"

static uint32_t crc32(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint32_t crc = ~0u;

	for (; size > 0; size--) {
		crc ^= *at++;
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static const char *segment_flaw(const struct kn_archive_segment *s, uint64_t archive_size, uint64_t first, uint64_t end)
{
	if ((s->address | s->offset) & PAGE_MASK)
		return "a segment of init is not page-aligned";
	if (s->file_size > s->memory_size || s->memory_size == 0)
		return "a segment of init has an impossible size";
	if (s->offset > archive_size || s->file_size > archive_size - s->offset)
		return "a segment of init lies beyond the end of the archive";
	if (s->address < first || s->address > end || s->memory_size > end - s->address)
		return "a segment of init lies outside user space";
	if ((s->prot & KN_VSPACE_PROT_WRITE) && (s->prot & KN_VSPACE_PROT_EXECUTE))
		return "a segment of init is writable and executable";
	if (s->prot & ~(KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE | KN_VSPACE_PROT_EXECUTE | KN_VSPACE_PROT_BRANCH))
		return "a segment of init has an unknown protection";
	return nullptr;
}

const char *boot_archive_flaw(const struct kn_archive_header *header, uint64_t size)
{
	if (size == 0)
		return "the loader has passed none";
	if (size < PAGE_SIZE)
		return "it is shorter than its header";
	if (header->magic != KN_ARCHIVE_MAGIC)
		return "it does not begin with SLTYARC1";
	struct kn_archive_header copy = *header;

	copy.crc = 0;
	if (crc32(&copy, sizeof(copy)) != header->crc)
		return "its header's checksum is wrong";
	if (header->archive_size > size)
		return "it is truncated";
	if (header->segment_count == 0 ||
	    header->segment_count > sizeof(header->segments) / sizeof(header->segments[0]))
		return "its number of segments is wrong";
	for (unsigned i = 0; i < header->segment_count; i++) {
		const char *flaw = segment_flaw(&header->segments[i], header->archive_size,
		    boot_archive_is_pie(header) ? 0 : KN_USER_MIN,
		    boot_archive_is_pie(header) ? BOOT_PIE_SPAN : KN_USER_MAX);

		if (flaw)
			return flaw;
	}
	return nullptr;
}
