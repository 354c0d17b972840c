/* SPDX-License-Identifier: BSD-2-Clause */
/* TAP of programs in init's place, on the kernel's console. */
#pragma once

[[gnu::format(printf, 1, 2)]] void rig_print(const char *format, ...);
