/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Return addresses by frame pointers. Every frame must lie above the last one and in the stack
 * window, so that a broken chain ends the walk instead of faulting in it.
 */
#include "machine.h"

#define WINDOW_END (STACK_WINDOW + KERNEL_MAX_CPUS * 16ull * PAGE_SIZE)

static bool is_frame(uint64_t fp, uint64_t previous)
{
	return fp % 8 == 0 && fp > previous && fp >= STACK_WINDOW && fp < WINDOW_END &&
	       fp - previous < 16 * PAGE_SIZE && (fp & PAGE_MASK) <= PAGE_SIZE - 16;
}

unsigned arch_backtrace(uint64_t fp, uint64_t *frames, unsigned max)
{
	uint64_t previous;
	unsigned count = 0;

	if (!fp)
		fp = (uint64_t)__builtin_frame_address(0);
	for (previous = fp - 1; count < max && is_frame(fp, previous);) {
		const uint64_t *frame = (const uint64_t *)fp;

		if (frame[1] < (uint64_t)__text_start || frame[1] >= (uint64_t)__text_end)
			break;
		frames[count++] = frame[1];
		previous = fp;
		fp = frame[0];
	}
	return count;
}
