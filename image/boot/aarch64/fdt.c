/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reader for the structure block of a flattened device tree (Devicetree Specification 0.4,
 * chapter 5), as small as the loader's one question needs it.
 */
#include "fdt.h"

#define FDT_MAGIC 0xd00dfeed
#define FDT_SIZE_MAX (4u << 20)

enum token { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4 };

struct tree {
	const uint8_t *bytes;
	uint32_t size, strings;
};

/* Big-endian word, 0 outside of the tree. */
static uint32_t word_at(const struct tree *tree, uint32_t offset)
{
	const uint8_t *p = tree->bytes + offset;

	if (offset > tree->size || tree->size - offset < 4)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool is_string_at(const struct tree *tree, uint32_t offset, const char *expected)
{
	for (; offset < tree->size; offset++, expected++) {
		if (tree->bytes[offset] != (uint8_t)*expected)
			return false;
		if (!*expected)
			return true;
	}
	return false;
}

/* Length of the string with its terminator; past the end of the tree when there is none. */
static uint32_t string_size_at(const struct tree *tree, uint32_t offset)
{
	uint32_t size = 0;

	while (offset + size < tree->size && tree->bytes[offset + size])
		size++;
	return size + 1;
}

static uint64_t address_at(const struct tree *tree, uint32_t offset, uint32_t size)
{
	if (size == 8)
		return (uint64_t)word_at(tree, offset) << 32 | word_at(tree, offset + 4);
	return size == 4 ? word_at(tree, offset) : 0;
}

bool fdt_find_initrd(const void *bytes, uint64_t *start, uint64_t *end)
{
	struct tree tree = {bytes, 40, 0};
	uint64_t first = 0, last = 0;
	unsigned depth = 0;
	bool is_in_chosen = false;
	uint32_t at;

	if (word_at(&tree, 0) != FDT_MAGIC || word_at(&tree, 4) > FDT_SIZE_MAX)
		return false;
	at = word_at(&tree, 8);
	tree.strings = word_at(&tree, 12);
	tree.size = word_at(&tree, 4);
	while (at < tree.size && tree.size - at >= 4) {
		uint32_t token = word_at(&tree, at);

		at += 4;
		if (token == BEGIN_NODE) {
			depth++;
			if (depth == 2)
				is_in_chosen = is_string_at(&tree, at, "chosen");
			at += string_size_at(&tree, at);
		} else if (token == PROPERTY) {
			uint32_t size = word_at(&tree, at),
				 name = tree.strings + word_at(&tree, at + 4);

			at += 8;
			if (size > tree.size - (at < tree.size ? at : tree.size))
				return false;
			if (is_in_chosen && depth == 2 &&
			    is_string_at(&tree, name, "linux,initrd-start"))
				first = address_at(&tree, at, size);
			if (is_in_chosen && depth == 2 &&
			    is_string_at(&tree, name, "linux,initrd-end"))
				last = address_at(&tree, at, size);
			at += size;
		} else if (token == END_NODE && depth) {
			depth--;
		} else if (token != NOP) {
			break;
		}
		at = (at + 3) & ~3u;
	}
	if (!first || last <= first)
		return false;
	*start = first;
	*end = last;
	return true;
}
