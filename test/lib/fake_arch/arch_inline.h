/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inline half of arch.h for tests of generic kernel code on the build machine. Registers are
 * plain words; page table entries have the bits that both real machines agree on in spirit.
 */
#pragma once

#include "kernite/types.h"

struct cpu;

struct arch_context {
	uint64_t number, cap, info, word[4], deadline, reply, badge, status;
	uint64_t ip, sp, frame, tls, argument[4];
};

#define REG_NUMBER number
#define REG_CAP cap
#define REG_INFO info
#define REG_WORD(index) word[index]
#define REG_DEADLINE deadline
#define REG_REPLY reply
#define REG_STATUS status
#define REG_BADGE badge
#define REG_IP ip
#define REG_SP sp
#define REG_FRAME frame

struct arch_fpu {
	uint64_t live_on;
};

struct arch_cpu {
	uint64_t unused;
};

struct arch_space {
	paddr_t root;
};

/* The one CPU of the test; test/lib/fake_machine.c. */
struct cpu *this_cpu(void);

static inline void cpu_relax(void)
{
}

static inline uint64_t arch_cycles(void)
{
	static uint64_t cycles;

	return cycles += 7919;
}

static inline void ctx_set_ip(struct arch_context *c, uint64_t ip)
{
	c->ip = ip;
}

static inline void ctx_set_argument(struct arch_context *c, unsigned i, uint64_t value)
{
	c->argument[i] = value;
}

static inline void ctx_rewind(struct arch_context *c)
{
	c->ip -= 4;
}

typedef struct {
	uint64_t raw;
} pte_t;

#define FAKE_PTE_PRESENT 1ull
#define FAKE_PTE_PERMS(perms) ((uint64_t)(perms) << 1)
#define FAKE_PTE_ADDRESS 0x0000fffffffff000ull

static inline pte_t pte_none(void)
{
	return (pte_t){0};
}

static inline pte_t pte_leaf(paddr_t address, unsigned perms, enum vm_memory_type type)
{
	return (pte_t){
	    address.raw | FAKE_PTE_PRESENT | FAKE_PTE_PERMS(perms) | (uint64_t)type << 8};
}

static inline pte_t pte_table(paddr_t address)
{
	return (pte_t){address.raw | FAKE_PTE_PRESENT};
}

static inline bool pte_is_present(pte_t p)
{
	return p.raw & FAKE_PTE_PRESENT;
}

static inline bool pte_is_leaf(pte_t p, unsigned level)
{
	return level == 0;
}

static inline paddr_t pte_paddr(pte_t p)
{
	return paddr(p.raw & FAKE_PTE_ADDRESS);
}

static inline bool pte_is_writable(pte_t p)
{
	return pte_is_present(p) && (p.raw & FAKE_PTE_PERMS(VM_WRITE));
}

static inline pte_t pte_with_perms(pte_t p, unsigned perms)
{
	return (pte_t){
	    (p.raw & (FAKE_PTE_ADDRESS | 0x300)) | FAKE_PTE_PRESENT | FAKE_PTE_PERMS(perms)};
}
