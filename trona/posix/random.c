/* SPDX-License-Identifier: BSD-2-Clause */
/* Random bytes: 64 at a time from the kernel's generator. */

#include "posix.h"

#include "kn/random.h"

ssize_t sys_random(void *data, size_t size, bool wait)
{
	unsigned char *to = data;
	size_t done = 0;

	while (done < size) {
		struct kn_random_data block;
		kn_status status = kn_random_get(SLOT(RANDOM), &block);

		if (status == KN_E_WOULD_BLOCK && wait) {
			/* Before the generator is seeded, early in the system's life only. */
			(void)sys_sleep_until(sys_clock_monotonic() + 10000000);
			continue;
		}
		if (status != KN_OK)
			return done ? (ssize_t)done : to_errno(status);
		size_t part = size - done < sizeof block ? size - done : sizeof block;
		memcpy(to + done, &block, part);
		memset(&block, 0, sizeof block);
		__asm__ volatile("" ::"r"(&block) : "memory");
		done += part;
	}
	return (ssize_t)done;
}
