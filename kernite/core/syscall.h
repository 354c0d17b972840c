/* SPDX-License-Identifier: BSD-2-Clause */
/* What trap_syscall() (ipc/fastpath.c) leaves to others. Both drop the lock and leave the kernel: no
 * register has to survive them. */
#pragma once

#include "object/tcb.h"

struct cpu;

/* Any system call. */
[[noreturn, clang::preserve_none]] void syscall_slow(struct cpu *cpu, struct tcb *thread, uint64_t number);
/* KN_SYS_CALL on a capability to something else than an endpoint. */
[[noreturn, clang::preserve_none]] void syscall_invoke(struct cpu *cpu, struct tcb *thread, struct slot *slot);
