/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event ring and the counters. Rare events (stopped threads, destroyed objects) are
 * always recorded; frequent ones (IPC, interrupts, faults) only after `trace=on` on the
 * command line. A panic prints the last records, debug.trace() reads all that are held.
 */
#pragma once

#include "kernite/types.h"
#include "uapi/object/debug.h"

enum trace_kind : uint32_t {
	TRACE_NONE,
	TRACE_FAULT,      /* label, address or code, ip, thread */
	TRACE_STOP,       /* thread */
	TRACE_DESTROY,    /* type, object */
	TRACE_CPU,        /* index: came online */
	TRACE_IRQ,        /* number */
	TRACE_PAGE_FAULT, /* address, access, ip, thread */
	TRACE_IPC,        /* names of sender and receiver (8 bytes), info, tcb_pair() */
	TRACE_SWITCH,     /* names of both, state of the first, tcb_pair() */
	TRACE_LOCKED,     /* cycles, longer than ever on this CPU; who runs after it: number of the system call
			     or 0, info, ip */
	TRACE_KIND_COUNT,
};

#define TRACE_RING_SIZE 512

extern bool trace_is_on;
extern bool trace_errors; /* log every refused system call */
extern struct kn_kernel_stats kernel_stats;

void trace(enum trace_kind kind, uint64_t a, uint64_t b, uint64_t c, uint64_t d);

/* For frequent events. */
#define trace_often(...) (trace_is_on ? trace(__VA_ARGS__) : (void)0)

/* The record with this number or the oldest held after it; false at the end. */
bool trace_read(uint64_t sequence, uint64_t *next, struct kn_trace_event *event);
/* The last `count` records onto the log (panic). */
void trace_print(unsigned count);
