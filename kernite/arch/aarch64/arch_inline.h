/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aarch64: the types and small accessors that include/arch.h promises to generic code.
 *
 * Page tables: 4 KiB granule, 48-bit addresses, 4 levels (ARM ARM D8.2). Generic code counts levels
 * from the leaf (0) to the root (3); the manual counts the other way round.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernite/types.h"
#include "uapi/types.h"

struct arch_context {
	uint64_t x[31];
	uint64_t sp;   /* SP_EL0 */
	uint64_t ip;   /* ELR_EL1 */
	uint64_t spsr; /* SPSR_EL1 */
	uint64_t tls;  /* TPIDR_EL0; live in the register while the thread is current */
	uint64_t reserved;
};

#define REG_NUMBER x[8]
#define REG_CAP x[0]
#define REG_INFO x[1]
#define REG_WORD(index) x[2 + (index)]
#define REG_DEADLINE x[6]
#define REG_REPLY x[7]
#define REG_STATUS x[0]
#define REG_BADGE x[6]
#define REG_IP ip
#define REG_SP sp
#define REG_FRAME x[29]

struct arch_fpu {
	_Alignas(16) uint64_t v[64];
	uint64_t fpsr, fpcr;
};

struct arch_cpu {
	volatile uint8_t *redistributor; /* of the GIC: this CPU's frame */
	const struct arch_space *shared_space; /* who used the shared ASID here last, see mmu.c */
};

struct arch_space {
	paddr_t root;
	uint64_t ttbr; /* root and ASID as TTBR0_EL1 wants them */
};

#define ASID_SHIFT 48

static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	/* Not volatile: a CPU's value never changes once C code runs. */
	__asm__("mrs %0, tpidr_el1" : "=r"(cpu));
	return cpu;
}

static inline bool arch_has_ports(void)
{
	return false;
}

static inline void cpu_relax(void)
{
	__asm__ volatile("yield" ::: "memory");
}

static inline void ctx_set_ip(struct arch_context *context, uint64_t ip)
{
	context->ip = ip;
	context->spsr &= ~(3ull << 10); /* BTYPE: no branch led here */
}

static inline void ctx_set_argument(struct arch_context *context, unsigned index, uint64_t value)
{
	context->x[index] = value;
}

/* SVC leaves the address of the next instruction in ELR (ARM ARM D1.3.1). */
static inline void ctx_rewind(struct arch_context *context)
{
	context->ip -= 4;
}

/* ---- page table entries (ARM ARM D8.3) ---- */

typedef struct {
	uint64_t raw;
} pte_t;

#define PTE_VALID (1ull << 0)
#define PTE_TABLE (1ull << 1) /* at the leaf level: page */
#define PTE_ATTR(index) ((uint64_t)(index) << 2)
#define PTE_AP_USER (1ull << 6)
#define PTE_AP_READONLY (1ull << 7)
#define PTE_SH_INNER (3ull << 8)
#define PTE_AF (1ull << 10)
#define PTE_NOT_GLOBAL (1ull << 11)
#define PTE_GUARDED (1ull << 50) /* BTI; ignored without FEAT_BTI */
#define PTE_PXN (1ull << 53)
#define PTE_UXN (1ull << 54)
#define PTE_ADDRESS_MASK 0x0000fffffffff000ull
#define PTE_PERMS_MASK                                                                             \
	(PTE_AP_USER | PTE_AP_READONLY | PTE_NOT_GLOBAL | PTE_GUARDED | PTE_PXN | PTE_UXN)

static inline pte_t pte_none(void)
{
	return (pte_t){0};
}

static inline uint64_t pte_perm_bits(unsigned perms)
{
	uint64_t bits = 0;

	if (!(perms & VM_WRITE))
		bits |= PTE_AP_READONLY;
	if (perms & VM_USER) {
		bits |= PTE_NOT_GLOBAL | PTE_PXN;
		if (perms & (VM_READ | VM_WRITE))
			bits |= PTE_AP_USER;
		bits |= !(perms & VM_EXECUTE) ? PTE_UXN : perms & VM_BRANCH ? PTE_GUARDED : 0;
	} else {
		bits |= PTE_UXN;
		bits |= perms & VM_EXECUTE ? PTE_GUARDED : PTE_PXN;
	}
	return bits;
}

static inline pte_t pte_leaf(paddr_t address, unsigned perms, unsigned memory_type)
{
	return (pte_t){address.raw | pte_perm_bits(perms) | PTE_ATTR(memory_type) |
		       (memory_type == VM_DEVICE ? 0 : PTE_SH_INNER) | PTE_AF | PTE_TABLE |
		       PTE_VALID};
}

static inline pte_t pte_large(pte_t leaf)
{
	return (pte_t){leaf.raw & ~PTE_TABLE};
}

static inline pte_t pte_table(paddr_t address)
{
	return (pte_t){address.raw | PTE_TABLE | PTE_VALID};
}

static inline bool pte_is_present(pte_t entry)
{
	return entry.raw & PTE_VALID;
}

static inline bool pte_is_leaf(pte_t entry, unsigned level)
{
	return (entry.raw & PTE_VALID) && (level == 0 || !(entry.raw & PTE_TABLE));
}

static inline paddr_t pte_paddr(pte_t entry)
{
	return (paddr_t){entry.raw & PTE_ADDRESS_MASK};
}

static inline bool pte_is_writable(pte_t entry)
{
	return (entry.raw & PTE_VALID) && !(entry.raw & PTE_AP_READONLY);
}

static inline bool pte_is_writable_code(pte_t entry)
{
	return pte_is_writable(entry) && (~entry.raw & (PTE_PXN | PTE_UXN));
}

static inline pte_t pte_with_perms(pte_t entry, unsigned perms)
{
	return (pte_t){(entry.raw & ~PTE_PERMS_MASK) | pte_perm_bits(perms)};
}

/* The virtual counter: the same on every CPU. */
static inline uint64_t arch_cycles(void)
{
	uint64_t count;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
	return count;
}

#define read_sysreg(name)                                                                          \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__ volatile("mrs %0, " #name : "=r"(value_));                                 \
		value_;                                                                            \
	})
#define write_sysreg(name, value)                                                                  \
	__asm__ volatile("msr " #name ", %0" ::"r"((uint64_t)(value)) : "memory")

static inline void isb(void)
{
	__asm__ volatile("isb" ::: "memory");
}

static inline void dsb_ish(void)
{
	__asm__ volatile("dsb ish" ::: "memory");
}

static inline void dsb_sy(void)
{
	__asm__ volatile("dsb sy" ::: "memory");
}
