/* SPDX-License-Identifier: BSD-2-Clause */
/* What the allocator asks of us (image/recipes/mallocng, malloc_port.h). */

#include "../internal.h"

#include <string.h>
#include <sys/mman.h>

void *__malloc_map(size_t length);
void __malloc_unmap(void *address, size_t length);
void __malloc_lock(void);
void __malloc_unlock(void);
void __malloc_lock_reset(void);
uint64_t __malloc_secret(void);

static unsigned word;

void *__malloc_map(size_t length)
{
	void *memory = sys_map(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return (uintptr_t)memory > (uintptr_t)-4096 ? nullptr : memory;
}

void __malloc_unmap(void *address, size_t length)
{
	(void)sys_unmap(address, length);
}

void __malloc_lock(void)
{
	unsigned free = 0;

	if (!sys_is_threaded())
		return;
	if (!__atomic_compare_exchange_n(&word, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		while (__atomic_exchange_n(&word, 2, __ATOMIC_ACQUIRE) != 0)
			(void)sys_wait_word(&word, 2, -1);
}

void __malloc_unlock(void)
{
	if (word && __atomic_exchange_n(&word, 0, __ATOMIC_RELEASE) == 2)
		sys_wake_word(&word, 1);
}

void __malloc_lock_reset(void)
{
	word = 0;
}

uint64_t __malloc_secret(void)
{
	uint64_t secret;

	memcpy(&secret, sys_random_seed() + 8, sizeof secret);
	return secret;
}
