/* SPDX-License-Identifier: BSD-2-Clause */
/* See contents.h. Forms only ever change upwards (SMALL or ADOPTED to OBJECT); truncating to zero goes back to SMALL. */
#include "contents.h"

#include "account.h"
#include "memory.h"
#include "trona/heap.h"
#include "trona/string.h"
#include "view.h"

/* Address space reserved for an object; sparse, so it costs nothing. */
#define OBJECT_PAGES_FIRST (1ull << 18)
#define SMALL_FIRST 256
#define TABLE_PAGES 512 /* that a page table leads to */

static uint64_t pages_of(uint64_t size)
{
	return (size + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE;
}

static kn_status charge(const struct contents *contents, enum account_kind kind, uint64_t amount)
{
	return account_charge(contents->account, kind, amount) == KN_OK ? KN_OK : KN_E_NO_SPACE;
}

/* ---- committed pages of an OBJECT ---- */

static bool is_committed(const struct contents *contents, uint64_t page)
{
	return page / 64 < contents->committed_words && (contents->committed[page / 64] >> page % 64 & 1);
}

static kn_status reserve_bits(struct contents *contents, uint64_t pages)
{
	uint64_t words = (pages + 63) / 64, old = contents->committed_words;

	if (words <= old)
		return KN_OK;
	if (words < old * 2)
		words = old * 2;
	kn_status status = charge(contents, ACCOUNT_BYTES, (words - old) * sizeof(uint64_t));
	if (status != KN_OK)
		return status;
	uint64_t *bits = heap_realloc(contents->committed, words * sizeof *bits);

	if (bits == nullptr) {
		account_give(contents->account, ACCOUNT_BYTES, (words - old) * sizeof *bits);
		return KN_E_NO_SPACE;
	}
	memset(bits + old, 0, (words - old) * sizeof *bits);
	contents->committed = bits;
	contents->committed_words = words;
	return KN_OK;
}

/* Charges, and makes sure of, the page tables of this server for pages [first, end): one for every 512 pages of which none is committed yet. */
static kn_status charge_tables(struct contents *contents, uint64_t first, uint64_t end)
{
	const uint64_t words = TABLE_PAGES / 64;
	uint64_t tables = 0;

	for (uint64_t table = first / TABLE_PAGES; table * TABLE_PAGES < end; table++) {
		uint64_t seen = 0;

		for (uint64_t word = table * words; word < (table + 1) * words && word < contents->committed_words; word++)
			seen |= contents->committed[word];
		tables += seen == 0;
	}
	kn_status status = charge(contents, ACCOUNT_BYTES, tables * KN_PAGE_SIZE);

	if (status != KN_OK || tables == 0)
		return status;
	status = memory_reserve_tables(tables);
	if (status == KN_OK)
		contents->tables += tables;
	else
		account_give(contents->account, ACCOUNT_BYTES, tables * KN_PAGE_SIZE);
	return status;
}

/* Pages [first, end) will be touched. */
static kn_status commit(struct contents *contents, uint64_t first, uint64_t end)
{
	kn_status status = reserve_bits(contents, end);

	while (status == KN_OK && first < end) {
		if (is_committed(contents, first)) {
			first++;
			continue;
		}
		uint64_t run = first + 1;
		while (run < end && !is_committed(contents, run))
			run++;
		const uint64_t tables = contents->tables;
		status = charge_tables(contents, first, run);
		if (status == KN_OK)
			status = memory_commit(contents->object, first, run - first);
		if (status != KN_OK) {
			account_give(contents->account, ACCOUNT_BYTES, (contents->tables - tables) * KN_PAGE_SIZE);
			contents->tables = tables;
			return status;
		}
		contents->committed_count += run - first;
		for (; first < run; first++)
			contents->committed[first / 64] |= 1ull << first % 64;
	}
	return status;
}

/* Pages from `first` on are freed. */
static void decommit_from(struct contents *contents, uint64_t first)
{
	uint64_t end = contents->committed_words * 64;

	while (end > first && !is_committed(contents, end - 1))
		end--;
	if (end <= first)
		return;
	memory_decommit(contents->object, first, end - first);
	for (uint64_t page = first; page < end; page++) {
		if (is_committed(contents, page))
			contents->committed_count--;
		contents->committed[page / 64] &= ~(1ull << page % 64);
	}
}

/* ---- forms ---- */

struct contents_kept contents_kept;

/* A capability to contents that are adopted stays with them. */
static void keep_slot(const struct contents *contents, bool is_kept)
{
	if (contents->form == CONTENTS_ADOPTED)
		contents_kept.slots += is_kept ? 1 : -1ull;
}

static void drop_capabilities(struct contents *contents)
{
	kn_cap *slots[] = {&contents->image, &contents->for_reading, &contents->for_writing, &contents->object};

	if (contents->form == CONTENTS_ADOPTED && contents->object != KN_CAP_NONE)
		contents_kept.objects--;
	for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
		if (*slots[i] == KN_CAP_NONE)
			continue;
		memory_release(*slots[i]);
		keep_slot(contents, false);
		*slots[i] = KN_CAP_NONE;
	}
	contents->image_id = 0;
}

