/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's fuzzer: kernel_fuzz.c supervises, kernel_fuzz_worker.c makes the calls, method_table.c is the grammar.
 *
 * A round makes two processes from one untyped: a rich one, whose CSpace has objects of every type, and a poor one with next
 * to nothing. Their threads make random calls, most of them nearly right, until the round has had its share. Everything a
 * worker does follows from the seed in its record, and a round's seeds from `seed=` and the round's number only.
 * What both sides see lies in shared pages that every clone of the supervisor's address space inherits.
 */
#pragma once

#include "method.h"

#define FUZZ_RICH_THREADS 6
#define FUZZ_THREADS 8
#define FUZZ_SLOTS 256
#define FUZZ_FUTEXES 16
/* Where workers map and touch memory. */
#define FUZZ_PLAYGROUND 0x200000000000
#define FUZZ_PLAYGROUND_PAGES 64

/* What a worker believes a slot to hold; wrong often enough. */
struct fuzz_slot {
	uint8_t type;
	uint16_t rights;
};

struct fuzz_process {
	uint32_t slot_count;
	struct fuzz_slot slots[FUZZ_SLOTS];
};

struct fuzz_thread {
	uint64_t random;
	volatile uint64_t calls;
	/* The call under way, for the report of one that never ends. */
	volatile kn_word cap, info, words[KN_MSG_REGS];
	struct kn_ipc_buffer *ipc;
	struct fuzz_process *process;
	const void *clock_page;
	uint32_t *futexes;
};

struct fuzz_shared {
	struct fuzz_process processes[2];
	struct fuzz_thread threads[FUZZ_THREADS];
	uint32_t futexes[FUZZ_FUTEXES];
};

uint64_t fuzz_random(uint64_t *state);
/* Entry of every worker; does not return. */
[[noreturn]] void fuzz_work(struct fuzz_thread *self, kn_word unused);
