/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's contracts as data, for tests that go through all of them: every method of every object with the
 * words it takes and what each word means. The table (method_table.c) is made from trona/uapi/kernel/ by
 * method_table.py, so a new method is tested the moment it is declared.
 */
#pragma once

#include "uapi/object_type.h"
#include "uapi/types.h"

/* What a word of a request is. The kinds after NUMBER are numbers, told apart by their names in the contract. */
enum operand_kind : uint8_t {
	OPERAND_RAW, /* part of a structure: any 64 bits */
	OPERAND_CAP,
	OPERAND_OPTIONAL_CAP,
	OPERAND_NUMBER,
	OPERAND_ADDRESS,
	OPERAND_PAGES,
	OPERAND_INDEX,
	OPERAND_RIGHTS,
	OPERAND_PROT,
	OPERAND_FLAGS,
	OPERAND_TYPE,
	OPERAND_SIZE_BITS,
	OPERAND_TIME,
};

struct operand {
	enum operand_kind kind;
	uint8_t bits;             /* numbers: how many may be set (1: a bool) */
	enum kn_object_type type; /* capabilities: KN_TYPE_NONE for any */
	uint32_t rights;          /* capabilities */
};

#define METHOD_WORDS 12

struct method {
	const char *name; /* "cnode.copy" */
	enum kn_object_type type;
	uint16_t label;
	uint8_t words;
	uint8_t throw_count;
	bool is_waiting; /* it has a deadline */
	uint32_t rights;
	const int16_t *throws;
	struct operand operands[METHOD_WORDS];
};

extern const struct method methods[];
extern const unsigned method_count;
