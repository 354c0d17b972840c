/* SPDX-License-Identifier: BSD-2-Clause */
/* See pipe.h. Everything that changes how full the ring is ends in wake_readers() or wake_writers(). */
#include "pipe.h"

#include "trona/heap.h"
#include "trona/string.h"

#define RING_FIRST 4096u

static uint64_t next_number;

struct pipe *pipe_create(uint32_t uid)
{
	struct account *account;

	if (account_open(uid, ACCOUNT_BYTES, sizeof(struct pipe), &account) != KN_OK)
		return nullptr;
	struct pipe *pipe = heap_calloc(1, sizeof *pipe);

	if (pipe == nullptr) {
		account_give(account, ACCOUNT_BYTES, sizeof *pipe);
		return nullptr;
	}
	pipe->account = account;
	pipe->limit = PIPE_CAPACITY;
	list_init(&pipe->reading);
	list_init(&pipe->writing);
	list_init(&pipe->peeking);
	list_init(&pipe->opening_readers);
	list_init(&pipe->opening_writers);
	pipe->read_source = &pipe->own_sources[0];
	pipe->write_source = &pipe->own_sources[1];
	pipe->number = ++next_number;
	return pipe;
}

void pipe_destroy(struct pipe *pipe)
{
	poll_forget(&pipe->own_sources[0], nullptr);
	poll_forget(&pipe->own_sources[1], nullptr);
	heap_free(pipe->ring);
	account_give(pipe->account, ACCOUNT_BYTES, sizeof *pipe + pipe->capacity);
	heap_free(pipe);
}

/* ---- the ring ---- */

/* More room, if there is memory for it; what is in the ring moves to its start. */
static void grow(struct pipe *pipe, size_t need)
{
	uint32_t capacity = pipe->capacity != 0 ? pipe->capacity : RING_FIRST;

	while (capacity < PIPE_CAPACITY && capacity - pipe->count < need)
		capacity *= 2;
	if (capacity == pipe->capacity)
		return;
	const bool may = account_charge(pipe->account, ACCOUNT_BYTES, capacity - pipe->capacity) == KN_OK;
	uint8_t *ring = may ? heap_alloc(capacity) : nullptr;

	if (ring == nullptr) {
		if (may)
			account_give(pipe->account, ACCOUNT_BYTES, capacity - pipe->capacity);
		pipe->limit = pipe->capacity;
		return;
	}
	uint32_t first = pipe->capacity - pipe->head;
	if (first > pipe->count)
		first = pipe->count;
	if (pipe->count != 0) {
		memcpy(ring, pipe->ring + pipe->head, first);
		memcpy(ring + first, pipe->ring, pipe->count - first);
	}
	heap_free(pipe->ring);
	pipe->ring = ring;
	pipe->capacity = capacity;
	pipe->head = 0;
}

/* Bytes that can be put, as far as is known: the ring may turn out not to grow. */
static uint32_t room(const struct pipe *pipe)
{
	return pipe->limit - pipe->count;
}

/* Puts as much as fits; may_put() has made the room. */
static size_t put(struct pipe *pipe, const uint8_t *data, size_t length)
{
	if (length > pipe->capacity - pipe->count)
		length = pipe->capacity - pipe->count;
	uint32_t tail = (pipe->head + pipe->count) & (pipe->capacity - 1);
	size_t first = pipe->capacity - tail;

	if (length == 0)
		return 0;
	if (first > length)
		first = length;
	memcpy(pipe->ring + tail, data, first);
	memcpy(pipe->ring, data + first, length - first);
	pipe->count += (uint32_t)length;
	pipe->put += length;
	return length;
}

static size_t get(struct pipe *pipe, uint8_t *data, size_t length, bool is_peek)
{
	if (length > pipe->count)
		length = pipe->count;
	size_t first = pipe->capacity - pipe->head;

	if (length == 0)
		return 0;
	if (first > length)
		first = length;
	memcpy(data, pipe->ring + pipe->head, first);
	memcpy(data + first, pipe->ring, length - first);
	if (is_peek)
		return length;
	pipe->count -= (uint32_t)length;
	pipe->taken += length;
	pipe->head = pipe->count == 0 ? 0 : (pipe->head + (uint32_t)length) & (pipe->capacity - 1);
	if (pipe->count == 0)
		pipe->limit = PIPE_CAPACITY;
	return length;
}

void pipe_empty(struct pipe *pipe)
{
	pipe->count = pipe->head = 0;
	pipe->limit = PIPE_CAPACITY;
}

/* ---- waiters ---- */

