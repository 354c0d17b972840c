/* SPDX-License-Identifier: BSD-2-Clause */
/* See window.h. Entries stay (their slots are minted and watched once), memory comes and goes with each client. */
#include "window.h"

#include "account.h"
#include "description.h"
#include "shared_memory.h"
#include "trona/array.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "uapi/protocol/vfs.h"

#define PAGES (VFS_WINDOW_SIZE / KN_PAGE_SIZE)

struct window {
	kn_cap slot;
	struct shared_memory memory;
	struct account *account;
	uint32_t index;
	uint32_t holds;
	uint32_t committed; /* pages from the start */
	bool is_used;
	bool is_orphan;
	bool is_young; /* its client has not been heard of yet */
};

static struct window **table;
static size_t capacity, count;
static size_t used_count, young_count;

static kn_status add_entry(struct window **added)
{
	if (!array_reserve(&table, &capacity, count + 1))
		return KN_E_NO_MEMORY;
	struct window *window = heap_calloc(1, sizeof *window);

	if (window == nullptr)
		return KN_E_NO_MEMORY;
	kn_status status = slot_alloc(&window->slot);
	if (status != KN_OK)
		goto fail_slot;
	status = slot_mint(window->slot, description_endpoint, SLOT_CLIENT_RIGHTS, BADGE_WINDOW | count);
	if (status != KN_OK)
		goto fail_mint;
	status = slot_watch(window->slot);
	if (status != KN_OK)
		goto fail_watch;
	window->index = (uint32_t)count;
	table[count++] = window;
	*added = window;
	return KN_OK;

fail_watch:
	slot_delete(window->slot);
fail_mint:
	slot_free(window->slot);
fail_slot:
	heap_free(window);
	return status;
}

static kn_status find_free(struct window **found)
{
	for (size_t i = used_count < count ? 0 : count; i < count; i++) {
		if (!table[i]->is_used) {
			*found = table[i];
			return KN_OK;
		}
	}
	return add_entry(found);
}

kn_status window_create(uint32_t uid, kn_cap *capability, kn_cap *memory)
{
	struct account *account;
	struct window *window;
	kn_status status = account_open(uid, ACCOUNT_OBJECTS, 1, &account);

	if (status != KN_OK)
		return status;
	status = find_free(&window);
	if (status == KN_OK)
		status = shared_memory_create(&window->memory, uid, PAGES, true);
	if (status != KN_OK) {
		account_give(account, ACCOUNT_OBJECTS, 1);
		return status;
	}
	window->account = account;
	window->committed = 0;
	window->is_used = true;
	window->is_orphan = false;
	window->is_young = true;
	used_count++;
	young_count++;
	*capability = window->slot;
	*memory = window->memory.copy;
	return KN_OK;
}

static void grow_up(struct window *window)
{
	young_count -= window->is_young;
	window->is_young = false;
}

struct window *window_by_badge(kn_word badge)
{
	uint32_t index = (uint32_t)badge;

	if ((badge & ~0xffffffffull) != BADGE_WINDOW || index >= count || !table[index]->is_used)
		return nullptr;
	grow_up(table[index]);
	return table[index];
}

kn_status window_data(struct window *window, size_t length, uint8_t **data)
{
	uint32_t pages = (uint32_t)((length + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE);

	if (length > VFS_WINDOW_SIZE)
		return KN_E_RANGE;
	if (pages > window->committed) {
		kn_status status = memory_commit(window->memory.object, window->committed, pages - window->committed);

		if (status != KN_OK)
			return KN_E_NO_MEMORY;
		window->committed = pages;
	}
	*data = window->memory.data;
	return KN_OK;
}

static void end(struct window *window)
{
	shared_memory_destroy(&window->memory);
	account_give(window->account, ACCOUNT_OBJECTS, 1);
	window->is_used = false;
	used_count--;
}

void window_hold(struct window *window)
{
	window->holds++;
}

void window_let_go(struct window *window)
{
	if (--window->holds == 0 && window->is_orphan)
		end(window);
}

static bool has_copies(const struct window *window)
{
	struct kn_cap_info info;

	return slot_info(window->slot, &info) == KN_OK && info.has_children;
}

void window_orphan(kn_word badge)
{
	struct window *window = window_by_badge(badge);

	if (window == nullptr || has_copies(window))
		return;
	window->is_orphan = true;
	if (window->holds == 0)
		end(window);
}

void window_sweep(void)
{
	for (size_t i = 0; i < count && young_count != 0; i++) {
		struct window *window = table[i];

		if (!window->is_young)
			continue;
		grow_up(window);
		if (!has_copies(window))
			end(window);
	}
}

bool window_has_young(void)
{
	return young_count != 0;
}

size_t window_kept(void)
{
	return count - used_count;
}
