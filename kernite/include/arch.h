/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything an instruction-set architecture must provide, and all that generic code may use of
 * it. Small accessors are inline in arch/<isa>/arch_inline.h (first: types and constants), the
 * rest are functions in arch/<isa>/.
 *
 * Kernel half, the same on both machines:
 *   PHYS_MAP_BASE   0xffff800000000000  all RAM and device memory ("phys_to_virt")
 *   KERNEL_BASE     0xffffffff80000000  the image
 *
 * Entry and exit. A trap saves the user's registers straight into the current thread's struct
 * arch_context, switches to the CPU's one kernel stack and calls one of the trap_*() functions
 * below (core/trap.c) with interrupts off. When it returns, the entry code restores the context of
 * this_cpu()->current (which may have changed) and leaves the kernel. There is no other thread
 * state on a kernel stack. Interrupts in kernel mode are taken only inside arch_idle() and
 * arch_take_interrupts().
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernite/types.h"     /* paddr_t vaddr_t, phys_to_virt, kn_status, bool claims, panic() */
#include "arch_inline.h"       /* from arch/<isa>/, see "inline contract" */
#include "syscall_registers.h" /* ctx_*(): a context by its registers' roles */

struct cpu;
struct tcb;
struct address_space;
struct boot_info;

/* ---- inline contract: arch_inline.h defines these types and functions -------------------------
 *
 * struct arch_context           saved user registers; embedded in struct tcb at offset 0
 * struct arch_fpu               FPU/SIMD state area (size fixed at build time; large enough for
 *                               what the CPU enables)
 * struct arch_cpu               per-CPU private part, embedded in struct cpu
 * struct arch_space             per-address-space private part: root table, ASID, CPUs that may
 *                               hold TLB entries
 *
 * struct cpu *this_cpu(void)     (offsets for the entry code are in core/cpu.h)
 * REG_*                          members of struct arch_context by role, for syscall_registers.h
 * ctx_set_ip(c, v)
 * ctx_set_argument(c, i, v)     function arguments 0..3 of the C calling convention (thread start)
 * ctx_rewind(c)                 move ip back onto the system call instruction (restartable
 *                               operations)
 *
 * Page table entries (4 levels, 512 entries, 4 KiB pages on both machines; level 0 = leaf,
 * 3 = root):
 * pte_t                         uint64_t wrapper
 * pte_none() pte_leaf(paddr, perms, memory_type) pte_large(leaf) pte_table(paddr)
 * pte_is_present(p) pte_is_leaf(p, level) pte_paddr(p) pte_is_writable(p) pte_with_perms(p, perms)
 * pte_is_writable_code(p)        writable, and the kernel or a user can execute it
 *     perms: VM_READ | VM_WRITE | VM_EXECUTE | VM_USER
 *     memory_type: VM_NORMAL, VM_DEVICE, VM_WRITE_COMBINE
 * void cpu_relax(void)
 * bool arch_has_ports(void)     x86 I/O ports exist
 * uint64_t arch_cycles(void)    free-running counter for the event ring
 * -------------------------------------------------------------------------------------------- */

/* ---- boot ---- */
/* After kernel_main() has a frame allocator: per-CPU tables, interrupt controller, timer, CPU
 * features, TSS/VBAR... Boot CPU. */
void arch_init(void);
/* How many CPUs the firmware tables (ACPI MADT) list, at most KERNEL_MAX_CPUS; index 0 is the boot
 * CPU. Valid after arch_init. */
extern unsigned arch_cpu_count;
/* Start a further CPU on its stack; it ends up in cpu_main(cpu) (core/cpu.c). False: the firmware
 * refuses. */
bool arch_start_cpu(struct cpu *cpu);
/* The part of it that every CPU runs for itself. */
void arch_init_cpu(struct cpu *cpu);
/*
 * Leave the kernel for the first time: empty this CPU's stack and restore the context of
 * this_cpu()->current. The last thing that kernel_main() and cpu_main() do.
 *
 * Before kernel_main() and cpu_main() the architecture has set `self`, `index` and `stack_top` of
 * that struct cpu, made this_cpu() work, and installed the exception vectors. It owns the kernel
 * stacks; generic code does not clear these fields.
 */
[[noreturn]] void arch_enter_user(void);
/*
 * acpi_view() of dev/acpi.h is the architecture's as well: a view of firmware memory.
 */

/* ---- idle, halt, power ---- */
/* Wait for an interrupt with interrupts on, then off again. Called without the kernel lock. */
void arch_idle(void);
/* Those that are pending, without waiting. As arch_idle(). */
void arch_take_interrupts(void);
/* Stop this CPU for ever (panic). */
[[noreturn]] void arch_halt(void);
/* Leave QEMU with `code` when a test device is there (isa-debug-exit, semihosting), else power off
 * by ACPI or PSCI. */
[[noreturn]] void arch_power_off(unsigned code);
[[noreturn]] void arch_reset(void);

/* ---- context ---- */
/* A fresh user context: all registers zero, interrupts on, user mode. */
void arch_context_init(struct arch_context *context);
/* Thread pointer (FS base / TPIDR_EL0) and the second user base (GS base / x18 is an ordinary
 * register: ignored). */
void arch_context_set_tls(struct arch_context *context, uint64_t tls);
/*
 * To and from the layout in kernel/tcb.idl (KN_CONTEXT_WORDS words); import refuses or sanitises
 * mode, flags and non-canonical addresses. The context may be the one of this CPU's current thread
 * (user bases live in registers then).
 */
