/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trona/ring.h. Indices run modulo 2^32 and are masked on use. `own` is this side's truth: the shared copy of it is only
 * ever written, so the other side cannot move it. The other side's index is read once for each operation and
 * checked: the distance must be at most the size.
 */
#include "trona/ring.h"

#include "uapi/error.h"

#define CLOSED_BY_WRITER 1u
#define CLOSED_BY_READER 2u
#define SIZE_MIN 64u
#define SIZE_MAX_ 0x40000000u

kn_status ring_init(struct ring *ring, void *memory, uint32_t size, bool is_new)
{
	if (size < SIZE_MIN || size > SIZE_MAX_ || (size & (size - 1)) != 0)
		return KN_E_INVALID_ARG;
	if (is_new)
		__builtin_memset(memory, 0, RING_DATA);
	*ring = (struct ring){.shared = memory, .data = (uint8_t *)memory + RING_DATA, .size = size};
	return KN_OK;
}

/* How many bytes are in the ring, by one side's own index and what the other says. */
static kn_status fill(struct ring *ring, uint32_t written, uint32_t read, uint32_t *bytes)
{
	if (written - read > ring->size)
		ring->is_broken = true;
	if (ring->is_broken)
		return KN_E_BAD_MESSAGE;
	*bytes = written - read;
	return KN_OK;
}

static void copy(void *to, const void *from, size_t first, void *to2, const void *from2, size_t second)
{
	__builtin_memcpy(to, from, first);
	if (second != 0)
		__builtin_memcpy(to2, from2, second);
}

kn_status ring_readable(struct ring *ring, size_t *bytes)
{
	uint32_t used;
	uint32_t written = atomic_load_explicit(&ring->shared->written, memory_order_acquire);
	kn_status status = fill(ring, written, ring->own, &used);

	if (status == KN_OK)
		*bytes = used;
	return status;
}

kn_status ring_writable(struct ring *ring, size_t *bytes)
{
	uint32_t used;
	uint32_t read = atomic_load_explicit(&ring->shared->read, memory_order_acquire);
	kn_status status = fill(ring, ring->own, read, &used);

	if (status == KN_OK)
		*bytes = ring->size - used;
	return status;
}

kn_status ring_write(struct ring *ring, const void *data, size_t length, size_t *done)
{
	size_t room;
	kn_status status = ring_writable(ring, &room);

	if (status != KN_OK)
		return status;
	if (atomic_load_explicit(&ring->shared->is_closed, memory_order_relaxed) & CLOSED_BY_READER)
		return KN_E_PEER_GONE;
	size_t count = length < room ? length : room;
	size_t at = ring->own & (ring->size - 1);
	size_t first = count < ring->size - at ? count : ring->size - at;

	copy(ring->data + at, data, first, ring->data, (const uint8_t *)data + first, count - first);
	ring->own += (uint32_t)count;
	/* Sequentially consistent: ordered before the look at reader_sleeps. */
	atomic_store(&ring->shared->written, ring->own);
	*done = count;
	return KN_OK;
}

kn_status ring_read(struct ring *ring, void *data, size_t length, size_t *done)
{
	size_t there;
	kn_status status = ring_readable(ring, &there);

	if (status != KN_OK)
		return status;
	size_t count = length < there ? length : there;
	size_t at = ring->own & (ring->size - 1);
	size_t first = count < ring->size - at ? count : ring->size - at;

	copy(data, ring->data + at, first, (uint8_t *)data + first, ring->data, count - first);
	ring->own += (uint32_t)count;
	atomic_store(&ring->shared->read, ring->own);
	*done = count;
	return KN_OK;
}

void ring_reader_sleeps(struct ring *ring)
{
	atomic_store(&ring->shared->reader_sleeps, 1);
}

void ring_writer_sleeps(struct ring *ring)
{
	atomic_store(&ring->shared->writer_sleeps, 1);
}

bool ring_must_wake_writer(struct ring *ring)
{
	return atomic_load(&ring->shared->writer_sleeps) != 0 && atomic_exchange(&ring->shared->writer_sleeps, 0) != 0;
}

bool ring_must_wake_reader(struct ring *ring)
{
	return atomic_load(&ring->shared->reader_sleeps) != 0 && atomic_exchange(&ring->shared->reader_sleeps, 0) != 0;
}

void ring_close_writer(struct ring *ring)
{
	atomic_fetch_or(&ring->shared->is_closed, CLOSED_BY_WRITER);
}

void ring_close_reader(struct ring *ring)
{
	atomic_fetch_or(&ring->shared->is_closed, CLOSED_BY_READER);
}

bool ring_is_at_end(struct ring *ring)
{
	/* Closed first, then the index: what was written before closing must be seen. */
	bool is_closed = atomic_load(&ring->shared->is_closed) & CLOSED_BY_WRITER;

	return is_closed && atomic_load(&ring->shared->written) == ring->own;
}
