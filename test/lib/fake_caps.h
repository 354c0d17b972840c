/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A model of kernite's slots, derivation tree and untyped memory for host tests of servers that own capabilities: retype with a
 * watermark, mint, revoke, delete. It checks what the kernel would refuse, and fails on demand.
 */
#pragma once

#include "uapi/types.h"

struct fake_cap {
	bool is_used;
	uint8_t type;
	uint8_t bits;       /* of an untyped */
	uint64_t taken;     /* its watermark */
	kn_cap parent;
	kn_word badge;
	unsigned children;
};

/* The next `count` kernel operations that can fail succeed, all later ones are NO_MEMORY; -1: none fails. */
extern long fake_caps_budget;

void fake_caps_reset(void);
/* Puts an untyped of 2^bits bytes into `slot`. */
void fake_caps_untyped(kn_cap slot, unsigned bits);
struct fake_cap *fake_cap(kn_cap slot);
/* Capabilities that are not untyped. */
unsigned fake_caps_objects(void);
unsigned fake_caps_used(void);
