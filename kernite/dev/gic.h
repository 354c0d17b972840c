/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Arm generic interrupt controller, version 3. Interrupts are known by INTID: 0..15
 * between CPUs, 16..31 private to a CPU, from 32 on devices.
 */
#pragma once

#include "arch.h"

#define GIC_SGI_COUNT 16
#define GIC_FIRST_DEVICE 32

struct cpu;

void gic_init(void);                /* boot CPU, once; needs ACPI's MADT */
void gic_init_cpu(struct cpu *cpu); /* every CPU for itself */
void gic_enable_private(unsigned intid);

/* Provided by arch/aarch64/smp.c: MPIDR_EL1's affinity fields of a CPU. */
extern uint64_t smp_affinities[];

/* Acknowledge the next pending interrupt. False: none. */
bool gic_take(unsigned *intid);
void gic_finish(unsigned intid);
void gic_send_to_others(void);
