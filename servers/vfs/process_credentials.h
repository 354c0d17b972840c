/* SPDX-License-Identifier: BSD-2-Clause */
/* Who a caller is, by the badge that the kernel stamped and procmgr's process table. */
#pragma once

#include "credentials.h"

/* Of the process behind a badge; units of the system (bit 63) are uid 0. NO_PROCESS. */
[[nodiscard]] kn_status process_credentials(kn_word badge, struct credentials *who);
