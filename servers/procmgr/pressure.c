/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See pressure.h. All processes together have less memory than the machine (mmsrv), so what ends here is programs, never a server. Users
 * are compared first: many small processes of one do not outlive the one large process of another.
 */
#include "pressure.h"

#include "client/mmsrv.h"
#include "exit.h"
#include "kn/vspace.h"
#include "signal.h"
#include "trona/log.h"
#include "user.h"

#define USERS_COMPARED 64
#define WORTH_PAGES 64 /* ending what has less helps nobody */
#define PAGES_PER_MIB 256

uint64_t pressure_ended;
/*
 * What the last one who was ended had, in WORTH_PAGES. It takes a while to come back, and others missed a page at the same time: so often
 * they are told to try again before one of them is ended for nothing.
 */
static uint64_t second_tries;

struct share {
	const struct user *user;
	uint64_t pages;
	struct process *largest;
	uint64_t largest_pages;
};

static uint64_t pages_of(const struct process *process)
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
		uint64_t pages = pages_of(p);
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
	second_tries = pages / WORTH_PAGES;
	process_end(process, PROCMGR_EVENT_KILLED, SIGNAL_KILL);
}

static bool is_at_own_limit(const struct process *process)
{
	struct mmsrv_memory_info info;

	return process->limits[LIMIT_AS].current != ~0ull && mmsrv_info(process->memory, &info) == KN_OK &&
	       info.used >= info.limit;
}

void pressure_page_missing(struct process *process)
{
	if (is_at_own_limit(process)) {
		end(process, pages_of(process), "memory limit (RLIMIT_AS)");
		return;
	}
	struct share worst = find_worst();
	if (worst.largest_pages < WORTH_PAGES) {
		if (second_tries > 0) {
			second_tries--;
			return;
		}
		worst.largest = process;
		worst.largest_pages = pages_of(process);
	}
	end(worst.largest, worst.largest_pages, "out of memory");
}

bool pressure_call_refused(struct process *process)
{
	if (is_at_own_limit(process))
		return false;
	struct share worst = find_worst();
	if (worst.user == process->user || worst.largest_pages < WORTH_PAGES)
		return false;
	end(worst.largest, worst.largest_pages, "out of memory");
	return true;
}
