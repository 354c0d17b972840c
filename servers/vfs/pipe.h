/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pipe: a ring of up to 64 KiB, who reads and writes, and who waits. Also each direction of a stream socket, and a FIFO.
 *
 * The ring starts small and grows to its limit as it is used; when there is no memory for that, or its user may have no more, it stays as it is
 * until it is empty. A writer finds a waiting reader and hands the bytes over without the ring. Writes of up
 * to PIPE_ATOMIC bytes are never mixed with others'. Nobody overtakes: whoever comes while others wait waits behind them.
 */
#pragma once

#include "account.h"
#include "trona/poll.h"
#include "wait.h"

#define PIPE_CAPACITY 65536u
#define PIPE_ATOMIC 4096u

struct pipe {
	uint8_t *ring;
	uint32_t capacity; /* of the ring as it is, a power of two */
	uint32_t limit;    /* PIPE_CAPACITY, or what it is while it cannot grow */
	uint32_t head, count;
	uint32_t readers, writers;
	uint64_t writers_ever;
	uint64_t taken, put; /* bytes ever, for descriptors that travel with them */
	struct list reading, writing; /* waiters */
	struct list peeking;          /* who waits for bytes and leaves them there */
	struct list opening_readers, opening_writers;
	/* Readiness of the ends; a socket's two directions share theirs with the socket. */
	struct poll_source *read_source, *write_source;
	struct poll_source own_sources[2];
	uint64_t number;
	struct account *account;
};

/* Charged to user `uid`; null: no memory. */
struct pipe *pipe_create(uint32_t uid);
void pipe_destroy(struct pipe *pipe);
[[nodiscard]] kn_status pipe_read(struct pipe *pipe, struct description *description, struct transfer *transfer);
/* As pipe_read, but at most `limit` bytes and never waits: WOULD_BLOCK. */
[[nodiscard]] kn_status pipe_take(struct pipe *pipe, struct transfer *transfer, size_t limit, bool is_peek);
[[nodiscard]] kn_status pipe_write(struct pipe *pipe, struct description *description, struct transfer *transfer);
uint32_t pipe_read_ready(const struct pipe *pipe);
uint32_t pipe_write_ready(const struct pipe *pipe);
/* What is in it is gone. */
void pipe_empty(struct pipe *pipe);
/* One reader (writer) less. */
void pipe_leave_reader(struct pipe *pipe);
void pipe_leave_writer(struct pipe *pipe);

/* An anonymous pipe's two descriptions. */
[[nodiscard]] kn_status pipe_pair(uint32_t flags, uint32_t uid, uint32_t gid, struct description *ends[2]);
