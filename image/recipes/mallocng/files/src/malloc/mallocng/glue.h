/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The surroundings musl's allocator expects, put in place of musl's own glue.h.
 *
 * The allocator's mmap and munmap go through a small page pool (port.c), because on a microkernel
 * each real one is a call to another process. brk and mremap are answered with "no": the allocator
 * then uses mmap, and malloc with a copy. Its guard page in front of metadata stays unused memory.
 */
#ifndef MALLOC_GLUE_H
#define MALLOC_GLUE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "dynlink.h"
#include "malloc_port.h"

#define size_classes __malloc_size_classes
#define ctx __malloc_context
#define alloc_meta __malloc_alloc_meta
#define is_allzero __malloc_allzerop

#define USE_MADV_FREE 0
#define DISABLE_ALIGNED_ALLOC 0
#define PAGESIZE 4096
#define MT 1
#define RDLOCK_IS_EXCLUSIVE 1

#undef assert
#define assert(x) do { if (!(x)) __builtin_trap(); } while (0)

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define MAP_PRIVATE 0
#define MAP_ANON 0
#define MAP_FIXED 0
#define MREMAP_MAYMOVE 0
#define MADV_FREE 0
#define MAP_FAILED ((void *)-1)

__attribute__((visibility("hidden"))) void *__malloc_pool_map(size_t length);
__attribute__((visibility("hidden"))) void __malloc_pool_unmap(void *address, size_t length);

#define brk(p) ((uintptr_t)-1)
#define mmap(at, length, prot, flags, fd, offset) __malloc_pool_map(length)
#define munmap(address, length) __malloc_pool_unmap(address, length)
#define madvise(address, length, advice) 0
#define mprotect(address, length, prot) 0
#define mremap(address, old, new, flags) MAP_FAILED

#define get_random_secret __malloc_secret
#define rdlock __malloc_lock
#define wrlock __malloc_lock
#define unlock __malloc_unlock
#define upgradelock() ((void)0)
#define LOCK_OBJ_DEF \
	void __malloc_atfork(int who) \
	{ \
		if (who < 0) \
			__malloc_lock(); \
		else if (who > 0) \
			__malloc_lock_reset(); \
		else \
			__malloc_unlock(); \
	} \
	static_assert(1, "")

static inline int a_cas(volatile int *p, int expected, int desired)
{
	__atomic_compare_exchange_n(p, &expected, desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return expected;
}

static inline void a_or(volatile int *p, int bits)
{
	__atomic_fetch_or(p, bits, __ATOMIC_SEQ_CST);
}

static inline int a_ctz_32(uint32_t x)
{
	return __builtin_ctz(x);
}

static inline int a_clz_32(uint32_t x)
{
	return __builtin_clz(x);
}

#endif
