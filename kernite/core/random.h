/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's random generator: one ChaCha20 with fast key erasure. */
#pragma once

#include "kernite/types.h"

/* Mix bytes in. `bits`: how much of it an attacker cannot know; the generator is seeded at 256. */
void random_mix(const void *bytes, size_t size, unsigned bits);
/* The time of an interrupt; a bit each, until seeded. */
void random_interrupt(uint64_t cycles);
bool random_is_seeded(void);
/* Up to 64 bytes. The caller has asked random_is_seeded(). */
void random_fill(void *bytes, size_t size);
/* RFC 8439, 2.3. */
void chacha20_block(const uint32_t input[16], uint32_t output[16]);
/* The loader's entropy and the CPU's instruction. */
void random_boot(uint64_t entropy);
