/* SPDX-License-Identifier: BSD-2-Clause */
/* The event ring (trace.h): written under the kernel lock, oldest records overwritten. */
#include "core/trace.h"

#include "core/cpu.h"

static struct kn_trace_event ring[TRACE_RING_SIZE];
static uint64_t written; /* records ever written; record n is in ring[n % TRACE_RING_SIZE] */

bool trace_is_on;
bool trace_errors;
struct kn_kernel_stats kernel_stats;

static const char *const names[TRACE_KIND_COUNT] = {
    [TRACE_NONE] = "none",
    [TRACE_FAULT] = "fault",
    [TRACE_STOP] = "stop",
    [TRACE_DESTROY] = "destroy",
    [TRACE_CPU] = "cpu",
    [TRACE_IRQ] = "irq",
    [TRACE_PAGE_FAULT] = "page fault",
    [TRACE_IPC] = "ipc",
    [TRACE_SWITCH] = "switch",
    [TRACE_LOCKED] = "locked",
};

void trace(enum trace_kind kind, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	ring[written++ % TRACE_RING_SIZE] = (struct kn_trace_event){
	    .time = arch_now(), .kind = kind, .cpu = this_cpu()->index, .arguments = {a, b, c, d}};
}

bool trace_read(uint64_t sequence, uint64_t *next, struct kn_trace_event *event)
{
	uint64_t oldest = written > TRACE_RING_SIZE ? written - TRACE_RING_SIZE : 0;

	if (sequence < oldest)
		sequence = oldest;
	if (sequence >= written)
		return false;
	*event = ring[sequence % TRACE_RING_SIZE];
	*next = sequence + 1;
	return true;
}

void trace_print(unsigned count)
{
	for (uint64_t i = written > count ? written - count : 0; i < written; i++) {
		const struct kn_trace_event *e = &ring[i % TRACE_RING_SIZE];

		klog("  %lu ns: cpu %u %s %lx %lx %lx %lx\n", e->time, e->cpu,
		    e->kind < TRACE_KIND_COUNT ? names[e->kind] : "?", e->arguments[0],
		    e->arguments[1], e->arguments[2], e->arguments[3]);
	}
}
