/* SPDX-License-Identifier: BSD-2-Clause */
/* What vfs refuses by path: as the superuser, who is refused what cannot be, and as an ordinary user, who is refused what he may not. */
#include "rig.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/vfs.h"

#define FOLDER "/tmp/refuse"
#define TEXT(text) text, strlen(text)
#define HERE(name) TEXT(FOLDER "/" name)
#define USER 1000
#define READ FILE_FLAG_READ
#define WRITE FILE_FLAG_WRITE

static char long_name[300], long_path[VFS_PATH_MAX + 8];

static kn_status vfs_try(uint32_t flags, const char *path)
{
	struct vfs_opened opened;
	kn_cap slot = rig_slot();
	bool is_there = false;
	kn_status status = vfs_open(VFS, KN_CAP_NONE, flags, 0644, TEXT(path), &opened, slot, &is_there);

	rig_drop(slot);
	return status;
}

static void make_folder(void)
{
	memset(long_name, 'n', sizeof long_name - 1);
	memset(long_path, '/', sizeof long_path - 1);
	succeeds(vfs_make_directory(VFS, KN_CAP_NONE, 0755, TEXT(FOLDER)));
	succeeds(vfs_make_directory(VFS, KN_CAP_NONE, 0755, HERE("full")));
	succeeds(vfs_make_directory(VFS, KN_CAP_NONE, 0700, HERE("closed")));
	succeeds(vfs_make_directory(VFS, KN_CAP_NONE, 01777, HERE("sticky")));
	check(vfs_try(WRITE | VFS_OPEN_CREATE, FOLDER "/full/file") == KN_OK);
	check(vfs_try(WRITE | VFS_OPEN_CREATE, FOLDER "/closed/file") == KN_OK);
	check(vfs_try(WRITE | VFS_OPEN_CREATE, FOLDER "/sticky/file") == KN_OK);
	check(vfs_try(WRITE | VFS_OPEN_CREATE, FOLDER "/file") == KN_OK);
	succeeds(vfs_symlink(VFS, KN_CAP_NONE, TEXT("loop"), HERE("loop")));
	succeeds(vfs_symlink(VFS, KN_CAP_NONE, TEXT("file"), HERE("link")));
	succeeds(vfs_make_node(VFS, KN_CAP_NONE, S_IFIFO | 0600, 0, HERE("fifo")));
	succeeds(vfs_make_node(VFS, KN_CAP_NONE, S_IFBLK | 0600, 77, HERE("disk")));
	succeeds(vfs_make_node(VFS, KN_CAP_NONE, S_IFCHR | 0600, 0xffffffff, HERE("device")));
}

static void remove_folder(void)
{
	static const char *const files[] = {"full/file", "closed/file", "sticky/file", "file", "loop", "link", "fifo", "disk", "device"};
	static const char *const folders[] = {"/full", "/closed", "/sticky", ""};
	char path[64];

	for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++) {
		sprintf(path, FOLDER "/%s", files[i]);
		succeeds(vfs_unlink(VFS, KN_CAP_NONE, false, TEXT(path)));
	}
	for (unsigned i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		sprintf(path, FOLDER "%s", folders[i]);
		succeeds(vfs_unlink(VFS, KN_CAP_NONE, true, TEXT(path)));
	}
}