static void answer_peeks(struct pipe *pipe)
{
	static uint8_t bounce[FILE_INLINE_MAX];
	struct list *node;

	while ((node = list_first(&pipe->peeking)) != nullptr) {
		struct waiter *waiter = list_entry(node, struct waiter, link);
		const size_t length = waiter->length < sizeof bounce ? waiter->length : sizeof bounce;

		wait_finish_read(waiter, bounce, get(pipe, bounce, length, true));
	}
}

/* Readers that wait get what is there. */
static void wake_readers(struct pipe *pipe)
{
	static uint8_t bounce[FILE_INLINE_MAX];
	struct list *node;

	while (pipe->count != 0 && (node = list_first(&pipe->reading)) != nullptr) {
		struct waiter *waiter = list_entry(node, struct waiter, link);
		uint8_t *window = wait_window(waiter);
		size_t length = waiter->length;

		if (window != nullptr) {
			length = get(pipe, window, length, false);
			wait_finish_read(waiter, nullptr, length);
			continue;
		}
		if (length > sizeof bounce)
			length = sizeof bounce;
		length = get(pipe, bounce, length, false);
		wait_finish_read(waiter, bounce, length);
	}
	if (pipe->count == 0)
		return;
	answer_peeks(pipe);
	poll_notify(pipe->read_source, FILE_EVENT_IN);
}

/* Does it go into the ring now: all of a small write, any of a large one? The ring grows for it. */
static bool may_put(struct pipe *pipe, size_t rest, size_t whole)
{
	const size_t fits = rest < room(pipe) ? rest : room(pipe);

	if (pipe->capacity - pipe->count < fits)
		grow(pipe, fits);
	return whole <= PIPE_ATOMIC ? room(pipe) >= rest : room(pipe) != 0;
}

/* Nothing goes in and nothing will come out: without memory it has no ring at all. */
static bool has_no_ring(struct pipe *pipe)
{
	if (pipe->capacity != 0 || pipe->limit != 0)
		return false;
	pipe->limit = PIPE_CAPACITY; /* the next one tries again */
	return true;
}

/* Writers that wait put what fits. */
static void wake_writers(struct pipe *pipe)
{
	struct list *node;

	while ((node = list_first(&pipe->writing)) != nullptr) {
		struct waiter *waiter = list_entry(node, struct waiter, link);

		if (!may_put(pipe, waiter->length - waiter->done, waiter->length)) {
			if (has_no_ring(pipe))
				wait_finish_write(waiter, KN_E_NO_MEMORY);
			return;
		}
		waiter->done += put(pipe, waiter->data + waiter->done, waiter->length - waiter->done);
		if (waiter->done < waiter->length)
			return;
		wait_finish_write(waiter, KN_OK);
	}
	if (room(pipe) >= PIPE_ATOMIC)
		poll_notify(pipe->write_source, FILE_EVENT_OUT);
}

/* ---- reading and writing ---- */

kn_status pipe_take(struct pipe *pipe, struct transfer *transfer, size_t limit, bool is_peek)
{
	if (pipe->count == 0)
		return pipe->writers == 0 || transfer->length == 0 ? KN_OK : KN_E_WOULD_BLOCK;
	transfer->done = get(pipe, transfer->data, transfer->length < limit ? transfer->length : limit, is_peek);
	if (!is_peek)
		wake_writers(pipe);
	return KN_OK;
}

kn_status pipe_read(struct pipe *pipe, struct description *description, struct transfer *transfer)
{
	kn_status status = pipe_take(pipe, transfer, transfer->length, false);

	if (status != KN_E_WOULD_BLOCK || (description->flags & FILE_FLAG_NONBLOCK))
		return status;
	return wait_park(&pipe->reading, WAIT_READ, description, transfer->call, transfer, nullptr);
}

/* Bytes go straight to readers that wait. */
static void hand_over(struct pipe *pipe, struct transfer *transfer)
{
	struct list *node;

	while (transfer->done < transfer->length && pipe->count == 0 && (node = list_first(&pipe->reading)) != nullptr) {
		struct waiter *waiter = list_entry(node, struct waiter, link);
		size_t length = transfer->length - transfer->done;

		if (length > waiter->length)
			length = waiter->length;
		if (wait_window(waiter) == nullptr && length > FILE_INLINE_MAX)
			length = FILE_INLINE_MAX;
		pipe->put += length;
		pipe->taken += length;
		wait_finish_read(waiter, transfer->data + transfer->done, length);
		transfer->done += length;
	}
}

