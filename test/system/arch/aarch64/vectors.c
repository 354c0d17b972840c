/* SPDX-License-Identifier: BSD-2-Clause */
/* All of the vector registers. */
#include "../../posix_calls.h"

#include <stdint.h>
#include <string.h>

#define REGISTERS \
	".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"
#define CLOBBERS \
	"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", \
	    "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31", "x9", "memory", "cc"

bool vectors_survive(const volatile int *flag)
{
	uint8_t in[32 * 16], out[32 * 16];

	for (unsigned i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)(i * 7 + i / 16 + 1);
	__asm__ volatile(REGISTERS "ldr q\\n, [%0, #\\n * 16]\n.endr\n1: ldr w9, [%2]\ncbz w9, 1b\n" REGISTERS
				   "str q\\n, [%1, #\\n * 16]\n.endr\n" ::"r"(in), "r"(out), "r"(flag)
			 : CLOBBERS);
	return memcmp(in, out, sizeof in) == 0;
}

void vectors_spoil(void)
{
	__asm__ volatile(REGISTERS "fmov d\\n, xzr\n.endr\n" ::: CLOBBERS);
}