/* Its memory, but not the capabilities. */
static void release_memory(struct contents *contents)
{
	const uint64_t bits = contents->committed_words * sizeof(uint64_t);

	if (contents->form == CONTENTS_SMALL) {
		heap_free(contents->data);
		account_give(contents->account, ACCOUNT_BYTES, contents->capacity);
	} else if (contents->form == CONTENTS_OBJECT) {
		memory_unmap(contents->data, contents->object_pages);
		heap_free(contents->committed);
		account_give(contents->account, ACCOUNT_BYTES, bits + contents->tables * KN_PAGE_SIZE);
		account_give(contents->account, ACCOUNT_OBJECTS, contents->object_pages / OBJECT_PAGES_FIRST);
	}
}

/* Makes it an OBJECT with the same bytes. */
static kn_status become_object(struct contents *contents)
{
	struct contents fresh = {
	    .form = CONTENTS_OBJECT, .size = contents->size, .account = contents->account, .object_pages = OBJECT_PAGES_FIRST};
	kn_status status = charge(&fresh, ACCOUNT_OBJECTS, 1);

	if (status != KN_OK)
		return status;
	status = memory_create(account_uid(fresh.account), fresh.object_pages, &fresh.object);
	if (status != KN_OK)
		goto fail_create;
	status = memory_map(fresh.object, fresh.object_pages, &fresh.data);
	if (status != KN_OK)
		goto fail_map;
	status = commit(&fresh, 0, pages_of(fresh.size));
	if (status != KN_OK)
		goto fail_commit;
	if (fresh.size != 0)
		memcpy(fresh.data, contents->data, fresh.size);
	release_memory(contents);
	drop_capabilities(contents);
	view_end(contents);
	*contents = fresh;
	return KN_OK;

fail_commit:
	release_memory(&fresh);
	memory_release(fresh.object);
	return status;
fail_map:
	memory_release(fresh.object);
fail_create:
	account_give(fresh.account, ACCOUNT_OBJECTS, 1);
	return status;
}

/* The mapping, and the object if clients see it, reach to `pages`. */
static kn_status reach(struct contents *contents, uint64_t pages)
{
	if (pages > contents->object_pages) {
		uint64_t more = contents->object_pages;
		uint8_t *data;

		while (more < pages)
			more *= 2;
		const uint64_t units = (more - contents->object_pages) / OBJECT_PAGES_FIRST;
		kn_status status = charge(contents, ACCOUNT_OBJECTS, units);
		if (status != KN_OK)
			return status;
		status = memory_resize(contents->object, more);
		if (status == KN_OK)
			status = memory_map(contents->object, more, &data);
		if (status != KN_OK) {
			account_give(contents->account, ACCOUNT_OBJECTS, units);
			return status;
		}
		memory_unmap(contents->data, contents->object_pages);
		contents->data = data;
		contents->object_pages = more;
	}
	return contents->is_shared ? memory_resize(contents->object, pages) : KN_OK;
}

