/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree of /proc, see procfs.h: which names there are and what they lead to. An inode's key is its node's index << 32 | process
 * id (0 outside of processes); its number is made from the key, so that it stays the same.
 */
#include "procfs.h"

#include "credentials.h"
#include "directory.h"
#include "mode.h"
#include "process_view.h"
#include "procmaps.h"
#include "path.h"
#include "procfd.h"
#include "proctext.h"
#include "trona/process_table.h"
#include "trona/format.h"
#include "trona/string.h"

enum place : uint8_t { PLACE_ROOT, PLACE_PROCESS, PLACE_SYS, PLACE_SYS_KERNEL, PLACE_SALTYOS, PLACE_DESCRIPTORS };

struct node {
	enum place place;
	const char *name;
	uint32_t mode;
	enum place leads_to; /* directories */
	void (*write)(struct text *text, const struct proctext_subject *of);
	/* Links of processes. */
	kn_status (*tell)(uint32_t pid, char *target, size_t capacity, size_t *length);
};

#define NODE_PROCESS 0 /* the directory of a process */
#define NODE_DESCRIPTOR 1
#define NODE_SELF 2 /* the first with a name */

/* Keys: process id, node, number of a descriptor. */
#define KEY_NODE_SHIFT 32
#define KEY_DESCRIPTOR_SHIFT 40

static const struct node nodes[] = {
    [NODE_PROCESS] = {PLACE_ROOT, "", MODE_DIRECTORY | 0555, PLACE_PROCESS, nullptr, nullptr},
    [NODE_DESCRIPTOR] = {PLACE_DESCRIPTORS, "", MODE_LINK | 0700, PLACE_ROOT, nullptr, nullptr},
    [NODE_SELF] = {PLACE_ROOT, "self", MODE_LINK | 0777, PLACE_ROOT, nullptr, nullptr},
    {PLACE_ROOT, "cpuinfo", MODE_REGULAR | 0444, PLACE_ROOT, proctext_cpuinfo, nullptr},
    {PLACE_ROOT, "filesystems", MODE_REGULAR | 0444, PLACE_ROOT, proctext_filesystems, nullptr},
    {PLACE_ROOT, "loadavg", MODE_REGULAR | 0444, PLACE_ROOT, proctext_loadavg, nullptr},
    {PLACE_ROOT, "meminfo", MODE_REGULAR | 0444, PLACE_ROOT, proctext_meminfo, nullptr},
    {PLACE_ROOT, "mounts", MODE_REGULAR | 0444, PLACE_ROOT, proctext_mounts, nullptr},
    {PLACE_ROOT, "saltyos", MODE_DIRECTORY | 0555, PLACE_SALTYOS, nullptr, nullptr},
    {PLACE_ROOT, "stat", MODE_REGULAR | 0444, PLACE_ROOT, proctext_stat, nullptr},
    {PLACE_ROOT, "sys", MODE_DIRECTORY | 0555, PLACE_SYS, nullptr, nullptr},
    {PLACE_ROOT, "uptime", MODE_REGULAR | 0444, PLACE_ROOT, proctext_uptime, nullptr},
    {PLACE_ROOT, "version", MODE_REGULAR | 0444, PLACE_ROOT, proctext_version, nullptr},
    {PLACE_SYS, "kernel", MODE_DIRECTORY | 0555, PLACE_SYS_KERNEL, nullptr, nullptr},
    {PLACE_SYS_KERNEL, "osrelease", MODE_REGULAR | 0444, PLACE_ROOT, proctext_osrelease, nullptr},
    {PLACE_SYS_KERNEL, "ostype", MODE_REGULAR | 0444, PLACE_ROOT, proctext_ostype, nullptr},
    {PLACE_SYS_KERNEL, "pid_max", MODE_REGULAR | 0444, PLACE_ROOT, proctext_pid_max, nullptr},
    {PLACE_SALTYOS, "capabilities", MODE_REGULAR | 0400, PLACE_ROOT, proctext_capabilities, nullptr},
    {PLACE_SALTYOS, "kernel", MODE_REGULAR | 0444, PLACE_ROOT, proctext_kernel, nullptr},
    {PLACE_SALTYOS, "security", MODE_REGULAR | 0444, PLACE_ROOT, proctext_security, nullptr},
    {PLACE_SALTYOS, "trace", MODE_REGULAR | 0400, PLACE_ROOT, proctext_trace, nullptr},
    {PLACE_SALTYOS, "usage", MODE_REGULAR | 0444, PLACE_ROOT, proctext_usage, nullptr},
    {PLACE_PROCESS, "cmdline", MODE_REGULAR | 0444, PLACE_ROOT, proctext_process_cmdline, nullptr},
    {PLACE_PROCESS, "comm", MODE_REGULAR | 0444, PLACE_ROOT, proctext_process_comm, nullptr},
    {PLACE_PROCESS, "cwd", MODE_LINK | 0777, PLACE_ROOT, nullptr, procfd_current},
    {PLACE_PROCESS, "exe", MODE_LINK | 0777, PLACE_ROOT, nullptr, procmaps_program},
    {PLACE_PROCESS, "fd", MODE_DIRECTORY | 0500, PLACE_DESCRIPTORS, nullptr, nullptr},
    {PLACE_PROCESS, "maps", MODE_REGULAR | 0400, PLACE_ROOT, proctext_process_maps, nullptr},
    {PLACE_PROCESS, "mounts", MODE_REGULAR | 0444, PLACE_ROOT, proctext_mounts, nullptr},
    {PLACE_PROCESS, "stat", MODE_REGULAR | 0444, PLACE_ROOT, proctext_process_stat, nullptr},
    {PLACE_PROCESS, "statm", MODE_REGULAR | 0444, PLACE_ROOT, proctext_process_statm, nullptr},
    {PLACE_PROCESS, "status", MODE_REGULAR | 0444, PLACE_ROOT, proctext_process_status, nullptr},
};

