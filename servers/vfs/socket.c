/* SPDX-License-Identifier: BSD-2-Clause */
/* See socket.h. A socket belongs to its description, or to the backlog of a listener until it is accepted. */
#include "socket.h"

#include "directory.h"
#include "mode.h"
#include "server/vfs.h"
#include "socket_parts.h"
#include "trona/heap.h"
#include "trona/string.h"

#define BACKLOG_MAX 128u

/* Everybody who waits in connect(), for whatever listener (detail[0]). */
static struct list connecting = {&connecting, &connecting};

static struct socket *make(const struct credentials *who)
{
	struct socket *socket = heap_calloc(1, sizeof *socket);

	if (socket == nullptr)
		return nullptr;
	socket->owner = *who;
	list_init(&socket->accepting);
	return socket;
}

/* Two pipes between two sockets, charged to the first one's owner. */
static kn_status join(struct socket *a, struct socket *b)
{
	struct pipe *forth = pipe_create(a->owner.uid), *back = forth != nullptr ? pipe_create(a->owner.uid) : nullptr;

	if (back == nullptr) {
		if (forth != nullptr)
			pipe_destroy(forth);
		return KN_E_NO_MEMORY;
	}
	forth->readers = forth->writers = back->readers = back->writers = 1;
	a->out = b->in = forth;
	a->in = b->out = back;
	forth->write_source = back->read_source = &a->source;
	forth->read_source = back->write_source = &b->source;
	a->peer = b;
	b->peer = a;
	a->state = b->state = SOCKET_CONNECTED;
	a->may_read = a->may_write = b->may_read = b->may_write = true;
	a->other = b->owner;
	b->other = a->owner;
	return KN_OK;
}

static void stop_writing(struct socket *socket)
{
	if (!socket->may_write)
		return;
	socket->may_write = false;
	pipe_leave_writer(socket->out);
}

static void stop_reading(struct socket *socket)
{
	if (!socket->may_read)
		return;
	socket->may_read = false;
	pipe_leave_reader(socket->in);
}

static void refuse_pending(struct socket *listener);

static void destroy(struct socket *socket)
{
	struct socket *peer = socket->peer;

	poll_forget(&socket->source, nullptr);
	if (socket->state == SOCKET_LISTENING)
		refuse_pending(socket);
	if (socket->state == SOCKET_CONNECTED) {
		stop_writing(socket);
		stop_reading(socket);
		if (peer != nullptr) {
			/* The pipes stay with the peer, who may still read what was sent. */
			socket->out->write_source = &socket->out->own_sources[1];
			socket->in->read_source = &socket->in->own_sources[0];
			peer->peer = nullptr;
		} else {
			pipe_destroy(socket->in);
			pipe_destroy(socket->out);
		}
	}
	passed_drop(&socket->passed);
	account_give(socket->unaccepted, ACCOUNT_FILES, 1);
	if (socket->bound != nullptr) {
		if (inode_type(socket->bound) == MODE_SOCKET && socket->bound->socket == socket)
			socket->bound->socket = nullptr;
		inode_release(socket->bound);
	}
	heap_free(socket->name);
	heap_free(socket);
}

static struct waiter *next_connecting(const struct socket *listener)
{
	list_for_each (node, &connecting) {
		struct waiter *waiter = list_entry(node, struct waiter, link);

		if (waiter->detail[0] == (uintptr_t)listener)
			return waiter;
	}
	return nullptr;
}

static void refuse_pending(struct socket *listener)
{
	struct waiter *waiter;
	struct list *node;

	while (listener->pending != nullptr) {
		struct socket *next = listener->pending->next_pending;

		destroy(listener->pending);
		listener->pending = next;
	}
	while ((node = list_first(&listener->accepting)) != nullptr)
		wait_finish(list_entry(node, struct waiter, link), KN_E_INVALID_ARG);
	while ((waiter = next_connecting(listener)) != nullptr)
		wait_finish(waiter, KN_E_REFUSED);
}

/* ---- making ---- */

