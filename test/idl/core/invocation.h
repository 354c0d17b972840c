/* SPDX-License-Identifier: BSD-2-Clause */
/* What generated kernel dispatch needs of kernite/core/invocation.h, for roundtrip.c. */
#pragma once

#include "uapi/object_type.h"
#include "uapi/types.h"

struct slot {
	struct {
		uint32_t rights;
	} cap;
};

struct invocation {
	struct tcb *caller;
	struct slot *slot;
	void *self;
	kn_word info;
};

uint64_t inv_word(struct invocation *inv, unsigned i);
void inv_set_word(struct invocation *inv, unsigned i, uint64_t value);
void inv_reply_length(struct invocation *inv, unsigned length);
void inv_check_status(kn_status status, uint64_t declared);
[[nodiscard]] kn_status cspace_find(
    const struct tcb *thread, kn_cap address, enum kn_object_type type, uint32_t rights, struct slot **slot);
