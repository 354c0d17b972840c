/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own function names, for backtraces. The table is generated (scripts/symbols.py) from
 * a first link without it and linked behind all code, so that addresses are the same in both links.
 */
#pragma once

#include <stdint.h>

struct symbol {
	uint32_t offset; /* from __text_start */
	uint32_t name;   /* offset in symbol_names */
};

extern const struct symbol symbol_table[];
extern const uint32_t symbol_count;
extern const char symbol_names[];

/* The function that contains the address and the offset in it; null: none. */
const char *symbol_find(uint64_t address, uint64_t *offset);
