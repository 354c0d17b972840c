/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a boot front end (Multiboot2, PVH, EFI) tells the kernel. Each front end fills one of these;
 * nothing above sees the boot protocol. All addresses are physical.
 *
 * Lifetime: lives in the kernel's data section; kernel_main() consumes it before init starts.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BOOT_REGIONS_MAX 256
#define BOOT_COMMAND_LINE_MAX 1024

enum boot_region_kind : uint32_t {
	BOOT_REGION_RAM = 1,      /* free to use */
	BOOT_REGION_RECLAIM = 2,  /* ACPI tables, boot data: readable, never allocated */
	BOOT_REGION_RESERVED = 3, /* firmware; a device for all we know */
	BOOT_REGION_IN_USE = 4,   /* RAM of the kernel's: image, early tables, stacks, archive; never given out */
};

struct boot_region {
	uint64_t base, size;
	enum boot_region_kind kind;
};

struct boot_info {
	struct boot_region regions[BOOT_REGIONS_MAX]; /* sorted, not overlapping; page-aligned RAM */
	uint32_t region_count;
	uint64_t kernel_base, kernel_size; /* image with .bss, already cut out of the RAM regions */
	uint64_t archive_base, archive_size; /* the one boot archive, page-aligned, already cut out; size 0: none */
	uint64_t acpi_rsdp; /* 0: none */
	uint64_t fdt;       /* 0: none */
	uint64_t wall_clock; /* seconds since 1970 UTC when the loader asked the firmware; 0: it did not */
	uint64_t entropy; /* what the loader could find (RDRAND, EFI RNG protocol, ...); 0: none */
	char command_line[BOOT_COMMAND_LINE_MAX];
};

/* The generic kernel's entry; runs on the boot CPU, interrupts off, kernel half mapped, on that CPU's stack. */
[[noreturn]] void kernel_main(struct boot_info *info);
