/* SPDX-License-Identifier: BSD-2-Clause */
/* Open regular files and computed texts: offsets, appending, times. The bytes are contents.c's. */
#include "classes.h"
#include "credentials.h"
#include "trona/poll.h"
#include "trona/heap.h"
#include "trona/string.h"
#include "view.h"

/* How often a reader may come in between before its bytes are told twice. */
#define CLAIM_ATTEMPTS 8

/* Reading changes the access time only when it would else look older than the last change (relatime). */
static void touch_access(struct inode *inode)
{
	if (inode->access_time <= inode->modify_time)
		inode->access_time = inode_now();
}

static kn_status regular_read(struct description *description, struct transfer *transfer)
{
	struct inode *inode = description->inode;
	bool is_current = transfer->offset == FILE_OFFSET_CURRENT;
	/* Somebody who reads by himself may take these bytes meanwhile; then the next ones are ours. */
	for (int left = CLAIM_ATTEMPTS;; left--) {
		uint64_t offset = is_current ? position_get(description) : transfer->offset;
		kn_status status =
		    contents_read(&inode->contents, offset, transfer->data, transfer->length, &transfer->done);

		if (status != KN_OK)
			return status;
		if (!is_current || position_advance(description, offset, transfer->done) || left == 0)
			break;
	}
	touch_access(inode);
	return KN_OK;
}

static kn_status regular_write(struct description *description, struct transfer *transfer)
{
	struct inode *inode = description->inode;
	bool is_current = transfer->offset == FILE_OFFSET_CURRENT;
	uint64_t offset = (description->flags & FILE_FLAG_APPEND) ? inode->contents.size
			  : is_current				  ? position_get(description)
								  : transfer->offset;
	kn_status status = contents_write(&inode->contents, offset, transfer->data, transfer->length, &transfer->done);

	if (status != KN_OK)
		return status;
	if (is_current)
		position_set(description, offset + transfer->done);
	if (transfer->done != 0)
		inode_touch(inode);
	return KN_OK;
}

static uint64_t regular_available(struct description *description)
{
	uint64_t size = description->inode->contents.size, offset = position_get(description);

	return size > offset ? size - offset : 0;
}

const struct description_class regular_class = {
    .kind = FILE_KIND_REGULAR,
    .read = regular_read,
    .write = regular_write,
    .available = regular_available,
};

static void text_end(struct description *description)
{
	heap_free(description->text);
	account_give(description->account, ACCOUNT_BYTES, description->text_length);
}

kn_status text_renew(struct description *description, const struct credentials *who)
{
	char *text;
	size_t length;
	kn_status status = description->inode->ops->generate(description->inode, who, &text, &length);

	if (status != KN_OK)
		return status;
	status = account_charge(description->account, ACCOUNT_BYTES, length);
	if (status != KN_OK) {
		heap_free(text);
		return status;
	}
	text_end(description);
	description->text = text;
	description->text_length = length;
	return KN_OK;
}

static kn_status text_read(struct description *description, struct transfer *transfer)
{
	bool is_current = transfer->offset == FILE_OFFSET_CURRENT;
	uint64_t offset = is_current ? description->offset : transfer->offset;
	if (offset == 0) { /* read from the start: as things are now, not as at open (as on Linux) */
		struct credentials who = {.uid = description->uid, .gid = description->gid, .pid = description->pid};
		kn_status status = text_renew(description, &who);

		if (status == KN_E_NO_PROCESS || status == KN_E_ACCESS)
			return status;
	}
	size_t left = offset < description->text_length ? description->text_length - offset : 0;

	transfer->done = transfer->length < left ? transfer->length : left;
	if (transfer->done != 0)
		memcpy(transfer->data, description->text + offset, transfer->done);
	if (is_current)
		description->offset += transfer->done;
	return KN_OK;
}

const struct description_class text_class = {
    .kind = FILE_KIND_REGULAR,
    .read = text_read,
    .close = text_end,
};

/* O_PATH: names a file and nothing else. */
const struct description_class path_class = {.kind = FILE_KIND_REGULAR};

static kn_status seek_data(const struct inode *inode, int64_t offset, bool hole, int64_t *target)
{
	if (inode->ops != nullptr || inode_is_directory(inode))
		return KN_E_INVALID_ARG;
	if (offset < 0 || (uint64_t)offset >= inode->contents.size)
		return KN_E_NO_DEVICE; /* ENXIO */
	*target = (int64_t)contents_seek(&inode->contents, (uint64_t)offset, hole);
	return KN_OK;
}

kn_status description_seek(struct description *description, int64_t offset, uint32_t whence, uint64_t *position)
{
	const struct description_class *class = description->class;
	int64_t start = 0;

	if (class == &null_class) {
		*position = 0;
		return KN_OK;
	}
	if (class != &regular_class && class != &directory_class && class != &text_class)
		return KN_E_NOT_SEEKABLE;
	switch (whence) {
	case FILE_SEEK_SET:
		break;
	case FILE_SEEK_CURRENT:
		start = (int64_t)position_get(description);
		break;
	case FILE_SEEK_END:
		start = (int64_t)(class == &text_class ? description->text_length : inode_size(description->inode));
		break;
	case FILE_SEEK_DATA:
	case FILE_SEEK_HOLE: {
		kn_status status = class != &regular_class ? KN_E_INVALID_ARG
							   : seek_data(description->inode, offset,
								 whence == FILE_SEEK_HOLE, &offset);
		if (status != KN_OK)
			return status;
		break;
	}
	default:
		return KN_E_INVALID_ARG;
	}
	int64_t target;

	if (__builtin_add_overflow(start, offset, &target) || target < 0)
		return KN_E_INVALID_ARG;
	*position = (uint64_t)target;
	position_set(description, (uint64_t)target);
	return KN_OK;
}
