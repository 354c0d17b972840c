/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program may read of an Arm processor. The identification registers are not among it (ARM ARM D24.2: UNDEFINED at EL0), so the lines
 * that name implementer and part are not there.
 */
#include "processor.h"

void arch_describe_processor(struct text *text, uint64_t hz)
{
	unsigned long hundredths = hz / 5000; /* as Linux: two "instructions" a tick of the counter */

	text_add(text, "BogoMIPS\t: %lu.%02lu\nCPU architecture: 8\n", hundredths / 100, hundredths % 100);
}
