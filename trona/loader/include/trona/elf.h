/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF64 images: from the first bytes of a file to a list of segments to map. Mechanism only: nothing is mapped or read beyond the given bytes.
 * The file is hostile. What elf_parse() accepts is safe to map: every number is in range, segments are in ascending order and share no page,
 * none is writable and executable, file offsets fit page offsets, the entry point lies in executable bytes of the file.
 *
 * Static programs (ET_EXEC) and static-PIE (ET_DYN; it relocates itself, the mapper chooses the bias). An interpreter (PT_INTERP) is told,
 * not followed. Windows images will have pe.h beside this, with the same struct image_segment.
 */
#pragma once

#include "uapi/types.h"

#define ELF_SEGMENTS_MAX 16
/* A position-independent image lies below this, so that any bias up to KN_USER_MAX - this is good. */
#define ELF_PIE_SPAN_MAX (1ull << 40)

/* Not page-aligned; offset and address agree modulo the page size. [file_size, memory_size) is zero. prot: KN_VSPACE_PROT_*. */
struct elf_segment {
	uint64_t address;
	uint64_t offset;
	uint64_t file_size;
	uint64_t memory_size;
	uint32_t prot;
};

struct elf_image {
	bool is_pie;
	uint64_t entry;
	uint64_t headers;          /* address of the program headers in memory; 0: not mapped */
	uint32_t header_count;
	uint32_t header_size;
	uint64_t interpreter;      /* file offset and length of its path; length 0: none */
	uint64_t interpreter_size;
	unsigned segment_count;    /* at least 1 */
	struct elf_segment segments[ELF_SEGMENTS_MAX];
};

/* `data`: the first `size` bytes of a file of `file_size` bytes; the program headers must lie in them. BAD_IMAGE: anything wrong. */
[[nodiscard]] kn_status elf_parse(const void *data, size_t size, uint64_t file_size, struct elf_image *image);
