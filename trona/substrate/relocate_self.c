/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers find their headers by the linker's name for them; a file of its own, for POSIX programs are told by procmgr. */
#include "trona/relocate.h"

#define ET_DYN 3

struct file_header {
	uint8_t ident[16];
	uint16_t type;
	uint16_t machine;
	uint32_t version;
	uint64_t entry;
	uint64_t program_headers;
	uint64_t section_headers;
	uint32_t flags;
	uint16_t size;
	uint16_t program_header_size;
	uint16_t program_header_count;
};

[[gnu::visibility("hidden")]] extern const struct file_header __ehdr_start;

void relocate_self(void)
{
	const struct file_header *header = &__ehdr_start;

	/* A PIE is linked for address 0. */
	if (header->type == ET_DYN)
		relocate((uint64_t)header, (const char *)header + header->program_headers, header->program_header_count);
}