static kn_status grow_small(struct contents *contents, uint64_t size)
{
	uint32_t capacity = contents->capacity != 0 ? contents->capacity : SMALL_FIRST;

	while (capacity < size)
		capacity *= 2;
	if (capacity == contents->capacity)
		return KN_OK;
	const uint32_t more = capacity - contents->capacity;
	kn_status status = charge(contents, ACCOUNT_BYTES, more);
	if (status != KN_OK)
		return status;
	uint8_t *data = heap_realloc(contents->data, capacity);

	if (data == nullptr) {
		account_give(contents->account, ACCOUNT_BYTES, more);
		return KN_E_NO_SPACE;
	}
	contents->data = data;
	contents->capacity = capacity;
	return KN_OK;
}

/* Room for bytes up to `end`, form fit for writing; the size stays. */
static kn_status make_room(struct contents *contents, uint64_t end)
{
	kn_status status;

	if (contents->form == CONTENTS_SMALL && end <= CONTENTS_SMALL_MAX)
		return end > contents->capacity ? grow_small(contents, end) : KN_OK;
	if (contents->form != CONTENTS_OBJECT) {
		status = become_object(contents);
		if (status != KN_OK)
			return status;
	}
	if (end > contents->size && (contents->is_shared || pages_of(end) > contents->object_pages))
		return reach(contents, pages_of(end));
	return KN_OK;
}

/* ---- reading and writing ---- */

kn_status contents_read(struct contents *contents, uint64_t offset, void *data, size_t length, size_t *done)
{
	*done = 0;
	if (offset >= contents->size)
		return KN_OK;
	if (length > contents->size - offset)
		length = contents->size - offset;
	*done = length;
	if (contents->form != CONTENTS_OBJECT || contents->committed_count == pages_of(contents->size)) {
		memcpy(data, contents->data + offset, length);
		return KN_OK;
	}
	/* Page by page; a hole reads as zero unless a client may have written there through its mapping. */
	uint8_t *to = data;

	while (length != 0) {
		uint64_t page = offset / KN_PAGE_SIZE;
		size_t part = KN_PAGE_SIZE - offset % KN_PAGE_SIZE;

		if (part > length)
			part = length;
		if (!is_committed(contents, page) && contents->is_shared) {
			kn_status status = commit(contents, page, page + 1);

			if (status != KN_OK)
				return status;
		}
		if (is_committed(contents, page))
			memcpy(to, contents->data + offset, part);
		else
			memset(to, 0, part);
		to += part;
		offset += part;
		length -= part;
	}
	return KN_OK;
}

/* Makes room for as much as there is memory for; at least one byte, or an error. */
static kn_status prepare_write(struct contents *contents, uint64_t offset, size_t *length)
{
	for (;;) {
		kn_status status = make_room(contents, offset + *length);

		if (status == KN_OK && contents->form == CONTENTS_OBJECT)
			status = commit(contents, offset / KN_PAGE_SIZE, pages_of(offset + *length));
		if (status != KN_E_NO_SPACE || *length <= KN_PAGE_SIZE)
			return status;
		*length = *length / 2;
	}
}

kn_status contents_write(struct contents *contents, uint64_t offset, const void *data, size_t length, size_t *done)
{
	*done = 0;
	if (length == 0)
		return KN_OK;
	if (offset >= CONTENTS_SIZE_MAX || length > CONTENTS_SIZE_MAX - offset)
		return KN_E_FILE_TOO_LARGE;
	kn_status status = prepare_write(contents, offset, &length);

	if (status != KN_OK)
		return status;
	if (contents->form == CONTENTS_SMALL && offset > contents->size)
		memset(contents->data + contents->size, 0, offset - contents->size);
	memcpy(contents->data + offset, data, length);
	if (offset + length > contents->size) {
		contents->size = offset + length;
		view_resize(contents);
	}
	*done = length;
	return KN_OK;
}

