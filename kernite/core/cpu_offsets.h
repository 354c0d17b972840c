/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the entry code of every machine finds the first fields of struct cpu, and how large the
 * stack is that it leaves to C. For assembly too; cpu.c asserts that C agrees.
 */
#pragma once

#define CPU_SELF 0
#define CPU_CURRENT 8
#define CPU_STACK_TOP 16
#define CPU_ENTRY_SCRATCH 24

#define KERNEL_STACK_SIZE 16384
