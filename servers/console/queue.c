/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes in a ring; the counters run freely, so full and empty differ. */
#include "queue.h"

#include "trona/string.h"

static_assert((QUEUE_SIZE & (QUEUE_SIZE - 1)) == 0);

size_t queue_used(const struct queue *queue)
{
	return queue->tail - queue->head;
}

size_t queue_room(const struct queue *queue)
{
	return QUEUE_SIZE - queue_used(queue);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t queue_put(struct queue *queue, const void *data, size_t size)
{
	size_t total = least(size, queue_room(queue)), at = queue->tail % QUEUE_SIZE;
	size_t first = least(total, QUEUE_SIZE - at);

	memcpy(queue->bytes + at, data, first);
	memcpy(queue->bytes, (const uint8_t *)data + first, total - first);
	queue->tail += (uint32_t)total;
	return total;
}

const uint8_t *queue_front(const struct queue *queue, size_t *size)
{
	size_t at = queue->head % QUEUE_SIZE;

	*size = least(queue_used(queue), QUEUE_SIZE - at);
	return queue->bytes + at;
}

void queue_drop(struct queue *queue, size_t size)
{
	queue->head += (uint32_t)least(size, queue_used(queue));
}

size_t queue_take(struct queue *queue, void *data, size_t size)
{
	size_t total = 0;

	while (total < size) {
		size_t piece;
		const uint8_t *from = queue_front(queue, &piece);

		piece = least(piece, size - total);
		if (piece == 0)
			break;
		memcpy((uint8_t *)data + total, from, piece);
		queue_drop(queue, piece);
		total += piece;
	}
	return total;
}
