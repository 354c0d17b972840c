/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See calls.h. Every capability that a method takes names something of this very server, so it arrives as a badge; anything else is
 * refused. A base that is a process's own capability to this server stands for the root.
 */
#include "calls.h"

#include "classes.h"
#include "device.h"
#include "files.h"
#include "lock.h"
#include "memory.h"
#include "mode.h"
#include "mount.h"
#include "open.h"
#include "passed.h"
#include "pipe.h"
#include "process_credentials.h"
#include "procfs.h"
#include "socket.h"
#include "trona/start.h"
#include "trona/string.h"
#include "window.h"

#define ROLE_DEVICES 0
#define FLAG_NO_FOLLOW 1u
#define ACCESS_EFFECTIVE 8u
#define ACCESS_NO_FOLLOW 16u
#define SOCKET_NOW 2u

/* Who calls. */
#define CALLER(who) \
	struct credentials who; \
	{ \
		kn_status caller_ = process_credentials(call->badge, &who); \
		if (caller_ != KN_OK) \
			return caller_; \
	}

static kn_status find_base(struct server_cap base, struct inode **inode)
{
	*inode = nullptr;
	if (!base.is_own && base.slot == KN_CAP_NONE)
		return KN_OK;
	if (base.is_own && !(base.badge & BADGE_OBJECT))
		return KN_OK;
	struct description *description = description_of(base);

	if (description == nullptr)
		return KN_E_INVALID_CAP;
	if (description->inode == nullptr)
		return KN_E_NOT_DIRECTORY;
	*inode = description->inode;
	return KN_OK;
}

static kn_status find_name(struct server_cap base, const void *path, size_t length, struct name_at *at)
{
	at->text = path;
	at->length = length;
	return find_base(base, &at->base);
}

/* The inode that a path leads to, referenced. An empty path is the base itself. */
static kn_status find_inode(
    struct name_at at, const struct credentials *who, unsigned flags, struct inode **inode)
{
	struct path path;

	if (at.base != nullptr && (at.length == 0 || (at.length == 1 && at.text[0] == '\0'))) {
		*inode = at.base;
		inode_acquire(at.base);
		return KN_OK;
	}
	kn_status status = path_walk(at.base, who, at.text, at.length, flags, &path);

	if (status != KN_OK)
		return status;
	*inode = path.inode;
	inode_acquire(path.inode);
	path_release(&path);
	return KN_OK;
}

/* CALLER and find_inode in one. */
static kn_status begin(struct server_call *call, struct server_cap base, const void *path, size_t length, unsigned flags,
    struct credentials *who, struct inode **inode)
{
	struct name_at at;
	kn_status status = process_credentials(call->badge, who);

	if (status == KN_OK)
		status = find_name(base, path, length, &at);
	return status == KN_OK ? find_inode(at, who, flags, inode) : status;
}

static kn_status on_open(struct server_call *call, struct server_cap base, uint32_t flags, uint32_t mode, const void *path,
    size_t length, struct vfs_opened *opened, kn_cap *file)
{
	struct description *description;
	struct name_at at;

	CALLER(who);
	kn_status status = find_name(base, path, length, &at);
	if (status == KN_OK)
		status = open_path(at, &who, flags, mode, call, opened, &description);
	if (status == KN_OK && description != nullptr)
		*file = description_give(description);
	return status;
}

static kn_status on_stat(struct server_call *call, struct server_cap base, uint32_t flags, const void *path, size_t length,
    struct file_stat *stat)
{
	struct credentials who;
	struct inode *inode;
	kn_status status =
	    begin(call, base, path, length, (flags & FLAG_NO_FOLLOW) ? 0 : PATH_FOLLOW, &who, &inode);

	if (status != KN_OK)
		return status;
	inode_describe(inode, stat);
	inode_release(inode);
	return KN_OK;
}

static kn_status on_access(
    struct server_call *call, struct server_cap base, uint32_t mode, const void *path, size_t length)
{
	struct name_at at;
	struct inode *inode;

