/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the kernel lies: linked for KERNEL_BASE, moved at boot to a random place in the 508 GiB below it (2 MiB apart: 17.9 bits).
 * Who has the image before it first runs under its new addresses, chooses and moves: the EFI loader, or boot_main.c.
 */
#pragma once

#include "kernite/types.h"

#define SLIDE_WINDOW 0xffffff8000000000ull
#define SLIDE_GIBS 508u
#define SLIDE_BLOCKS 480u /* of 2 MiB, in which the image begins; it ends in the same GiB */

extern const char __text_start[];
extern const uint64_t kernel_linked_text; /* kernel.ld */

/* What has been added to all addresses of the image. */
static inline uint64_t kernel_slide(void)
{
	return (uint64_t)__text_start - kernel_linked_text;
}

static inline uint64_t slide_from(uint64_t random)
{
	return SLIDE_WINDOW - KERNEL_BASE + (random % SLIDE_GIBS << 30) + ((random >> 32) % SLIDE_BLOCKS << 21);
}

/* Packed relative relocations (DT_RELR): an even word is an address, an odd one a map of the 63
 * words behind. `view`: where address 0 of the image can be written now. */
static inline void slide_apply(const uint64_t *table, const uint64_t *end, uint64_t view, uint64_t slide)
{
	uint64_t *where = nullptr;

	for (; table < end; table++) {
		if (!(*table & 1)) {
			where = (uint64_t *)(*table + view);
			*where++ += slide;
			continue;
		}
		for (unsigned i = 0; i < 63; i++)
			if (*table >> (i + 1) & 1)
				where[i] += slide;
		where += 63;
	}
}
