/* SPDX-License-Identifier: BSD-2-Clause */
/* See fifo.h. The pipe lives as long as the inode; it is emptied when nobody has it open. */
#include "fifo.h"

#include "pipe.h"
#include "server/vfs.h"

static struct pipe *pipe_of(struct description *description)
{
	return description->inode->fifo;
}

/* The other end is there: everybody who waited for it has his file. */
static void admit(struct list *waiting)
{
	struct list *node;

	while ((node = list_first(waiting)) != nullptr) {
		struct waiter *waiter = list_entry(node, struct waiter, link);
		struct description *description = waiter->description;
		struct vfs_opened opened = {
		    .server = VFS_SERVER_SELF, .kind = FILE_KIND_PIPE, .flags = description->flags};
		struct server_reply *reply = wait_take_reply(waiter);

		vfs_open_reply(reply, KN_OK, &opened, description_give(description));
	}
}

static void enter(struct description *description)
{
	struct pipe *pipe = pipe_of(description);

	description->writers_before = pipe->writers == 0 ? pipe->writers_ever : UINT64_MAX;
	if (description->flags & FILE_FLAG_READ) {
		pipe->readers++;
		admit(&pipe->opening_writers);
	}
	if (description->flags & FILE_FLAG_WRITE) {
		pipe->writers++;
		pipe->writers_ever++;
		admit(&pipe->opening_readers);
	}
}

static void leave(struct description *description)
{
	struct pipe *pipe = pipe_of(description);

	if (description->flags & FILE_FLAG_READ)
		pipe_leave_reader(pipe);
	if (description->flags & FILE_FLAG_WRITE)
		pipe_leave_writer(pipe);
	if (pipe->readers == 0 && pipe->writers == 0)
		pipe_empty(pipe);
}

kn_status fifo_open(struct description *description, struct server_call *call)
{
	const uint32_t both = FILE_FLAG_READ | FILE_FLAG_WRITE;
	struct inode *inode = description->inode;

	if (inode->fifo == nullptr) {
		inode->fifo = pipe_create(inode->uid);
		if (inode->fifo == nullptr)
			return KN_E_NO_MEMORY;
	}
	struct pipe *pipe = inode->fifo;
	bool is_reader = description->flags & FILE_FLAG_READ;
	bool must_wait = (description->flags & both) != both && (is_reader ? pipe->writers : pipe->readers) == 0;

	if (must_wait && (description->flags & FILE_FLAG_NONBLOCK)) {
		if (!is_reader)
			return KN_E_NO_DEVICE;
		must_wait = false;
	}
	if (must_wait) {
		kn_status status = wait_park(is_reader ? &pipe->opening_readers : &pipe->opening_writers, WAIT_OPEN,
		    description, call, nullptr, nullptr);

		if (status != KN_DEFERRED)
			return status;
	}
	enter(description);
	return must_wait ? KN_DEFERRED : KN_OK;
}

void fifo_open_cancelled(struct description *description)
{
	struct inode *inode = description->inode;

	leave(description);
	description_discard(description);
	inode_release(inode);
}

static kn_status fifo_read(struct description *description, struct transfer *transfer)
{
	return pipe_read(pipe_of(description), description, transfer);
}

static kn_status fifo_write(struct description *description, struct transfer *transfer)
{
	return pipe_write(pipe_of(description), description, transfer);
}

static uint32_t fifo_ready(struct description *description)
{
	const struct pipe *pipe = pipe_of(description);
	uint32_t ready = 0;

	if (description->flags & FILE_FLAG_READ)
		ready |= pipe_read_ready(pipe);
	/* Nobody has hung up before anybody has come. */
	if (description->writers_before == pipe->writers_ever)
		ready &= ~(uint32_t)FILE_EVENT_HUP;
	if (description->flags & FILE_FLAG_WRITE)
		ready |= pipe_write_ready(pipe);
	return ready;
}

static struct poll_source *fifo_source(struct description *description)
{
	/* Opened for both: what comes in is what one waits for. */
	return (description->flags & FILE_FLAG_READ) ? pipe_of(description)->read_source
						     : pipe_of(description)->write_source;
}

static uint64_t fifo_available(struct description *description)
{
	return pipe_of(description)->count;
}

static void fifo_close(struct description *description)
{
	struct pipe *pipe = pipe_of(description);

	poll_forget(fifo_source(description), description);
	wait_drop(&pipe->reading, description);
	wait_drop(&pipe->writing, description);
	leave(description);
}

const struct description_class fifo_class = {
    .kind = FILE_KIND_PIPE,
    .read = fifo_read,
    .write = fifo_write,
    .ready = fifo_ready,
    .source = fifo_source,
    .available = fifo_available,
    .close = fifo_close,
};
