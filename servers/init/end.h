/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the system: said, then done. */
#pragma once

#include "uapi/types.h"

/* Something without which there is no system has failed: say so and power off with code 1. */
[[noreturn]] void end_system(const char *why, kn_status status);
/* Ordered: power off with `code`, or reset. */
[[noreturn]] void end_power_off(uint32_t code, bool is_reset);
