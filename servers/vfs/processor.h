/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's processors: what they are, and how busy they have been. */
#pragma once

#include "text.h"
#include "uapi/types.h"

#define PROCESSOR_AVERAGES 3 /* over 1, 5 and 15 minutes */

/* ns since boot. `system` is what neither a process nor idling accounts for: kernel and servers. */
struct processor_times {
	uint64_t user, system, idle;
};

/* The first one from *number on that is online; false: there is none. */
bool processor_next(unsigned *number);
/* Of all, offline ones too: what they did stays. */
struct processor_times processor_times_all(void);
/* Of one; programs' part of its busy time is taken to be as in `all`. */
struct processor_times processor_times(unsigned number, const struct processor_times *all);
/* Load averages in hundredths, see processor.c. */
void processor_load(uint32_t averages[PROCESSOR_AVERAGES]);
/* The paragraph of /proc/cpuinfo, with an empty line behind it. */
void processor_describe(struct text *text, unsigned number);
/* Its lines about the machine, whose counter runs at `hz`: arch/<isa>.c. */
void arch_describe_processor(struct text *text, uint64_t hz);