static kn_status wrap(struct socket *socket, uint32_t flags, struct description **made)
{
	kn_status status = description_create(
	    &socket_class, FILE_FLAG_READ | FILE_FLAG_WRITE | (flags & FILE_FLAG_NONBLOCK), socket->owner.uid, made);

	if (status != KN_OK)
		return status;
	account_give(socket->unaccepted, ACCOUNT_FILES, 1);
	socket->unaccepted = nullptr;
	(*made)->socket = socket;
	(*made)->uid = socket->owner.uid;
	(*made)->gid = socket->owner.gid;
	(*made)->opened = inode_now();
	return KN_OK;
}

kn_status socket_create(uint32_t flags, const struct credentials *who, struct description **made)
{
	struct socket *socket = make(who);

	if (socket == nullptr)
		return KN_E_NO_MEMORY;
	kn_status status = wrap(socket, flags, made);

	if (status != KN_OK)
		destroy(socket);
	return status;
}

kn_status socket_pair(uint32_t flags, const struct credentials *who, struct description *ends[2])
{
	struct socket *b;
	kn_status status = socket_create(flags, who, &ends[0]);

	if (status != KN_OK)
		return status;
	status = socket_create(flags, who, &ends[1]);
	if (status != KN_OK)
		goto fail_second;
	b = ends[1]->socket;
	status = join(ends[0]->socket, b);
	if (status == KN_OK)
		return KN_OK;
	description_discard(ends[1]);
	destroy(b);
fail_second:
	description_discard(ends[0]);
	destroy(ends[0]->socket);
	return status;
}

kn_status socket_bind(
    struct description *description, struct name_at at, const struct credentials *who, uint32_t mode)
{
	struct socket *socket = description->socket;
	struct path path;
	struct inode *inode;

	if (socket->bound != nullptr || socket->state != SOCKET_FRESH)
		return KN_E_INVALID_ARG;
	char *name = heap_alloc(at.length != 0 ? at.length : 1);
	if (name == nullptr)
		return KN_E_NO_MEMORY;
	kn_status status = path_walk(at.base, who, at.text, at.length, PATH_MAY_CREATE, &path);
	if (status != KN_OK)
		goto fail_walk;
	status = path.inode != nullptr ? KN_E_ADDRESS_IN_USE
				       : name_create(&path, who, MODE_SOCKET | (mode & 0777), &inode);
	path_release(&path);
	if (status != KN_OK)
		goto fail_walk;
	memcpy(name, at.text, at.length);
	socket->name = name;
	socket->name_length = at.length != 0 && at.text[at.length - 1] == '\0' ? at.length - 1 : at.length;
	socket->bound = inode; /* its reference is ours */
	inode->socket = socket;
	return KN_OK;

fail_walk:
	heap_free(name);
	return status;
}

/* ---- connecting ---- */

static void give_connection(struct waiter *waiter, struct socket *accepted);

/* A half for the listener, into the backlog or to somebody who waits in accept(). */
static kn_status join_listener(struct socket *socket, struct socket *listener, const struct credentials *who)
{
	struct socket *accepted = make(&listener->owner);

	if (accepted == nullptr)
		return KN_E_NO_MEMORY;
	socket->owner = *who;
	kn_status status = account_open(who->uid, ACCOUNT_FILES, 1, &accepted->unaccepted);

	if (status == KN_OK)
		status = join(socket, accepted);
	if (status != KN_OK) {
		destroy(accepted);
		return status;
	}
	/* The other side's name is the listener's; it stays bound by the listener only. */
	accepted->name = heap_alloc(listener->name_length != 0 ? listener->name_length : 1);
	if (accepted->name != nullptr) {
		memcpy(accepted->name, listener->name, listener->name_length);
		accepted->name_length = listener->name_length;
	}
	struct list *node = list_first(&listener->accepting);
	if (node != nullptr) {
		give_connection(list_entry(node, struct waiter, link), accepted);
		return KN_OK;
	}
	if (listener->pending_last != nullptr)
		listener->pending_last->next_pending = accepted;
	else
		listener->pending = accepted;
	listener->pending_last = accepted;
	listener->pending_count++;
	poll_notify(&listener->source, FILE_EVENT_IN);
	return KN_OK;
}