static void opening(void)
{
	struct vfs_opened opened;
	const kn_cap slot = rig_slot();
	bool is_there;

	refuses(NOT_FOUND, vfs_open(VFS, KN_CAP_NONE, READ, 0, HERE("nothing"), &opened, slot, &is_there));
	refuses(NOT_FOUND, vfs_open(VFS, KN_CAP_NONE, READ, 0, "", 0, &opened, slot, &is_there));
	refuses(INVALID_ARG, vfs_open(VFS, KN_CAP_NONE, READ, 0, "a\0b", 3, &opened, slot, &is_there));
	refuses(INVALID_ARG, vfs_open(VFS, KN_CAP_NONE, 1u << 31, 0, HERE("file"), &opened, slot, &is_there));
	refuses(NOT_DIRECTORY, vfs_open(VFS, KN_CAP_NONE, READ, 0, HERE("file/nothing"), &opened, slot, &is_there));
	refuses(NOT_DIRECTORY, vfs_open(VFS, KN_CAP_NONE, READ | VFS_OPEN_DIRECTORY_ONLY, 0, HERE("file"), &opened, slot, &is_there));
	refuses(LOOP, vfs_open(VFS, KN_CAP_NONE, READ, 0, HERE("loop"), &opened, slot, &is_there));
	refuses(LOOP, vfs_open(VFS, KN_CAP_NONE, READ | VFS_OPEN_NO_FOLLOW, 0, HERE("link"), &opened, slot, &is_there));
	refuses(NAME_TOO_LONG, vfs_open(VFS, KN_CAP_NONE, READ, 0, TEXT(long_name), &opened, slot, &is_there));
	refuses(NAME_TOO_LONG, vfs_open(VFS, KN_CAP_NONE, READ, 0, TEXT(long_path), &opened, slot, &is_there));
	refuses(EXISTS, vfs_open(VFS, KN_CAP_NONE, WRITE | VFS_OPEN_CREATE | VFS_OPEN_EXCLUSIVE, 0, HERE("file"), &opened, slot, &is_there));
	refuses(IS_DIRECTORY, vfs_open(VFS, KN_CAP_NONE, WRITE, 0, TEXT(FOLDER), &opened, slot, &is_there));
	refuses(IS_DIRECTORY, vfs_open(VFS, KN_CAP_NONE, WRITE | VFS_OPEN_CREATE, 0, HERE("new/"), &opened, slot, &is_there));
	refuses(NO_DEVICE, vfs_open(VFS, KN_CAP_NONE, READ, 0, HERE("disk"), &opened, slot, &is_there));
	refuses(NO_DEVICE, vfs_open(VFS, KN_CAP_NONE, READ, 0, HERE("device"), &opened, slot, &is_there));
	refuses(NO_DEVICE, vfs_open(VFS, KN_CAP_NONE, WRITE | FILE_FLAG_NONBLOCK, 0, HERE("fifo"), &opened, slot, &is_there));
	rig_disturb();
	refuses(INTERRUPTED, vfs_open(VFS, KN_CAP_NONE, READ, 0, HERE("fifo"), &opened, slot, &is_there));
	rig_calm();
	refuses(ACCESS, vfs_open(VFS, KN_CAP_NONE, WRITE, 0, TEXT("/proc/uptime"), &opened, slot, &is_there));
	/* A base that is nothing of this server's, and one that is no directory. */
	refuses(INVALID_CAP, vfs_open(VFS, PROCMGR, READ, 0, TEXT("file"), &opened, slot, &is_there));
}

static bool copy_program(const char *path)
{
	static char data[1 << 16];
	ssize_t size = -1;
	const int from = open(rig_program, O_RDONLY), to = open(path, O_WRONLY | O_CREAT | O_EXCL, 0755);

	while (from >= 0 && to >= 0 && (size = read(from, data, sizeof data)) > 0)
		if (write(to, data, (size_t)size) != size)
			break;
	close(from);
	close(to);
	return check(size == 0);
}

/* A file that was written, not one of the archive: that one's pages stay, whatever becomes of the file. */
static void executing(void)
{
	struct vfs_opened opened;
	const kn_cap slot = rig_slot();
	bool is_there;

	if (!copy_program(FOLDER "/busy"))
		return;
	const pid_t pid = fork();
	if (!check(pid >= 0))
		return;
	if (pid == 0) {
		close(1);
		execl(FOLDER "/busy", "protocols", "say", nullptr);
		_exit(1);
	}
	for (unsigned i = 0; i < 60000 && vfs_try(WRITE, FOLDER "/busy") == KN_OK; i++)
		usleep(1000);
	refuses(TEXT_BUSY, vfs_open(VFS, KN_CAP_NONE, WRITE, 0, HERE("busy"), &opened, slot, &is_there));
	refuses(TEXT_BUSY, vfs_truncate(VFS, KN_CAP_NONE, 0, HERE("busy")));
	kill(pid, SIGKILL);
	check(waitpid(pid, nullptr, 0) == pid);
	succeeds(vfs_unlink(VFS, KN_CAP_NONE, false, HERE("busy")));
}

