/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/<pid>/fd and cwd: what the descriptors of a process are open on. procmgr tells the badges of the capabilities behind them, so a process
 * can misnumber what it has, but shows nothing that it has not.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "uapi/error.h"
#include "uapi/types.h"

/* The first descriptor from *number on, and the mode of its link; false: there is none. */
bool procfd_next(uint32_t pid, uint32_t *number, uint32_t *mode);
/* What Linux's link says: a path, pipe:[N], socket:[N]. NOT_FOUND: it is closed, or the process is gone. */
[[nodiscard]] kn_status procfd_target(uint32_t pid, uint32_t number, char *target, size_t capacity, size_t *length);
/* The path of the current directory. */
[[nodiscard]] kn_status procfd_current(uint32_t pid, char *target, size_t capacity, size_t *length);
