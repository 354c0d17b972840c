/* SPDX-License-Identifier: BSD-2-Clause */
/* What signal.c needs of the machine (arch/<isa>/signal_frame.c). */
#pragma once

#include "posix.h"

/* Find out how large the FPU state is; tell procmgr of the touching functions. */
void signal_frame_start(void);
/* Interrupted registers (tcb.idl's context words) to a ucontext and back. */
void signal_frame_save(ucontext_t *to, const kn_word *context, void *fpu);
void signal_frame_load(const ucontext_t *from, kn_word *context);
/* The stack pointer among them: the same word on every machine. */
static inline kn_word signal_frame_stack(const kn_word *context)
{
	return context[1];
}
/* Calls the handler on another stack, which begins below `top` (upcall.S). */
void signal_call_on(
    kn_word top, int signal, siginfo_t *info, ucontext_t *context, void (*handler)(int, siginfo_t *, void *));
/* If the upcall came between a guarded call's check and its system call, let the call end (guard.S). */
void signal_frame_abort_guard(kn_word *context);
/* If a fault came in one of the touching functions (guard.S), let it tell so. */
bool signal_frame_abort_touch(kn_word *context);
