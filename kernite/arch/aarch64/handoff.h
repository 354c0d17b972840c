/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the EFI loader leaves for boot.S and boot.c: the kernel's page tables, made while firmware's
 * identity map was still on, and the boot_info it filled. Both sides are built from this tree at
 * the same time; the magic number only catches a wrong entry.
 *
 * The loader has mapped, with 4 KiB pages and each segment's own rights, the kernel image at
 * its random place (core/slide.h), relocated; all RAM at PHYS_MAP_BASE as normal memory without execute; and what the first 4 GiB
 * hold beside RAM as device memory. `identity` maps just the image's text, read-only and
 * executable, at its physical address: the way into the higher half for every CPU.
 */
#pragma once

#define HANDOFF_MAGIC 0x4b4e4152 /* "KNAR" */

#include "boot_info.h"

struct handoff {
	uint64_t magic;
	uint64_t root;                /* TTBR1: kernel half */
	uint64_t identity;            /* TTBR0 while a CPU comes up */
	uint64_t pool_next, pool_end; /* zeroed frames for further kernel page tables */
	struct boot_info info;
};
