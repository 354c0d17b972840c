/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trona/elf.h (System V ABI, chapters 4 and 5). Structures are copied out of the file before they are looked at: the bytes may be unaligned
 * and, in shared memory, may change. All sums are of checked operands: overflow is refused before it is computed.
 */
#include "trona/elf.h"

#include "trona/arch_image.h"
#include "trona/elf_format.h"
#include "uapi/error.h"
#include "uapi/object/vspace.h"

#define NOTE_PROPERTIES 5
#define PROGRAM_HEADERS_MAX 64
#define PAGE_MASK (KN_PAGE_SIZE - 1ull)

static bool is_supported(const struct elf_header *header)
{
	static const uint8_t magic[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1}; /* 64 bits, little endian, version 1 */

	return __builtin_memcmp(header->ident, magic, sizeof(magic)) == 0 &&
	    (header->type == ET_EXEC || header->type == ET_DYN) && header->machine == ELF_NATIVE_MACHINE &&
	    header->version == 1 && header->program_header_size == sizeof(struct elf_program_header) &&
	    header->program_header_count > 0 && header->program_header_count <= PROGRAM_HEADERS_MAX;
}

/* [start, start + size) within [0, limit) */
static bool fits(uint64_t start, uint64_t size, uint64_t limit)
{
	return start <= limit && size <= limit - start;
}

static kn_status add_segment(struct elf_image *image, const struct elf_program_header *header, uint64_t file_size)
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

/*
 * Does the note say that indirect branches lead to landing pads only? A note is name size, description size, type, "GNU"; its description
 * a list of type, size, data (System V gABI extension, "Program Property"). One that is broken or not in sight promises nothing.
 */
static bool has_landing_pads(const char *note, size_t size)
{
	struct {
		uint32_t name_size, size, type;
		char name[4];
	} head;
	struct {
		uint32_t type, size;
	} property;

	if (size < sizeof(head))
		return false;
	__builtin_memcpy(&head, note, sizeof(head));
	if (head.name_size != 4 || head.type != NOTE_PROPERTIES || __builtin_memcmp(head.name, "GNU", 4) != 0)
		return false;
	note += sizeof(head);
	size -= sizeof(head);
	if (size > head.size)
		size = head.size;
	while (size >= sizeof(property) + sizeof(uint32_t)) {
		uint32_t features;

		__builtin_memcpy(&property, note, sizeof(property));
		__builtin_memcpy(&features, note + sizeof(property), sizeof(features));
		if (property.type == ELF_FEATURES && property.size >= sizeof(features))
			return features & ELF_FEATURE_LANDING_PADS;
		uint64_t step = sizeof(property) + ((property.size + 7ull) & ~7ull);

		if (step >= size)
			break;
		note += step;
		size -= step;
	}
	return false;
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
	uint64_t table_size = header.program_header_count * sizeof(struct elf_program_header);

	if (!fits(header.program_headers, table_size, size))
		return KN_E_BAD_IMAGE;
	struct elf_image image = {
	    .is_pie = header.type == ET_DYN,
	    .entry = header.entry,
	    .header_count = header.program_header_count,
	    .header_size = header.program_header_size,
	};
	bool is_guarded = false;

	for (unsigned i = 0; i < header.program_header_count; i++) {
		struct elf_program_header entry;
		kn_status status = KN_OK;

		__builtin_memcpy(&entry, (const char *)data + header.program_headers + i * sizeof(entry), sizeof(entry));
		if (entry.type == PT_LOAD) {
			status = add_segment(&image, &entry, file_size);
		} else if (entry.type == PT_INTERP) {
			if (!fits(entry.offset, entry.file_size, file_size) || image.interpreter_size != 0)
				status = KN_E_BAD_IMAGE;
			image.interpreter = entry.offset;
			image.interpreter_size = entry.file_size;
		} else if (entry.type == PT_GNU_PROPERTY && fits(entry.offset, entry.file_size, size)) {
			is_guarded = has_landing_pads((const char *)data + entry.offset, entry.file_size);
		}
		if (status != KN_OK)
			return status;
	}
	const struct elf_segment *start = segment_with(&image, image.entry);

	if (start == nullptr || (start->prot & KN_VSPACE_PROT_EXECUTE) == 0)
		return KN_E_BAD_IMAGE;
	for (unsigned i = 0; i < image.segment_count && is_guarded; i++)
		if (image.segments[i].prot & KN_VSPACE_PROT_EXECUTE)
			image.segments[i].prot |= KN_VSPACE_PROT_BRANCH;
	image.headers = headers_address(&image, header.program_headers, table_size);
	*result = image;
	return KN_OK;
}
