/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical addresses of the boot segment, which kernel.ld repeats: one page of code and data, then the first tables and stack. */
#pragma once

#define BOOT_SEGMENT 0x100000
#define BOOT_WORDS 0x100200 /* struct boot_words */
#define BOOT_ROOT 0x101000
#define BOOT_POINTERS 0x102000
#define BOOT_KERNEL_POINTERS 0x103000 /* of the last 512 GiB */
#define BOOT_KERNEL_DIRECTORY 0x104000 /* the image at its random place */
#define BOOT_DIRECTORIES 0x105000 /* 4 pages: the first 4 GiB */
#define BOOT_STACK_TOP 0x10b000
