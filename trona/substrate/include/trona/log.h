/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line to the kernel's log console, "name: text", through the capability that init gives every server ("log"). For
 * what an administrator must know; silent when there is no such capability. At most 200 bytes.
 */
#pragma once

#include "uapi/error.h"
#include "uapi/types.h"

/* The start code calls it. */
void log_init(kn_cap console, const char *name);
[[gnu::format(printf, 1, 2)]] void log_line(const char *format, ...);
/* Log a status with its sentence: "what: out of memory". */
void log_status(const char *what, kn_status status);
