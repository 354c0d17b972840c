/* SPDX-License-Identifier: BSD-2-Clause */
/* Birth and death of inodes, see inode.h. The one place where what hangs on an inode is freed. */
#include "inode.h"

#include "account.h"
#include "directory.h"
#include "lock.h"
#include "mode.h"
#include "pipe.h"
#include "trona/heap.h"
#include "trona/string.h"

struct inode *inode_create(struct filesystem *filesystem, uint32_t mode, uint32_t uid, uint32_t gid)
{
	struct inode *inode = heap_calloc(1, sizeof *inode);

	if (inode == nullptr)
		return nullptr;
	inode->number = ++filesystem->next_inode;
	inode->mode = mode;
	inode->uid = uid;
	inode->gid = gid;
	inode->references = 1;
	inode->filesystem = filesystem;
	inode->access_time = inode->modify_time = inode->change_time = inode_now();
	if (inode_is_directory(inode))
		inode->directory.next_position = DIRECTORY_FIRST_POSITION;
	filesystem->inodes++;
	return inode;
}

kn_status inode_charge(struct inode *inode, uint32_t uid, size_t more)
{
	struct account *account;

	if (account_open(uid, ACCOUNT_BYTES, sizeof *inode + more, &account) != KN_OK)
		return KN_E_NO_SPACE;
	inode->account = account;
	inode->charged = sizeof *inode + more;
	if (inode_type(inode) == MODE_REGULAR)
		inode->contents.account = account;
	return KN_OK;
}

static void destroy(struct ending *ending)
{
	struct inode *inode = list_entry(ending, struct inode, ending);
	struct filesystem *filesystem = inode->filesystem;

	lock_forget_inode(inode);
	directory_forget_name(inode);
	switch (inode_type(inode)) {
	case MODE_DIRECTORY:
		heap_free(inode->directory.entries);
		if (inode->directory.parent != nullptr && inode->directory.parent != inode)
			inode_release(inode->directory.parent);
		break;
	case MODE_REGULAR:
		contents_destroy(&inode->contents);
		break;
	case MODE_LINK:
		heap_free(inode->target);
		break;
	case MODE_FIFO:
		if (inode->fifo != nullptr)
			pipe_destroy(inode->fifo);
		break;
	default:
		break;
	}
	account_give(inode->account, ACCOUNT_BYTES, inode->charged);
	heap_free(inode);
	if (--filesystem->inodes == 0 && filesystem->is_unmounted)
		heap_free(filesystem);
}

static void inode_destroy(struct inode *inode)
{
	static struct endings endings;

	end_in_turn(&endings, &inode->ending, destroy);
}

void inode_release(struct inode *inode)
{
	if (--inode->references == 0 && inode->links == 0)
		inode_destroy(inode);
}

void inode_unlink(struct inode *inode)
{
	inode->change_time = inode_now();
	if (--inode->links == 0 && inode->references == 0)
		inode_destroy(inode);
}

uint64_t inode_size(const struct inode *inode)
{
	switch (inode_type(inode)) {
	case MODE_REGULAR:
		return inode->contents.size;
	case MODE_LINK:
		return inode->target_length;
	case MODE_DIRECTORY:
		return inode->directory.count * 32;
	default:
		return 0;
	}
}

void inode_touch(struct inode *inode)
{
	inode->modify_time = inode->change_time = inode_now();
}
