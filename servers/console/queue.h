/* SPDX-License-Identifier: BSD-2-Clause */
/* A queue of bytes with a fixed room; one owner. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define QUEUE_SIZE 16384u

struct queue {
	uint8_t bytes[QUEUE_SIZE];
	uint32_t head, tail; /* taken and put since the beginning; they wrap */
};

size_t queue_used(const struct queue *queue);
size_t queue_room(const struct queue *queue);
/* Put as much of `data` as there is room for; returns how much. */
size_t queue_put(struct queue *queue, const void *data, size_t size);
/* Take up to `size` bytes; returns how many. */
size_t queue_take(struct queue *queue, void *data, size_t size);
/* The oldest bytes that lie in one piece; queue_drop() takes some of them away. */
const uint8_t *queue_front(const struct queue *queue, size_t *size);
void queue_drop(struct queue *queue, size_t size);
