/* SPDX-License-Identifier: BSD-2-Clause */
/* x86_64: FS base points to struct kn_thread itself (ELF TLS variant II lies below it). */
#pragma once

#define KN_THREAD_POINTER_OFFSET 0
/* A C function is entered with the return address pushed: sp is 8 below a multiple of 16. */
#define KN_ENTRY_STACK_BIAS 8
