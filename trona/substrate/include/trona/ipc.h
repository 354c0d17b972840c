/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The primitives that generated client stubs stand on. kn_call returns the status of the transport (bad
 * capability, deadline, peer gone); the status of the method is in the label of regs->info afterwards.
 * The other system calls are in trona/syscall.h; programs use the stubs (kn/, client/) and the server loop.
 */
#pragma once

#include "uapi/types.h"

/* Sends regs->info and regs->w (words from 4 on: the IPC buffer) and fills regs with the reply. */
[[nodiscard]] kn_status kn_call(kn_cap dest, struct kn_regs *regs, kn_time deadline);

/* The calling thread's IPC buffer. A call inside an upcall must save and restore what it overwrites. */
struct kn_ipc_buffer *kn_ipc_buffer(void);
