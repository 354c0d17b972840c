/* SPDX-License-Identifier: BSD-2-Clause */
/* What vfs refuses through open files and sockets. */
#include "rig.h"

#include <string.h>

#include "client/file.h"
#include "client/procmgr.h"
#include "client/vfs.h"

#define TEXT(text) text, strlen(text)
#define BOTH (FILE_FLAG_READ | FILE_FLAG_WRITE)
#define CURRENT FILE_OFFSET_CURRENT

static char bytes[FILE_INLINE_MAX];
static size_t length;
static uint32_t count;
static uint64_t wide;

static kn_cap open_at(const char *path, uint32_t flags)
{
	struct vfs_opened opened;
	kn_cap slot = rig_slot();
	bool is_there;

	succeeds(vfs_open(VFS, KN_CAP_NONE, flags, 0600, TEXT(path), &opened, slot, &is_there));
	return slot;
}

static kn_cap nonblocking(kn_cap file)
{
	succeeds(file_set_flags(file, FILE_FLAG_NONBLOCK, FILE_FLAG_NONBLOCK, &count, &count));
	return file;
}

static void regular_files(void)
{
	const kn_cap file = open_at("/tmp/refuse_file", BOTH | VFS_OPEN_CREATE), reader = open_at("/tmp/refuse_file", FILE_FLAG_READ);
	const kn_cap writer = open_at("/tmp/refuse_file", FILE_FLAG_WRITE), objects = rig_slots(3);
	struct file_lock lock = {.type = 1}, conflict;

	refuses(INVALID_CAP, file_read(writer, 0, bytes, sizeof bytes, &length));
	refuses(INVALID_CAP, file_write(reader, 0, bytes, 1, &count));
	refuses(FILE_TOO_LARGE, file_write(file, ~0ull - 1, bytes, 8, &count));
	refuses(FILE_TOO_LARGE, file_write(file, 1ull << 63, bytes, 8, &count));
	refuses(INVALID_ARG, file_seek(file, -1, FILE_SEEK_SET, &wide));
	refuses(INVALID_ARG, file_seek(file, 0, 9, &wide));
	refuses(INVALID_ARG, file_seek(file, INT64_MIN, FILE_SEEK_END, &wide));
	refuses(NO_DEVICE, file_seek(file, 0, FILE_SEEK_DATA, &wide));
	refuses(INVALID_ARG, file_truncate(reader, 0));
	refuses(FILE_TOO_LARGE, file_truncate(file, ~0ull));
	refuses(NOT_DIRECTORY, file_read_directory(file, bytes, sizeof bytes, &length));
	refuses(ACCESS, file_map(file, true, &wide, objects));
	succeeds(file_set_mode(file, 0755));
	refuses(BAD_IMAGE, file_map(open_at("/tmp/refuse_file", FILE_FLAG_READ), true, &wide, objects));
	refuses(ACCESS, file_map(writer, false, &wide, objects));
	refuses(NO_DEVICE, file_map(open_at("/dev/null", BOTH), false, &wide, objects));
	refuses(ACCESS, file_view(writer, objects));
	refuses(NO_DEVICE, file_view(open_at("/proc/uptime", FILE_FLAG_READ), objects));
	refuses(NOT_FOUND, file_poll_arm(file, 0x1234567890, 0, 1, &count));
	refuses(INVALID_CAP, file_poll_listen(file, VFS, &wide));
	refuses(INVALID_CAP, file_poll_listen(file, PROCMGR, &wide));
	/* Locks. */
	succeeds(file_lock(file, &lock, &conflict));
	refuses(WOULD_BLOCK, file_lock(reader, &lock, &conflict));
	lock.wait = 1;
	rig_disturb();
	refuses(INTERRUPTED, file_lock(reader, &lock, &conflict));
	rig_calm();
	refuses(INVALID_ARG, file_lock(file, &(struct file_lock){.type = 3}, &conflict));
	refuses(INVALID_ARG, file_lock(file, &(struct file_lock){.wait = 3}, &conflict));
	refuses(INVALID_ARG, file_lock(file, &(struct file_lock){.start = ~0ull, .length = 2}, &conflict));
	succeeds(vfs_unlink(VFS, KN_CAP_NONE, false, TEXT("/tmp/refuse_file")));
}