static void give_connection(struct waiter *waiter, struct socket *accepted)
{
	struct description *connection;
	kn_status status = wrap(accepted, (uint32_t)waiter->detail[0], &connection);
	struct server_reply *reply = wait_take_reply(waiter);

	if (status != KN_OK) {
		destroy(accepted);
		server_reply_status(reply, status);
		return;
	}
	vfs_socket_accept_reply(reply, KN_OK, description_give(connection));
}

static kn_status check_connect(const struct socket *socket)
{
	if (socket->state == SOCKET_CONNECTED)
		return KN_E_CONNECTED;
	return socket->state == SOCKET_FRESH ? KN_OK : KN_E_INVALID_ARG;
}

kn_status socket_connect(
    struct description *description, struct name_at at, const struct credentials *who, struct server_call *call)
{
	struct socket *socket = description->socket;
	struct path path;

	kn_status status = check_connect(socket);
	if (status == KN_OK)
		status = path_walk(at.base, who, at.text, at.length, PATH_FOLLOW, &path);
	if (status != KN_OK)
		return status;
	struct socket *listener = inode_type(path.inode) == MODE_SOCKET ? path.inode->socket : nullptr;

	status = permission(who, path.inode, MAY_WRITE);
	if (status == KN_OK && (listener == nullptr || listener->state != SOCKET_LISTENING))
		status = KN_E_REFUSED;
	path_release(&path);
	if (status != KN_OK)
		return status;
	if (listener->pending_count < listener->backlog || !list_is_empty(&listener->accepting))
		return join_listener(socket, listener, who);
	if (description->flags & FILE_FLAG_NONBLOCK)
		return KN_E_WOULD_BLOCK;
	struct waiter *waiter;

	status = wait_park(&connecting, WAIT_CONNECT, description, call, nullptr, &waiter);
	if (status == KN_DEFERRED) {
		socket->owner = *who;
		waiter->detail[0] = (uintptr_t)listener;
	}
	return status;
}

/*
 * Those who wait in connect() come into the backlog while it has room. Whoever cannot gets his error, and the place is the next one's. A
 * socket may wait twice, at two listeners even, by two threads: it is connected once.
 */
static void admit(struct socket *listener)
{
	struct waiter *waiter;

	while (listener->pending_count < listener->backlog && (waiter = next_connecting(listener)) != nullptr) {
		struct socket *socket = waiter->description->socket;
		const struct credentials who = socket->owner;
		kn_status status = check_connect(socket);

		wait_finish(waiter, status == KN_OK ? join_listener(socket, listener, &who) : status);
	}
}

kn_status socket_listen(struct description *description, uint32_t backlog)
{
	struct socket *socket = description->socket;

	if (socket->state == SOCKET_CONNECTED || socket->bound == nullptr)
		return KN_E_INVALID_ARG;
	socket->state = SOCKET_LISTENING;
	socket->backlog = backlog == 0 ? 1 : backlog < BACKLOG_MAX ? backlog : BACKLOG_MAX;
	admit(socket);
	return KN_OK;
}

kn_status socket_accept(
    struct description *description, uint32_t flags, struct server_call *call, struct description **connection)
{
	struct socket *listener = description->socket, *accepted = listener->pending;

	if (listener->state != SOCKET_LISTENING)
		return KN_E_INVALID_ARG;
	if (accepted == nullptr) {
		struct waiter *waiter;

		if (description->flags & FILE_FLAG_NONBLOCK)
			return KN_E_WOULD_BLOCK;
		kn_status status = wait_park(&listener->accepting, WAIT_ACCEPT, description, call, nullptr, &waiter);
		if (status == KN_DEFERRED)
			waiter->detail[0] = flags;
		return status;
	}
	kn_status status = wrap(accepted, flags, connection);

	if (status != KN_OK)
		return status;
	listener->pending = accepted->next_pending;
	accepted->next_pending = nullptr;
	if (listener->pending == nullptr)
		listener->pending_last = nullptr;
	listener->pending_count--;
	admit(listener);
	return KN_OK;
}

