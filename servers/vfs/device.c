/* SPDX-License-Identifier: BSD-2-Clause */
/* See device.h. Numbers are Linux's, because programs compare them. */
#include "device.h"

#include "classes.h"
#include "directory.h"
#include "kn/random.h"
#include "mode.h"
#include "trona/heap.h"
#include "trona/start.h"
#include "trona/string.h"
#include "uapi/protocol/tty.h"
#include "uapi/protocol/vfs.h"

#define MEMORY 1
#define NUMBER_NULL DEVICE_NUMBER(MEMORY, 3)
#define NUMBER_ZERO DEVICE_NUMBER(MEMORY, 5)
#define NUMBER_FULL DEVICE_NUMBER(MEMORY, 7)
#define NUMBER_RANDOM DEVICE_NUMBER(MEMORY, 8)
#define NUMBER_URANDOM DEVICE_NUMBER(MEMORY, 9)
#define NUMBER_TTY DEVICE_NUMBER(5, 0)
#define NUMBER_CONSOLE DEVICE_NUMBER(5, 1)
#define NUMBER_PTMX DEVICE_NUMBER(5, 2)
#define NUMBER_SERIAL DEVICE_NUMBER(4, 64)
#define PTS_MAJOR 136

static struct inode *devices; /* root of the first devfs */

/* ---- null, zero, full, random ---- */

static kn_status read_nothing(struct description *description, struct transfer *transfer)
{
	(void)description;
	transfer->done = 0;
	return KN_OK;
}

static kn_status read_zeros(struct description *description, struct transfer *transfer)
{
	(void)description;
	memset(transfer->data, 0, transfer->length);
	transfer->done = transfer->length;
	return KN_OK;
}

static kn_status write_all(struct description *description, struct transfer *transfer)
{
	(void)description;
	transfer->done = transfer->length;
	return KN_OK;
}

static kn_status write_full(struct description *description, struct transfer *transfer)
{
	(void)description, (void)transfer;
	return KN_E_NO_SPACE;
}

kn_status device_random(void *data, size_t length)
{
	struct kn_random_data block;
	uint8_t *to = data;

	while (length != 0) {
		kn_status status = kn_random_get(start_cap("random"), &block);
		size_t part = length < sizeof block ? length : sizeof block;

		if (status != KN_OK)
			return status;
		memcpy(to, &block, part);
		to += part;
		length -= part;
	}
	memset(&block, 0, sizeof block);
	return KN_OK;
}

static kn_status read_random(struct description *description, struct transfer *transfer)
{
	kn_status status = device_random(transfer->data, transfer->length);

	(void)description;
	if (status == KN_OK)
		transfer->done = transfer->length;
	return status;
}

const struct description_class null_class = {.kind = FILE_KIND_DEVICE, .read = read_nothing, .write = write_all};
static const struct description_class zero_class = {.kind = FILE_KIND_DEVICE, .read = read_zeros, .write = write_all};
static const struct description_class full_class = {.kind = FILE_KIND_DEVICE, .read = read_zeros, .write = write_full};
static const struct description_class random_class = {.kind = FILE_KIND_DEVICE, .read = read_random, .write = write_all};

kn_status device_class(const struct inode *inode, const struct description_class **class, uint64_t *device)
{
	uint64_t number = inode->special_device;

	*class = nullptr;
	if (number >> 8 == PTS_MAJOR) {
		*device = TTY_DEVICE_PTS + (number & 0xff) + (inode->key & ~0xffull);
		return KN_OK;
	}
	switch (number) {
	case NUMBER_NULL:
		*class = &null_class;
		*device = VFS_DEVICE_NULL;
		return KN_OK;
	case NUMBER_ZERO:
		*class = &zero_class;
		*device = VFS_DEVICE_ZERO;
		return KN_OK;
	case NUMBER_FULL:
		*class = &full_class;
		return KN_OK;
	case NUMBER_RANDOM:
	case NUMBER_URANDOM:
		*class = &random_class;
		return KN_OK;
	case NUMBER_TTY:
		*device = TTY_DEVICE_CURRENT;
		return KN_OK;
	case NUMBER_CONSOLE:
	case NUMBER_SERIAL:
		*device = TTY_DEVICE_CONSOLE;
		return KN_OK;
	case NUMBER_PTMX:
		*device = TTY_DEVICE_MASTER;
		return KN_OK;
	default:
		return KN_E_NO_DEVICE;
	}
}

/* ---- /dev ---- */

