/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The break, for programs with an allocator of their own; malloc() does not use it. It moves in one reservation of addresses, which costs nothing
 * before it is used. As in other C libraries, two threads must not move it at once.
 */
#include "../internal.h"

#include <sys/mman.h>
#include <unistd.h>

#define PAGE ((uintptr_t)4096)
#define MOST ((uintptr_t)1 << 36) /* bytes */

static uintptr_t start, now; /* 0: nobody has asked yet */

static bool begin(void)
{
	if (start == 0) {
		void *memory = sys_map(nullptr, MOST, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if ((uintptr_t)memory > (uintptr_t)-4096)
			return false;
		start = now = (uintptr_t)memory;
	}
	return true;
}

static bool move_to(uintptr_t to)
{
	if (!begin() || to < start || to > start + MOST)
		return false;
	const uintptr_t mapped = (now + PAGE - 1) & ~(PAGE - 1), wanted = (to + PAGE - 1) & ~(PAGE - 1);

	if (wanted > mapped && sys_protect((void *)mapped, wanted - mapped, PROT_READ | PROT_WRITE) != 0)
		return false;
	/* What is given back is zero when it is there again. */
	if (wanted < mapped && (sys_discard((void *)wanted, mapped - wanted) != 0 || sys_protect((void *)wanted, mapped - wanted, PROT_NONE) != 0))
		return false;
	now = to;
	return true;
}

int brk(void *address)
{
	if (move_to((uintptr_t)address))
		return 0;
	errno = ENOMEM;
	return -1;
}

void *sbrk(intptr_t change)
{
	const bool is_ready = begin();
	const uintptr_t before = now;

	if (is_ready && (change >= 0 ? (uintptr_t)change <= MOST : -(uintptr_t)change <= before) && move_to(before + (uintptr_t)change))
		return (void *)before;
	errno = ENOMEM;
	return (void *)-1;
}
