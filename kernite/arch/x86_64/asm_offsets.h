/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that assembly shares with C: where things lie in struct arch_context, and segment
 * selectors. context.c asserts that C agrees.
 */
#pragma once

#define CTX_VECTOR 120
#define CTX_RIP 136
#define CTX_RFLAGS 152
#define CTX_RSP 160
#define CTX_FRAME_SIZE 176 /* what a trap pushes; TSS.RSP0 points here */

/* `vector` of a context that entered by SYSCALL: rcx and r11 are not in it, SYSRET may be used. */
#define CONTEXT_SYSCALL 0x100

#define TRAP_STUB_SIZE 9 /* PUSH, PUSH, JMP */

/* SYSRET wants user data right below user code (Intel SDM 5.8.8). */
#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_DATA 0x1b
#define SELECTOR_USER_CODE 0x23
#define SELECTOR_TSS 0x28
