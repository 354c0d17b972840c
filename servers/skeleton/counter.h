/* SPDX-License-Identifier: BSD-2-Clause */
/* The noun of this server: bytes by client. */
#pragma once

#include "uapi/types.h"

/* Counts `bytes` for `badge` and tells the sum so far. NO_MEMORY: nothing is counted. OVERFLOW: the sum would not fit. */
[[nodiscard]] kn_status counter_add(kn_word badge, uint64_t bytes, uint64_t *sum);
/* The client is gone. */
void counter_forget(kn_word badge);
