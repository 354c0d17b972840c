/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sanitizer build's look at freed memory (-Dkernel_sanitize=true; otherwise nothing is left of
 * it). What held an object is filled with a pattern when the object is gone, and looked at when it
 * becomes something else. Each word's pattern follows from its own address, so memory needs no
 * marks to be known as poisoned, a copy of poison is none, and as a pointer it is not canonical:
 * what is read through a stale pointer faults. Found is a write of less than a whole line; of one
 * that covers lines completely only what it covers in part.
 */
#pragma once

#include "arch.h"

#define POISON 0x5a17000000000000ull
#define POISON_LINE 64 /* the smallest object */

static inline void poison_fill(void *memory, size_t size)
{
	uint64_t *words = memory;

	for (size_t i = 0; KERNEL_SANITIZE && i < size / sizeof(*words); i++)
		words[i] = (uint64_t)&words[i] ^ POISON;
}

/* Some lines here are poison, others never were: those that are part of it have been written to. */
static inline void poison_check(const void *memory, size_t size, size_t line)
{
	const uint64_t *words = memory;

	for (size_t i = 0, intact = 0; KERNEL_SANITIZE && i < size / sizeof(*words); i++) {
		intact += words[i] == ((uint64_t)&words[i] ^ POISON);
		if ((i + 1) % (line / sizeof(*words)) != 0)
			continue;
		if (intact != 0 && intact != line / sizeof(*words))
			panic("%lx was written to after it was freed", (unsigned long)&words[i]);
		intact = 0;
	}
}

/* A frame that is said to be zero. */
static inline void poison_check_zero(const void *page)
{
	for (const uint64_t *word = page; KERNEL_SANITIZE && word < (const uint64_t *)page + PAGE_SIZE / sizeof(*word); word++)
		invariant(*word == 0);
}
