/* SPDX-License-Identifier: BSD-2-Clause */
/* What vfs refuses through open files and sockets. */
#include "rig.h"

#include <string.h>
#include <unistd.h>

#include "client/file.h"
#include "client/procmgr.h"
#include "client/vfs.h"
#include "trona/poll.h"

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
	succeeds(vfs_set_attributes(VFS, file, 0, VFS_ATTRIBUTE_MODE, 0755, 0, 0, 0, 0, "", 0));
	refuses(BAD_IMAGE, file_map(open_at("/tmp/refuse_file", FILE_FLAG_READ), true, &wide, objects));
	refuses(ACCESS, file_map(writer, false, &wide, objects));
	refuses(NO_DEVICE, file_map(open_at("/dev/null", BOTH), false, &wide, objects));
	refuses(ACCESS, file_view(writer, objects));
	refuses(NO_DEVICE, file_view(open_at("/proc/uptime", FILE_FLAG_READ), objects));
	refuses(NOT_FOUND, file_poll_arm(file, 0x1234567890, 0, 1, &count));
	refuses(INVALID_CAP, file_poll_listen(file, VFS, VFS, &wide));
	refuses(INVALID_CAP, file_poll_listen(file, VFS, PROCMGR, &wide));
	refuses(INVALID_CAP, file_poll_listen(file, PROCMGR, PROCMGR, &wide));
	refuses(NO_PROCESS, file_poll_listen(file, file, PROCMGR, &wide));
	succeeds(vfs_unlink(VFS, KN_CAP_NONE, false, TEXT("/tmp/refuse_file")));
}

static const struct vfs_lock all = {.type = VFS_LOCK_TYPE_WRITE}, none = {.type = VFS_LOCK_TYPE_UNLOCK};
static struct vfs_lock conflict;
static kn_cap locked;

/* A child has the same open file, and still it is somebody else, whatever it writes into the message. */
static void lock_as_the_parent(void)
{
	const struct vfs_lock forged = {.type = VFS_LOCK_TYPE_UNLOCK, .pid = (uint32_t)getppid()};

	refuses(WOULD_BLOCK, vfs_lock(VFS, locked, true, VFS_LOCK_WAIT_FAIL, &all, &conflict));
	succeeds(vfs_lock(VFS, locked, true, VFS_LOCK_WAIT_FAIL, &forged, &conflict));
	succeeds(vfs_lock(VFS, locked, true, VFS_LOCK_WAIT_ONLY_ASK, &all, &conflict));
	check(conflict.type == VFS_LOCK_TYPE_WRITE && conflict.pid == (uint32_t)getppid());
	/* The description's lock is theirs together. */
	succeeds(vfs_lock(VFS, locked, false, VFS_LOCK_WAIT_FAIL, &none, &conflict));
}

static void locks(void)
{
	const kn_cap file = open_at("/tmp/refuse_file", BOTH | VFS_OPEN_CREATE), reader = open_at("/tmp/refuse_file", FILE_FLAG_READ);

	locked = file;
	succeeds(vfs_lock(VFS, file, false, VFS_LOCK_WAIT_FAIL, &all, &conflict));
	succeeds(vfs_lock(VFS, file, true, VFS_LOCK_WAIT_FAIL, &all, &conflict));
	refuses(WOULD_BLOCK, vfs_lock(VFS, reader, false, VFS_LOCK_WAIT_FAIL, &all, &conflict));
	rig_disturb();
	refuses(INTERRUPTED, vfs_lock(VFS, reader, false, VFS_LOCK_WAIT_WAIT, &all, &conflict));
	rig_calm();
	rig_in_child(0, lock_as_the_parent);
	succeeds(vfs_lock(VFS, reader, false, VFS_LOCK_WAIT_FAIL, &all, &conflict));
	refuses(INVALID_ARG, vfs_lock(VFS, file, true, VFS_LOCK_WAIT_FAIL, &(struct vfs_lock){.type = 3}, &conflict));
	refuses(INVALID_ARG, vfs_lock(VFS, file, true, 3, &none, &conflict));
	refuses(INVALID_ARG, vfs_lock(VFS, file, true, VFS_LOCK_WAIT_FAIL, &(struct vfs_lock){.start = ~0ull, .length = 2}, &conflict));
	refuses(INVALID_CAP, vfs_lock(VFS, VFS, true, VFS_LOCK_WAIT_FAIL, &none, &conflict));
	refuses(NOT_SUPPORTED, vfs_lock(VFS, PROCMGR, true, VFS_LOCK_WAIT_FAIL, &none, &conflict));
	refuses(NO_PROCESS, vfs_lock(file, file, true, VFS_LOCK_WAIT_FAIL, &none, &conflict));
	succeeds(vfs_unlink(VFS, KN_CAP_NONE, false, TEXT("/tmp/refuse_file")));
}

static void other_files(void)
{
	const kn_cap folder = open_at("/tmp", FILE_FLAG_READ), pipe = rig_slots(2), silent = rig_slots(2);

	refuses(IS_DIRECTORY, file_read(folder, 0, bytes, sizeof bytes, &length));
	succeeds(vfs_pair(VFS, VFS_PAIR_PIPE, 0, pipe));
	refuses(NOT_SEEKABLE, file_seek(pipe, 0, FILE_SEEK_SET, &wide));
	refuses(INVALID_ARG, file_sync(pipe));
	refuses(NOT_DIRECTORY, vfs_set_attributes(VFS, pipe, 0, VFS_ATTRIBUTE_MODE, 0, 0, 0, 0, 0, "", 0));
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

/* With one notification, which is all that it takes to keep a listener alive. */
static void listen_without_end(void)
{
	const kn_cap notification = rig_slot(), console = open_at("/dev/null", FILE_FLAG_READ);
	unsigned made = 0;
	kn_status status;

	succeeds(procmgr_notification(PROCMGR, notification));
	while ((status = file_poll_listen(console, VFS, notification, &wide)) == KN_OK && made <= POLL_LISTENERS_MAX)
		made++;
	check(made > 1000 && made <= POLL_LISTENERS_MAX && status == KN_E_QUOTA);
	refuses(QUOTA, file_poll_listen(console, VFS, notification, &wide));
	/* What there is goes on. */
	succeeds(file_poll_arm(console, wide, FILE_EVENT_PRI, 1, &count));
}

static void listen_once(void)
{
	const kn_cap notification = rig_slot();

	succeeds(procmgr_notification(PROCMGR, notification));
	succeeds(file_poll_listen(open_at("/dev/null", FILE_FLAG_READ), VFS, notification, &wide));
}

static void listeners(void)
{
	rig_in_child(1000, listen_without_end);
	rig_in_child(1001, listen_once);
	rig_in_child(1000, listen_without_end); /* the first one's are gone */
}

void file_tests(void)
{
	rig_test("vfs refuses at regular files", regular_files);
	rig_test("vfs refuses at other files", other_files);
	rig_test("one user cannot fill vfs with listeners", listeners);
	rig_test("nobody locks or unlocks as another", locks);
	rig_test("vfs refuses at windows", windows);
}
