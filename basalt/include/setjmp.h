/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * picolibc's setjmp and longjmp, and POSIX's pair that can save the signal mask. sigsetjmp is a
 * macro because the frame that calls setjmp must be the caller's own.
 */
#pragma once

#include_next <setjmp.h>
#ifndef _BASALT_SETJMP_H
#define _BASALT_SETJMP_H
#include <sys/_sigset.h>

typedef struct {
	jmp_buf __jump;
	int __has_mask;
	sigset_t __mask;
} sigjmp_buf[1];

_BEGIN_STD_C
void __sigjmp_save(sigjmp_buf, int);
void siglongjmp(sigjmp_buf, int) __attribute__((__noreturn__));
_END_STD_C

#define sigsetjmp(env, savemask) (__sigjmp_save(env, savemask), setjmp((env)->__jump))
#define _setjmp(env) setjmp(env)
#define _longjmp(env, value) longjmp(env, value)
#endif
