/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes through connected sockets: bytes, and the descriptors between them; see socket.h. */
#include "socket.h"

#include "socket_parts.h"

/* A descriptor goes with the first byte of what is about to be written. */
static kn_status attach(struct socket *socket, struct socket *peer, struct description *passed, size_t length)
{
	struct pipe *out = socket->out;
	struct list *node = list_first(&out->reading);

	if (length == 0)
		return KN_E_INVALID_ARG;
	/* A reader who waits gets the bytes at once, and this with them. */
	if (node != nullptr) {
		description_hold(passed);
		list_entry(node, struct waiter, link)->carried = passed;
		return KN_OK;
	}
	/* Behind everything that is already being written there is no telling where it will be. */
	if (!list_is_empty(&out->writing))
		return KN_E_WOULD_BLOCK;
	return passed_put(&peer->passed, socket->owner.uid, passed, out->put);
}

kn_status socket_send(struct description *description, struct description *passed, struct transfer *transfer)
{
	struct socket *socket = description->socket, *peer = socket->peer;
	if (socket->state != SOCKET_CONNECTED)
		return KN_E_NOT_CONNECTED;
	if (!socket->may_write || peer == nullptr)
		return KN_E_PEER_GONE;
	if (passed != nullptr) {
		kn_status status = attach(socket, peer, passed, transfer->length);

		if (status != KN_OK)
			return status;
	}
	kn_status status = pipe_write(socket->out, description, transfer);

	/* attach() saw that nobody else was writing. */
	if (passed != nullptr && status == KN_DEFERRED)
		list_entry(list_first(&socket->out->writing), struct waiter, link)->brings = true;
	else if (passed != nullptr && status < 0 && transfer->done == 0)
		socket_send_failed(description);
	return status;
}

void socket_send_failed(struct description *description)
{
	const struct socket *socket = description->socket;

	if (socket->peer != nullptr)
		passed_take_back(&socket->peer->passed, socket->out->put);
}

/* How many bytes may be taken before the next passed descriptor; when one is due now, it comes along. */
static size_t next_limit(struct socket *socket, struct passed **due)
{
	struct passed *passed = socket->passed.first;

	*due = nullptr;
	if (passed != nullptr && passed->position <= socket->in->taken) {
		*due = passed;
		passed = passed->next;
	}
	if (passed == nullptr)
		return SIZE_MAX;
	return (size_t)(passed->position - socket->in->taken);
}

kn_status socket_receive(
    struct description *description, bool is_peek, struct transfer *transfer, struct description **passed)
{
	struct socket *socket = description->socket;
	struct passed *due;

	*passed = nullptr;
	if (socket->state != SOCKET_CONNECTED)
		return KN_E_NOT_CONNECTED;
	if (!socket->may_read)
		return KN_OK;
	size_t limit = next_limit(socket, &due);
	kn_status status = pipe_take(socket->in, transfer, limit, is_peek);

	if (status == KN_OK && transfer->done != 0 && due != nullptr && !is_peek)
		*passed = passed_take(&socket->passed);
	if (status != KN_E_WOULD_BLOCK || (description->flags & FILE_FLAG_NONBLOCK) || transfer->is_now)
		return status;
	struct list *waiting = is_peek ? &socket->in->peeking : &socket->in->reading;

	return wait_park(waiting, WAIT_READ, description, transfer->call, transfer, nullptr);
}
