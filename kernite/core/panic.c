/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Panics: only for broken invariants of ours. The first CPU to panic owns the console, stops the
 * others and says everything it knows; a panic inside a panic halts at once. With `panic=exit` on
 * the command line an emulator's test device gets PANIC_EXIT_CODE, so that tests end at once.
 */
#include <stdarg.h>
#include <stdatomic.h>

#include "core/command_line.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/panic.h"
#include "core/slide.h"
#include "core/symbols.h"
#include "core/trace.h"
#include "object/tcb.h"

#define PANIC_EXIT_CODE 17 /* isa-debug-exit makes it 35 */

static atomic_flag has_panicked = ATOMIC_FLAG_INIT;

/*
 * By frame pointers, upwards on this CPU's stack only, so that a broken chain ends the walk instead
 * of faulting in it. Return addresses may be signed: a kernel address has the upper 16 bits set.
 */
static void print_backtrace(uint64_t frame_pointer)
{
	uint64_t top = this_cpu()->stack_top, fp = frame_pointer;

	klog("backtrace (the kernel lies %lx above where it was linked):\n", kernel_slide());
	while (fp % 16 == 0 && top - fp >= 16 && top - fp <= KERNEL_STACK_SIZE) {
		const uint64_t *frame = (const uint64_t *)fp;
		uint64_t address = frame[1] | 0xffffull << 48, offset = 0;
		/* The call, not where it returns to: after a call that never does, that is the next
		 * function. */
		const char *name = symbol_find(address - 1, &offset);

		if (!name)
			break;
		klog("  %lx %s+0x%lx\n", address, name, offset + 1);
		if (frame[0] <= fp)
			break;
		fp = frame[0];
	}
}

[[noreturn]] static void finish(const struct cpu *cpu)
{
	if (cpu->current && cpu->current->state != THREAD_IDLE) {
		klog("thread %s, its user registers:\n", cpu->current->name);
		arch_context_print(&cpu->current->context);
	}
	klog("last events:\n");
	trace_print(16);
	klog("kernite: halted\n");
	if (command_line_has("panic=exit"))
		arch_power_off(PANIC_EXIT_CODE);
	arch_halt();
}

static struct cpu *begin(void)
{
	if (atomic_flag_test_and_set(&has_panicked))
		arch_halt();
	arch_ipi_halt_others();
	klog("\nkernite: panic on CPU %u: ", this_cpu()->index);
	return this_cpu();
}

void panic(const char *format, ...)
{
	struct cpu *cpu = begin();
	va_list arguments;

	va_start(arguments, format);
	log_print(format, arguments);
	va_end(arguments);
	klog("\n");
	print_backtrace((uint64_t)__builtin_frame_address(0));
	finish(cpu);
}

void trap_kernel_fault(const char *what, uint64_t address, const struct arch_context *context)
{
	struct cpu *cpu = begin();

	klog("%s in the kernel, address %lx\n", what, address);
	arch_context_print(context);
	uint64_t offset = 0;
	const char *name = symbol_find(ctx_ip(context), &offset);

	klog("at %lx %s+0x%lx\n", ctx_ip(context), name ? name : "?", offset);
	print_backtrace(ctx_frame_pointer(context));
	finish(cpu);
}

/* The stack protector's canary; kernel_main() makes it random. */
uint64_t __stack_chk_guard = 0x595e9fbd94fda766;

/* It was overwritten. */
[[noreturn]] void __stack_chk_fail(void);
void __stack_chk_fail(void)
{
	panic("kernel stack overflow");
}
