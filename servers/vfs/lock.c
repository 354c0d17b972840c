/* SPDX-License-Identifier: BSD-2-Clause */
/* See lock.h. All waiters of the system are in one list: locks are rarely waited for. */
#include "lock.h"

#include "account.h"
#include "process_view.h"
#include "server/vfs.h"
#include "trona/heap.h"

static struct list waiting = {&waiting, &waiting};

struct request {
	struct description *description;
	struct lock_owner owner;
	bool is_write, is_unlock;
	uint64_t start, end;
};

/* Longer chains of processes that wait for each other are not looked through, as on Linux. */
#define DEADLOCK_CHAIN 10

static void discard(struct lock *lock)
{
	account_give(lock->account, ACCOUNT_LOCKS, 1);
	heap_free(lock);
}

static bool is_same_owner(const struct lock *lock, const struct request *request)
{
	return lock->owner.badge == request->owner.badge && (lock->owner.badge != 0 || lock->description == request->description);
}

/* flock's and fcntl's locks do not see each other, as on Linux. */
static bool is_conflict(const struct lock *lock, const struct request *request)
{
	return (lock->owner.badge == 0) == (request->owner.badge == 0) && !is_same_owner(lock, request) &&
	       (lock->is_write || request->is_write) && lock->start < request->end && request->start < lock->end;
}

static struct lock *find_conflict(struct inode *inode, const struct request *request)
{
	for (struct lock **link = &inode->locks; *link != nullptr;) {
		struct lock *lock = *link;

		if (!is_conflict(lock, request)) {
			link = &lock->next;
			continue;
		}
		if (lock->owner.badge == 0 || lock_owner_lives(lock->owner.badge))
			return lock;
		*link = lock->next;
		discard(lock);
	}
	return nullptr;
}

/*
 * Takes the range away from the owner's locks; true if there was any. They do not overlap, so at most one of them is cut in two: `spare` is for
 * that (may_cut()), null when used.
 */
static bool carve(struct inode *inode, const struct request *request, struct lock **spare)
{
	bool has_changed = false;

	for (struct lock **link = &inode->locks; *link != nullptr;) {
		struct lock *lock = *link;

		if (!is_same_owner(lock, request) || lock->start >= request->end || request->start >= lock->end) {
			link = &lock->next;
			continue;
		}
		has_changed = true;
		if (lock->start < request->start && lock->end > request->end) {
			struct lock *rest = *spare;

			*rest = (struct lock){.description = lock->description, .owner = lock->owner, .account = rest->account,
			    .is_write = lock->is_write, .end = lock->end, .next = lock->next};
			rest->start = request->end;
			lock->end = request->start;
			lock->next = rest;
			*spare = nullptr;
			return true;
		}
		if (lock->start < request->start) {
			lock->end = request->start;
			link = &lock->next;
		} else if (lock->end > request->end) {
			lock->start = request->end;
			link = &lock->next;
		} else {
			*link = lock->next;
			discard(lock);
		}
	}
	return has_changed;
}

/* Who has ended took leave of nobody, and read locks are in nobody's way: they would stay as long as the file is open. */
static void forget_dead(struct inode *inode)
{
	for (struct lock **link = &inode->locks; *link != nullptr;) {
		struct lock *lock = *link;

		if (lock->owner.badge == 0 || lock_owner_lives(lock->owner.badge)) {
			link = &lock->next;
			continue;
		}
		*link = lock->next;
		discard(lock);
	}
}

/* An empty one of the owner's user. */
static kn_status make(const struct request *request, struct lock **made)
{
	struct account *account;
	kn_status status = account_open(request->owner.uid, ACCOUNT_LOCKS, 1, &account);

	if (status != KN_OK)
		return status;
	struct lock *lock = heap_alloc(sizeof *lock);

	if (lock == nullptr) {
		account_give(account, ACCOUNT_LOCKS, 1);
		return KN_E_NO_MEMORY;
	}
	*lock = (struct lock){.account = account};
	*made = lock;
	return KN_OK;
}

