/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process table: entries, badges, pids, families.
 *
 * The array of entries is shared read-only with other servers, so it never moves; its size is what the shared object was mapped with. `struct process`
 * is private, allocated with the first use of an entry and kept. Free entries form a list, pids a hash: every look-up is O(1).
 */
#include "process.h"

#include "trona/heap.h"
#include "trona/string.h"
#include "user.h"

#define PID_MAX 4194304u
#define GENERATION_MAX 0x3fffffffu /* bit 63 of a badge marks units (trona/start.h), bit 62 is the serving server's own */
#define PID_BUCKETS 1024u
#define PID_INIT 1u /* nobody's, and the parent of orphans */

static struct procmgr_process_entry *entries;
static struct process **processes; /* by index; null until first used */
static size_t entry_count, used_count; /* used_count: entries that were ever used */
static size_t live_count;
static struct process *free_entries;
static struct process *by_pid[PID_BUCKETS];
static uint32_t last_pid;
static bool has_wrapped; /* pids may be used by now */

void process_table_init(struct procmgr_process_entry *memory, size_t count)
{
	for (size_t i = 0; i < used_count; i++) /* of the table before (tests) */
		heap_free(processes[i]);
	heap_free(processes);
	entries = memory;
	entry_count = count;
	used_count = live_count = 0;
	free_entries = nullptr;
	last_pid = PID_INIT;
	has_wrapped = false;
	memset(by_pid, 0, sizeof by_pid);
	processes = heap_alloc(count * sizeof *processes);
	if (processes)
		memset(processes, 0, count * sizeof *processes);
	else
		entry_count = 0;
}

struct process *process_by_badge(kn_word badge)
{
	uint32_t index = (uint32_t)badge & BADGE_INDEX_MASK;

	if (index >= used_count)
		return nullptr;
	struct process *process = processes[index];
	return process->generation == badge >> 32 && is_alive(process) && !process->is_dying ? process
											     : nullptr;
}

struct process *process_by_pid(uint32_t pid)
{
	struct process *process = by_pid[pid % PID_BUCKETS];

	while (process && process->entry->pid != pid)
		process = process->next_by_pid;
	return process;
}

struct process *process_next(struct process *process)
{
	for (size_t i = process ? process->index + 1 : 0; i < used_count; i++)
		if (processes[i]->entry->state != PROCMGR_PROCESS_STATE_FREE)
			return processes[i];
	return nullptr;
}

uint64_t process_badge(const struct process *process)
{
	return process->index | (uint64_t)process->generation << 32;
}

struct process *process_take_entry(void)
{
	struct process *process = free_entries;

	if (process) {
		free_entries = process->next_by_pid;
	} else {
		if (used_count == entry_count)
			return nullptr;
		process = heap_alloc(sizeof *process);
		if (!process)
			return nullptr;
		process->index = (uint32_t)used_count;
		process->generation = 0;
		processes[used_count++] = process;
	}
	uint32_t index = process->index, generation = process->generation + 1;
	memset(process, 0, sizeof *process);
	process->index = index;
	process->generation = generation <= GENERATION_MAX ? generation : 1;
	process->entry = &entries[index];
	live_count++;
	return process;
}

static bool pid_is_used(uint32_t pid)
{
	if (process_by_pid(pid))
		return true;
	for (struct process *other = process_next(nullptr); other; other = process_next(other))
		if (other->entry->group == pid || other->entry->session == pid)
			return true;
	return false;
}

void process_assign_pid(struct process *process)
{
	do {
		has_wrapped |= last_pid >= PID_MAX;
		last_pid = last_pid >= PID_MAX ? 2 : last_pid + 1;
	} while (has_wrapped && pid_is_used(last_pid));
	process_entry_begin(process);
	process->entry->pid = last_pid;
	process->entry->generation = process->generation;
	process_entry_end(process);
	process->next_by_pid = by_pid[last_pid % PID_BUCKETS];
	by_pid[last_pid % PID_BUCKETS] = process;
}

void process_free_entry(struct process *process)
{
	struct process **link = &by_pid[process->entry->pid % PID_BUCKETS];

	while (*link && *link != process)
		link = &(*link)->next_by_pid;
	if (*link)
		*link = process->next_by_pid;
	process_entry_begin(process);
	uint32_t sequence = process->entry->sequence;
	memset(process->entry, 0, sizeof *process->entry);
	process->entry->sequence = sequence;
	process_entry_end(process);
	user_leave(process);
	process->next_by_pid = free_entries;
	free_entries = process;
	live_count--;
}

size_t process_count(void)
{
	return live_count;
}

uint32_t process_last_pid(void)
{
	return last_pid;
}

void process_entry_begin(struct process *process)
{
	__atomic_store_n(&process->entry->sequence, process->entry->sequence | 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

void process_entry_end(struct process *process)
{
	__atomic_store_n(&process->entry->sequence, (process->entry->sequence | 1) + 1, __ATOMIC_RELEASE);
}

void process_adopt(struct process *parent, struct process *child)
{
	child->parent = parent;
	child->prev_sibling = nullptr;
	child->next_sibling = parent->first_child;
	if (parent->first_child)
		parent->first_child->prev_sibling = child;
	parent->first_child = child;
	process_entry_begin(child);
	child->entry->parent = parent->entry->pid;
	process_entry_end(child);
	if (child->page)
		child->page->parent = parent->entry->pid;
}

void process_orphan(struct process *child)
{
	if (child->prev_sibling)
		child->prev_sibling->next_sibling = child->next_sibling;
	else if (child->parent)
		child->parent->first_child = child->next_sibling;
	if (child->next_sibling)
		child->next_sibling->prev_sibling = child->prev_sibling;
	child->parent = nullptr;
	child->next_sibling = child->prev_sibling = nullptr;
	process_entry_begin(child);
	child->entry->parent = PID_INIT;
	process_entry_end(child);
	if (child->page)
		child->page->parent = PID_INIT;
}

bool group_is_orphaned(uint32_t group, const struct process *leaving)
{
	for (struct process *p = process_next(nullptr); p; p = process_next(p)) {
		if (p == leaving || p->entry->group != group || !is_alive(p) || !p->parent || p->parent == leaving)
			continue;
		const struct procmgr_process_entry *parent = p->parent->entry;
		if (parent->group != group && parent->session == p->entry->session)
			return false;
	}
	return true;
}

bool group_exists(uint32_t group, uint32_t session)
{
	for (struct process *p = process_next(nullptr); p; p = process_next(p))
		if (p->entry->group == group && p->entry->session == session)
			return true;
	return false;
}

bool group_has_stopped(uint32_t group)
{
	for (struct process *p = process_next(nullptr); p; p = process_next(p))
		if (p->entry->group == group && p->entry->state == PROCMGR_PROCESS_STATE_STOPPED)
			return true;
	return false;
}

bool may_signal(const struct procmgr_process_entry *from, const struct process *target, uint32_t signal)
{
	const struct procmgr_process_entry *to = target->entry;

	if (from->euid == 0 || from->uid == to->uid || from->uid == to->suid || from->euid == to->uid ||
	    from->euid == to->suid)
		return true;
	return signal == 18 /* SIGCONT */ && from->session == to->session;
}
