/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See signal_queue.h. The process takes a pending bit and then looks at `backlog`; here `backlog` is set and then the bit looked at.
 * So when one is taken at the same moment at least one side sees the other, and if both do the second finds nothing to do.
 */
#include "signal_queue.h"

#include "trona/heap.h"

struct queued_signal {
	struct queued_signal *next;
	struct procmgr_signal_record record;
};

static uint64_t bit(uint32_t signal)
{
	return 1ull << (signal - 1);
}

/* Where the oldest with that number hangs, or the end of the list. */
static struct queued_signal **find(struct queued_signal **link, uint32_t signal)
{
	while (*link && (*link)->record.signal != signal)
		link = &(*link)->next;
	return link;
}

static void unlink(struct process *process, struct queued_signal **link)
{
	struct queued_signal *queued = *link;

	*link = queued->next;
	process->queued_count--;
	heap_free(queued);
}

bool signal_queue_has(const struct process *process, uint32_t signal)
{
	struct queued_signal *first = process->queued;

	return *find(&first, signal) != nullptr;
}

kn_status signal_queue_add(struct process *process, const struct procmgr_signal_record *record)
{
	if (process->queued_count == PROCMGR_PROCESS_BACKLOG)
		return KN_E_QUOTA;
	struct queued_signal *queued = heap_alloc(sizeof *queued);
	if (!queued)
		return KN_E_QUOTA;
	*queued = (struct queued_signal){.record = *record};
	struct queued_signal **link = &process->queued;
	while (*link)
		link = &(*link)->next;
	*link = queued;
	process->queued_count++;
	__atomic_or_fetch(&process->signals->backlog, bit(record->signal), __ATOMIC_SEQ_CST);
	return KN_OK;
}

void signal_queue_next(struct process *process, uint32_t signal)
{
	struct procmgr_signal_page *page = process->signals;
	struct queued_signal **link = find(&process->queued, signal);

	if (__atomic_load_n(&page->pending, __ATOMIC_SEQ_CST) & bit(signal))
		return;
	if (*link) {
		page->info[signal - 1] = (*link)->record;
		unlink(process, link);
		link = find(link, signal);
		/* Before it is pending: who takes it asks for the next only if there is one. */
		if (!*link)
			__atomic_and_fetch(&page->backlog, ~bit(signal), __ATOMIC_SEQ_CST);
		__atomic_or_fetch(&page->pending, bit(signal), __ATOMIC_SEQ_CST);
	} else {
		__atomic_and_fetch(&page->backlog, ~bit(signal), __ATOMIC_SEQ_CST);
	}
}

void signal_queue_drop(struct process *process, uint64_t signals)
{
	if (!process->queued)
		return;
	for (struct queued_signal **link = &process->queued; *link;) {
		if (signals & bit((*link)->record.signal))
			unlink(process, link);
		else
			link = &(*link)->next;
	}
	__atomic_and_fetch(&process->signals->backlog, ~signals, __ATOMIC_SEQ_CST);
}

void signal_queue_end(struct process *process)
{
	while (process->queued)
		unlink(process, &process->queued);
}
