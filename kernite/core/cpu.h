/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Per-CPU state. One kernel stack a CPU, no thread ever sleeps on it.
 *
 * The first fields are known to the entry code (cpu_offsets.h).
 */
#pragma once

#include "arch.h"
#include "core/cpu_offsets.h"
#include "core/deadline.h"
#include "core/list.h"

struct tcb;

enum cpu_state : uint8_t {
	CPU_OFFLINE, /* parked in its idle loop: no threads, no deadlines, no address space */
	CPU_LEAVING, /* on the way there */
	CPU_ONLINE,
};

#define CPU_FULL (1u << 30)

struct cpu {
	struct cpu *self;
	struct tcb *current; /* the entry code saves and restores its context; never null after boot */
	uint64_t stack_top;
	uint64_t entry_scratch[2];
	struct tcb *idle;
	unsigned index; /* 0 = boot CPU, dense */
	enum cpu_state state;
	bool is_calling_back;   /* power.cpu_on has not moved all threads yet that are bound to it */
	bool must_arm;       /* its timer, for the earliest deadline: another CPU has left */
	bool has_answered;  /* runs C code; atomic */
	bool reschedule;    /* choose again before leaving the kernel */
	bool is_idle;       /* inside arch_idle(), kernel lock dropped */
	bool in_syscall;    /* the current thread's own system call, not an interrupt */
	uint32_t locked_at; /* arch_cycles() when this kernel entry got the lock: half of it will do */
	uint32_t longest_locked;
	int work;               /* units left in this kernel entry (core/work.h) */
	struct tcb *partner;    /* READY, in no queue: thread_wake_here()'s, until this kernel entry ends */
	unsigned ready;         /* threads in `run`; not online: and CPU_FULL, so that none is placed here */
	struct deadline *run;   /* the first of the ready threads (tcb.run); null: none */
	struct deadline *bound; /* heap of those that are bound to a CPU; null: none, and `run` is the heap of all */
	struct deadline *free;  /* otherwise: of the others */
	uint64_t virtual_time;  /* clock of the best-effort deadlines (core/scheduler.c) */
	struct tcb *fpu_owner;  /* who had the FPU here last (core/fpu.h) */
	bool is_fpu_on;         /* the current thread has it */
	kn_time timer_deadline; /* what the hardware is armed for */
	kn_time linger_end;     /* idle CPUs are offered what waits here; KN_TIME_FOREVER: nothing does */
	kn_time slice_end;      /* the hardware is armed to look after budgets; KN_TIME_FOREVER: it is not */
	uint64_t slice_end_cycles; /* the same as arch_cycles() */
	uint64_t kernel_entries;
	uint64_t accounted; /* arch_cycles() up to which `current` has been charged */
	struct arch_cpu arch;
};

extern struct cpu cpus[KERNEL_MAX_CPUS];
extern unsigned cpu_count, cpu_online_count; /* started at boot; of these, now online */

/* Boot: an empty run queue, its idle thread current; before anything else on a CPU. */
void cpu_prepare(unsigned index);
/* Give it a share of the work from now on. */
void cpu_go_online(struct cpu *cpu);
/* Boot: start all further CPUs; they wait for the kernel lock. */
void cpu_start_others(void);
/* The further CPUs' generic entry, on their own stack (core/cpu.c). */
[[noreturn]] void cpu_main(struct cpu *cpu);
