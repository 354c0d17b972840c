/* SPDX-License-Identifier: BSD-2-Clause */
/* See user.h. A user's structure exists while he has processes. */
#include "user.h"

#include "schedule.h"
#include "trona/heap.h"

#define BUCKETS 64u
#define CROWD_BEGINS 48 /* processes and further threads */
#define CROWD_ENDS 24

struct user {
	struct user *next; /* hash chain */
	struct process *first;
	size_t count; /* of processes and their further threads */
	uint32_t uid;
	bool is_crowd;
};

static struct user *users[BUCKETS];

static struct user **find(uint32_t uid)
{
	struct user **link = &users[uid % BUCKETS];

	while (*link && (*link)->uid != uid)
		link = &(*link)->next;
	return link;
}

uint32_t user_priority(const struct process *process)
{
	return process->user && process->user->is_crowd ? SCHEDULE_CROWD : SCHEDULE_ORDINARY;
}

/* Begins and ends at different counts, so that nobody goes back and forth with each process. */
static void judge(struct user *user)
{
	bool is_crowd = user->is_crowd ? user->count > CROWD_ENDS : user->count >= CROWD_BEGINS;

	if (is_crowd == user->is_crowd || user->uid == 0)
		return;
	user->is_crowd = is_crowd;
	for (struct process *p = user->first; p; p = p->user_next)
		schedule_apply_all(p);
}

kn_status user_enter(struct process *process, uint32_t uid)
{
	struct user **link = find(uid), *user = *link;

	if (user && user == process->user)
		return KN_OK;
	if (!user) {
		user = heap_calloc(1, sizeof *user);
		if (!user)
			return KN_E_NO_MEMORY;
		user->uid = uid;
		*link = user;
	}
	user_leave(process);
	process->user = user;
	process->user_prev = nullptr;
	process->user_next = user->first;
	if (user->first)
		user->first->user_prev = process;
	user->first = process;
	user->count += 1 + process->further_threads;
	judge(user);
	schedule_apply_all(process);
	return KN_OK;
}

void user_leave(struct process *process)
{
	struct user *user = process->user;

	if (!user)
		return;
	if (process->user_prev)
		process->user_prev->user_next = process->user_next;
	else
		user->first = process->user_next;
	if (process->user_next)
		process->user_next->user_prev = process->user_prev;
	process->user = nullptr;
	process->user_next = process->user_prev = nullptr;
	user->count -= 1 + process->further_threads;
	if (user->count == 0) {
		struct user **link = find(user->uid);

		*link = user->next;
		heap_free(user);
		return;
	}
	judge(user);
}

void user_add_threads(struct process *process, int count)
{
	process->further_threads += (uint32_t)count;
	if (!process->user || count == 0)
		return;
	process->user->count += (size_t)count;
	judge(process->user);
}

size_t user_count(uint32_t uid)
{
	const struct user *user = *find(uid);

	return user ? user->count : 0;
}