/* May the request cut a lock in two? */
static bool may_cut(const struct inode *inode, const struct request *request)
{
	for (const struct lock *lock = inode->locks; lock != nullptr; lock = lock->next)
		if (is_same_owner(lock, request) && lock->start < request->start && lock->end > request->end)
			return true;
	return false;
}

/* Nobody is in the way: the range becomes what is asked, in place of what the owner had there. An error changes nothing. */
static kn_status put(struct inode *inode, const struct request *request, bool *has_carved)
{
	struct lock *spare = nullptr, *fresh = nullptr;
	kn_status status = KN_OK;

	forget_dead(inode);
	if (may_cut(inode, request))
		status = make(request, &spare);
	if (status == KN_OK && !request->is_unlock)
		status = make(request, &fresh);
	if (status != KN_OK) {
		if (spare != nullptr)
			discard(spare);
		return status;
	}
	*has_carved = carve(inode, request, &spare);
	if (fresh != nullptr) {
		*fresh = (struct lock){
		    .next = inode->locks,
		    .description = request->description,
		    .owner = request->owner,
		    .account = fresh->account,
		    .is_write = request->is_write,
		    .start = request->start,
		    .end = request->end,
		};
		inode->locks = fresh;
	}
	return KN_OK;
}

static struct request request_of(const struct waiter *waiter)
{
	return (struct request){
	    .description = waiter->description,
	    .owner = {.badge = waiter->detail[2], .pid = (uint32_t)(waiter->detail[3] >> 32),
		.uid = (uint32_t)waiter->detail[4]},
	    .is_write = (uint32_t)waiter->detail[3] == VFS_LOCK_TYPE_WRITE,
	    .start = waiter->detail[0],
	    .end = waiter->detail[1],
	};
}

/* One round of wake(): false if nobody who was passed over can have got a chance since. */
static bool wake_some(struct inode *inode)
{
	bool must_repeat = false, has_carved;

	list_for_each_safe (node, after, &waiting) {
		struct waiter *waiter = list_entry(node, struct waiter, link);
		struct request request = request_of(waiter);

		if (waiter->description->inode != inode || find_conflict(inode, &request) != nullptr)
			continue;
		kn_status status = put(inode, &request, &has_carved);
		must_repeat |= status == KN_OK && has_carved;
		struct server_reply *reply = wait_take_reply(waiter);

		vfs_lock_reply(reply, status, &(struct vfs_lock){.type = VFS_LOCK_TYPE_UNLOCK});
	}
	return must_repeat;
}

/* Whoever can go on now does, in order of arrival. */
static void wake(struct inode *inode)
{
	while (!list_is_empty(&waiting) && wake_some(inode))
		;
}

/* What the process with that badge waits for, or null. */
static const struct waiter *waiter_of(kn_word badge)
{
	list_for_each (node, &waiting) {
		const struct waiter *waiter = list_entry(node, struct waiter, link);

		if (request_of(waiter).owner.badge == badge)
			return waiter;
	}
	return nullptr;
}

/* Does whoever has `obstacle` wait for the process `badge`? One way through those in the way is followed, as on Linux. */
static bool is_deadlock(kn_word badge, const struct lock *obstacle)
{
	for (unsigned i = 0; i < DEADLOCK_CHAIN && obstacle != nullptr; i++) {
		const struct waiter *next = waiter_of(obstacle->owner.badge);

		if (next == nullptr)
			return false;
		const struct request request = request_of(next);
		obstacle = find_conflict(next->description->inode, &request);
		if (obstacle != nullptr && obstacle->owner.badge == badge)
			return true;
	}
	return false;
}

static void tell(const struct lock *lock, struct vfs_lock *conflict)
{
	*conflict = (struct vfs_lock){
	    .start = lock->start,
	    .length = lock->end == ~0ull ? 0 : lock->end - lock->start,
	    .type = lock->is_write ? VFS_LOCK_TYPE_WRITE : VFS_LOCK_TYPE_READ,
	    .pid = lock->owner.pid,
	};
}

