/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trona/elf.h (System V ABI, chapters 4 and 5). Structures are copied out of the file before they are looked at: the bytes may be unaligned
 * and, in shared memory, may change. All sums are of checked operands: overflow is refused before it is computed.
 */
#include "trona/elf.h"

#include "trona/arch_image.h"
#include "uapi/error.h"
#include "uapi/object/vspace.h"

#define ET_EXEC 2
#define ET_DYN 3
#define PT_LOAD 1
#define PT_INTERP 3
#define PF_X 1u
#define PF_W 2u
#define PF_R 4u
#define PROGRAM_HEADERS_MAX 64
#define PAGE_MASK (KN_PAGE_SIZE - 1ull)

struct elf_header {
	uint8_t ident[16];
	uint16_t type;
	uint16_t machine;
	uint32_t version;
	uint64_t entry;
	uint64_t program_headers;
	uint64_t section_headers;
	uint32_t flags;
	uint16_t header_size;
	uint16_t program_header_size;
	uint16_t program_header_count;
	uint16_t section_header_size;
	uint16_t section_header_count;
	uint16_t section_names;
};

struct program_header {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t address;
	uint64_t physical;
	uint64_t file_size;
	uint64_t memory_size;
	uint64_t alignment;
};

static_assert(sizeof(struct elf_header) == 64);
static_assert(sizeof(struct program_header) == 56);

static bool is_supported(const struct elf_header *header)
{
	static const uint8_t magic[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1}; /* 64 bits, little endian, version 1 */

	return __builtin_memcmp(header->ident, magic, sizeof(magic)) == 0 &&
	    (header->type == ET_EXEC || header->type == ET_DYN) && header->machine == ELF_NATIVE_MACHINE &&
	    header->version == 1 && header->program_header_size == sizeof(struct program_header) &&
	    header->program_header_count > 0 && header->program_header_count <= PROGRAM_HEADERS_MAX;
}

/* [start, start + size) within [0, limit) */
static bool fits(uint64_t start, uint64_t size, uint64_t limit)
{
	return start <= limit && size <= limit - start;
}

static kn_status add_segment(struct elf_image *image, const struct program_header *header, uint64_t file_size)
{
	uint64_t lowest = image->is_pie ? 0 : KN_USER_MIN;
	uint64_t limit = image->is_pie ? ELF_PIE_SPAN_MAX : KN_USER_MAX;

	if (header->memory_size == 0)
		return header->file_size == 0 ? KN_OK : KN_E_BAD_IMAGE;
	if (image->segment_count == ELF_SEGMENTS_MAX || header->file_size > header->memory_size ||
	    !fits(header->offset, header->file_size, file_size) || header->address < lowest ||
	    !fits(header->address, header->memory_size, limit) ||
	    ((header->offset ^ header->address) & PAGE_MASK) != 0)
		return KN_E_BAD_IMAGE;
	if ((header->flags & (PF_W | PF_X)) == (PF_W | PF_X) || (header->flags & (PF_R | PF_W | PF_X)) == 0)
		return KN_E_BAD_IMAGE;
	if (image->segment_count > 0) {
		const struct elf_segment *before = &image->segments[image->segment_count - 1];

		if ((header->address & ~PAGE_MASK) < ((before->address + before->memory_size + PAGE_MASK) & ~PAGE_MASK))
			return KN_E_BAD_IMAGE;
	}
	image->segments[image->segment_count++] = (struct elf_segment){
	    .address = header->address,
	    .offset = header->offset,
	    .file_size = header->file_size,
	    .memory_size = header->memory_size,
	    .prot = KN_VSPACE_PROT_READ | (header->flags & PF_W ? KN_VSPACE_PROT_WRITE : 0u) |
	        (header->flags & PF_X ? KN_VSPACE_PROT_EXECUTE : 0u),
	};
	return KN_OK;
}

static const struct elf_segment *segment_with(const struct elf_image *image, uint64_t address)
{
	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct elf_segment *segment = &image->segments[i];

		if (address >= segment->address && address - segment->address < segment->file_size)
			return segment;
	}
	return nullptr;
}

/* Where the program headers can be seen in memory, if they are in a segment. */
static uint64_t headers_address(const struct elf_image *image, uint64_t offset, uint64_t size)
{
	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct elf_segment *segment = &image->segments[i];

		if (offset >= segment->offset && fits(offset - segment->offset, size, segment->file_size))
			return segment->address + (offset - segment->offset);
	}
	return 0;
}

kn_status elf_parse(const void *data, size_t size, uint64_t file_size, struct elf_image *result)
{
	struct elf_header header;

	if (size > file_size)
		size = file_size;
	if (size < sizeof(header))
		return KN_E_BAD_IMAGE;
	__builtin_memcpy(&header, data, sizeof(header));
	if (!is_supported(&header))
		return KN_E_BAD_IMAGE;
	uint64_t table_size = header.program_header_count * sizeof(struct program_header);

	if (!fits(header.program_headers, table_size, size))
		return KN_E_BAD_IMAGE;
	struct elf_image image = {
	    .is_pie = header.type == ET_DYN,
	    .entry = header.entry,
	    .header_count = header.program_header_count,
	    .header_size = header.program_header_size,
	};

	for (unsigned i = 0; i < header.program_header_count; i++) {
		struct program_header entry;
		kn_status status = KN_OK;

		__builtin_memcpy(&entry, (const char *)data + header.program_headers + i * sizeof(entry), sizeof(entry));
		if (entry.type == PT_LOAD) {
			status = add_segment(&image, &entry, file_size);
		} else if (entry.type == PT_INTERP) {
			if (!fits(entry.offset, entry.file_size, file_size) || image.interpreter_size != 0)
				status = KN_E_BAD_IMAGE;
			image.interpreter = entry.offset;
			image.interpreter_size = entry.file_size;
		}
		if (status != KN_OK)
			return status;
	}
	const struct elf_segment *start = segment_with(&image, image.entry);

	if (start == nullptr || (start->prot & KN_VSPACE_PROT_EXECUTE) == 0)
		return KN_E_BAD_IMAGE;
	image.headers = headers_address(&image, header.program_headers, table_size);
	*result = image;
	return KN_OK;
}
