/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things lie in the address space of servers and POSIX programs: each kind has a range, and a random place in it. Start page (or process
 * pages) and stack share one 512 GiB range, so that randomness costs no page tables. When nothing is random, all are at `first`.
 */
#pragma once

#include "uapi/types.h"

struct layout_range {
	uint64_t first;
	unsigned bits; /* of entropy, in pages */
};

/* Static-PIE images. */
static constexpr struct layout_range layout_image = {0x550000000000ull, 28};
/* Below it mappings begin that name no address. */
static constexpr struct layout_range layout_map = {0x100000000000ull, 28};
/* Start page of a server, IPC buffer and clock page behind it; pages of a process. */
static constexpr struct layout_range layout_pages = {0x7f8000000000ull, 25};
/* The end of the stack. */
static constexpr struct layout_range layout_stack = {0x7fbfff000000ull, 26};

/* An address in the range from a random number. */
static inline uint64_t layout_address(struct layout_range range, uint64_t random)
{
	return range.first + (random & ((1ull << range.bits) - 1)) * KN_PAGE_SIZE;
}
