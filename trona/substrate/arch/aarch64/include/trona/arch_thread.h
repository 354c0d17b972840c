/* SPDX-License-Identifier: BSD-2-Clause */
/* aarch64: TPIDR_EL0 points behind struct kn_thread (ELF TLS variant I: 16 bytes, then PT_TLS above it). */
#pragma once

#define KN_THREAD_POINTER_OFFSET 64
/* sp is a multiple of 16 at every function's entry. */
#define KN_ENTRY_STACK_BIAS 0