	CALLER(who);
	if (mode & ~(7u | ACCESS_EFFECTIVE | ACCESS_NO_FOLLOW))
		return KN_E_INVALID_ARG;
	if (!(mode & ACCESS_EFFECTIVE)) {
		who.uid = who.real_uid;
		who.gid = who.real_gid;
	}
	kn_status status = find_name(base, path, length, &at);
	if (status == KN_OK)
		status = find_inode(at, &who, (mode & ACCESS_NO_FOLLOW) ? 0 : PATH_FOLLOW, &inode);
	if (status != KN_OK)
		return status;
	status = permission(&who, inode, mode & 7);
	if (status == KN_OK && (mode & MAY_WRITE) && inode->filesystem->is_read_only)
		status = KN_E_READ_ONLY;
	inode_release(inode);
	return status;
}

static kn_status on_make_directory(
    struct server_call *call, struct server_cap base, uint32_t mode, const void *path, size_t length)
{
	struct name_at at;

	CALLER(who);
	kn_status status = find_name(base, path, length, &at);
	return status == KN_OK ? name_make_directory(at, &who, mode) : status;
}

static kn_status on_make_node(struct server_call *call, struct server_cap base, uint32_t mode, uint64_t device,
    const void *path, size_t length)
{
	struct name_at at;

	CALLER(who);
	kn_status status = find_name(base, path, length, &at);
	return status == KN_OK ? name_make_node(at, &who, mode, device) : status;
}

static kn_status on_unlink(
    struct server_call *call, struct server_cap base, bool directory, const void *path, size_t length)
{
	struct name_at at;

	CALLER(who);
	kn_status status = find_name(base, path, length, &at);
	return status == KN_OK ? name_remove(at, &who, directory) : status;
}

static kn_status on_rename(struct server_call *call, struct server_cap old_base, struct server_cap new_base,
    uint32_t flags, const void *old_path, size_t old_length, const void *new_path, size_t new_length)
{
	struct name_at from, to;

	CALLER(who);
	if (flags > 1)
		return KN_E_INVALID_ARG;
	kn_status status = find_name(old_base, old_path, old_length, &from);
	if (status == KN_OK)
		status = find_name(new_base, new_path, new_length, &to);
	return status == KN_OK ? name_rename(from, to, &who, flags & 1) : status;
}

static kn_status on_link(struct server_call *call, struct server_cap old_base, struct server_cap new_base, uint32_t flags,
    const void *old_path, size_t old_length, const void *new_path, size_t new_length)
{
	struct name_at from, to;

	CALLER(who);
	if (flags > 1)
		return KN_E_INVALID_ARG;
	kn_status status = find_name(old_base, old_path, old_length, &from);
	if (status == KN_OK)
		status = find_name(new_base, new_path, new_length, &to);
	return status == KN_OK ? name_link(from, to, &who, flags & 1) : status;
}

static kn_status on_symlink(struct server_call *call, struct server_cap base, const void *target, size_t target_length,
    const void *path, size_t length)
{
	struct name_at at;

	CALLER(who);
	kn_status status = find_name(base, path, length, &at);
	return status == KN_OK ? name_symlink(at, &who, target, target_length) : status;
}

static kn_status on_read_link(struct server_call *call, struct server_cap base, const void *path, size_t length,
    void *target, size_t capacity, size_t *target_length)
{
	struct name_at at;

	CALLER(who);
	kn_status status = find_name(base, path, length, &at);
	return status == KN_OK ? name_read_link(at, &who, target, capacity, target_length) : status;
}

static kn_status on_set_attributes(struct server_call *call, struct server_cap base, uint32_t flags, uint32_t mask,
    uint32_t mode, uint32_t uid, uint32_t gid, int64_t access_time, int64_t modify_time, const void *path, size_t length)
{
	struct credentials who;
	struct inode *inode;
	kn_status status =
	    begin(call, base, path, length, (flags & FLAG_NO_FOLLOW) ? 0 : PATH_FOLLOW, &who, &inode);

	if (status != KN_OK)
		return status;
	if (mask & VFS_ATTRIBUTE_MODE)
		status = inode_type(inode) == MODE_LINK ? KN_E_NOT_SUPPORTED : inode_set_mode(inode, &who, mode);
	if (status == KN_OK && (mask & VFS_ATTRIBUTE_OWNER))
		status = inode_set_owner(inode, &who, uid, gid);
	if (status == KN_OK && (mask & VFS_ATTRIBUTE_TIMES))
		status = inode_set_times(inode, &who, access_time, modify_time);
	inode_release(inode);
	return status;
}

