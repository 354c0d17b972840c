/* SPDX-License-Identifier: BSD-2-Clause */
/* The signal mask around a jump; the jump itself is picolibc's. */

#include <setjmp.h>
#include <signal.h>

void __sigjmp_save(sigjmp_buf env, int savemask)
{
	env->__has_mask = savemask;
	if (savemask)
		sigprocmask(SIG_BLOCK, nullptr, &env->__mask);
}

void siglongjmp(sigjmp_buf env, int value)
{
	if (env->__has_mask)
		sigprocmask(SIG_SETMASK, &env->__mask, nullptr);
	longjmp(env->__jump, value);
}
