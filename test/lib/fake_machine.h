/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine for tests of kernel memory management: RAM from the host's heap (the physical map is
 * plain arithmetic, so a host pointer is its own kernel mapping), a memory management unit with a
 * TLB that remembers everything until it is told not to, and stand-ins for the parts of the kernel
 * around mm.
 *
 * The TLB is the point: fake_check() fails when a translation that a real CPU might still use
 * disagrees with the page tables, so a missing or late invalidation shows.
 */
#pragma once

#include "core/invocation.h"
#include "gen/memory_object_ops.h"
#include "gen/pool_ops.h"
#include "gen/vspace_ops.h"
#include "mm/object_pages.h"
#include "object/pool.h"
#include "object/vspace.h"

#define FAKE_TLB_MAX 4096

/* RAM of `pages` pages; all of it UNTYPED. Ends with fake_machine_stop(), which checks for leaks in
 * the fakes. */
void fake_machine_start(uint64_t pages);
void fake_machine_stop(void);
/* The RAM as an untyped capability of 2^n pages from its start. */
void fake_untyped(struct slot *slot, uint64_t first_page, unsigned size_bits);
/* Kernel work allowed before an operation must restart; 0: no limit. Used up by work_step(). */
void fake_work_limit(int units);
/* Call before each operation, as the system call layer does. */
void fake_kernel_entry(void);

/* Operands. */
struct slot fake_cap(struct object *object, enum kn_object_type type, uint32_t rights);
void fake_pool(struct pool *pool);
void fake_object(struct memory_object *object);
void fake_space(struct vspace *space);

/*
 * A user access of one byte through the fake MMU; faults go to vspace_populate(). Returns the
 * status of the fault that could not be resolved, or KN_OK.
 */
kn_status fake_read(struct vspace *space, uint64_t address, uint8_t *value);
kn_status fake_write(struct vspace *space, uint64_t address, uint8_t value);
kn_status fake_execute(struct vspace *space, uint64_t address);
/* No translation in the TLB allows what the page tables do not; counters of the space agree with
 * its tables. */
void fake_check(struct vspace *space);
/* Forget translations silently, as a real TLB may at any time. */
void fake_tlb_evict(void);

/* What the kernel around mm was asked to do. */
extern unsigned fake_stopped_threads;
extern uint64_t fake_fault_label; /* of the last fault_send(), 0: none */
extern uint64_t fake_fault_words[6];
extern struct slot *fake_fault_handler;
extern kn_status fake_fault_reason; /* of the last fault_vm() */
extern uint64_t fake_wait_key[2];
extern unsigned fake_waiting;
extern bool fake_cap_is_copyable;

/* The thread that calls: inv_resume() writes into its operands. */
extern struct tcb fake_caller;
/* Operand `word` of a call: `value`, or what a restarted call has made of it. */
#define FAKE_OPERAND(field, number)                                                                \
	(fake_restarted ? ((field) = fake_caller.context.word[number]) : (fake_caller.context.word[number] = (field)))
extern bool fake_restarted;

/* Run a restartable method until it is done; counts the restarts. */
extern unsigned fake_restarts;
#define FAKE_RUN(call)                                                                             \
	({                                                                                         \
		kn_status status_;                                                                 \
		fake_restarted = false;                                                            \
		fake_kernel_entry();                                                               \
		while ((status_ = (call)) == KN_RESTART) {                                         \
			fake_restarts++;                                                           \
			fake_restarted = true;                                                     \
			fake_kernel_entry();                                                       \
		}                                                                                  \
		status_;                                                                           \
	})
