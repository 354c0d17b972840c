/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is told when init itself faults: a thread of its own in init, which does nothing else. Without it the kernel would only stop init, and the
 * machine would go on until something needs init, which may be never. It says what happened and powers off.
 */
#pragma once

#include "uapi/types.h"

/* Once, as soon as there is memory for it. */
[[nodiscard]] kn_status guard_start(void);