/* Zeroes from the (new, smaller) size to the end of its page. */
static void clear_tail(struct contents *contents)
{
	uint64_t page = contents->size / KN_PAGE_SIZE, rest = contents->size % KN_PAGE_SIZE;

	if (rest != 0 && is_committed(contents, page))
		memset(contents->data + contents->size, 0, KN_PAGE_SIZE - rest);
}

kn_status contents_resize(struct contents *contents, uint64_t size)
{
	if (size > CONTENTS_SIZE_MAX)
		return KN_E_FILE_TOO_LARGE;
	if (size == contents->size)
		return KN_OK;
	if (size == 0 && !contents->is_shared) {
		contents_destroy(contents);
		*contents = (struct contents){.account = contents->account};
		return KN_OK;
	}
	kn_status status = make_room(contents, size);

	if (status != KN_OK)
		return status;
	if (contents->form == CONTENTS_SMALL) {
		if (size > contents->size)
			memset(contents->data + contents->size, 0, size - contents->size);
		contents->size = size;
		return KN_OK;
	}
	bool has_shrunk = size < contents->size;

	contents->size = size;
	view_resize(contents);
	if (!has_shrunk)
		return KN_OK;
	clear_tail(contents);
	decommit_from(contents, pages_of(size));
	return contents->is_shared ? memory_resize(contents->object, pages_of(size)) : KN_OK;
}

void contents_adopt(struct contents *contents, const void *data, uint64_t size)
{
	*contents = (struct contents){.form = CONTENTS_ADOPTED, .size = size, .data = (uint8_t *)data};
}

/* ---- clients ---- */

static kn_status share(struct contents *contents)
{
	if (contents->is_shared)
		return KN_OK;
	kn_status status = memory_resize(contents->object, pages_of(contents->size));

	if (status == KN_OK)
		contents->is_shared = true;
	return status;
}

kn_status contents_map(struct contents *contents, bool executable, bool writable, kn_cap *object)
{
	kn_status status = KN_OK;

	if (contents->form == CONTENTS_SMALL || (writable && contents->form == CONTENTS_ADOPTED))
		status = become_object(contents);
	if (status == KN_OK && contents->form == CONTENTS_OBJECT)
		status = share(contents);
	if (status == KN_OK && contents->object == KN_CAP_NONE) {
		status = memory_slice(contents->data, pages_of(contents->size), &contents->object);
		if (status == KN_OK) {
			contents_kept.objects++;
			keep_slot(contents, true);
		}
	}
	if (status != KN_OK)
		return status;
	kn_cap *slot = executable ? &contents->image : writable ? &contents->for_writing : &contents->for_reading;

	if (*slot == KN_CAP_NONE) {
		status = executable ? memory_executable(contents->object, slot)
				    : memory_for_client(contents->object, writable, slot);
		if (status == KN_OK)
			keep_slot(contents, true);
	}
	if (status == KN_OK)
		*object = *slot;
	return status;
}

bool contents_is_executing(const struct contents *contents)
{
	return contents->form == CONTENTS_OBJECT && contents->image != KN_CAP_NONE &&
	       memory_mappings(contents->object) > 1;
}

uint64_t contents_seek(const struct contents *contents, uint64_t offset, bool hole)
{
	if (contents->form != CONTENTS_OBJECT || contents->is_shared)
		return hole ? contents->size : offset;
	while (offset < contents->size && is_committed(contents, offset / KN_PAGE_SIZE) == hole)
		offset = (offset / KN_PAGE_SIZE + 1) * KN_PAGE_SIZE;
	return offset < contents->size ? offset : contents->size;
}

bool contents_is_whole(const struct contents *contents)
{
	return contents->size != 0 &&
	       (contents->form != CONTENTS_OBJECT || contents->committed_count >= pages_of(contents->size));
}

uint64_t contents_memory(const struct contents *contents)
{
	if (contents->form == CONTENTS_OBJECT)
		return contents->committed_count * KN_PAGE_SIZE;
	return contents->form == CONTENTS_SMALL ? contents->capacity : contents->size;
}

void contents_destroy(struct contents *contents)
{
	release_memory(contents);
	drop_capabilities(contents);
	view_end(contents);
}
