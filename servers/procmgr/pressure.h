/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory has run out: who has to go. */
#pragma once

#include "process.h"

/* Processes that were ended for it. */
extern uint64_t pressure_ended;

/* Pages that are the process's own, tables too. */
uint64_t pressure_pages(const struct process *process);
/*
 * A thread of `process` could not get a page at `address`. If there is none now either, ends the process that uses most of the user who uses
 * most, which may be itself, and says so on the log; itself when it came to a limit of its own. True: if it lives, it may try again. False:
 * what ran out is what memory objects may have together, of which nobody's end need give any back.
 */
[[nodiscard]] bool pressure_page_missing(struct process *process, struct thread *thread, uint64_t address);

/* A call that may be refused memory, from its first attempt to its last. */
struct refused_call {
	uint64_t copies; /* pages that it copies, beyond what every call takes */
	bool was_there;  /* there was memory, so the refusal may have been old: once */
};
/*
 * `process` was refused memory by a call. True: there is some now, or somebody else's process was ended for it, try again. A user who is the
 * cause himself is refused.
 */
[[nodiscard]] bool pressure_call_refused(struct process *process, struct refused_call *call);