#define NODE_COUNT (sizeof nodes / sizeof nodes[0])

static const struct node *node_of(const struct inode *inode)
{
	return &nodes[inode->key >> KEY_NODE_SHIFT & 0xff];
}

static uint32_t pid_of(const struct inode *inode)
{
	return (uint32_t)inode->key;
}

static enum place place_of(const struct inode *directory)
{
	return directory->filesystem->root == directory ? PLACE_ROOT : node_of(directory)->leads_to;
}

static uint64_t number_of(uint64_t key)
{
	return 2 + (key >> KEY_NODE_SHIFT & 0xff) + (key & 0xffffffff) * 64 + (key >> KEY_DESCRIPTOR_SHIFT << KEY_DESCRIPTOR_SHIFT);
}

/* Of whom a process's things are; who changes between users shows them to none of these. */
static uint32_t owner_of(const struct procmgr_process_entry *entry)
{
	return entry->euid == entry->uid && entry->euid == entry->suid ? entry->euid : 0;
}

/* Is the process still there, and of the same user as when the directory was found? */
static bool is_still_its(const struct inode *directory)
{
	struct procmgr_process_entry entry;
	uint64_t index;

	return process_find(pid_of(directory), &index) && process_read(index, &entry) && owner_of(&entry) == directory->uid;
}

static const struct inode_ops procfs_ops;

static kn_status make(struct inode *directory, uint64_t key, struct inode **made)
{
	struct procmgr_process_entry entry = {};
	uint64_t index;

	if ((uint32_t)key != 0 && (!process_find((uint32_t)key, &index) || !process_read(index, &entry)))
		return KN_E_NOT_FOUND;
	const struct node *node = &nodes[key >> KEY_NODE_SHIFT & 0xff];
	bool is_private = node->leads_to == PLACE_DESCRIPTORS || node->place == PLACE_DESCRIPTORS || node->tell != nullptr;
	struct inode *inode =
	    inode_create(directory->filesystem, node->mode, is_private ? owner_of(&entry) : entry.euid, entry.egid);

	if (inode == nullptr)
		return KN_E_NO_MEMORY;
	inode->number = number_of(key);
	inode->key = key;
	inode->ops = &procfs_ops;
	if (inode_is_directory(inode))
		directory_set_parent(inode, directory);
	*made = inode;
	return KN_OK;
}

