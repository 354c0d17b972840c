/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The world below procmgr, for host tests: slots, kernel objects, accounts and spaces are only counted, mapped memory is the host's. Everything that
 * can fail does so on demand.
 */
#pragma once

#include "process.h"

/* The next `count` operations that can fail succeed, all later ones are NO_MEMORY; -1: none fails. */
extern long fake_budget;
/* Alive now. */
extern long fake_slots, fake_accounts, fake_spaces, fake_mapped, fake_deferred;
extern kn_time fake_now;
/* The last answer to a deferred wait or signal_wait. */
extern struct fake_answer {
	unsigned count;
	kn_status status;
	struct procmgr_process_event event;
	uint32_t signal;
} fake_answer;
/* Upcalls, suspensions and resumptions since fake_reset(), the last priority given, log lines. */
extern unsigned fake_upcalls, fake_suspended, fake_resumed, fake_logged;
extern uint32_t fake_priority;
/* The last slot_copy(). */
extern struct fake_copy {
	kn_cap to, source;
	uint32_t rights;
} fake_copied;
/* The last parameters that a scheduling context was given, its answer, and the CPU time that each tells; the CPUs there are and the one bound to last. */
extern struct schedule_parameters fake_parameters;
extern kn_status fake_admission;
extern uint64_t fake_consumed;
extern uint32_t fake_bound;
#define FAKE_CPUS 4
/* What an image is worth (elf_parse), and what each space uses (kn_vspace_usage). */
extern kn_status fake_image;
/* What is said when the budget is used up. */
extern kn_status fake_refusal;
extern uint64_t fake_pages[256], fake_memory_limit;
/* What processes can still have, what comes back with each space, what memory objects have (at most 1000 pages), bytes for kernel objects. */
extern uint32_t fake_memory_user; /* whom the last client belongs to */
extern uint64_t fake_available, fake_returned, fake_shared, fake_objects_free;
/* With so many spaces gone nothing fails any more. */
extern unsigned fake_mended_by;
/* Whose the regions are that kn_vspace_query() tells. */
extern uint64_t fake_object_id;

void fake_reset(void);
/* A process of user `uid`; of its own session without a parent. */
struct process *fake_process(struct process *parent, uint32_t uid);
/* A call of a process. */
struct server_call *fake_call(const struct process *process);
