/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel's boot tests stand on: a program that the kernel starts in init's place, with all
 * authority, and that talks to the kernel through the public ABI only. Results are TAP on the boot
 * console.
 *
 * Every test starts from the same state: slots from RIG_SLOT on are empty and the test's untyped is
 * unused; what a test leaves there is cleaned up by clearing the slots and revoking that untyped,
 * which is a test by itself.
 */
#pragma once

#include "rig_print.h"

#include "kn/clock.h"
#include "kn/cnode.h"
#include "kn/console.h"
#include "kn/debug.h"
#include "kn/endpoint.h"
#include "kn/irq_control.h"
#include "kn/irq_handler.h"
#include "kn/memory_object.h"
#include "kn/notification.h"
#include "kn/power.h"
#include "kn/random.h"
#include "kn/reply.h"
#include "kn/sched_context.h"
#include "kn/tcb.h"
#include "kn/timer.h"
#include "kn/untyped.h"
#include "kn/vspace.h"
#include "trona/syscall.h"
#include "trona/thread.h"
#include "uapi/object/boot.h"
#include "uapi/object_size.h"
#include "uapi/object_type.h"

struct rig_test {
	const char *name; /* a sentence with underscores */
	void (*run)(void);
};

/* Suites, one a file. */
extern const struct rig_test cnode_tests[], untyped_tests[], ipc_tests[], fastpath_tests[], transfer_tests[], thread_tests[],
    error_tests[], call_tests[], exhaustion_tests[], lifetime_tests[], time_tests[], cpu_tests[], share_tests[], reservation_tests[], donation_tests[], memory_tests[],
    memory_fault_tests[], memory_clone_tests[], memory_pool_tests[], machine_tests[], stress_tests[], wide_tests[], wide_memory_tests[],
    wide_region_tests[], wide_pool_tests[], wide_end_tests[], wide_thread_tests[], bench_tests[], last_tests[];

/* Made from the contracts (kernel_methods.c). */
const struct rig_test *method_tests(void);
extern const struct rig_test coverage_tests[], call_coverage_tests[];
/* A test got the error it expected from this call (its text). */
void method_saw_error(const char *text, kn_status error);
/* The same for a system call itself (kernel_calls.c); one that it does not declare fails the test. */
void system_call_saw_error(const char *text, kn_status error);

/* The untyped that a test may use up (8 MiB), and the first of its slots. */
extern kn_cap rig_untyped;
extern const struct kn_boot_page *rig_boot;
/* Now; rig_boot->cpu_count is how many there are. */
unsigned rig_cpus_online(void);
/* Of the tests and of the threads they start: the most they may give. */
extern uint32_t rig_priority;
/* A ns is an instruction (boot_test.py --icount). */
extern bool rig_counts_instructions;
/* Is this on the kernel's command line? */
bool rig_has_word(const char *word);
/* The test that runs. */
extern const struct rig_test *rig_running;
#define RIG_SLOT 512
#define RIG_SLOTS 3000

/* A claim of the running test; the first false one is its failure. */
#define check(claim) rig_check(claim, #claim, __FILE_NAME__, __LINE__)
/* The same, comparing statuses, so that the wrong one is printed. */
#define check_status(call, expected)                                                               \
	rig_check_status(call, expected, #call, __FILE_NAME__, __LINE__)
#define check_ok(call) check_status(call, KN_OK)
bool rig_check(bool claim, const char *text, const char *file, int line);
bool rig_check_status(
    kn_status got, kn_status expected, const char *text, const char *file, int line);

/*
 * For tests that need the machine for themselves (they set its clock, claim its interrupts): in a running system ("tests=shared" on the
 * command line) true, and the test, which returns then, counts as skipped.
 */
bool rig_is_shared(void);


/* Under icount with one CPU: a measure with a goal (kernel_bench.c) must have reached it. */
void rig_limit(const char *name, kn_time cost);

/* The test cannot say anything here; it returns after this. */
void rig_skip(const char *why);

/* An empty slot of the test. */
kn_cap rig_slot(void);
/* A new object from the test's untyped; size_bits as for retype. */
kn_cap rig_new(enum kn_object_type type, unsigned size_bits);
/* A child of `source` with these rights and badge (0: plain copy). */
kn_cap rig_derive(kn_cap source, uint32_t rights, uint64_t badge);
uint32_t rig_rights(kn_cap cap);

/* A thread in the test's own spaces; at most RIG_THREADS a test. */
#define RIG_THREADS 72
struct rig_thread {
	kn_cap tcb, sched_context;
	struct kn_ipc_buffer *ipc;
	void (*entry)(void *);
	void *argument;
	volatile bool is_done; /* its entry has returned */
	struct kn_thread area __attribute__((aligned(16)));
	uint64_t area_tail[2];
};
/* Made and configured, not started. */
struct rig_thread *rig_make_thread(void (*entry)(void *), void *argument, kn_cap fault_handler);
struct rig_thread *rig_spawn(void (*entry)(void *), void *argument);
/* Wait (bounded) until its entry has returned. */
bool rig_join(struct rig_thread *thread);
enum kn_tcb_state rig_state(const struct rig_thread *thread);
/* Wait (bounded) until the thread is in this state. */
bool rig_await(const struct rig_thread *thread, enum kn_tcb_state state);
kn_time rig_now(void);
void rig_sleep(kn_time ns);
/*
 * Where the emulator's CPUs are threads of a busy host, nothing takes a known time: wait for what must come, with patience that no load uses up.
 * What is claimed about times is claimed under icount (rig_counts_instructions).
 */
#define RIG_PATIENCE 60000000000
#define rig_until(claim)                                                                           \
	({                                                                                         \
		for (kn_time limit = rig_now() + RIG_PATIENCE; !(claim) && rig_now() < limit;)     \
			rig_sleep(100000);                                                         \
		check(claim);                                                                      \
	})
