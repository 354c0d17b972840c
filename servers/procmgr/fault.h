/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults of processes' threads, which the kernel reports: a signal for the process, or memory that has to be found. */
#pragma once

#include "trona/server.h"

/* NO_PROCESS: whose it was is not there any more, and its thread stays where it is. */
[[nodiscard]] kn_status fault_received(struct server_call *call);