static kn_status on_pair(struct server_call *call, uint32_t kind, uint32_t flags, kn_cap *first, kn_cap *second)
{
	struct description *ends[2];
	kn_status status;

	CALLER(who);
	switch (kind) {
	case VFS_PAIR_PIPE:
		status = pipe_pair(flags, who.uid, who.gid, ends);
		break;
	case VFS_PAIR_SOCKET_STREAM:
		status = socket_pair(flags, &who, ends);
		break;
	default:
		return KN_E_INVALID_ARG;
	}
	if (status != KN_OK)
		return status;
	*first = description_give(ends[0]);
	*second = description_give(ends[1]);
	return KN_OK;
}

static kn_status on_path_of(struct server_call *call, struct server_cap base, void *path, size_t capacity, size_t *length)
{
	struct inode *inode;

	CALLER(who);
	kn_status status = find_base(base, &inode);
	return status == KN_OK ? path_tell(inode != nullptr ? inode : path_root(), path, capacity, length) : status;
}

static kn_status on_usage(
    struct server_call *call, struct server_cap base, const void *path, size_t length, struct vfs_usage *usage)
{
	struct credentials who;
	struct inode *inode;
	struct memory_totals totals = {};
	kn_status status = begin(call, base, path, length, PATH_FOLLOW, &who, &inode);

	if (status != KN_OK)
		return status;
	if (inode->filesystem->root->ops == nullptr)
		totals = memory_totals();
	*usage = (struct vfs_usage){
	    .block_size = KN_PAGE_SIZE,
	    .blocks = totals.total,
	    .free = totals.available,
	    .files = inode->filesystem->inodes + totals.available,
	    .files_free = totals.available,
	    .name_max = VFS_NAME_MAX,
	    .flags = inode->filesystem->is_read_only,
	};
	inode_release(inode);
	return KN_OK;
}

static kn_status on_window(struct server_call *call, kn_cap *window, kn_cap *memory)
{
	CALLER(who);
	return window_create(who.uid, window, memory);
}

/* A filesystem that could not be filled; nobody has seen it yet. */
static void take_away(struct inode *root)
{
	inode_acquire(root);
	(void)!mount_remove(root);
	inode_release(root);
}

static kn_status make_mount(struct inode *directory, const char *type, size_t length)
{
	static const struct {
		const char *name;
		const char *type;
	} types[] = {{"ramfs", "ramfs"}, {"tmpfs", "ramfs"}, {"devfs", "devfs"}, {"procfs", "procfs"}, {"proc", "procfs"}};
	struct filesystem *filesystem;

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (strlen(types[i].name) != length || memcmp(types[i].name, type, length) != 0)
			continue;
		kn_status status = mount_on(directory, types[i].type, 0755, &filesystem);

		if (status != KN_OK)
			return status;
		if (strcmp(types[i].type, "procfs") == 0)
			procfs_populate(filesystem);
		if (strcmp(types[i].type, "devfs") == 0)
			status = device_populate(filesystem);
		if (status != KN_OK)
			take_away(filesystem->root);
		return status;
	}
	return KN_E_NO_DEVICE;
}

static kn_status on_mount(
    struct server_call *call, const void *type, size_t type_length, const void *path, size_t length)
{
	struct credentials who;
	struct inode *inode;
	kn_status status = begin(call, (struct server_cap){}, path, length, PATH_FOLLOW, &who, &inode);

	if (status != KN_OK)
		return status;
	status = who.uid != 0 ? KN_E_PERMISSION : make_mount(inode, type, type_length);
	inode_release(inode);
	return status;
}

