/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See files.h. What a caller may do with a description was decided when it was opened; who the caller is now does not matter here. Attributes
 * belong to who asks, so they are changed by vfs.set_attributes, with the file as the base.
 */
#include "files.h"

#include "classes.h"
#include "device.h"
#include "mode.h"
#include "names.h"
#include "process_credentials.h"
#include "trona/poll.h"
#include "view.h"
#include "window.h"

/* The description that the call came through. */
#define DESCRIPTION(name) \
	struct description *name = description_by_badge(call->badge); \
	if (name == nullptr) \
		return KN_E_INVALID_CAP

static kn_status do_read(struct description *description, struct transfer *transfer)
{
	if (!(description->flags & FILE_FLAG_READ))
		return KN_E_INVALID_CAP; /* EBADF */
	if (description->class->read == nullptr)
		return KN_E_INVALID_ARG;
	return description->class->read(description, transfer);
}

static kn_status do_write(struct description *description, struct transfer *transfer)
{
	if (!(description->flags & FILE_FLAG_WRITE))
		return KN_E_INVALID_CAP;
	if (description->class->write == nullptr)
		return KN_E_INVALID_ARG;
	return description->class->write(description, transfer);
}

static kn_status on_read(struct server_call *call, uint64_t offset, void *data, size_t capacity, size_t *length)
{
	DESCRIPTION(description);
	struct transfer transfer = {.call = call, .data = data, .length = capacity, .offset = offset};
	kn_status status = do_read(description, &transfer);

	*length = transfer.done;
	return status;
}

static kn_status on_write(
    struct server_call *call, uint64_t offset, const void *data, size_t length, uint32_t *written)
{
	DESCRIPTION(description);
	struct transfer transfer = {.call = call, .data = (uint8_t *)data, .length = length, .offset = offset};
	kn_status status = do_write(description, &transfer);

	*written = (uint32_t)transfer.done;
	return status;
}

static kn_status begin_window(struct server_call *call, struct server_cap file, uint32_t length,
    struct description **description, struct transfer *transfer)
{
	struct window *window = window_by_badge(call->badge);

	if (window == nullptr)
		return KN_E_INVALID_CAP;
	*description = description_of(file);
	if (*description == nullptr)
		return KN_E_INVALID_CAP;
	transfer->call = call;
	transfer->window = window;
	transfer->length = length;
	return window_data(window, length, &transfer->data);
}

kn_status files_window_read(
    struct server_call *call, struct server_cap file, uint64_t offset, uint32_t length, uint32_t *count)
{
	struct description *description;
	struct transfer transfer = {.offset = offset};
	kn_status status = begin_window(call, file, length, &description, &transfer);

	if (status != KN_OK)
		return status;
	status = do_read(description, &transfer);
	*count = (uint32_t)transfer.done;
	return status;
}

kn_status files_window_write(
    struct server_call *call, struct server_cap file, uint64_t offset, uint32_t length, uint32_t *count)
{
	struct description *description;
	struct transfer transfer = {.offset = offset};
	kn_status status = begin_window(call, file, length, &description, &transfer);

	if (status != KN_OK)
		return status;
	status = do_write(description, &transfer);
	*count = (uint32_t)transfer.done;
	return status;
}

static kn_status on_seek(struct server_call *call, int64_t offset, uint32_t whence, uint64_t *position)
{
	DESCRIPTION(description);
	return description_seek(description, offset, whence, position);
}

static kn_status on_stat(struct server_call *call, struct file_stat *stat)
{
	DESCRIPTION(description);
	if (description->inode != nullptr) {
		inode_describe(description->inode, stat);
		return KN_OK;
	}
	*stat = (struct file_stat){
	    .inode = description_number(description),
	    .mode = description->class->kind == FILE_KIND_SOCKET ? MODE_SOCKET | 0777 : MODE_FIFO | 0600,
	    .links = 1,
	    .uid = description->uid,
	    .gid = description->gid,
	    .access_time = description->opened,
	    .modify_time = description->opened,
	    .change_time = description->opened,
	    .block_size = KN_PAGE_SIZE,
	};
	return KN_OK;
}

static kn_status on_truncate(struct server_call *call, uint64_t length)
{
	DESCRIPTION(description);
	if (description->class != &regular_class || !(description->flags & FILE_FLAG_WRITE))
		return KN_E_INVALID_ARG;
	kn_status status = contents_resize(&description->inode->contents, length);

	if (status == KN_OK)
		inode_touch(description->inode);
	return status;
}

