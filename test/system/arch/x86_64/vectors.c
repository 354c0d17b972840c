/* SPDX-License-Identifier: BSD-2-Clause */
/* All of the vector registers: with AVX the upper halves too. */
#include "../../posix_calls.h"

#include <cpuid.h>
#include <stdint.h>
#include <string.h>

#define REGISTERS ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
#define CLOBBERS \
	"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", \
	    "xmm15", "memory", "cc"

static bool has_avx(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && c & bit_AVX && c & bit_OSXSAVE;
}

bool vectors_survive(const volatile int *flag)
{
	uint8_t in[16 * 32], out[16 * 32];
	const bool is_wide = has_avx();

	for (unsigned i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)(i * 7 + i / 32 + 1);
	memcpy(out, in, sizeof out); /* what a narrow register does not have */
	if (is_wide)
		__asm__ volatile(REGISTERS "vmovdqu \\n*32(%0), %%ymm\\n\n.endr\n1: pause\ncmpl $0, (%2)\nje 1b\n" REGISTERS
					   "vmovdqu %%ymm\\n, \\n*32(%1)\n.endr\n" ::"r"(in), "r"(out), "r"(flag)
				 : CLOBBERS);
	else
		__asm__ volatile(REGISTERS "movdqu \\n*32(%0), %%xmm\\n\n.endr\n1: pause\ncmpl $0, (%2)\nje 1b\n" REGISTERS
					   "movdqu %%xmm\\n, \\n*32(%1)\n.endr\n" ::"r"(in), "r"(out), "r"(flag)
				 : CLOBBERS);
	return memcmp(in, out, sizeof in) == 0;
}

void vectors_spoil(void)
{
	if (has_avx())
		__asm__ volatile("vzeroall" ::: CLOBBERS);
	else
		__asm__ volatile(REGISTERS "pxor %%xmm\\n, %%xmm\\n\n.endr\n" ::: CLOBBERS);
}