/* The number that a name is; 0: none. */
static uint32_t parse_number(const char *name, size_t length)
{
	uint64_t value = 0;

	if (length == 0 || length > 9 || name[0] == '0')
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (name[i] < '0' || name[i] > '9')
			return 0;
		value = value * 10 + (uint64_t)(name[i] - '0');
	}
	return (uint32_t)value;
}

static uint64_t descriptor_key(const struct inode *directory, uint32_t number)
{
	return (uint64_t)number << KEY_DESCRIPTOR_SHIFT | (uint64_t)NODE_DESCRIPTOR << KEY_NODE_SHIFT | pid_of(directory);
}

static kn_status lookup_descriptor(struct inode *directory, const char *name, size_t length, struct inode **found)
{
	const bool is_zero = length == 1 && name[0] == '0';
	const uint32_t wanted = is_zero ? 0 : parse_number(name, length);
	uint32_t number = wanted, mode;

	if ((wanted == 0 && !is_zero) || !is_still_its(directory) || !procfd_next(pid_of(directory), &number, &mode) || number != wanted)
		return KN_E_NOT_FOUND;
	kn_status status = make(directory, descriptor_key(directory, number), found);
	if (status == KN_OK)
		(*found)->mode = mode;
	return status;
}

static kn_status lookup(struct inode *directory, const char *name, size_t length, struct inode **found)
{
	enum place place = place_of(directory);

	if (place == PLACE_DESCRIPTORS)
		return lookup_descriptor(directory, name, length, found);
	uint32_t pid = place == PLACE_ROOT ? parse_number(name, length) : 0;

	if (pid != 0)
		return make(directory, (uint64_t)NODE_PROCESS << 32 | pid, found);
	for (uint64_t i = NODE_SELF; i < NODE_COUNT; i++)
		if (nodes[i].place == place && strlen(nodes[i].name) == length && memcmp(nodes[i].name, name, length) == 0)
			return make(directory, i << 32 | (place == PLACE_PROCESS ? pid_of(directory) : 0), found);
	return KN_E_NOT_FOUND;
}

static bool next_descriptor(struct inode *directory, uint64_t *position, char name[256], uint64_t *number, uint32_t *mode)
{
	uint32_t descriptor = (uint32_t)(*position - DIRECTORY_FIRST_POSITION);

	if (!is_still_its(directory) || !procfd_next(pid_of(directory), &descriptor, mode))
		return false;
	format_text(name, 256, "%u", descriptor);
	*number = number_of(descriptor_key(directory, descriptor));
	*position = descriptor + 1 + DIRECTORY_FIRST_POSITION;
	return true;
}

/* Positions: 2 + node index, then behind the nodes the indices of the process table. In a directory of descriptors: 2 + number. */
static bool next(struct inode *directory, uint64_t *position, char name[256], uint64_t *number, uint32_t *mode)
{
	enum place place = place_of(directory);
	uint64_t at = *position - DIRECTORY_FIRST_POSITION;
	struct procmgr_process_entry entry;

	if (place == PLACE_DESCRIPTORS)
		return next_descriptor(directory, position, name, number, mode);
	for (at = at < NODE_SELF ? NODE_SELF : at; at < NODE_COUNT; at++) {
		if (nodes[at].place != place)
			continue;
		format_text(name, 256, "%s", nodes[at].name);
		*number = number_of(at << 32 | (place == PLACE_PROCESS ? pid_of(directory) : 0));
		*mode = nodes[at].mode;
		*position = at + 1 + DIRECTORY_FIRST_POSITION;
		return true;
	}
	for (; place == PLACE_ROOT && at - NODE_COUNT < process_table_size(); at++) {
		if (!process_read(at - NODE_COUNT, &entry))
			continue;
		format_text(name, 256, "%u", entry.pid);
		*number = number_of((uint64_t)NODE_PROCESS << 32 | entry.pid);
		*mode = MODE_DIRECTORY;
		*position = at + 1 + DIRECTORY_FIRST_POSITION;
		return true;
	}
	return false;
}