static kn_status add(struct inode *directory, const char *name, size_t length, uint32_t mode, uint32_t uid, uint32_t gid,
    uint64_t number, struct inode **added)
{
	struct inode *inode = inode_create(directory->filesystem, mode, uid, gid);

	if (inode == nullptr)
		return KN_E_NO_MEMORY;
	inode->special_device = number;
	if (inode_is_directory(inode))
		directory_set_parent(inode, directory);
	kn_status status = directory_add(directory, name, length, inode, 0, nullptr);

	if (status == KN_OK && added != nullptr)
		*added = inode;
	inode_release(inode);
	return status;
}

static kn_status add_link(struct inode *directory, const char *name, const char *target)
{
	size_t length = strlen(target);
	char *copy = heap_alloc(length);
	struct inode *inode;

	if (copy == nullptr)
		return KN_E_NO_MEMORY;
	kn_status status = add(directory, name, strlen(name), MODE_LINK | 0777, 0, 0, 0, &inode);

	if (status != KN_OK) {
		heap_free(copy);
		return status;
	}
	memcpy(copy, target, length);
	inode->target = copy;
	inode->target_length = length;
	return KN_OK;
}

kn_status device_populate(struct filesystem *filesystem)
{
	static const struct {
		const char *name;
		uint32_t mode;
		uint64_t number;
	} nodes[] = {
	    {"null", MODE_CHARACTER | 0666, NUMBER_NULL},
	    {"zero", MODE_CHARACTER | 0666, NUMBER_ZERO},
	    {"full", MODE_CHARACTER | 0666, NUMBER_FULL},
	    {"random", MODE_CHARACTER | 0666, NUMBER_RANDOM},
	    {"urandom", MODE_CHARACTER | 0666, NUMBER_URANDOM},
	    {"tty", MODE_CHARACTER | 0666, NUMBER_TTY},
	    {"console", MODE_CHARACTER | 0600, NUMBER_CONSOLE},
	    {"ptmx", MODE_CHARACTER | 0666, NUMBER_PTMX},
	    {"pts", MODE_DIRECTORY | 0755, 0},
	    {"shm", MODE_DIRECTORY | MODE_STICKY | 0777, 0},
	};
	/* Descriptors are the client's own business; these names are what it looks for. */
	static const char *const links[][2] = {
	    {"fd", "/proc/self/fd"},
	    {"stdin", "/proc/self/fd/0"},
	    {"stdout", "/proc/self/fd/1"},
	    {"stderr", "/proc/self/fd/2"},
	};
	kn_status status = KN_OK;

	for (size_t i = 0; i < sizeof nodes / sizeof nodes[0] && status == KN_OK; i++)
		status = add(filesystem->root, nodes[i].name, strlen(nodes[i].name), nodes[i].mode, 0, 0, nodes[i].number, nullptr);
	for (size_t i = 0; i < sizeof links / sizeof links[0] && status == KN_OK; i++)
		status = add_link(filesystem->root, links[i][0], links[i][1]);
	if (status == KN_OK && devices == nullptr)
		devices = filesystem->root;
	return status;
}

kn_status device_node(
    const char *name, size_t length, uint32_t mode, uint32_t uid, uint32_t gid, uint64_t terminal, bool remove)
{
	struct inode *directory = devices;

	if (devices == nullptr)
		return KN_E_NOT_FOUND;
	if (length > 4 && memcmp(name, "pts/", 4) == 0) {
		struct dentry *pts = directory_find(devices, "pts", 3);

		if (pts == nullptr)
			return KN_E_NOT_FOUND;
		directory = pts->inode;
		name += 4;
		length -= 4;
	}
	if (length == 0 || length > NAME_MAX_LENGTH || memchr(name, '/', length) != nullptr || name[0] == '.')
		return KN_E_INVALID_ARG;
	struct dentry *dentry = directory_find(directory, name, length);

	if (remove) {
		if (dentry == nullptr)
			return KN_E_NOT_FOUND;
		if (inode_type(dentry->inode) != MODE_CHARACTER)
			return KN_E_INVALID_ARG;
		directory_remove(dentry);
		return KN_OK;
	}
	if (dentry != nullptr)
		return KN_E_EXISTS;
	if (terminal < TTY_DEVICE_PTS)
		return KN_E_INVALID_ARG;
	struct inode *inode;
	uint64_t minor = terminal - TTY_DEVICE_PTS;
	kn_status status = add(directory, name, length, MODE_CHARACTER | (mode & 0777), uid, gid,
	    DEVICE_NUMBER(PTS_MAJOR, minor & 0xff), &inode);

	if (status == KN_OK)
		inode->key = minor;
	return status;
}