static void describing(void)
{
	struct file_stat stat;
	char text[8];
	size_t length;
	struct vfs_usage usage;

	refuses(NOT_FOUND, vfs_stat(VFS, KN_CAP_NONE, 0, HERE("nothing"), &stat));
	refuses(NOT_DIRECTORY, vfs_stat(VFS, KN_CAP_NONE, 0, HERE("file/nothing"), &stat));
	refuses(LOOP, vfs_stat(VFS, KN_CAP_NONE, 0, HERE("loop"), &stat));
	refuses(NAME_TOO_LONG, vfs_stat(VFS, KN_CAP_NONE, 0, TEXT(long_name), &stat));
	refuses(NOT_FOUND, vfs_access(VFS, KN_CAP_NONE, 4, HERE("nothing")));
	refuses(NOT_DIRECTORY, vfs_access(VFS, KN_CAP_NONE, 4, HERE("file/nothing")));
	refuses(LOOP, vfs_access(VFS, KN_CAP_NONE, 4, HERE("loop")));
	refuses(INVALID_ARG, vfs_access(VFS, KN_CAP_NONE, 32, HERE("file")));
	refuses(ACCESS, vfs_access(VFS, KN_CAP_NONE, 1, HERE("file")));
	refuses(NOT_FOUND, vfs_read_link(VFS, KN_CAP_NONE, HERE("nothing"), text, sizeof text, &length));
	refuses(INVALID_ARG, vfs_read_link(VFS, KN_CAP_NONE, HERE("file"), text, sizeof text, &length));
	refuses(NOT_FOUND, vfs_usage(VFS, KN_CAP_NONE, HERE("nothing"), &usage));
}

static void making(void)
{
	refuses(EXISTS, vfs_make_directory(VFS, KN_CAP_NONE, 0755, HERE("file")));
	refuses(NOT_FOUND, vfs_make_directory(VFS, KN_CAP_NONE, 0755, HERE("nobody/nothing")));
	refuses(NOT_DIRECTORY, vfs_make_directory(VFS, KN_CAP_NONE, 0755, HERE("file/nothing")));
	refuses(NAME_TOO_LONG, vfs_make_directory(VFS, KN_CAP_NONE, 0755, TEXT(long_name)));
	refuses(EXISTS, vfs_make_node(VFS, KN_CAP_NONE, S_IFIFO, 0, HERE("file")));
	refuses(NOT_FOUND, vfs_make_node(VFS, KN_CAP_NONE, S_IFIFO, 0, HERE("nobody/nothing")));
	refuses(NOT_DIRECTORY, vfs_make_node(VFS, KN_CAP_NONE, S_IFIFO, 0, HERE("file/nothing")));
	refuses(INVALID_ARG, vfs_make_node(VFS, KN_CAP_NONE, S_IFDIR, 0, HERE("new")));
	refuses(INVALID_ARG, vfs_make_node(VFS, KN_CAP_NONE, ~0u, 0, HERE("new")));
	refuses(EXISTS, vfs_symlink(VFS, KN_CAP_NONE, TEXT("to"), HERE("file")));
	refuses(NOT_FOUND, vfs_symlink(VFS, KN_CAP_NONE, TEXT("to"), HERE("nobody/nothing")));
	refuses(NOT_FOUND, vfs_symlink(VFS, KN_CAP_NONE, "", 0, HERE("new")));
	refuses(NAME_TOO_LONG, vfs_symlink(VFS, KN_CAP_NONE, TEXT(long_path), HERE("new")));
}

static void removing(void)
{
	refuses(NOT_FOUND, vfs_unlink(VFS, KN_CAP_NONE, false, HERE("nothing")));
	refuses(IS_DIRECTORY, vfs_unlink(VFS, KN_CAP_NONE, false, HERE("full")));
	refuses(NOT_DIRECTORY, vfs_unlink(VFS, KN_CAP_NONE, true, HERE("file")));
	refuses(NOT_EMPTY, vfs_unlink(VFS, KN_CAP_NONE, true, HERE("full")));
	refuses(BUSY, vfs_unlink(VFS, KN_CAP_NONE, true, TEXT("/dev")));
	refuses(BUSY, vfs_unlink(VFS, KN_CAP_NONE, true, TEXT("/")));
	refuses(INVALID_ARG, vfs_unlink(VFS, KN_CAP_NONE, true, HERE("full/.")));
}

