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
#include "proctext.h"
#include "trona/process_table.h"
#include "trona/format.h"
#include "trona/string.h"

enum place : uint8_t { PLACE_ROOT, PLACE_PROCESS, PLACE_SYS, PLACE_SYS_KERNEL, PLACE_SALTYOS };

struct node {
	enum place place;
	const char *name;
	uint32_t mode;
	enum place leads_to; /* directories */
	void (*write)(struct text *text, const struct proctext_subject *of);
};

#define NODE_PROCESS 0 /* the directory of a process */
#define NODE_SELF 1

static const struct node nodes[] = {
    [NODE_PROCESS] = {PLACE_ROOT, "", MODE_DIRECTORY | 0555, PLACE_PROCESS, nullptr},
    [NODE_SELF] = {PLACE_ROOT, "self", MODE_LINK | 0777, PLACE_ROOT, nullptr},
    {PLACE_ROOT, "cpuinfo", MODE_REGULAR | 0444, PLACE_ROOT, proctext_cpuinfo},
    {PLACE_ROOT, "filesystems", MODE_REGULAR | 0444, PLACE_ROOT, proctext_filesystems},
    {PLACE_ROOT, "loadavg", MODE_REGULAR | 0444, PLACE_ROOT, proctext_loadavg},
    {PLACE_ROOT, "meminfo", MODE_REGULAR | 0444, PLACE_ROOT, proctext_meminfo},
    {PLACE_ROOT, "mounts", MODE_REGULAR | 0444, PLACE_ROOT, proctext_mounts},
    {PLACE_ROOT, "saltyos", MODE_DIRECTORY | 0555, PLACE_SALTYOS, nullptr},
    {PLACE_ROOT, "stat", MODE_REGULAR | 0444, PLACE_ROOT, proctext_stat},
    {PLACE_ROOT, "sys", MODE_DIRECTORY | 0555, PLACE_SYS, nullptr},
    {PLACE_ROOT, "uptime", MODE_REGULAR | 0444, PLACE_ROOT, proctext_uptime},
    {PLACE_ROOT, "version", MODE_REGULAR | 0444, PLACE_ROOT, proctext_version},
    {PLACE_SYS, "kernel", MODE_DIRECTORY | 0555, PLACE_SYS_KERNEL, nullptr},
    {PLACE_SYS_KERNEL, "osrelease", MODE_REGULAR | 0444, PLACE_ROOT, proctext_osrelease},
    {PLACE_SYS_KERNEL, "ostype", MODE_REGULAR | 0444, PLACE_ROOT, proctext_ostype},
    {PLACE_SYS_KERNEL, "pid_max", MODE_REGULAR | 0444, PLACE_ROOT, proctext_pid_max},
    {PLACE_SALTYOS, "capabilities", MODE_REGULAR | 0400, PLACE_ROOT, proctext_capabilities},
    {PLACE_SALTYOS, "kernel", MODE_REGULAR | 0444, PLACE_ROOT, proctext_kernel},
    {PLACE_SALTYOS, "security", MODE_REGULAR | 0444, PLACE_ROOT, proctext_security},
    {PLACE_SALTYOS, "trace", MODE_REGULAR | 0400, PLACE_ROOT, proctext_trace},
    {PLACE_SALTYOS, "usage", MODE_REGULAR | 0444, PLACE_ROOT, proctext_usage},
    {PLACE_PROCESS, "cmdline", MODE_REGULAR | 0444, PLACE_ROOT, proctext_process_cmdline},
    {PLACE_PROCESS, "comm", MODE_REGULAR | 0444, PLACE_ROOT, proctext_process_comm},
    {PLACE_PROCESS, "exe", MODE_LINK | 0777, PLACE_ROOT, nullptr},
    {PLACE_PROCESS, "maps", MODE_REGULAR | 0400, PLACE_ROOT, proctext_process_maps},
    {PLACE_PROCESS, "mounts", MODE_REGULAR | 0444, PLACE_ROOT, proctext_mounts},
    {PLACE_PROCESS, "stat", MODE_REGULAR | 0444, PLACE_ROOT, proctext_process_stat},
    {PLACE_PROCESS, "statm", MODE_REGULAR | 0444, PLACE_ROOT, proctext_process_statm},
    {PLACE_PROCESS, "status", MODE_REGULAR | 0444, PLACE_ROOT, proctext_process_status},
};

#define NODE_COUNT (sizeof nodes / sizeof nodes[0])

static const struct node *node_of(const struct inode *inode)
{
	return &nodes[inode->key >> 32];
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
	return 2 + (key >> 32) + (key & 0xffffffff) * 64;
}

static const struct inode_ops procfs_ops;

static kn_status make(struct inode *directory, uint64_t key, struct inode **made)
{
	struct procmgr_process_entry entry = {};
	uint64_t index;

	if ((uint32_t)key != 0 && (!process_find((uint32_t)key, &index) || !process_read(index, &entry)))
		return KN_E_NOT_FOUND;
	struct inode *inode = inode_create(directory->filesystem, nodes[key >> 32].mode, entry.euid, entry.egid);

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
static uint32_t parse_pid(const char *name, size_t length)
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

static kn_status lookup(struct inode *directory, const char *name, size_t length, struct inode **found)
{
	enum place place = place_of(directory);
	uint32_t pid = place == PLACE_ROOT ? parse_pid(name, length) : 0;

	if (pid != 0)
		return make(directory, (uint64_t)NODE_PROCESS << 32 | pid, found);
	for (uint64_t i = NODE_SELF; i < NODE_COUNT; i++)
		if (nodes[i].place == place && strlen(nodes[i].name) == length && memcmp(nodes[i].name, name, length) == 0)
			return make(directory, i << 32 | (place == PLACE_PROCESS ? pid_of(directory) : 0), found);
	return KN_E_NOT_FOUND;
}

/* Positions: 2 + node index, then behind the nodes the indices of the process table. */
static bool next(struct inode *directory, uint64_t *position, char name[256], uint64_t *number, uint32_t *mode)
{
	enum place place = place_of(directory);
	uint64_t at = *position - DIRECTORY_FIRST_POSITION;
	struct procmgr_process_entry entry;

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

	if (pid_of(inode) != 0) /* exe */
		return credentials_owns(who, inode->uid) ? procmaps_program(pid_of(inode), target, capacity, length) : KN_E_ACCESS;
	if (who->pid == 0)
		return KN_E_NOT_FOUND;
	*length = format_text(text, sizeof text, "%u", who->pid);
	if (*length > capacity)
		*length = capacity;
	memcpy(target, text, *length);
	return KN_OK;
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

size_t procfs_name(const struct inode *directory, char name[256])
{
	if (directory->ops != &procfs_ops)
		return 0;
	return pid_of(directory) != 0 ? format_text(name, 256, "%u", pid_of(directory))
				      : format_text(name, 256, "%s", node_of(directory)->name);
}
