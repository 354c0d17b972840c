/* SPDX-License-Identifier: BSD-2-Clause */
/* The program that a process runs. */
#pragma once

#include <stddef.h>

#include "uapi/error.h"
#include "uapi/types.h"

/* The path of the file that process `pid` runs (its lowest region of executable memory shows it). NOT_FOUND: it has none any more, or the file has no name. */
[[nodiscard]] kn_status procmaps_program(uint32_t pid, char *path, size_t capacity, size_t *length);
