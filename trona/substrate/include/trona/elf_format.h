/* SPDX-License-Identifier: BSD-2-Clause */
/* ELF64 as it is in files and in memory (System V ABI, chapters 4 and 5): what the loader judges and what a program relocates itself by. */
#pragma once

#include <stdint.h>

#define ET_EXEC 2
#define ET_DYN 3

#define PT_LOAD 1
#define PT_DYNAMIC 2
#define PT_INTERP 3
#define PT_GNU_PROPERTY 0x6474e553

#define PF_X 1u
#define PF_W 2u
#define PF_R 4u

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

struct elf_program_header {
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
static_assert(sizeof(struct elf_program_header) == 56);
