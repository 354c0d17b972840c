/* SPDX-License-Identifier: BSD-2-Clause */
/* Local stream sockets: vfs has them, with the socket's capability as an argument. */

#include "posix.h"

#include "client/file.h"
#include "client/vfs.h"

#include <sys/un.h>

static int check_type(int domain, int type)
{
	if (domain != AF_UNIX)
		return -EAFNOSUPPORT;
	if ((type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) != SOCK_STREAM)
		return -EPROTONOSUPPORT;
	return 0;
}

int sys_socket(int domain, int type, int protocol)
{
	int error = check_type(domain, type);

	if (error)
		return error;
	if (protocol != 0)
		return -EPROTONOSUPPORT;
	kn_cap slot = slot_take();
	if (slot == KN_CAP_NONE)
		return -EMFILE;
	kn_status status = PERSIST(vfs_socket(SLOT(VFS), type & SOCK_NONBLOCK ? FILE_FLAG_NONBLOCK : 0, slot));
	if (status != KN_OK) {
		slot_give(slot);
		return to_errno(status);
	}
	struct file *file = file_make(slot, FILE_KIND_SOCKET, false);
	if (!file) {
		slot_delete(slot);
		return -ENOMEM;
	}
	return table_put(file, 0, type & SOCK_CLOEXEC);
}

int sys_socketpair(int domain, int type, int protocol, int fds[2])
{
	int error = check_type(domain, type);

	if (error)
		return error;
	if (protocol != 0)
		return -EPROTONOSUPPORT;
	return pair_make(VFS_PAIR_SOCKET_STREAM, (type & SOCK_NONBLOCK ? O_NONBLOCK : 0) | (type & SOCK_CLOEXEC ? O_CLOEXEC : 0), fds);
}

/* The path in an address, ended by a zero byte. */
static int path_of(const struct sockaddr *address, socklen_t size, char path[sizeof((struct sockaddr_un *)nullptr)->sun_path + 1])
{
	const struct sockaddr_un *local = (const struct sockaddr_un *)address;
	const size_t head = offsetof(struct sockaddr_un, sun_path);

	if (size < head || size > sizeof *local)
		return -EINVAL;
	if (local->sun_family != AF_UNIX)
		return -EAFNOSUPPORT;
	memcpy(path, local->sun_path, size - head);
	path[size - head] = 0;
	return *path ? 0 : -EINVAL;
}

#define WITH_SOCKET(fd, call) \
	struct file *file = file_take(fd); \
	kn_status status = KN_E_NOT_SOCKET; \
	if (!file) \
		return -EBADF; \
	if (file->kind == FILE_KIND_SOCKET) \
		RESTART(status, call); \
	file_drop(file)

int sys_bind(int fd, const struct sockaddr *address, socklen_t size)
{
	char path[sizeof(struct sockaddr_un)];
	kn_cap start;
	size_t length;
	int error = path_of(address, size, path);

	if (error == 0)
		error = path_base(AT_FDCWD, path, &start, &length);
	if (error)
		return error;
	WITH_SOCKET(fd, vfs_socket_bind(SLOT(VFS), file->slot, start, 0777 & ~file_mask, path, length));
	return status == KN_E_EXISTS ? -EADDRINUSE : to_errno(status);
}

int sys_listen(int fd, int backlog)
{
	WITH_SOCKET(fd, vfs_socket_listen(SLOT(VFS), file->slot, backlog < 1 ? 1 : (uint32_t)backlog));
	return to_errno(status);
}

static void put_name(struct sockaddr *address, socklen_t *size, const char *path, size_t length)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	socklen_t whole;

	if (length > sizeof name.sun_path)
		length = sizeof name.sun_path;
	memcpy(name.sun_path, path, length);
	whole = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (length && length < sizeof name.sun_path));
	memcpy(address, &name, *size < whole ? *size : whole);
	*size = whole;
}

int sys_accept(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
	kn_cap slot = slot_take();

	if (slot == KN_CAP_NONE)
		return -EMFILE;
	struct file *file = file_take(fd);
	kn_status status = file ? KN_E_NOT_SOCKET : KN_E_INVALID_CAP;
	if (file && file->kind == FILE_KIND_SOCKET)
		RESTART(status, vfs_socket_accept(SLOT(VFS), file->slot, flags & SOCK_NONBLOCK ? FILE_FLAG_NONBLOCK : 0, slot));
	if (file)
		file_drop(file);
	if (status != KN_OK) {
		slot_give(slot);
		return to_errno(status);
	}
	struct file *connection = file_make(slot, FILE_KIND_SOCKET, false);
	if (!connection) {
		slot_delete(slot);
		return -ENOMEM;
	}
	int result = table_put(connection, 0, flags & SOCK_CLOEXEC);
	if (result >= 0 && address && size)
		put_name(address, size, "", 0);
	return result;
}

int sys_connect(int fd, const struct sockaddr *address, socklen_t size)
{
	char path[sizeof(struct sockaddr_un)];
	kn_cap start;
	size_t length;
	int error = path_of(address, size, path);

	if (error == 0)
		error = path_base(AT_FDCWD, path, &start, &length);
	if (error)
		return error;
	WITH_SOCKET(fd, vfs_socket_connect(SLOT(VFS), file->slot, start, path, length));
	return to_errno(status);
}

