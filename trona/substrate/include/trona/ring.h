/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A byte ring in shared memory: one writer, one reader, each in a process that does not trust the other.
 *
 * struct ring_shared lies at the start of the memory, `size` bytes of data (a power of two) follow at RING_DATA. Each
 * side has a private struct ring with its own copy of its own index: nothing that the other side writes makes this side
 * touch memory outside the data or forget how far it is. An impossible index of the other side is
 * KN_E_BAD_MESSAGE for good. Who finds nothing to do sets its `sleeps` flag, looks again, and waits for a notification;
 * ring_must_wake() tells the other side when to signal.
 */
#pragma once

#include <stdatomic.h>

#include "uapi/types.h"

/* Offset of the data in the shared memory; a page, so that it can be copied from directly. */
#define RING_DATA 256

struct ring_shared {
	_Atomic uint32_t written;        /* bytes ever written, modulo 2^32 */
	uint32_t pad0[15];
	_Atomic uint32_t read;           /* bytes ever read */
	uint32_t pad1[15];
	_Atomic uint32_t reader_sleeps;
	_Atomic uint32_t writer_sleeps;
	_Atomic uint32_t is_closed;      /* bit 0: by the writer, bit 1: by the reader */
};

static_assert(sizeof(struct ring_shared) <= RING_DATA);

struct ring {
	struct ring_shared *shared;
	uint8_t *data;
	uint32_t size;
	uint32_t own;        /* this side's index */
	bool is_broken;
};

/* size: power of two, at least 64. `memory` has RING_DATA + size bytes. is_new: also clears the shared part. */
[[nodiscard]] kn_status ring_init(struct ring *ring, void *memory, uint32_t size, bool is_new);
/* As much of the data as fits / is there, without waiting; *done may be 0. PEER_GONE: writing to a ring whose reader closed it. */
[[nodiscard]] kn_status ring_write(struct ring *ring, const void *data, size_t length, size_t *done);
[[nodiscard]] kn_status ring_read(struct ring *ring, void *data, size_t length, size_t *done);
/* Bytes to read, room to write. */
[[nodiscard]] kn_status ring_readable(struct ring *ring, size_t *bytes);
[[nodiscard]] kn_status ring_writable(struct ring *ring, size_t *bytes);
/* Announces that this side is about to wait; look at the ring again before doing it. */
void ring_reader_sleeps(struct ring *ring);
void ring_writer_sleeps(struct ring *ring);
/* After reading (writing): true once if the writer (reader) waits. */
bool ring_must_wake_writer(struct ring *ring);
bool ring_must_wake_reader(struct ring *ring);
void ring_close_writer(struct ring *ring);
void ring_close_reader(struct ring *ring);
/* The reader: written to the end and closed. */
bool ring_is_at_end(struct ring *ring);
