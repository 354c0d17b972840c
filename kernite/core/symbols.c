/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking up names in the generated, sorted symbol table (symbols.h). */
#include "core/symbols.h"

extern const char __text_start[], __text_end[];

const char *symbol_find(uint64_t address, uint64_t *offset)
{
	uint64_t base = (uint64_t)__text_start;
	uint32_t low = 0, high = symbol_count;

	if (address < base || address >= (uint64_t)__text_end)
		return nullptr;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (symbol_table[middle].offset <= address - base)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return nullptr;
	*offset = address - base - symbol_table[low - 1].offset;
	return &symbol_names[symbol_table[low - 1].name];
}
