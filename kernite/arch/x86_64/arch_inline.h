/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inline half of arch.h on x86_64: contexts, per-CPU and per-space parts, page table entries.
 *
 * A trap pushes the user's registers straight into struct arch_context: TSS.RSP0 points at the
 * end of the `ss` word of the current thread's context, so the processor's own frame and the
 * entry code's pushes land in place, and IRETQ leaves from there. System calls store the same
 * words one by one.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernite/types.h"

struct cpu;

/* ---- contexts ---- */

struct arch_context {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11;
	uint64_t words[4]; /* rdx, r10, r8, r9 */
	uint64_t rdi, rsi, rcx, rax;
	int64_t vector; /* in its low byte, of the trap it came in by; or CONTEXT_SYSCALL */
	uint64_t error;
	uint64_t rip, cs, rflags, rsp, ss;
	uint64_t fs_base, gs_base; /* valid while the thread is not loaded on a CPU */
};

#define REG_NUMBER rax
#define REG_CAP rdi
#define REG_INFO rsi
#define REG_WORD(index) words[index]
#define REG_DEADLINE r12
#define REG_REPLY r13
#define REG_STATUS rax
#define REG_BADGE rdi
#define REG_IP rip
#define REG_SP rsp
#define REG_FRAME rbp

/* Legacy area 512, header 64, AVX 256 bytes; nothing above AVX is ever enabled (fpu.c). */
#define FPU_AREA_SIZE 832

struct arch_fpu {
	alignas(64) uint8_t area[FPU_AREA_SIZE];
};

static inline void ctx_set_ip(struct arch_context *c, uint64_t ip)
{
	c->rip = ip;
	c->vector = 0; /* SYSRET is only for the address that SYSCALL left (entry.S) */
}

static inline void ctx_set_argument(struct arch_context *c, unsigned i, uint64_t value)
{
	uint64_t *const registers[] = {&c->rdi, &c->rsi, &c->words[0], &c->rcx};

	*registers[i] = value;
	/* The fourth dies in a SYSCALL: leave by IRETQ. */
	if (i == 3)
		c->vector = 0;
}

/* Back onto the two-byte SYSCALL instruction; its arguments are still in their registers. */
static inline void ctx_rewind(struct arch_context *c)
{
	c->rip -= 2;
}

/* ---- address spaces ---- */

struct arch_space {
	paddr_t root;
	uint64_t active; /* bit i: CPU i has `root` in CR3 and may hold translations; atomic */
};

/* ---- CPUs ---- */

struct arch_tss {
	uint32_t reserved0;
	uint64_t rsp0, rsp1, rsp2;
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, io_map_base;
} __attribute__((packed));

struct arch_cpu {
	alignas(16) uint64_t gdt[7];
	uint64_t tss_alignment;
	struct arch_tss tss;
	uint64_t bit; /* 1 << index, for arch_space.active */
	uint32_t apic_id;
	struct arch_space *space; /* whose root is in CR3; null: the kernel's own */
	kn_time timer_target;     /* the deadline asked for; the timer may need several steps */
};

static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	/* CPU_SELF. Not volatile: no code changes its CPU inside the kernel. */
	__asm__("movq %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

static inline bool arch_has_ports(void)
{
	return true;
}

static inline void cpu_relax(void)
{
	__asm__ volatile("pause");
}

static inline uint64_t arch_cycles(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* ---- page table entries (Intel SDM vol. 3, 4.5) ---- */

typedef struct {
	uint64_t raw;
} pte_t;

#define PTE_PRESENT (1ull << 0)
#define PTE_WRITABLE (1ull << 1)
#define PTE_USER (1ull << 2)
#define PTE_WRITE_THROUGH (1ull << 3) /* alone: PAT entry 1, which we make write-combining */
#define PTE_CACHE_DISABLE (1ull << 4)
#define PTE_ACCESSED (1ull << 5)
#define PTE_DIRTY (1ull << 6)
#define PTE_LARGE (1ull << 7) /* levels 1 and 2 */
#define PTE_GLOBAL (1ull << 8)
#define PTE_NO_EXECUTE (1ull << 63)
#define PTE_ADDRESS 0x000ffffffffff000ull

static inline pte_t pte_none(void)
{
	return (pte_t){0};
}

static inline uint64_t pte_perm_bits(unsigned perms)
{
	/* Accessed and dirty are preset: nothing reads them, and the walker need not write. */
	return PTE_PRESENT | PTE_ACCESSED | ((perms & VM_WRITE) ? PTE_WRITABLE | PTE_DIRTY : 0) |
	       ((perms & VM_USER) ? PTE_USER : PTE_GLOBAL) |
	       ((perms & VM_EXECUTE) ? 0 : PTE_NO_EXECUTE);
}

static inline pte_t pte_leaf(paddr_t address, unsigned perms, enum vm_memory_type type)
{
	uint64_t cache = type == VM_DEVICE          ? PTE_CACHE_DISABLE | PTE_WRITE_THROUGH
	                 : type == VM_WRITE_COMBINE ? PTE_WRITE_THROUGH : 0;

	return (pte_t){address.raw | cache | pte_perm_bits(perms)};
}

static inline pte_t pte_large(pte_t leaf)
{
	return (pte_t){leaf.raw | PTE_LARGE};
}

static inline pte_t pte_table(paddr_t address)
{
	return (pte_t){address.raw | PTE_PRESENT | PTE_WRITABLE | PTE_USER | PTE_ACCESSED};
}

static inline bool pte_is_present(pte_t p)
{
	return p.raw & PTE_PRESENT;
}

static inline bool pte_is_leaf(pte_t p, unsigned level)
{
	return level == 0 || (p.raw & PTE_LARGE);
}

static inline paddr_t pte_paddr(pte_t p)
{
	return (paddr_t){p.raw & PTE_ADDRESS};
}

static inline bool pte_is_writable(pte_t p)
{
	return p.raw & PTE_WRITABLE;
}

static inline bool pte_is_writable_code(pte_t p)
{
	return (p.raw & (PTE_PRESENT | PTE_WRITABLE | PTE_NO_EXECUTE)) == (PTE_PRESENT | PTE_WRITABLE);
}

static inline pte_t pte_with_perms(pte_t p, unsigned perms)
{
	uint64_t kept = PTE_ADDRESS | PTE_WRITE_THROUGH | PTE_CACHE_DISABLE;

	return (pte_t){(p.raw & kept) | pte_perm_bits(perms)};
}
