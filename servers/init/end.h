/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the system: said, then done. */
#pragma once

#include "uapi/types.h"

/* Something without which there is no system has failed: say so and power off with code 1. */
[[noreturn]] void end_system(const char *why, kn_status status);
enum end_action : uint8_t { END_POWER_OFF, END_RESET, END_HALT };

/* Ordered: power off with `code`, reset, or say that it is over and stay. */
[[noreturn]] void end_power_off(uint32_t code, enum end_action action);
