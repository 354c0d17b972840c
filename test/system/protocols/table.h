/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The servers' contracts as data, for tests that go through all of them: every method of every protocol. The table is made from
 * trona/uapi/protocol/ by table.py, so a new method is tested the moment it is declared.
 */
#pragma once

#include "uapi/types.h"

/* What a fixed word of a request is, or the bytes of a buffer: told by its name in the contract. */
enum word_kind : uint8_t { WORD_RAW, WORD_NUMBER, WORD_CAPACITY, WORD_PATH, WORD_PID, WORD_SIGNAL, WORD_FLAGS };

struct word {
	enum word_kind kind;
	bool has_bad;
	uint64_t bad; /* a value that the word's type does not have */
};

struct method {
	const char *name; /* "vfs_open", as its stub is called */
	uint16_t label;
	uint8_t words;    /* fixed ones */
	uint8_t caps_least, caps_most;
	uint8_t buffers;  /* behind the fixed words */
	uint8_t result_caps;
	uint8_t throw_count;
	const struct word *word;
	const uint8_t *buffer; /* word_kind each */
	const int16_t *throws;
};

extern const struct method methods[];
extern const unsigned method_count;

static inline unsigned method_protocol(const struct method *method)
{
	return method->label >> 8;
}