void arch_context_export(const struct arch_context *context, uint64_t *words);
kn_status arch_context_import(struct arch_context *context, const uint64_t *words);
/*
 * arch_switch.h, inline: static inline void arch_switch(struct cpu *cpu, struct tcb *from,
 * struct tcb *to). Called by the scheduler when cpu->current changes from `from` to `to` (either
 * may be the idle thread, never equal): address space, user bases.
 */
/* FPU: the state of a fresh thread, in zeroed memory; the registers to and from memory; may user
 * code use them, or does it trap (core/fpu.c)? */
void arch_fpu_init(struct arch_fpu *fpu);
void arch_fpu_save(struct arch_fpu *fpu);
void arch_fpu_load(const struct arch_fpu *fpu);
void arch_fpu_allow(bool is_allowed);

/* ---- memory management unit ---- */
/* The tables of the kernel half. */
extern paddr_t kernel_root;
/* A new root table with the kernel half in it, in the zeroed frame `root`. */
void arch_space_init(struct arch_space *space, paddr_t root);
/* Forget ASID and TLB entries everywhere before the root table is freed. */
void arch_space_destroy(struct arch_space *space);
/*
 * Invalidate [start, start + pages * 4 KiB) of the space on every CPU that may hold it and WAIT
 * until they have. pages > 32 or so may flush the whole space. `table_freed`: also
 * paging-structure caches.
 */
void arch_tlb_invalidate(struct arch_space *space, vaddr_t start, size_t pages, bool table_freed);
/* Serve invalidation requests of other CPUs; the kernel lock's spin loop calls it (interrupts are
 * off there). */
void arch_tlb_serve(void);
/* Order table writes before use by the walker (DSB on aarch64, nothing on x86_64). */
void arch_pte_publish(void);
/* Make freshly written user code visible to instruction fetch (aarch64 cache maintenance, nothing
 * on x86_64). */
void arch_sync_code(vaddr_t kernel_address, size_t size);
/* Clear or copy one page through the kernel's mapping, as fast as general registers allow
 * (arch/<isa>/page.S). */
void arch_clear_page(void *page);
void arch_copy_page(void *restrict to, const void *restrict from);
/* Map device memory into the kernel (boot only; used by dev/). */
void *arch_map_device(paddr_t base, size_t size);

/*
 * User memory is never touched through user addresses: generic code reads it through the kernel's
 * own mapping of the page (IPC buffers, mm/object_pages.h). SMAP and PAN are never opened.
 */

/* ---- time ---- */
/* Nanoseconds since boot, monotonic over CPUs; clock_start() (object/clock.h) was called before. */
kn_time arch_now(void);
/* One-shot on this CPU; KN_TIME_FOREVER disarms; a past deadline fires at once. */
void arch_timer_set(kn_time deadline);

/* ---- interrupts ---- */
#define IRQ_MAX 1020
/* irq: ACPI global system interrupt on x86_64 (ISA IRQs translated by the caller through MADT
 * overrides: arch does it), GIC INTID on aarch64. */
bool arch_irq_is_valid(unsigned irq);
void arch_irq_enable(unsigned irq, bool level); /* route to the boot CPU and unmask */
void arch_irq_mask(unsigned irq);
/* trap_irq()'s `source` is masked and over for the controller now, and is this irq. False: it came
 * while it was masked, and comes again when that ends. */
bool arch_irq_accept(unsigned source, unsigned *irq);
void arch_irq_unmask(unsigned irq);
void arch_ipi(unsigned cpu_index);      /* make the CPU enter the kernel (reschedule); never lost */
void arch_ipi_halt_others(void);        /* panic: stop the other CPUs */

/* ---- port I/O, where arch_has_ports(); size 1, 2 or 4 ---- */
uint32_t arch_port_read(uint16_t port, unsigned size);
void arch_port_write(uint16_t port, unsigned size, uint32_t value);

/* ---- boot console and randomness ---- */
void arch_console_put(char c);
/* The UART that init hands to the console server: physical base or I/O port, interrupt.
 * kind: 1 = 16550 ports, 2 = PL011 memory. */
void arch_console_describe(uint32_t *kind, uint64_t *base, uint32_t *irq);
/* Bits of enum kn_protection: what this CPU's control registers say; *possible: what the CPU
 * has. */
uint32_t arch_protections(uint32_t *possible);
bool arch_random(uint64_t *value);      /* RDSEED/RDRAND, RNDR; false: not there */
/* Print all registers of a context, one line each (panic). */
void arch_context_print(const struct arch_context *context);

/* ---- what the entry code calls (core/trap.c) ---- */
/* Interrupts are off; this_cpu()->current has its context saved. */

/* No register has to survive it: the entry code has saved them all. */
[[noreturn, clang::preserve_none]] void trap_syscall(void); /* ends in arch_enter_user() */
/* Page fault of the current user thread. access: VM_READ, VM_WRITE or VM_EXECUTE. */
void trap_page_fault(vaddr_t address, unsigned access);
/* Anything else that is the user's fault. code: enum below; detail: the machine's error code or
 * ESR. */
enum trap_code : unsigned { TRAP_UNDEFINED = 1, TRAP_DIVIDE, TRAP_ALIGNMENT, TRAP_BREAKPOINT, TRAP_STEP, TRAP_FP, TRAP_PROTECTION, TRAP_OVERFLOW };
void trap_exception(enum trap_code code, uint64_t detail);
void trap_fpu(void);        /* first FPU use */
void trap_irq(unsigned source); /* device interrupt, as arch_irq_accept() knows it */
void trap_timer(void);
void trap_ipi(void);
/* A fault in kernel mode that is not an accessor's: panics. */
[[noreturn]] void trap_kernel_fault(const char *what, uint64_t address, const struct arch_context *context);
