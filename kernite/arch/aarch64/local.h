/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of arch/aarch64 and its drivers in dev/ say to one another; generic code never
 * sees it.
 */
#pragma once

#include "arch.h"
#include "core/cpu.h"
#include "handoff.h"
#include "boot_info.h"

/* entry.S, boot.S */
extern const char vectors[], secondary_entry[], empty_root[], boot_stack_guard[], boot_stack[];

/* support.S */
int64_t psci_hvc(uint32_t function, uint64_t argument0, uint64_t argument1, uint64_t argument2);
int64_t psci_smc(uint32_t function, uint64_t argument0, uint64_t argument1, uint64_t argument2);
void semihosting_exit(const uint64_t block[2]);
void wait_for_interrupt(void);

/* boot.c */
[[noreturn]] void arch_boot(uint64_t handoff_physical);

/* mmu.c */
void mmu_init(const struct handoff *handoff);
paddr_t kernel_image_physical(const void *address);
extern paddr_t identity_root;
/* A stack with a guard below it for a further CPU; returns its top. */
uint64_t mmu_make_stack(unsigned index);

/* psci.c */
void psci_init(void);
int64_t psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t argument);

/* smp.c */
void smp_init(void);
/* Stop here for ever when a panicking CPU asked for it. */
void smp_halt_if_asked(void);
