/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a thread's memory is laid out on this machine (arch/<isa>/tls.c): struct __pthread, thread
 * area and ELF TLS block, in one piece.
 */
#pragma once

#include "posix.h"

struct tls_image {
	const char *data;
	size_t file_size, memory_size, align;
};

/* PT_TLS from the program headers. */
void tls_find(struct tls_image *image, const struct procmgr_process_page *page);
/* Bytes for one thread, a multiple of 64. */
size_t tls_space(const struct tls_image *image);
/* Lay it out in `memory` (64-byte aligned) and fill the TLS block. */
struct __pthread *tls_build(char *memory, const struct tls_image *image);
/* The TLS block as at the start. */
void tls_reset(struct __pthread *thread, const struct tls_image *image);
/* What the stack pointer of a C function entered by a jump is short of. */
#include "thread_entry.h"
