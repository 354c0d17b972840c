/* SPDX-License-Identifier: BSD-2-Clause */
/* What generated kernel dispatch needs of kernite/core/invocation.h, for roundtrip.c. */
#pragma once

#include "uapi/types.h"

struct object {
	int unused;
};

struct slot {
	struct {
		struct object *object;
		uint32_t rights;
	} cap;
};

struct invocation {
	struct slot *slot;
	kn_word info;
};

#define container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

uint64_t inv_word(struct invocation *inv, unsigned i);
void inv_set_word(struct invocation *inv, unsigned i, uint64_t value);
void inv_reply_length(struct invocation *inv, unsigned length);
[[nodiscard]] kn_status cap_lookup(
    struct invocation *inv, uint64_t address, uint8_t type, uint32_t rights, struct slot **slot);