kn_status socket_shutdown(struct description *description, uint32_t how)
{
	struct socket *socket = description->socket;

	if (socket->state != SOCKET_CONNECTED)
		return KN_E_NOT_CONNECTED;
	if (how == 0 || how > 3)
		return KN_E_INVALID_ARG;
	if (how & 1) {
		struct list *node;

		stop_reading(socket);
		while ((node = list_first(&socket->in->reading)) != nullptr)
			wait_finish_read(list_entry(node, struct waiter, link), (const uint8_t *)"", 0);
		while ((node = list_first(&socket->in->peeking)) != nullptr)
			wait_finish_read(list_entry(node, struct waiter, link), (const uint8_t *)"", 0);
	}
	if (how & 2)
		stop_writing(socket);
	return KN_OK;
}

kn_status socket_peer(struct description *description, uint32_t *pid, uint32_t *uid, uint32_t *gid)
{
	struct socket *socket = description->socket;

	if (socket->state != SOCKET_CONNECTED)
		return KN_E_NOT_CONNECTED;
	*pid = socket->other.pid;
	*uid = socket->other.uid;
	*gid = socket->other.gid;
	return KN_OK;
}

kn_status socket_name(struct description *description, bool peer, char *path, size_t capacity, size_t *length)
{
	struct socket *socket = description->socket;

	if (peer) {
		if (socket->state != SOCKET_CONNECTED || socket->peer == nullptr)
			return KN_E_NOT_CONNECTED;
		socket = socket->peer;
	}
	*length = socket->name_length < capacity ? socket->name_length : capacity;
	if (*length != 0)
		memcpy(path, socket->name, *length);
	return KN_OK;
}

/* ---- the class ---- */

static kn_status class_read(struct description *description, struct transfer *transfer)
{
	struct description *passed;
	kn_status status = socket_receive(description, false, transfer, &passed);

	/* read() has no place for a descriptor: it is closed, as POSIX says. */
	if (passed != nullptr)
		description_let_go(passed);
	return status;
}

static kn_status class_write(struct description *description, struct transfer *transfer)
{
	return socket_send(description, nullptr, transfer);
}

static uint32_t class_ready(struct description *description)
{
	struct socket *socket = description->socket;
	uint32_t ready;

	switch (socket->state) {
	case SOCKET_LISTENING:
		return socket->pending != nullptr ? FILE_EVENT_IN : 0;
	case SOCKET_FRESH:
		return FILE_EVENT_OUT | FILE_EVENT_HUP;
	default:
		ready = socket->may_write ? pipe_write_ready(socket->out) & FILE_EVENT_OUT : FILE_EVENT_OUT;
		if (!socket->may_read || socket->in->count != 0 || socket->in->writers == 0)
			ready |= FILE_EVENT_IN;
		if (socket->in->writers == 0 && socket->out->readers == 0)
			ready |= FILE_EVENT_HUP;
		return ready;
	}
}

static struct poll_source *class_source(struct description *description)
{
	return &description->socket->source;
}

static uint64_t class_available(struct description *description)
{
	return description->socket->state == SOCKET_CONNECTED ? description->socket->in->count : 0;
}

static void class_close(struct description *description)
{
	struct socket *socket = description->socket;

	if (!list_is_empty(&connecting))
		wait_drop(&connecting, description);
	if (socket->state == SOCKET_CONNECTED) {
		wait_drop(&socket->in->reading, description);
		wait_drop(&socket->in->peeking, description);
		wait_drop(&socket->out->writing, description);
	}
	destroy(socket);
}

/* A listener has what was sent to connections that nobody has accepted yet. */
static void class_visit(struct description *description, void (*visit)(struct description *description))
{
	passed_visit(&description->socket->passed, visit);
	for (struct socket *pending = description->socket->pending; pending != nullptr; pending = pending->next_pending)
		passed_visit(&pending->passed, visit);
}

static void class_drop(struct description *description)
{
	passed_drop(&description->socket->passed);
	for (struct socket *pending = description->socket->pending; pending != nullptr; pending = pending->next_pending)
		passed_drop(&pending->passed);
}

const struct description_class socket_class = {
    .kind = FILE_KIND_SOCKET,
    .read = class_read,
    .write = class_write,
    .ready = class_ready,
    .source = class_source,
    .available = class_available,
    .close = class_close,
    .visit_passed = class_visit,
    .drop_passed = class_drop,
};