static kn_status on_unmount(struct server_call *call, const void *path, size_t length)
{
	struct credentials who;
	struct inode *inode;
	kn_status status = begin(call, (struct server_cap){}, path, length, PATH_FOLLOW, &who, &inode);

	if (status != KN_OK)
		return status;
	if (who.uid != 0 || inode == path_root())
		status = who.uid != 0 ? KN_E_PERMISSION : KN_E_BUSY;
	else
		status = mount_remove(inode);
	inode_release(inode);
	return status == KN_E_INVALID_ARG ? KN_E_NOT_FOUND : status;
}

static kn_status on_truncate(
    struct server_call *call, struct server_cap base, uint64_t size, const void *path, size_t length)
{
	struct credentials who;
	struct inode *inode;
	kn_status status = begin(call, base, path, length, PATH_FOLLOW, &who, &inode);

	if (status != KN_OK)
		return status;
	if (inode_is_directory(inode))
		status = KN_E_IS_DIRECTORY;
	else if (inode_type(inode) != MODE_REGULAR || inode->ops != nullptr)
		status = KN_E_INVALID_ARG;
	if (status == KN_OK)
		status = permission(&who, inode, MAY_WRITE);
	if (status == KN_OK)
		status = contents_is_executing(&inode->contents) ? KN_E_TEXT_BUSY
								 : contents_resize(&inode->contents, size);
	if (status == KN_OK)
		inode_touch(inode);
	inode_release(inode);
	return status;
}

static kn_status on_sync_all(struct server_call *call)
{
	CALLER(who);
	return KN_OK;
}

static kn_status on_anonymous(struct server_call *call, uint32_t flags, kn_cap *file)
{
	struct description *description;

	CALLER(who);
	kn_status status = open_anonymous(&who, flags, &description);
	if (status == KN_OK)
		*file = description_give(description);
	return status;
}

static kn_status on_device_node(struct server_call *call, const void *name, size_t length, uint32_t mode, uint32_t uid,
    uint32_t gid, uint32_t kind, uint64_t device, bool remove)
{
	const uint64_t needed = KN_BADGE_UNIT | KN_BADGE_ROLE(ROLE_DEVICES);

	if ((call->badge & needed) != needed)
		return KN_E_PERMISSION;
	if (kind != FILE_KIND_TERMINAL)
		return KN_E_INVALID_ARG;
	return device_node(name, length, mode, uid, gid, device, remove);
}

/* ---- sockets ---- */

/* The socket that a call names. */
#define SOCKET(name, cap) \
	struct description *name = description_of(cap); \
	if (name == nullptr) \
		return KN_E_INVALID_CAP; \
	if (name->class != &socket_class) \
		return KN_E_NOT_SOCKET

static kn_status on_socket(struct server_call *call, uint32_t flags, kn_cap *socket)
{
	struct description *description;

	CALLER(who);
	kn_status status = socket_create(flags, &who, &description);
	if (status == KN_OK)
		*socket = description_give(description);
	return status;
}

static kn_status on_socket_bind(struct server_call *call, struct server_cap socket, struct server_cap base, uint32_t mode,
    const void *path, size_t length)
{
	struct name_at at;

	CALLER(who);
	SOCKET(description, socket);
	kn_status status = find_name(base, path, length, &at);
	return status == KN_OK ? socket_bind(description, at, &who, mode) : status;
}

static kn_status on_socket_listen(struct server_call *call, struct server_cap socket, uint32_t backlog)
{
	SOCKET(description, socket);
	return socket_listen(description, backlog);
}

static kn_status on_socket_accept(struct server_call *call, struct server_cap socket, uint32_t flags, kn_cap *connection)
{
	struct description *made;

	SOCKET(description, socket);
	kn_status status = socket_accept(description, flags, call, &made);
	if (status == KN_OK)
		*connection = description_give(made);
	return status;
}

static kn_status on_socket_connect(
    struct server_call *call, struct server_cap socket, struct server_cap base, const void *path, size_t length)
{
	struct name_at at;

	CALLER(who);
	SOCKET(description, socket);
	kn_status status = find_name(base, path, length, &at);
	return status == KN_OK ? socket_connect(description, at, &who, call) : status;
}

