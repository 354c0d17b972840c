/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Upcalls: making a thread run its own handler (signals). The interrupted registers go to the IPC
 * buffer's context, and BLOCKED holds further ones back until upcall_return or the thread's own
 * clearing of it.
 */
#pragma once

#include "object/tcb.h"

/* Bit of upcall_bits that says "a system call that is not ours" (tcb.set_foreign). */
#define UPCALL_FOREIGN (1ull << 63)

/* OR the bits in; delivered at the thread's next return to user mode with BLOCKED clear. */
void upcall_request(struct tcb *thread, uint64_t bits);
/* Would the thread, on its way to user mode, be given one? */
bool upcall_is_due(const struct tcb *thread);
/* The current thread is about to run user code and has exit_work. */
void upcall_deliver(struct tcb *thread);
/* K9: enter the foreign entry for the system call in the thread's registers. false: it has none. */
bool upcall_foreign(struct tcb *thread);