static void other_files(void)
{
	const kn_cap folder = open_at("/tmp", FILE_FLAG_READ), pipe = rig_slots(2), silent = rig_slots(2);

	refuses(IS_DIRECTORY, file_read(folder, 0, bytes, sizeof bytes, &length));
	refuses(PERMISSION, file_set_mode(open_at("/proc/uptime", FILE_FLAG_READ), 0));
	refuses(PERMISSION, file_set_owner(open_at("/proc/uptime", FILE_FLAG_READ), 1, 1));
	refuses(PERMISSION, file_set_times(open_at("/proc/uptime", FILE_FLAG_READ), 1, 1));
	succeeds(vfs_pair(VFS, VFS_PAIR_PIPE, 0, pipe));
	refuses(NOT_SEEKABLE, file_seek(pipe, 0, FILE_SEEK_SET, &wide));
	refuses(INVALID_ARG, file_sync(pipe));
	refuses(INVALID_ARG, file_set_mode(pipe, 0));
	refuses(INVALID_ARG, file_truncate(pipe + 1, 0));
	rig_disturb();
	refuses(INTERRUPTED, file_read(pipe, CURRENT, bytes, 1, &length));
	for (size_t part = sizeof bytes; part > 0; part /= 4) /* what is short is written whole or not at all */
		while (file_write(pipe + 1, CURRENT, bytes, part, &count) == KN_OK)
			;
	refuses(INTERRUPTED, file_write(pipe + 1, CURRENT, bytes, 1, &count));
	rig_calm();
	refuses(WOULD_BLOCK, file_write(nonblocking(pipe + 1), CURRENT, bytes, 1, &count));
	rig_drop(pipe);
	refuses(PEER_GONE, file_write(pipe + 1, CURRENT, bytes, 1, &count));
	succeeds(vfs_pair(VFS, VFS_PAIR_PIPE, 0, silent));
	refuses(WOULD_BLOCK, file_read(nonblocking(silent), CURRENT, bytes, 1, &length));
}

static void windows(void)
{
	const kn_cap window = rig_slots(2), file = open_at("/tmp/refuse_file", BOTH | VFS_OPEN_CREATE), pipe = rig_slots(2),
		     silent = rig_slots(2);

	succeeds(vfs_window(VFS, window));
	succeeds(vfs_pair(VFS, VFS_PAIR_PIPE, 0, pipe));
	refuses(RANGE, vfs_window_read(window, file, 0, VFS_WINDOW_SIZE + 1, &count));
	refuses(RANGE, vfs_window_write(window, file, 0, ~0u, &count));
	refuses(INVALID_CAP, vfs_window_read(VFS, file, 0, 1, &count));
	refuses(INVALID_CAP, vfs_window_read(window, PROCMGR, 0, 1, &count));
	refuses(INVALID_CAP, vfs_window_read(window, window, 0, 1, &count));
	refuses(IS_DIRECTORY, vfs_window_read(window, open_at("/tmp", FILE_FLAG_READ), 0, 1, &count));
	refuses(FILE_TOO_LARGE, vfs_window_write(window, file, ~0ull - 1, 8, &count));
	rig_disturb();
	refuses(INTERRUPTED, vfs_window_read(window, pipe, CURRENT, 1, &count));
	while (vfs_window_write(window, pipe + 1, CURRENT, VFS_WINDOW_SIZE, &count) == KN_OK)
		;
	refuses(INTERRUPTED, vfs_window_write(window, pipe + 1, CURRENT, VFS_WINDOW_SIZE, &count));
	rig_calm();
	refuses(WOULD_BLOCK, vfs_window_write(window, nonblocking(pipe + 1), CURRENT, 1, &count));
	rig_drop(pipe);
	refuses(PEER_GONE, vfs_window_write(window, pipe + 1, CURRENT, 1, &count));
	succeeds(vfs_pair(VFS, VFS_PAIR_PIPE, 0, silent));
	refuses(WOULD_BLOCK, vfs_window_read(window, nonblocking(silent), CURRENT, 1, &count));
	succeeds(vfs_unlink(VFS, KN_CAP_NONE, false, TEXT("/tmp/refuse_file")));
}

void file_tests(void)
{
	rig_test("vfs refuses at regular files", regular_files);
	rig_test("vfs refuses at other files", other_files);
	rig_test("vfs refuses at windows", windows);
}