static kn_status on_socket_shutdown(struct server_call *call, struct server_cap socket, uint32_t how)
{
	SOCKET(description, socket);
	return socket_shutdown(description, how);
}

static kn_status on_socket_peer(
    struct server_call *call, struct server_cap socket, uint32_t *pid, uint32_t *uid, uint32_t *gid)
{
	SOCKET(description, socket);
	return socket_peer(description, pid, uid, gid);
}

static kn_status on_socket_name(
    struct server_call *call, struct server_cap socket, bool peer, void *path, size_t capacity, size_t *length)
{
	SOCKET(description, socket);
	return socket_name(description, peer, path, capacity, length);
}

static kn_status on_socket_send(struct server_call *call, struct server_cap socket, struct server_cap passed,
    uint32_t flags, const void *data, size_t length, uint32_t *written)
{
	struct transfer transfer = {.call = call, .data = (uint8_t *)data, .length = length, .is_now = flags & SOCKET_NOW};
	struct description *other = description_of(passed), *terminal = nullptr;
	kn_status status = KN_OK;

	SOCKET(description, socket);
	if (other == nullptr && passed.is_own)
		return KN_E_NOT_SUPPORTED;
	if (other == nullptr && passed.slot != KN_CAP_NONE) {
		status = passed_terminal(call, passed.slot, description->uid, &terminal);
		other = terminal;
	}
	if (status == KN_OK)
		status = socket_send(description, other, &transfer);
	if (terminal != nullptr)
		description_let_go(terminal);
	*written = (uint32_t)transfer.done;
	return status;
}

static kn_status on_socket_receive(struct server_call *call, struct server_cap socket, uint32_t flags, void *data,
    size_t capacity, size_t *length, kn_cap *passed)
{
	struct transfer transfer = {.call = call, .data = data, .length = capacity, .is_now = flags & SOCKET_NOW};
	struct description *other;

	SOCKET(description, socket);
	kn_status status = socket_receive(description, flags & 1, &transfer, &other);
	*length = transfer.done;
	if (other != nullptr) {
		*passed = passed_give(other, call);
		description_let_go(other);
	}
	return status;
}

static kn_status on_lock(struct server_call *call, struct server_cap file, bool of_process, uint32_t wait, const struct vfs_lock *lock,
    struct vfs_lock *conflict)
{
	struct description *description = description_of(file);

	CALLER(who);
	if (description == nullptr)
		return file.is_own || file.slot == KN_CAP_NONE ? KN_E_INVALID_CAP : KN_E_NOT_SUPPORTED; /* another server's */
	if (of_process && who.pid == 0) /* a unit is no process */
		return KN_E_NO_PROCESS;
	struct lock_owner owner = {.badge = of_process ? call->badge : 0, .pid = of_process ? who.pid : 0, .uid = who.uid};
	return lock_set(description, owner, wait, lock, call, conflict);
}

const struct vfs_ops vfs_methods = {
    .open = on_open,
    .stat = on_stat,
    .access = on_access,
    .make_directory = on_make_directory,
    .make_node = on_make_node,
    .unlink = on_unlink,
    .rename = on_rename,
    .link = on_link,
    .symlink = on_symlink,
    .read_link = on_read_link,
    .set_attributes = on_set_attributes,
    .pair = on_pair,
    .path_of = on_path_of,
    .usage = on_usage,
    .window = on_window,
    .window_read = files_window_read,
    .window_write = files_window_write,
    .mount = on_mount,
    .unmount = on_unmount,
    .truncate = on_truncate,
    .sync_all = on_sync_all,
    .anonymous = on_anonymous,
    .device_node = on_device_node,
    .socket = on_socket,
    .socket_bind = on_socket_bind,
    .socket_listen = on_socket_listen,
    .socket_accept = on_socket_accept,
    .socket_connect = on_socket_connect,
    .socket_shutdown = on_socket_shutdown,
    .socket_peer = on_socket_peer,
    .socket_name = on_socket_name,
    .socket_send = on_socket_send,
    .socket_receive = on_socket_receive,
    .lock = on_lock,
};
