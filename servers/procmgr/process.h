/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process: its place in the table that other servers read, its family, and the kernel objects it
 * consists of.
 *
 * Life: shell (objects made, no address space content) -> RUNNING <-> STOPPED -> ZOMBIE (objects gone, entry and status kept) -> FREE. Only
 * process.c changes `state` and the family links. A process is named by its badge (index | generation << 32): a
 * badge of an earlier user of the entry finds nothing.
 *
 * What a process's objects cost is in one objsrv account and one mmsrv space, so that destroying these two leaves nothing behind, whatever
 * the process was doing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "thread.h"
#include "trona/server.h"
#include "uapi/error.h"
#include "uapi/protocol/procmgr.h"
#include "uapi/types.h"

#define SIGNAL_COUNT 64
#define LIMIT_COUNT 16
#define EXTRA_CNODES_MAX 8
#define CNODE_BITS 8
/* process_page, signal_page, the first thread's IPC buffer, and two that only processes with very many descriptors touch */
#define PROCESS_PAGES 5
#define FURTHER_FIRST_PAGE 3
#define FURTHER_PAGES 2
static_assert(PROCMGR_PROCESS_DESCRIPTORS_FURTHER * 2 <= FURTHER_PAGES * KN_PAGE_SIZE);

/* Badge bits: index below, a fault flag with the thread's number above it, generation in the high half. */
#define BADGE_INDEX_MASK 0x0000ffffu
#define BADGE_THREAD_SHIFT 16
#define BADGE_THREAD_MASK 0x3ffu
#define BADGE_FAULT (1u << 31)
static_assert(PROCMGR_PROCESS_THREADS_MAX == BADGE_THREAD_MASK + 1);

/* Well-known limits (sys/resource.h numbers). */
enum limit_number : unsigned {
	LIMIT_CPU = 0,
	LIMIT_FSIZE = 1,
	LIMIT_DATA = 2,
	LIMIT_STACK = 3,
	LIMIT_CORE = 4,
	LIMIT_RSS = 5,
	LIMIT_NPROC = 6,
	LIMIT_NOFILE = 7,
	LIMIT_MEMLOCK = 8,
	LIMIT_AS = 9,
	LIMIT_NICE = 13,
	LIMIT_RTPRIO = 14,
};

struct waiter {
	struct waiter *next;
	struct server_reply *reply;
	int32_t which;
	uint32_t options;
};

struct signal_waiter {
	struct signal_waiter *next;
	struct server_reply *reply;
	uint32_t thread;
	uint64_t mask;
	kn_time deadline;
};

struct process {
	uint32_t index;
	uint32_t generation;
	struct procmgr_process_entry *entry; /* in the shared table */
	struct process *parent;
	struct process *first_child;
	struct process *next_sibling, *prev_sibling;
	struct process *next_by_pid; /* hash chain */
	struct user *user; /* user.h */
	struct process *user_next, *user_prev;

	/* objects; 0 when a zombie */
	kn_cap account, cnode, vspace, memory, pages;
	kn_cap image; /* what its program is mapped from: kept, as mappings alone do not keep an object (a running file may be deleted) */
	uint64_t account_id, memory_id;
	kn_cap extra_cnodes[EXTRA_CNODES_MAX];
	uint32_t extra_slots[EXTRA_CNODES_MAX]; /* root slot of each, 0: unused */
	struct procmgr_process_page *page;
	struct procmgr_signal_page *signals;
	const uint16_t *further_descriptors; /* null: nobody has looked at them yet */
	struct thread first;
	struct thread_block *blocks[THREAD_BLOCKS]; /* of the others; null: none yet */
	uint32_t further_threads;
	uint64_t pages_address; /* where the process sees its pages */

	struct waiter *waiters;
	struct signal_waiter *signal_waiters;
	struct queued_signal *queued; /* signal_queue.h: oldest first */
	uint32_t queued_count;
	struct procmgr_limit limits[LIMIT_COUNT];
	uint64_t child_user_time, child_system_time, child_max_pages;
	uint64_t ended_time; /* of its threads that are gone */
	uint64_t timer_value[3], timer_period[3]; /* real: absolute deadline, 0: off */
	struct process *timer_next; /* list of armed real timers, by deadline */
	uint32_t event_kind, event_value; /* what wait() tells next; 0: nothing */
	bool has_execed;  /* setpgid by the parent is refused then (POSIX) */
	bool is_dying;
	bool is_leader;   /* of its session */
};

extern kn_cap process_endpoint; /* procmgr's own endpoint, without badge */

/* ---- table ---- */
/* Room for the table in a shared memory object mapped at `memory` (`count` entries). */
void process_table_init(struct procmgr_process_entry *memory, size_t count);
/* The live process behind a badge, or null. */
struct process *process_by_badge(kn_word badge);
struct process *process_by_pid(uint32_t pid);
/* Next in table order after `process` (null: the first); skips free entries. */
struct process *process_next(struct process *process);
uint64_t process_badge(const struct process *process);
/* A free entry with structure, generation advanced, no pid yet. Null: the table is full. */
struct process *process_take_entry(void);
/* Give the entry a fresh pid (unique among pids, groups and sessions in use) and enter it in the hash. */
void process_assign_pid(struct process *process);
void process_free_entry(struct process *process);
/* Used entries, zombies too; the newest pid. */
size_t process_count(void);
uint32_t process_last_pid(void);

/* Changes to an entry go between these two, so that readers never see half of one. */
void process_entry_begin(struct process *process);
void process_entry_end(struct process *process);

/* ---- family ---- */
void process_adopt(struct process *parent, struct process *child);
void process_orphan(struct process *child);
/* Is there a member of group `group` whose parent is in another group of the same session? If not, the group is orphaned. */
bool group_is_orphaned(uint32_t group, const struct process *leaving);
bool group_exists(uint32_t group, uint32_t session);
bool group_has_stopped(uint32_t group);

/* May `sender` signal `target` (POSIX: real or effective uid match real or saved uid, uid 0, SIGCONT in the session)? */
bool may_signal(const struct procmgr_process_entry *sender, const struct process *target, uint32_t signal);

static inline bool is_alive(const struct process *process)
{
	return process->entry->state == PROCMGR_PROCESS_STATE_RUNNING ||
	       process->entry->state == PROCMGR_PROCESS_STATE_STOPPED;
}