static void renaming(void)
{
	refuses(NOT_FOUND, vfs_rename(VFS, VFS, VFS, 0, HERE("nothing"), HERE("new")));
	refuses(EXISTS, vfs_rename(VFS, VFS, VFS, 1, HERE("file"), HERE("fifo")));
	refuses(IS_DIRECTORY, vfs_rename(VFS, VFS, VFS, 0, HERE("file"), HERE("full")));
	refuses(NOT_DIRECTORY, vfs_rename(VFS, VFS, VFS, 0, HERE("full"), HERE("file")));
	refuses(NOT_EMPTY, vfs_rename(VFS, VFS, VFS, 0, HERE("closed"), HERE("full")));
	refuses(CROSS_DEVICE, vfs_rename(VFS, VFS, VFS, 0, HERE("file"), TEXT("/dev/new")));
	refuses(INVALID_ARG, vfs_rename(VFS, VFS, VFS, 0, HERE("full"), HERE("full/new")));
	refuses(INVALID_ARG, vfs_rename(VFS, VFS, VFS, 2, HERE("file"), HERE("new")));
	refuses(INVALID_CAP, vfs_rename(VFS, PROCMGR, VFS, 0, HERE("file"), HERE("new")));
	refuses(NOT_FOUND, vfs_link(VFS, VFS, VFS, 0, HERE("nothing"), HERE("new")));
	refuses(EXISTS, vfs_link(VFS, VFS, VFS, 0, HERE("file"), HERE("fifo")));
	refuses(CROSS_DEVICE, vfs_link(VFS, VFS, VFS, 0, HERE("file"), TEXT("/dev/new")));
	refuses(PERMISSION, vfs_link(VFS, VFS, VFS, 0, HERE("full"), HERE("new")));
	refuses(INVALID_ARG, vfs_link(VFS, VFS, VFS, 2, HERE("file"), HERE("new")));
}

static void changing(void)
{
	refuses(NOT_FOUND, vfs_set_attributes(VFS, KN_CAP_NONE, 0, VFS_ATTRIBUTE_MODE, 0, 0, 0, 0, 0, HERE("nothing")));
	refuses(PERMISSION, vfs_set_attributes(VFS, KN_CAP_NONE, 0, VFS_ATTRIBUTE_MODE, 0, 0, 0, 0, 0, TEXT("/proc/uptime")));
	refuses(NOT_SUPPORTED, vfs_set_attributes(VFS, KN_CAP_NONE, 1, VFS_ATTRIBUTE_MODE, 0, 0, 0, 0, 0, HERE("link")));
	refuses(NOT_FOUND, vfs_truncate(VFS, KN_CAP_NONE, 0, HERE("nothing")));
	refuses(IS_DIRECTORY, vfs_truncate(VFS, KN_CAP_NONE, 0, HERE("full")));
	refuses(INVALID_ARG, vfs_truncate(VFS, KN_CAP_NONE, 0, HERE("fifo")));
	refuses(FILE_TOO_LARGE, vfs_truncate(VFS, KN_CAP_NONE, ~0ull, HERE("file")));
}

static void mounting(void)
{
	refuses(NOT_FOUND, vfs_mount(VFS, TEXT("ramfs"), HERE("nothing")));
	refuses(NOT_DIRECTORY, vfs_mount(VFS, TEXT("ramfs"), HERE("file")));
	refuses(NO_DEVICE, vfs_mount(VFS, TEXT("floppyfs"), HERE("full")));
	refuses(BUSY, vfs_mount(VFS, TEXT("ramfs"), TEXT("/dev")));
	refuses(NOT_FOUND, vfs_unmount(VFS, HERE("nothing")));
	refuses(NOT_FOUND, vfs_unmount(VFS, HERE("full")));
	refuses(BUSY, vfs_unmount(VFS, TEXT("/")));
	succeeds(vfs_mount(VFS, TEXT("ramfs"), HERE("full")));
	refuses(BUSY, vfs_mount(VFS, TEXT("ramfs"), HERE("full")));
	succeeds(vfs_unmount(VFS, HERE("full")));
}

/* A directory that has been removed, and what is none. */
static void base_directories(void)
{
	const kn_cap slot = rig_slot(), pipe = rig_slots(2), window = rig_slots(2);
	struct vfs_opened opened;
	struct file_stat stat;
	bool is_there;
	char path[256];
	size_t length;

	succeeds(vfs_make_directory(VFS, KN_CAP_NONE, 0755, HERE("gone")));
	succeeds(vfs_open(VFS, KN_CAP_NONE, READ, 0, HERE("gone"), &opened, slot, &is_there));
	succeeds(vfs_unlink(VFS, KN_CAP_NONE, true, HERE("gone")));
	refuses(NOT_FOUND, vfs_path_of(VFS, slot, path, sizeof path, &length));
	refuses(NOT_FOUND, vfs_make_directory(VFS, slot, 0755, TEXT("new")));
	succeeds(vfs_pair(VFS, VFS_PAIR_PIPE, 0, pipe));
	refuses(NOT_DIRECTORY, vfs_stat(VFS, pipe, 0, TEXT("new"), &stat));
	refuses(NOT_DIRECTORY, vfs_path_of(VFS, pipe, path, sizeof path, &length));
	refuses(INVALID_ARG, vfs_pair(VFS, 2, 0, rig_slots(2)));
	succeeds(vfs_window(VFS, window));
	refuses(INVALID_CAP, vfs_stat(VFS, window, 0, TEXT("new"), &stat));
	/* Nobody is that process: the badge of a file is none. */
	refuses(NO_PROCESS, vfs_stat(slot, KN_CAP_NONE, 0, TEXT("/"), &stat));
}

