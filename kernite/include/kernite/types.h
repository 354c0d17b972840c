/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types that every kernel file uses. paddr_t and vaddr_t are wrapped so that mixing them does
 * not compile.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "uapi/types.h"
#include "uapi/error.h" /* generated: KN_E_* */

typedef struct {
	uint64_t raw;
} paddr_t;

typedef struct {
	uint64_t raw;
} vaddr_t;

#define PAGE_SIZE KN_PAGE_SIZE
#define PAGE_SHIFT KN_PAGE_SHIFT
#define PAGE_MASK (PAGE_SIZE - 1ull)

#define PHYS_MAP_BASE 0xffff800000000000ull
#define KERNEL_BASE 0xffffffff80000000ull

#define KERNEL_MAX_CPUS 64

enum vm_perms : unsigned {
	VM_READ = 1,
	VM_WRITE = 2,
	VM_EXECUTE = 4,
	VM_USER = 8,
	VM_BRANCH = 16, /* user code with landing pads */
};

enum vm_memory_type : unsigned {
	VM_NORMAL = 0,
	VM_DEVICE = 1,
	VM_WRITE_COMBINE = 2,
};

/* Kernel handlers return it for "not finished: run the same system call again" (restartable steps). */
#define KN_RESTART 1
/* The handler has arranged the caller's result itself, or the caller is blocked. */
#define KN_BLOCKED 2

static inline paddr_t paddr(uint64_t raw)
{
	return (paddr_t){raw};
}

static inline vaddr_t vaddr(uint64_t raw)
{
	return (vaddr_t){raw};
}

static inline void *phys_to_virt(paddr_t address)
{
	return (void *)(address.raw + PHYS_MAP_BASE);
}

/* Only for addresses inside the physical map. */
static inline paddr_t virt_to_phys(const void *address)
{
	return (paddr_t){(uint64_t)address - PHYS_MAP_BASE};
}

/* Pass a refusal or a restart on to the caller, where nothing has to be undone. */
#define TRY(call)                                                                                  \
	do {                                                                                       \
		kn_status status_ = (call);                                                        \
		if (status_ != KN_OK)                                                              \
			return status_;                                                            \
	} while (0)

/* By integers: an untyped's dispatcher asks for the container of what is no pointer (object/untyped.h). */
#define container_of(pointer, type, member) ((type *)((uint64_t)(pointer) - offsetof(type, member)))

/* Prints the message, CPU, registers, symbolised backtrace and the last kernel events; stops all CPUs. */
[[noreturn, gnu::cold, gnu::format(printf, 1, 2)]] void panic(const char *format, ...);
/* Always on: a broken invariant of ours, never a caller's mistake. */
#define invariant(claim) ((claim) ? (void)0 : panic("%s:%d: broken invariant: %s", __FILE_NAME__, __LINE__, #claim))
/* Boot and panic log; %s %d %u %x %lx %lu %llu %c only. */
[[gnu::format(printf, 1, 2)]] void klog(const char *format, ...);

/* Freestanding string functions of the kernel (core/string.c). */
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int value, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
/* Small known sizes become moves although the kernel is freestanding. */
#define memcpy(to, from, size) __builtin_memcpy(to, from, size)
#define memset(to, value, size) __builtin_memset(to, value, size)
