/* SPDX-License-Identifier: BSD-2-Clause */
/* See view.h. */
#include "view.h"

#include "account.h"
#include "classes.h"
#include "shared_memory.h"
#include "trona/heap.h"
#include "uapi/protocol/file.h"

#define MAY_RUN 0111u

static uint32_t pages_in_use;

/* A committed page of zeros, charged to `account`. */
static kn_status page_create(struct account *account, struct shared_memory **page, bool is_writable)
{
	if (pages_in_use >= VIEWS_MAX || account_charge(account, ACCOUNT_VIEWS, 1) != KN_OK)
		return KN_E_NO_MEMORY;
	struct shared_memory *fresh = heap_alloc(sizeof *fresh);

	if (fresh == nullptr)
		goto fail_alloc;
	kn_status status = shared_memory_create(fresh, account_uid(account), 1, is_writable);
	if (status != KN_OK)
		goto fail_create;
	status = memory_commit(fresh->object, 0, 1);
	if (status != KN_OK)
		goto fail_commit;
	pages_in_use++;
	*page = fresh;
	return KN_OK;

fail_commit:
	shared_memory_destroy(fresh);
fail_create:
	heap_free(fresh);
fail_alloc:
	account_give(account, ACCOUNT_VIEWS, 1);
	return KN_E_NO_MEMORY;
}

static void page_destroy(struct account *account, struct shared_memory **page)
{
	account_give(account, ACCOUNT_VIEWS, 1);
	shared_memory_destroy(*page);
	heap_free(*page);
	*page = nullptr;
	pages_in_use--;
}

/* ---- size ---- */

#define SLOTS_OF_PAGE 2 /* of a page that is shared: the object, and the clients' capability to it */

static void keep_page(const struct contents *contents, bool is_kept)
{
	const uint64_t one = is_kept ? 1 : -1ull;

	if (contents->form != CONTENTS_ADOPTED)
		return;
	contents_kept.slots += SLOTS_OF_PAGE * one;
	contents_kept.objects += one;
	contents_kept.pages += one;
}

void view_resize(struct contents *contents)
{
	if (contents->view != nullptr)
		__atomic_store_n(&((struct file_view *)contents->view->data)->size, contents->size, __ATOMIC_RELEASE);
}

void view_end(struct contents *contents)
{
	if (contents->view == nullptr)
		return;
	__atomic_store_n(&((struct file_view *)contents->view->data)->is_valid, 0, __ATOMIC_RELEASE);
	page_destroy(contents->account, &contents->view);
	keep_page(contents, false);
}

static kn_status size_page(struct contents *contents)
{
	if (contents->view != nullptr)
		return KN_OK;
	kn_status status = page_create(contents->account, &contents->view, false);

	if (status != KN_OK)
		return status;
	keep_page(contents, true);
	*(struct file_view *)contents->view->data = (struct file_view){.size = contents->size, .is_valid = 1};
	return KN_OK;
}

/* ---- offset ---- */

static uint64_t *shared_offset(const struct description *description)
{
	return &((struct file_position *)description->position->data)->offset;
}

uint64_t position_get(const struct description *description)
{
	return description->position != nullptr ? __atomic_load_n(shared_offset(description), __ATOMIC_RELAXED)
						: description->offset;
}

void position_set(struct description *description, uint64_t offset)
{
	if (description->position != nullptr)
		__atomic_store_n(shared_offset(description), offset, __ATOMIC_RELAXED);
	else
		description->offset = offset;
}

bool position_advance(struct description *description, uint64_t old, uint64_t length)
{
	if (description->position != nullptr)
		return __atomic_compare_exchange_n(
		    shared_offset(description), &old, old + length, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	description->offset = old + length;
	return true;
}

void position_end(struct description *description)
{
	if (description->position != nullptr)
		page_destroy(description->account, &description->position);
}

static kn_status position_page(struct description *description)
{
	if (description->position != nullptr)
		return KN_OK;
	struct shared_memory *page;
	kn_status status = page_create(description->account, &page, true);

	if (status != KN_OK)
		return status;
	description->position = page;
	*shared_offset(description) = description->offset;
	return KN_OK;
}

kn_status view_show(struct description *description, kn_cap *object, kn_cap *size, kn_cap *position)
{
	if (description->class != &regular_class)
		return KN_E_NO_DEVICE;
	if (!(description->flags & FILE_FLAG_READ))
		return KN_E_ACCESS;
	struct contents *contents = &description->inode->contents;

	/* A mapping of a program would look like somebody running it. */
	if ((description->inode->mode & MAY_RUN) || contents->image != KN_CAP_NONE || !contents_is_whole(contents))
		return KN_E_NO_DEVICE;
	/* First: it may move the bytes, which ends a view. */
	kn_status status = contents_map(contents, false, false, object);
	if (status == KN_OK)
		status = size_page(contents);
	if (status == KN_OK)
		status = position_page(description);
	if (status != KN_OK)
		return status;
	*size = contents->view->copy;
	*position = description->position->copy;
	return KN_OK;
}
