/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Regular files read without asking (U4): their pages are mapped, with the page of their size, which the server writes, and the page
 * of the description's offset, which all write who hold the description. A file gets its view when a
 * few calls have asked the server; what a view cannot answer (memory that was replaced, a file that has grown beyond the mapping) is
 * asked as before. A page that goes while it is copied ends the copy (touch_copy).
 */

#include "posix.h"

#include "client/file.h"
#include "kn/vspace.h"

#define ASKED_BEFORE 8
#define MAPPED_MAX (1ull << 30)
#define REFUSED 255 /* of `asked`: the server has none */

static kn_status map(kn_cap object, uint64_t pages, uint32_t prot, const void **out)
{
	uint64_t mapped;
	kn_status status = kn_vspace_map(KN_SLOT_VSPACE, object, 0, 0, pages, prot, prot,
	    KN_VSPACE_MAP_SHARED | KN_VSPACE_MAP_NO_INHERIT, &mapped);

	if (status == KN_OK)
		*out = (const void *)mapped;
	return status;
}

static void unmap(const void *address, size_t bytes)
{
	if (address)
		(void)kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)address, (bytes + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE);
}

static void give_slots(kn_cap slots)
{
	for (kn_cap slot = slots; slots && slot < slots + 3; slot++)
		slot_delete(slot);
}

void view_drop(struct view *view)
{
	unmap(view->data, view->mapped);
	unmap(view->file, sizeof *view->file);
	unmap(view->position, sizeof *view->position);
	give_slots(view->slots);
	*view = (struct view){};
}

static bool view_make(kn_cap file, struct view *view)
{
	const void *size = nullptr, *position = nullptr, *data = nullptr;
	kn_cap slots = slot_take_run(3);

	if (slots == KN_CAP_NONE)
		return false;
	kn_status status = file_view(file, slots);
	if (status != KN_OK) {
		for (kn_cap slot = slots; slot < slots + 3; slot++)
			slot_give(slot);
		return false;
	}
	status = map(slots + 1, 1, KN_VSPACE_PROT_READ, &size);
	if (status == KN_OK)
		status = map(slots + 2, 1, KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE, &position);
	*view = (struct view){.slots = slots, .file = size, .position = (void *)position};
	if (status == KN_OK) {
		uint64_t bytes = __atomic_load_n(&view->file->size, __ATOMIC_ACQUIRE);

		status = bytes == 0 || bytes > MAPPED_MAX ? KN_E_RANGE : KN_OK;
		view->mapped = (bytes + KN_PAGE_SIZE - 1) & ~(size_t)(KN_PAGE_SIZE - 1);
	}
	if (status == KN_OK)
		status = map(slots, view->mapped / KN_PAGE_SIZE, KN_VSPACE_PROT_READ, &data);
	view->data = data;
	if (status != KN_OK)
		view_drop(view);
	return status == KN_OK;
}

/* A call has to ask: is it time for a (new) view? */
static void consider(struct file *file)
{
	struct view fresh, old;

	if (file->asked == REFUSED || ++file->asked < ASKED_BEFORE)
		return;
	/* An old one is taken away only where nobody else can be reading it. */
	if (file->view.data && process.is_threaded) {
		file->asked = 0;
		return;
	}
	if (!view_make(file->slot, &fresh)) {
		file->asked = REFUSED;
		return;
	}
	lock_take(&table_lock);
	if (file->view.data && process.is_threaded) {
		old = fresh;
	} else {
		old = file->view;
		file->view.slots = fresh.slots;
		file->view.mapped = fresh.mapped;
		file->view.file = fresh.file;
		file->view.position = fresh.position;
		__atomic_store_n(&file->view.data, fresh.data, __ATOMIC_RELEASE);
	}
	file->asked = 0;
	lock_give(&table_lock);
	view_drop(&old);
}

static bool is_usable(const struct view *view)
{
	return __atomic_load_n(&view->data, __ATOMIC_ACQUIRE) && __atomic_load_n(&view->file->is_valid, __ATOMIC_ACQUIRE);
}

static ssize_t read_mapped(const struct view *view, void *data, size_t size, uint64_t offset)
{
	const bool is_current = offset == FILE_OFFSET_CURRENT;

	for (;;) {
		uint64_t at = is_current ? __atomic_load_n(&view->position->offset, __ATOMIC_RELAXED) : offset;
		uint64_t end = __atomic_load_n(&view->file->size, __ATOMIC_ACQUIRE);
		uint64_t next, length = at < end ? end - at : 0;

		if (length > size)
			length = size;
		next = at + length;
		if (length == 0)
			return 0;
		if (next > view->mapped)
			return VIEW_ASK;
		if (is_current && !__atomic_compare_exchange_n(
				      &view->position->offset, &at, next, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			continue;
		if (touch_copy(data, view->data + at, length))
			return (ssize_t)length;
		/* The caller's memory or the file's is not there. The bytes are not read. */
		if (is_current)
			(void)__atomic_compare_exchange_n(
			    &view->position->offset, &next, at, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
		return VIEW_ASK;
	}
}

ssize_t view_read(struct file *file, void *data, size_t size, uint64_t offset)
{
	ssize_t result = VIEW_ASK;

	if (is_usable(&file->view)) {
		signals_hold(); /* a handler that reads might replace the view */
		result = read_mapped(&file->view, data, size, offset);
		signals_release();
	}
	if (result == VIEW_ASK)
		consider(file);
	return result;
}

off_t view_seek(struct file *file, off_t offset, int whence)
{
	const struct view *view = &file->view;
	uint64_t start = 0;
	off_t target;

	if (!is_usable(view) || whence > SEEK_END) {
		consider(file);
		return VIEW_ASK;
	}
	if (whence == SEEK_CUR)
		start = __atomic_load_n(&view->position->offset, __ATOMIC_RELAXED);
	else if (whence == SEEK_END)
		start = __atomic_load_n(&view->file->size, __ATOMIC_ACQUIRE);
	if (start > INT64_MAX || __builtin_add_overflow((off_t)start, offset, &target) || target < 0)
		return -EINVAL;
	if (whence != SEEK_CUR || offset != 0)
		__atomic_store_n(&view->position->offset, (uint64_t)target, __ATOMIC_RELAXED);
	return target;
}

void view_forked(struct file *file)
{
	give_slots(file->view.slots);
	file->view = (struct view){};
	file->asked = 0;
}