/* Answered by wake(), or called back. */
static kn_status park(struct description *description, const struct request *request, const struct lock *obstacle, struct server_call *call)
{
	struct waiter *waiter;

	if (request->owner.badge != 0 && is_deadlock(request->owner.badge, obstacle))
		return KN_E_DEADLOCK;
	kn_status status = wait_park(&waiting, WAIT_LOCK, description, call, nullptr, &waiter);
	if (status == KN_DEFERRED) {
		waiter->detail[0] = request->start;
		waiter->detail[1] = request->end;
		waiter->detail[2] = request->owner.badge;
		waiter->detail[3] = (uint64_t)request->owner.pid << 32 | (request->is_write ? VFS_LOCK_TYPE_WRITE : VFS_LOCK_TYPE_READ);
		waiter->detail[4] = request->owner.uid;
	}
	return status;
}

kn_status lock_set(struct description *description, struct lock_owner owner, uint32_t wait, const struct vfs_lock *asked,
    struct server_call *call, struct vfs_lock *conflict)
{
	struct inode *inode = description->inode;
	uint64_t end = asked->length == 0 ? ~0ull : asked->start + asked->length;
	struct request request = {
	    .description = description,
	    .owner = owner,
	    .is_write = asked->type == VFS_LOCK_TYPE_WRITE,
	    .is_unlock = asked->type == VFS_LOCK_TYPE_UNLOCK,
	    .start = asked->start,
	    .end = end,
	};

	if (inode == nullptr || asked->type > VFS_LOCK_TYPE_UNLOCK || wait > VFS_LOCK_WAIT_ONLY_ASK || end <= asked->start)
		return KN_E_INVALID_ARG;
	/* Who may only read could else keep all readers out (POSIX, fcntl: EBADF). flock() has no such rule. */
	if (owner.badge != 0 && wait != VFS_LOCK_WAIT_ONLY_ASK && asked->type != VFS_LOCK_TYPE_UNLOCK &&
	    !(description->flags & (asked->type == VFS_LOCK_TYPE_WRITE ? FILE_FLAG_WRITE : FILE_FLAG_READ)))
		return KN_E_INVALID_CAP;
	*conflict = (struct vfs_lock){.type = VFS_LOCK_TYPE_UNLOCK};
	struct lock *obstacle = asked->type == VFS_LOCK_TYPE_UNLOCK ? nullptr : find_conflict(inode, &request);

	if (wait == VFS_LOCK_WAIT_ONLY_ASK) {
		if (obstacle != nullptr)
			tell(obstacle, conflict);
		return KN_OK;
	}
	if (obstacle != nullptr && wait == VFS_LOCK_WAIT_FAIL)
		return KN_E_WOULD_BLOCK;
	if (obstacle != nullptr && owner.badge != 0) {
		/* Nobody closes anything when a process ends that shares its open file: we must be told. It may have ended meanwhile. */
		kn_status status = process_view_tell_ends();

		if (status != KN_OK)
			return status;
		obstacle = find_conflict(inode, &request);
	}
	if (obstacle != nullptr)
		return park(description, &request, obstacle, call);
	bool has_carved;
	kn_status status = put(inode, &request, &has_carved);
	if (status == KN_OK && has_carved)
		wake(inode);
	return status;
}

void lock_processes_ended(void)
{
	/* Waking changes the list. */
	for (bool must_repeat = true; must_repeat;) {
		must_repeat = false;
		list_for_each (node, &waiting) {
			struct waiter *waiter = list_entry(node, struct waiter, link);
			const struct request request = request_of(waiter);

			if (find_conflict(waiter->description->inode, &request) != nullptr)
				continue;
			wake(waiter->description->inode);
			must_repeat = true;
			break;
		}
	}
}

void lock_forget_description(struct inode *inode, struct description *description)
{
	bool has_changed = false;

	if (!list_is_empty(&waiting))
		wait_drop(&waiting, description);
	for (struct lock **link = &inode->locks; *link != nullptr;) {
		struct lock *lock = *link;

		if (lock->description != description) {
			link = &lock->next;
			continue;
		}
		*link = lock->next;
		discard(lock);
		has_changed = true;
	}
	if (has_changed)
		wake(inode);
}

void lock_forget_inode(struct inode *inode)
{
	while (inode->locks != nullptr) {
		struct lock *lock = inode->locks;

		inode->locks = lock->next;
		discard(lock);
	}
}