static kn_status read_link(
    struct inode *inode, const struct credentials *who, char *target, size_t capacity, size_t *length)
{
	char text[16];

	if (pid_of(inode) != 0 && !credentials_owns(who, inode->uid))
		return KN_E_ACCESS;
	if (node_of(inode)->place == PLACE_DESCRIPTORS)
		return procfd_target(pid_of(inode), (uint32_t)(inode->key >> KEY_DESCRIPTOR_SHIFT), target, capacity, length);
	if (pid_of(inode) != 0)
		return node_of(inode)->tell(pid_of(inode), target, capacity, length);
	if (who->pid == 0)
		return KN_E_NOT_FOUND;
	*length = format_text(text, sizeof text, "%u", who->pid);
	if (*length > capacity)
		*length = capacity;
	memcpy(target, text, *length);
	return KN_OK;
}

/* Whoever opened it may have done so before the process became another user's, or its number another process's. */
static bool may_see(const struct inode *inode, const struct credentials *who, const struct procmgr_process_entry *entry)
{
	return (inode->mode & 0004) || credentials_owns(who, owner_of(entry)) || (who->pid == entry->pid && who->uid == entry->euid);
}

static kn_status generate(struct inode *inode, const struct credentials *who, char **data, size_t *length)
{
	struct proctext_subject of = {.reader = who->pid};
	struct text text = {};
	uint32_t pid = pid_of(inode);
	uint64_t index;

	if (pid != 0) {
		process_view_refresh(pid);
		if (!process_find(pid, &index) || !process_read(index, &of.entry))
			return KN_E_NO_PROCESS;
		if (!may_see(inode, who, &of.entry))
			return KN_E_ACCESS;
		if (of.entry.state == PROCMGR_PROCESS_STATE_ZOMBIE)
			of.entry.pages_used = 0; /* what it had is only for wait() */
	}
	node_of(inode)->write(&text, &of);
	return text_take(&text, data, length);
}

static const struct inode_ops procfs_ops = {
    .lookup = lookup,
    .next = next,
    .read_link = read_link,
    .generate = generate,
};

void procfs_populate(struct filesystem *filesystem)
{
	filesystem->root->ops = &procfs_ops;
	filesystem->root->mode = MODE_DIRECTORY | 0555;
	filesystem->root->number = 1;
}

kn_status procfs_path(const struct inode *inode, char *path, size_t capacity, size_t *length)
{
	static const char *const places[] = {
	    [PLACE_ROOT] = "", [PLACE_SYS] = "/sys", [PLACE_SYS_KERNEL] = "/sys/kernel", [PLACE_SALTYOS] = "/saltyos"};
	const struct node *node = node_of(inode);
	size_t start;

	if (inode->ops != &procfs_ops || inode->filesystem->covered == nullptr)
		return KN_E_NOT_FOUND;
	kn_status status = path_tell(inode->filesystem->covered, path, capacity, &start);
	if (status != KN_OK)
		return status;
	const size_t size = node->place == PLACE_PROCESS
				? format_text(path + start, capacity - start, "/%u/%s", pid_of(inode), node->name)
				: format_text(path + start, capacity - start, "%s/%s", places[node->place], node->name);
	if (size >= capacity - start)
		return KN_E_NAME_TOO_LONG;
	*length = start + size;
	return KN_OK;
}

size_t procfs_name(const struct inode *directory, char name[256])
{
	if (directory->ops != &procfs_ops)
		return 0;
	return node_of(directory) == &nodes[NODE_PROCESS] ? format_text(name, 256, "%u", pid_of(directory))
				      : format_text(name, 256, "%s", node_of(directory)->name);
}
