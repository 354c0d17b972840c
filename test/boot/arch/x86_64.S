/* SPDX-License-Identifier: BSD-2-Clause */
/* void rig_bad_syscall(void): the first system call number that is not ours. */
#include "uapi/types.h"

	.text
	.globl	rig_bad_syscall
	.type	rig_bad_syscall, @function
rig_bad_syscall:
	movl	$(KN_SYS_BASE + KN_SYS_COUNT), %eax
	syscall
	ret
	.size	rig_bad_syscall, . - rig_bad_syscall

	.section .note.GNU-stack, "", @progbits
