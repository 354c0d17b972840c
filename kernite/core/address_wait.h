/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting on memory (futexes): threads queued by a two-word key that the address-space code
 * supplies (object and offset). The comparison with the expected value happens under the kernel
 * lock before the call.
 */
#pragma once

#include "object/tcb.h"

/* Block `thread` (the caller of the running system call) until a wake or `deadline`; its status is
 * set then. KN_BLOCKED, or KN_E_WOULD_BLOCK for KN_TIME_POLL. */
kn_status address_wait(struct tcb *thread, uint64_t key0, uint64_t key1, kn_time deadline);
/* Wake up to `count`, oldest first; returns how many. */
uint32_t address_wake(uint64_t key0, uint64_t key1, uint32_t count);
