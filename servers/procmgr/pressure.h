/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory has run out: who has to go. */
#pragma once

#include "process.h"

/* Processes that were ended for it. */
extern uint64_t pressure_ended;

/*
 * `process` could not get a page. Ends the process that uses most of the user who uses most, which may be itself, and says so on the log; itself
 * when it came to a limit of its own. Afterwards, if it lives, it may try again.
 */
void pressure_page_missing(struct process *process);
/*
 * `process` was refused memory by a call. True: somebody else's process was ended for it, try again. A user who is the cause himself is refused.
 */
bool pressure_call_refused(struct process *process);
