/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs: paths and files. Takes the boot archive as the root filesystem, mounts /dev and /proc, maps procmgr's process table, and
 * serves the protocols vfs (to processes) and file (through the capabilities it hands out) on one endpoint.
 */
#include "account.h"
#include "archive.h"
#include "calls.h"
#include "client/init.h"
#include "device.h"
#include "directory.h"
#include "files.h"
#include "lock.h"
#include "kn/memory_object.h"
#include "kn/vspace.h"
#include "memory.h"
#include "mode.h"
#include "mount.h"
#include "path.h"
#include "procfs.h"
#include "trona/log.h"
#include "trona/process_table.h"
#include "trona/start.h"
#include "trona/string.h"
#include "wait.h"
#include "window.h"

/* How long after an open descriptions and windows that reached nobody are looked for. */
#define SWEEP_DELAY 200000000ull

static kn_time sweep_at = KN_TIME_FOREVER;

int64_t inode_now(void)
{
	return start_wall();
}

static kn_status dispatch(struct server_call *call)
{
	if (kn_info_label(call->info) >> 8 == FILE_PROTOCOL)
		return file_dispatch(&file_methods, call);
	return vfs_dispatch(&vfs_methods, call);
}

static void orphan(kn_word badge)
{
	if ((badge & (BADGE_OBJECT | BADGE_CLASS_MASK)) == BADGE_WINDOW)
		window_orphan(badge);
	else
		description_orphan(badge);
}

static void cancel(struct server_reply *reply)
{
	wait_cancel(reply);
}

/* procmgr's, if it was asked to (process_view_tell_ends): a process has ended. */
static void signal(kn_word bits)
{
	(void)bits;
	lock_processes_ended();
}

static kn_time next_timeout(void)
{
	if (sweep_at == KN_TIME_FOREVER && (description_has_young() || window_has_young()))
		sweep_at = start_now() + SWEEP_DELAY;
	return sweep_at;
}

static void timeout(void)
{
	sweep_at = KN_TIME_FOREVER;
	description_sweep();
	window_sweep();
}

/* A directory of the root for something to be mounted on; made if the archive has none. */
static kn_status mount_point(struct inode *root, const char *name, struct inode **directory)
{
	struct dentry *dentry = directory_find(root, name, strlen(name));

	if (dentry != nullptr) {
		*directory = dentry->inode;
		return KN_OK;
	}
	struct inode *inode = inode_create(root->filesystem, MODE_DIRECTORY | 0755, 0, 0);

	if (inode == nullptr)
		return KN_E_NO_MEMORY;
	kn_status status = directory_add(root, name, strlen(name), inode, 0, nullptr);
	if (status == KN_OK)
		directory_set_parent(inode, root);
	inode_release(inode);
	*directory = inode;
	return status;
}

static kn_status mount_all(void)
{
	struct filesystem *root, *devices, *processes;
	struct inode *directory;
	struct kn_memory_object_info info;
	const uint8_t *archive;
	kn_cap object = start_need("archive");
	kn_status status = mount_root(&root);

	if (status == KN_OK)
		status = kn_memory_object_info(object, &info);
	if (status == KN_OK)
		status = memory_adopt_archive(object, info.pages * KN_PAGE_SIZE, &archive);
	if (status != KN_OK)
		return status;
	path_set_root(root->root);
	status = archive_adopt(root->root, archive, info.pages * KN_PAGE_SIZE);
	if (status == KN_OK)
		status = mount_point(root->root, "dev", &directory);
	if (status == KN_OK)
		status = mount_on(directory, "devfs", 0755, &devices);
	if (status == KN_OK)
		status = device_populate(devices);
	if (status == KN_OK)
		status = mount_point(root->root, "proc", &directory);
	if (status == KN_OK)
		status = mount_on(directory, "procfs", 0555, &processes);
	if (status != KN_OK)
		return status;
	procfs_populate(processes);
	status = mount_point(root->root, "tmp", &directory);
	if (status == KN_OK)
		directory->mode = MODE_DIRECTORY | MODE_STICKY | 0777;
	return status;
}

int main(void)
{
	static const struct server base = {
	    .name = "vfs",
	    .dispatch = dispatch,
	    .orphan = orphan,
	    .cancel = cancel,
	    .signal = signal,
	    .next_timeout = next_timeout,
	    .timeout = timeout,
	};
	static struct server server;

	server = base;
	server.endpoint = description_endpoint = start_need("serve.vfs");
	kn_status status = server_init(&server);
	if (status == KN_OK)
		status = server_bind_notification(start_need("notification"));
	if (status == KN_OK)
		status = mount_all();
	memory_guard_heap();
	account_limit(ACCOUNT_BYTES, memory_totals().total * KN_PAGE_SIZE >> ACCOUNT_BYTES_SHIFT);
	if (status == KN_OK)
		status = process_table_open(start_need("procmgr"), KN_CAP_NONE);
	if (status == KN_OK)
		status = init_ready(start_need("init"));
	if (status != KN_OK) {
		log_status("start", status);
		return 1;
	}
	server_run();
}
