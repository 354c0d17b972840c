/* SPDX-License-Identifier: BSD-2-Clause */
/* See passed.h. */
#include "passed.h"

#include "trona/heap.h"

#define PASSED_MAX 64u

kn_status passed_put(struct passed_queue *queue, struct description *description, uint64_t position)
{
	if (queue->count >= PASSED_MAX)
		return KN_E_WOULD_BLOCK;
	struct passed *record = heap_alloc(sizeof *record);

	if (record == nullptr)
		return KN_E_NO_MEMORY;
	*record = (struct passed){.description = description, .position = position};
	description_hold(description);
	if (queue->last != nullptr)
		queue->last->next = record;
	else
		queue->first = record;
	queue->last = record;
	queue->count++;
	return KN_OK;
}

struct description *passed_take(struct passed_queue *queue)
{
	struct passed *record = queue->first;
	struct description *description = record->description;

	queue->first = record->next;
	if (queue->first == nullptr)
		queue->last = nullptr;
	queue->count--;
	heap_free(record);
	return description;
}

void passed_drop(struct passed_queue *queue)
{
	while (queue->first != nullptr)
		description_let_go(passed_take(queue));
}

void passed_visit(const struct passed_queue *queue, void (*visit)(struct description *description))
{
	for (const struct passed *record = queue->first; record != nullptr; record = record->next)
		visit(record->description);
}
