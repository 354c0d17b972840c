/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See pressure.h. All processes together have less memory than the machine (mmsrv), so what ends here is programs, never a server. Users
 * are compared first: many small processes of one do not outlive the one large process of another.
 *
 * Ending a process gives all of its memory back before it returns, and meanwhile everybody else who misses some waits for us. What they
 * say when their turn comes is old news: they missed it before. So what counts is what there is now, which mmsrv knows: whoever finds memory
 * there tries again, and somebody has to go only when there is none.
 */
#include "pressure.h"

#include "client/mmsrv.h"
#include "client/objsrv.h"
#include "exit.h"
#include "kn/vspace.h"
#include "objects.h"
#include "signal.h"
#include "trona/log.h"
#include "user.h"

#define USERS_COMPARED 64
#define FAULT_PAGES 5  /* that one fault may take: a page, and tables above it */
#define CALL_PAGES 64  /* that a call may take, but for what fork copies */
#define WORTH_PAGES 64 /* ending somebody who has less helps nobody */
#define TRIES_MAX 100  /* to get one page while there is memory */
#define OBJECTS_BYTES (256u << 10) /* of kernel objects, for a process and what the allocator cannot join */
#define PAGES_PER_MIB 256

uint64_t pressure_ended;

struct share {
	const struct user *user;
	uint64_t pages;
	struct process *largest;
	uint64_t largest_pages;
};

uint64_t pressure_pages(const struct process *process)
{
	uint64_t mapped, committed, tables;

	if (!process->vspace || kn_vspace_usage(process->vspace, &mapped, &committed, &tables) != KN_OK)
		return 0;
	return committed + tables;
}

static struct share *share_of(struct share *shares, size_t *count, const struct user *user)
{
	size_t i = 0;

	while (i < *count && shares[i].user != user)
		i++;
	if (i == USERS_COMPARED)
		return nullptr;
	if (i == *count)
		shares[(*count)++] = (struct share){.user = user};
	return &shares[i];
}

/* What the user who uses most uses. */
static struct share find_worst(void)
{
	struct share shares[USERS_COMPARED], worst = {};
	size_t count = 0;

	for (struct process *p = process_next(nullptr); p; p = process_next(p)) {
		struct share *share = is_alive(p) && !p->is_dying ? share_of(shares, &count, p->user) : nullptr;

		if (!share)
			continue;
		uint64_t pages = pressure_pages(p);
		share->pages += pages;
		if (pages > share->largest_pages) {
			share->largest_pages = pages;
			share->largest = p;
		}
		if (share->pages > worst.pages)
			worst = *share;
	}
	return worst;
}

static void end(struct process *process, uint64_t pages, const char *why)
{
	log_line("%s: ended process %u (%.32s) of user %u, which used %lu MiB", why, process->entry->pid,
	    (const char *)process->entry->name, process->entry->uid, (unsigned long)(pages / PAGES_PER_MIB));
	pressure_ended++;
	process_end(process, PROCMGR_EVENT_KILLED, SIGNAL_KILL);
}

static bool is_at_own_limit(const struct process *process, const struct mmsrv_memory_info *memory)
{
	return process->limits[LIMIT_AS].current != ~0ull && memory->used >= memory->limit;
}

/* Can processes have so many pages more? If they may, the frames are made ready, too. */
static bool is_there(const struct mmsrv_memory_info *memory, uint64_t pages)
{
	const uint64_t frames = pages < CALL_PAGES ? pages : CALL_PAGES;

	return memory->available >= pages && mmsrv_reserve(services.mmsrv, frames) == KN_OK;
}

/*
 * Is `address` in a memory object that can have no more, because all of these together or those of its user are at their limit? An object may be
 * another user's, whom nobody tells us: then that its page is missed again and again, while there is memory, says so.
 */
static bool is_object_full(const struct process *process, const struct mmsrv_memory_info *memory, uint64_t address, uint32_t tries)
{
	struct kn_region_info region;

	return (memory->objects < FAULT_PAGES || tries > TRIES_MAX) && kn_vspace_query(process->vspace, address, &region) == KN_OK &&
	       region.object_id;
}

bool pressure_page_missing(struct process *process, struct thread *thread, uint64_t address)
{
	struct mmsrv_memory_info memory;

	if (mmsrv_info(process->memory, &memory) != KN_OK)
		return false;
	if (is_at_own_limit(process, &memory)) {
		end(process, pressure_pages(process), "memory limit (RLIMIT_AS)");
		return true;
	}
	if (is_there(&memory, FAULT_PAGES)) {
		thread->tries = thread->missed == address ? thread->tries + 1 : 0;
		thread->missed = address;
		return thread->tries == 0 || !is_object_full(process, &memory, address, thread->tries);
	}
	struct share worst = find_worst();
	if (worst.pages < WORTH_PAGES) {
		worst.largest = process;
		worst.largest_pages = pressure_pages(process);
	}
	end(worst.largest, worst.largest_pages, "out of memory");
	return true;
}

bool pressure_call_refused(struct process *process, struct refused_call *call)
{
	const uint64_t pages = call->copies + CALL_PAGES;
	struct mmsrv_memory_info memory;
	uint64_t bytes, total;

	if (mmsrv_info(process->memory, &memory) != KN_OK || is_at_own_limit(process, &memory) || pages > memory.limit)
		return false;
	if (is_there(&memory, pages) && objsrv_available(services.objsrv, &bytes, &total) == KN_OK && bytes >= OBJECTS_BYTES) {
		const bool is_first = !call->was_there;

		call->was_there = true;
		return is_first;
	}
	struct share worst = find_worst();
	if (worst.user == process->user || worst.pages < WORTH_PAGES)
		return false;
	end(worst.largest, worst.largest_pages, "out of memory");
	return true;
}
