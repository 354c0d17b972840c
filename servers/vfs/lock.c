/* SPDX-License-Identifier: BSD-2-Clause */
/* See lock.h. All waiters of the system are in one list: locks are rarely waited for. */
#include "lock.h"

#include "server/vfs.h"
#include "trona/heap.h"

static struct list waiting = {&waiting, &waiting};

struct request {
	struct description *description;
	struct lock_owner owner;
	bool is_write;
	uint64_t start, end;
};

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
		heap_free(lock);
	}
	return nullptr;
}

static kn_status add(struct inode *inode, const struct request *request)
{
	struct lock *lock = heap_alloc(sizeof *lock);

	if (lock == nullptr)
		return KN_E_NO_MEMORY;
	*lock = (struct lock){
	    .next = inode->locks,
	    .description = request->description,
	    .owner = request->owner,
	    .is_write = request->is_write,
	    .start = request->start,
	    .end = request->end,
	};
	inode->locks = lock;
	return KN_OK;
}

/* Takes the range away from the owner's locks. One of them may be cut in two: `spare` is for that, null when used. */
static void carve(struct inode *inode, const struct request *request, struct lock **spare)
{
	for (struct lock **link = &inode->locks; *link != nullptr;) {
		struct lock *lock = *link;

		if (!is_same_owner(lock, request) || lock->start >= request->end || request->start >= lock->end) {
			link = &lock->next;
			continue;
		}
		if (lock->start < request->start && lock->end > request->end) {
			struct lock *rest = *spare;

			*rest = *lock;
			rest->start = request->end;
			lock->end = request->start;
			lock->next = rest;
			*spare = nullptr;
			return;
		}
		if (lock->start < request->start) {
			lock->end = request->start;
			link = &lock->next;
		} else if (lock->end > request->end) {
			lock->start = request->end;
			link = &lock->next;
		} else {
			*link = lock->next;
			heap_free(lock);
		}
	}
}

static struct request request_of(const struct waiter *waiter)
{
	return (struct request){
	    .description = waiter->description,
	    .owner = {.badge = waiter->detail[2], .pid = (uint32_t)(waiter->detail[3] >> 32)},
	    .is_write = (uint32_t)waiter->detail[3] == VFS_LOCK_TYPE_WRITE,
	    .start = waiter->detail[0],
	    .end = waiter->detail[1],
	};
}

/* Whoever can go on now does, in order of arrival. */
static void wake(struct inode *inode)
{
	list_for_each_safe (node, after, &waiting) {
		struct waiter *waiter = list_entry(node, struct waiter, link);
		struct request request = request_of(waiter);

		if (waiter->description->inode != inode || find_conflict(inode, &request) != nullptr)
			continue;
		kn_status status = add(inode, &request);
		struct server_reply *reply = wait_take_reply(waiter);

		vfs_lock_reply(reply, status, &(struct vfs_lock){.type = VFS_LOCK_TYPE_UNLOCK});
	}
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

kn_status lock_set(struct description *description, struct lock_owner owner, uint32_t wait, const struct vfs_lock *asked,
    struct server_call *call, struct vfs_lock *conflict)
{
	struct inode *inode = description->inode;
	uint64_t end = asked->length == 0 ? ~0ull : asked->start + asked->length;
	struct request request = {
	    .description = description,
	    .owner = owner,
	    .is_write = asked->type == VFS_LOCK_TYPE_WRITE,
	    .start = asked->start,
	    .end = end,
	};

	if (inode == nullptr || asked->type > VFS_LOCK_TYPE_UNLOCK || wait > VFS_LOCK_WAIT_ONLY_ASK || end <= asked->start)
		return KN_E_INVALID_ARG;
	*conflict = (struct vfs_lock){.type = VFS_LOCK_TYPE_UNLOCK};
	struct lock *obstacle = asked->type == VFS_LOCK_TYPE_UNLOCK ? nullptr : find_conflict(inode, &request);

	if (wait == VFS_LOCK_WAIT_ONLY_ASK) {
		if (obstacle != nullptr)
			tell(obstacle, conflict);
		return KN_OK;
	}
	if (obstacle != nullptr) {
		struct waiter *waiter;

		if (wait == VFS_LOCK_WAIT_FAIL)
			return KN_E_WOULD_BLOCK;
		kn_status status = wait_park(&waiting, WAIT_LOCK, description, call, nullptr, &waiter);
		if (status == KN_DEFERRED) {
			waiter->detail[0] = request.start;
			waiter->detail[1] = request.end;
			waiter->detail[2] = owner.badge;
			waiter->detail[3] = (uint64_t)owner.pid << 32 | asked->type;
		}
		return status;
	}
	struct lock *spare = heap_alloc(sizeof *spare);

	if (spare == nullptr)
		return KN_E_NO_MEMORY;
	if (asked->type != VFS_LOCK_TYPE_UNLOCK) {
		/* The new one first, so that a failure leaves the old ones; it is not carved as it is not linked yet. */
		struct lock *old = inode->locks;
		kn_status status = add(inode, &request);

		if (status != KN_OK) {
			heap_free(spare);
			return status;
		}
		struct lock *fresh = inode->locks;
		inode->locks = old;
		carve(inode, &request, &spare);
		fresh->next = inode->locks;
		inode->locks = fresh;
	} else {
		carve(inode, &request, &spare);
	}
	heap_free(spare);
	wake(inode);
	return KN_OK;
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
		heap_free(lock);
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
		heap_free(lock);
	}
}