int sys_shutdown(int fd, int how)
{
	if (how < 0 || how > 2)
		return -EINVAL;
	WITH_SOCKET(fd, vfs_socket_shutdown(SLOT(VFS), file->slot, (uint32_t)how + 1));
	return to_errno(status);
}

int sys_socket_name(int fd, bool peer, struct sockaddr *address, socklen_t *size)
{
	char path[sizeof(struct sockaddr_un)];
	size_t length = 0;
	WITH_SOCKET(fd, vfs_socket_name(SLOT(VFS), file->slot, peer, path, sizeof path, &length));

	if (status == KN_OK)
		put_name(address, size, path, length);
	return to_errno(status);
}

int sys_socket_peer(int fd, struct ucred *credentials)
{
	uint32_t pid = 0, uid = 0, gid = 0;
	WITH_SOCKET(fd, vfs_socket_peer(SLOT(VFS), file->slot, &pid, &uid, &gid));

	if (status == KN_OK)
		*credentials = (struct ucred){.pid = (pid_t)pid, .uid = uid, .gid = gid};
	return to_errno(status);
}

int sys_is_socket(int fd)
{
	const struct file *file = table_look(fd, nullptr);

	return !file ? -EBADF : file->kind == FILE_KIND_SOCKET ? 0 : -ENOTSOCK;
}

#define FLAG_PEEK 1u
#define FLAG_NOW 2u

static ssize_t send_part(int fd, const void *data, size_t size, int flags, int passed)
{
	struct file *gift = nullptr;
	uint32_t written = 0;

	if (passed >= 0 && !(gift = file_take(passed)))
		return -EBADF;
	struct file *file = file_take(fd);
	kn_status status = file ? KN_E_NOT_SOCKET : KN_E_INVALID_CAP;
	if (file && file->kind == FILE_KIND_SOCKET)
		RESTART(status, vfs_socket_send(SLOT(VFS), file->slot, gift ? gift->slot : KN_CAP_NONE, flags & MSG_DONTWAIT ? FLAG_NOW : 0, data,
				    size < FILE_INLINE_MAX ? size : FILE_INLINE_MAX, &written));
	if (file)
		file_drop(file);
	if (gift)
		file_drop(gift);
	return status == KN_OK ? (ssize_t)written : to_errno(status);
}

ssize_t sys_send(int fd, const void *data, size_t size, int flags, int passed)
{
	size_t done = 0;
	ssize_t part;
	int error = sys_is_socket(fd);

	if (error)
		return error;
	do {
		part = send_part(fd, (const char *)data + done, size - done, flags, done ? -1 : passed);
		if (part > 0)
			done += (size_t)part;
	} while (part > 0 && done < size);
	if (part < 0 && done == 0) {
		if (part == -EPIPE && !(flags & MSG_NOSIGNAL))
			signals_raise(SIGPIPE);
		return part;
	}
	return (ssize_t)done;
}

static ssize_t receive_part(int fd, void *data, size_t size, int flags, int *passed)
{
	kn_cap slot = slot_take();
	size_t length = 0;
	bool has_gift = false;

	*passed = -1;
	if (slot == KN_CAP_NONE)
		return -EMFILE;
	struct file *file = file_take(fd);
	kn_status status = file ? KN_E_NOT_SOCKET : KN_E_INVALID_CAP;
	if (file && file->kind == FILE_KIND_SOCKET)
		RESTART(status, vfs_socket_receive(SLOT(VFS), file->slot,
				    (flags & MSG_PEEK ? FLAG_PEEK : 0) | (flags & MSG_DONTWAIT ? FLAG_NOW : 0), data,
				    size < FILE_INLINE_MAX ? size : FILE_INLINE_MAX, &length, slot, &has_gift));
	if (file)
		file_drop(file);
	if (status != KN_OK || !has_gift) {
		slot_give(slot);
		return status == KN_OK ? (ssize_t)length : to_errno(status);
	}
	uint32_t now, kind = FILE_KIND_REGULAR;
	struct file *gift = file_make(slot, FILE_KIND_REGULAR, false);
	if (!gift) {
		slot_delete(slot);
		return (ssize_t)length;
	}
	if (file_set_flags(slot, 0, 0, &now, &kind) == KN_OK) {
		gift->kind = (uint8_t)kind;
		gift->is_terminal = kind == FILE_KIND_TERMINAL;
	}
	*passed = table_put(gift, 0, flags & MSG_CMSG_CLOEXEC);
	return (ssize_t)length;
}

ssize_t sys_receive(int fd, void *data, size_t size, int flags, int *passed)
{
	size_t done = 0;
	ssize_t part;
	int gift = -1;
	int error = sys_is_socket(fd);

	if (error)
		return error;
	do {
		part = receive_part(fd, (char *)data + done, size - done, flags, &gift);
		if (part > 0)
			done += (size_t)part;
	} while (flags & MSG_WAITALL && part > 0 && gift < 0 && done < size);
	if (passed)
		*passed = gift;
	else if (gift >= 0)
		(void)sys_close(gift);
	return part < 0 && done == 0 ? part : (ssize_t)done;
}