static kn_status on_read_directory(struct server_call *call, void *entries, size_t capacity, size_t *length)
{
	DESCRIPTION(description);
	if (!(description->flags & FILE_FLAG_READ))
		return KN_E_INVALID_CAP;
	return description_entries(description, entries, capacity, length);
}

static kn_status on_set_flags(struct server_call *call, uint32_t mask, uint32_t flags, uint32_t *now, uint32_t *kind)
{
	DESCRIPTION(description);
	mask &= FILE_FLAG_APPEND | FILE_FLAG_NONBLOCK;
	description->flags = (description->flags & ~mask) | (flags & mask);
	*now = description->flags;
	*kind = description->class->kind;
	return KN_OK;
}

/* What holds now of `events`, ERR and HUP. */
static uint32_t ready(struct description *description, uint32_t events)
{
	uint32_t all = description->class->ready != nullptr ? description->class->ready(description)
							    : FILE_EVENT_IN | FILE_EVENT_OUT;

	return all & (events | FILE_EVENT_ERR | FILE_EVENT_HUP);
}

static kn_status arm(struct description *description, uint64_t listener, uint32_t events, uint32_t bit, uint32_t *now)
{
	struct poll_source *source =
	    description->class->source != nullptr ? description->class->source(description) : nullptr;

	*now = events != 0 ? ready(description, events) : 0;
	return *now != 0 ? KN_OK : poll_arm(listener, source, description, events, bit);
}

static kn_status on_poll(struct server_call *call, uint32_t events, bool must_arm, uint32_t bit, uint32_t *now)
{
	DESCRIPTION(description);
	*now = ready(description, events);
	if (*now != 0 || !must_arm)
		return KN_OK;
	return arm(description, description->listener, events, bit, now);
}

static kn_status on_poll_listen(struct server_call *call, struct server_cap caller, struct server_cap notification, uint64_t *listener)
{
	struct credentials who;
	uint64_t random;
	kn_cap kept;

	DESCRIPTION(description);
	if (!caller.is_own || notification.slot == KN_CAP_NONE)
		return KN_E_INVALID_CAP;
	kn_status status = process_credentials(caller.badge, &who);
	if (status == KN_OK)
		status = device_random(&random, sizeof random);
	if (status == KN_OK)
		status = server_take(call, notification.slot, &kept);
	if (status != KN_OK)
		return status;
	status = poll_listener_create(kept, who.real_uid, random, listener);
	if (status == KN_OK)
		description->listener = *listener;
	else
		poll_listener_refuse(kept);
	return status;
}

static kn_status on_poll_arm(
    struct server_call *call, uint64_t listener, uint32_t events, uint32_t bit, uint32_t *now)
{
	DESCRIPTION(description);
	return arm(description, listener, events, bit, now);
}

static kn_status on_map(struct server_call *call, bool executable, uint64_t *size, kn_cap *object)
{
	DESCRIPTION(description);
	if (description->class != &regular_class)
		return KN_E_NO_DEVICE;
	if (executable ? !description->may_execute : !(description->flags & FILE_FLAG_READ))
		return KN_E_ACCESS;
	struct contents *contents = &description->inode->contents;

	if (executable && contents->size == 0)
		return KN_E_BAD_IMAGE;
	kn_status status =
	    contents_map(contents, executable, !executable && (description->flags & FILE_FLAG_WRITE), object);

	*size = contents->size;
	return status;
}

static kn_status on_view(struct server_call *call, kn_cap *object, kn_cap *view, kn_cap *position)
{
	DESCRIPTION(description);
	return view_show(description, object, view, position);
}

static kn_status on_sync(struct server_call *call)
{
	DESCRIPTION(description);
	return description->inode != nullptr ? KN_OK : KN_E_INVALID_ARG;
}

static kn_status on_available(struct server_call *call, uint64_t *bytes)
{
	DESCRIPTION(description);
	*bytes = description->class->available != nullptr ? description->class->available(description) : 0;
	return KN_OK;
}

const struct file_ops file_methods = {
    .read = on_read,
    .write = on_write,
    .seek = on_seek,
    .stat = on_stat,
    .truncate = on_truncate,
    .read_directory = on_read_directory,
    .set_flags = on_set_flags,
    .poll = on_poll,
    .poll_listen = on_poll_listen,
    .poll_arm = on_poll_arm,
    .map = on_map,
    .sync = on_sync,
    .available = on_available,
    .view = on_view,
};
