/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one thing the loader reads from a flattened device tree: where GRUB put the initrd.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Finds /chosen/linux,initrd-start and -end. Every offset in the tree is distrusted. False: not
 * there, empty, or the tree is broken.
 */
bool fdt_find_initrd(const void *tree, uint64_t *start, uint64_t *end);
