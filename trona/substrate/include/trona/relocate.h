/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Static-PIE programs move themselves: the loader (trona/loader) only maps them. The linker leaves nothing but relative
 * relocations, in the packed form (DT_RELR) and, where an address is odd, in the plain one (DT_RELA). Runs before everything else:
 * no function pointer, table of strings or canary may be used until it has returned.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Adds `bias` to what the image's dynamic section lists. `headers`: the program headers as they are in memory. */
void relocate(uint64_t bias, const void *headers, size_t count);
/* The running program, which the linker gave __ehdr_start; one with fixed addresses is left alone. */
void relocate_self(void);