static void as_a_user(void)
{
	struct vfs_opened opened;
	const kn_cap slot = rig_slot();
	struct file_stat stat;
	bool is_there;
	char text[8];
	size_t length;

	refuses(ACCESS, vfs_open(VFS, KN_CAP_NONE, WRITE, 0, HERE("file"), &opened, slot, &is_there));
	refuses(ACCESS, vfs_open(VFS, KN_CAP_NONE, WRITE | VFS_OPEN_CREATE, 0, HERE("new"), &opened, slot, &is_there));
	refuses(ACCESS, vfs_stat(VFS, KN_CAP_NONE, 0, HERE("closed/file"), &stat));
	refuses(ACCESS, vfs_access(VFS, KN_CAP_NONE, 4, HERE("closed/file")));
	/* What others do is not for users to see. */
	refuses(ACCESS, vfs_open(VFS, KN_CAP_NONE, READ, 0, TEXT("/proc/saltyos/trace"), &opened, slot, &is_there));
	refuses(ACCESS, vfs_access(VFS, KN_CAP_NONE, 4, TEXT("/proc/saltyos/trace")));
	refuses(ACCESS, vfs_make_directory(VFS, KN_CAP_NONE, 0755, HERE("new")));
	refuses(ACCESS, vfs_make_node(VFS, KN_CAP_NONE, S_IFIFO, 0, HERE("new")));
	refuses(PERMISSION, vfs_make_node(VFS, KN_CAP_NONE, S_IFCHR, 1, HERE("sticky/new")));
	refuses(ACCESS, vfs_unlink(VFS, KN_CAP_NONE, false, HERE("file")));
	refuses(PERMISSION, vfs_unlink(VFS, KN_CAP_NONE, false, HERE("sticky/file")));
	refuses(ACCESS, vfs_rename(VFS, VFS, VFS, 0, HERE("file"), HERE("new")));
	refuses(ACCESS, vfs_link(VFS, VFS, VFS, 0, HERE("file"), HERE("new")));
	refuses(ACCESS, vfs_symlink(VFS, KN_CAP_NONE, TEXT("to"), HERE("new")));
	refuses(ACCESS, vfs_read_link(VFS, KN_CAP_NONE, HERE("closed/link"), text, sizeof text, &length));
	refuses(ACCESS, vfs_set_attributes(VFS, KN_CAP_NONE, 0, VFS_ATTRIBUTE_MODE, 0, 0, 0, 0, 0, HERE("closed/file")));
	refuses(PERMISSION, vfs_set_attributes(VFS, KN_CAP_NONE, 0, VFS_ATTRIBUTE_MODE, 0777, 0, 0, 0, 0, HERE("file")));
	refuses(PERMISSION, vfs_set_attributes(VFS, KN_CAP_NONE, 0, VFS_ATTRIBUTE_OWNER, 0, USER, ~0u, 0, 0, HERE("file")));
	refuses(PERMISSION, vfs_set_attributes(VFS, KN_CAP_NONE, 0, VFS_ATTRIBUTE_TIMES, 0, 0, 0, 1, 1, HERE("file")));
	refuses(ACCESS, vfs_truncate(VFS, KN_CAP_NONE, 0, HERE("file")));
	refuses(PERMISSION, vfs_mount(VFS, TEXT("ramfs"), HERE("full")));
	refuses(PERMISSION, vfs_unmount(VFS, TEXT("/dev")));
	refuses(PERMISSION, vfs_device_node(VFS, TEXT("pts/7"), 0666, 0, 0, FILE_KIND_TERMINAL, 0x107, false));
}

static void by_path(void)
{
	make_folder();
	opening();
	executing();
	describing();
	making();
	removing();
	renaming();
	changing();
	mounting();
	base_directories();
	refuses(PERMISSION, vfs_device_node(VFS, TEXT("new"), 0666, 0, 0, FILE_KIND_TERMINAL, 0x107, false));
	rig_in_child(USER, as_a_user);
	remove_folder();
}

void vfs_tests(void)
{
	rig_test("vfs refuses by path", by_path);
}
