/* SPDX-License-Identifier: BSD-2-Clause */
/* trona/relocate.h. System V ABI, chapter 5, and its DT_RELR: an even word is an address, an odd one a map of the 63 words behind. */
#include "trona/relocate.h"

#include "trona/elf_format.h"

#define DT_RELA 7
#define DT_RELASZ 8
#define DT_RELRSZ 35
#define DT_RELR 36
#define DYNAMIC_TAGS 37
#define MAP_WORDS 63

struct rela {
	uint64_t offset;
	uint64_t info;
	uint64_t addend;
};

static void apply_packed(uint64_t bias, const uint64_t *table, size_t count)
{
	uint64_t *where = nullptr;

	for (size_t i = 0; i < count; i++) {
		uint64_t map = table[i];

		if (!(map & 1)) {
			where = (uint64_t *)(bias + map);
			*where++ += bias;
			continue;
		}
		for (size_t word = 0; (map >>= 1) != 0; word++)
			if (map & 1)
				where[word] += bias;
		where += MAP_WORDS;
	}
}

/* The linker is told to fail for anything but relative ones (-z text, no undefined symbols). */
[[gnu::no_stack_protector]] static void apply_plain(uint64_t bias, const struct rela *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value = bias + table[i].addend;

		__builtin_memcpy((char *)(bias + table[i].offset), &value, sizeof(value));
	}
}

/* Before there is a canary. */
[[gnu::no_stack_protector]] void relocate(uint64_t bias, const void *headers, size_t count)
{
	const struct elf_program_header *header = headers;
	uint64_t found[DYNAMIC_TAGS];

	while (count > 0 && header->type != PT_DYNAMIC) {
		header++;
		count--;
	}
	if (count == 0)
		return;
	for (size_t i = 0; i < DYNAMIC_TAGS; i++)
		((volatile uint64_t *)found)[i] = 0;
	for (const uint64_t *entry = (const uint64_t *)(bias + header->address); entry[0] != 0; entry += 2)
		if (entry[0] < DYNAMIC_TAGS)
			found[entry[0]] = entry[1];
	apply_packed(bias, (const uint64_t *)(bias + found[DT_RELR]), found[DT_RELRSZ] / sizeof(uint64_t));
	apply_plain(bias, (const struct rela *)(bias + found[DT_RELA]), found[DT_RELASZ] / sizeof(struct rela));
}
