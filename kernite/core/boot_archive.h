/* SPDX-License-Identifier: BSD-2-Clause */
/* The first page of the boot archive (kernel/boot.idl): all that the kernel reads of it. */
#pragma once

#include "uapi/object/boot.h"

/* A position-independent init lies within this. */
#define BOOT_PIE_SPAN (1ull << 30)

/* Linked for address 0: the kernel chooses the place, init relocates itself. */
static inline bool boot_archive_is_pie(const struct kn_archive_header *header)
{
	return header->segments[0].address == 0;
}

/* What is wrong with an archive of `size` bytes, as a sentence; null: nothing. */
const char *boot_archive_flaw(const struct kn_archive_header *header, uint64_t size);