kn_status pipe_write(struct pipe *pipe, struct description *description, struct transfer *transfer)
{
	if (pipe->readers == 0)
		return KN_E_PEER_GONE;
	if (transfer->length == 0)
		return KN_OK;
	bool must_queue = !list_is_empty(&pipe->writing);

	if (!must_queue) {
		hand_over(pipe, transfer);
		size_t rest = transfer->length - transfer->done;

		if (rest == 0)
			return KN_OK;
		if (may_put(pipe, rest, transfer->length)) {
			transfer->done += put(pipe, transfer->data + transfer->done, rest);
			wake_readers(pipe);
		} else if (has_no_ring(pipe)) {
			return KN_E_NO_MEMORY;
		}
	}
	if (transfer->done == transfer->length)
		return KN_OK;
	if ((description->flags & FILE_FLAG_NONBLOCK) || transfer->is_now)
		return transfer->done != 0 ? KN_OK : KN_E_WOULD_BLOCK;
	kn_status status = wait_park(&pipe->writing, WAIT_WRITE, description, transfer->call, transfer, nullptr);

	/* Without memory to wait a part is still a success. */
	return status == KN_E_NO_MEMORY && transfer->done != 0 ? KN_OK : status;
}

uint32_t pipe_read_ready(const struct pipe *pipe)
{
	return (pipe->count != 0 ? FILE_EVENT_IN : 0) | (pipe->writers == 0 ? FILE_EVENT_HUP : 0);
}

uint32_t pipe_write_ready(const struct pipe *pipe)
{
	if (pipe->readers == 0)
		return FILE_EVENT_OUT | FILE_EVENT_ERR;
	return room(pipe) >= PIPE_ATOMIC && list_is_empty(&pipe->writing) ? FILE_EVENT_OUT : 0;
}

void pipe_leave_writer(struct pipe *pipe)
{
	struct list *node;

	if (--pipe->writers != 0)
		return;
	while (pipe->count == 0 && (node = list_first(&pipe->reading)) != nullptr)
		wait_finish_read(list_entry(node, struct waiter, link), (const uint8_t *)"", 0);
	answer_peeks(pipe);
	poll_notify(pipe->read_source, FILE_EVENT_HUP | FILE_EVENT_IN);
}

void pipe_leave_reader(struct pipe *pipe)
{
	struct list *node;

	if (--pipe->readers != 0)
		return;
	while ((node = list_first(&pipe->writing)) != nullptr)
		wait_finish_write(list_entry(node, struct waiter, link), KN_E_PEER_GONE);
	poll_notify(pipe->write_source, FILE_EVENT_ERR | FILE_EVENT_OUT);
}

/* ---- anonymous pipes ---- */

static kn_status end_read(struct description *description, struct transfer *transfer)
{
	return pipe_read(description->pipe, description, transfer);
}

static kn_status end_write(struct description *description, struct transfer *transfer)
{
	return pipe_write(description->pipe, description, transfer);
}

static uint32_t end_ready(struct description *description)
{
	return (description->flags & FILE_FLAG_READ) ? pipe_read_ready(description->pipe)
						     : pipe_write_ready(description->pipe);
}

static struct poll_source *end_source(struct description *description)
{
	return (description->flags & FILE_FLAG_READ) ? description->pipe->read_source
						     : description->pipe->write_source;
}

static uint64_t end_available(struct description *description)
{
	return description->pipe->count;
}

static void end_close(struct description *description)
{
	struct pipe *pipe = description->pipe;

	poll_forget(end_source(description), description);
	if (description->flags & FILE_FLAG_READ) {
		wait_drop(&pipe->reading, description);
		pipe_leave_reader(pipe);
	} else {
		wait_drop(&pipe->writing, description);
		pipe_leave_writer(pipe);
	}
	if (pipe->readers == 0 && pipe->writers == 0)
		pipe_destroy(pipe);
}

static const struct description_class pipe_end = {
    .kind = FILE_KIND_PIPE,
    .read = end_read,
    .write = end_write,
    .ready = end_ready,
    .source = end_source,
    .available = end_available,
    .close = end_close,
};

kn_status pipe_pair(uint32_t flags, uint32_t uid, uint32_t gid, struct description *ends[2])
{
	struct pipe *pipe = pipe_create(uid);
	kn_status status;

	if (pipe == nullptr)
		return KN_E_NO_MEMORY;
	status = description_create(&pipe_end, FILE_FLAG_READ | (flags & FILE_FLAG_NONBLOCK), uid, &ends[0]);
	if (status != KN_OK)
		goto fail_read;
	status = description_create(&pipe_end, FILE_FLAG_WRITE | (flags & FILE_FLAG_NONBLOCK), uid, &ends[1]);
	if (status != KN_OK)
		goto fail_write;
	pipe->readers = pipe->writers = 1;
	for (int i = 0; i < 2; i++) {
		ends[i]->pipe = pipe;
		ends[i]->uid = uid;
		ends[i]->gid = gid;
		ends[i]->opened = inode_now();
	}
	return KN_OK;

fail_write:
	description_discard(ends[0]);
fail_read:
	pipe_destroy(pipe);
	return status;
}
