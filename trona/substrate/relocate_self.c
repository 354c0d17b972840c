/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers find their headers by the linker's name for them; a file of its own, for POSIX programs are told by procmgr. */
#include "trona/elf_format.h"
#include "trona/relocate.h"

[[gnu::visibility("hidden")]] extern const struct elf_header __ehdr_start;

void relocate_self(void)
{
	const struct elf_header *header = &__ehdr_start;

	/* A PIE is linked for address 0. */
	if (header->type == ET_DYN)
		relocate((uint64_t)header, (const char *)header + header->program_headers, header->program_header_count);
}
