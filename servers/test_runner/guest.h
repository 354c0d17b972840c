/* SPDX-License-Identifier: BSD-2-Clause */
/* The test program in a machine of its own: what it is made of, what it says, how it ends. */
#pragma once

#include "uapi/types.h"

/* Makes the machine and starts the program with this command line. Nothing is left behind on failure. */
[[nodiscard]] kn_status guest_start(const char *words, size_t length);
/*
 * Waits for output and copies it, at most `capacity` bytes (64 at least). When *is_over the program has ended, everything is freed, and
 * *has_failed says how. NOT_FOUND: nothing runs.
 */
[[nodiscard]] kn_status guest_next(char *text, size_t capacity, size_t *length, bool *is_over, bool *has_failed);
bool guest_is_running(void);
/* Frees everything, whatever the program is doing. */
void guest_stop(void);
