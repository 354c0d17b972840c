/* SPDX-License-Identifier: BSD-2-Clause */
/* panic() itself is in kernite/types.h; this is what the boot code sets for the stack protector. */
#pragma once

#include <stdint.h>

extern uint64_t __stack_chk_guard;
