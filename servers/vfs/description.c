/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of descriptions, see description.h. Entries are never given back to the heap: their slots stay minted and watched. */
#include "description.h"

#include "kn/endpoint.h"
#include "lock.h"
#include "pipe.h"
#include "trona/array.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "view.h"

#define YOUNG_MAX 16

kn_cap description_endpoint;

static struct description **table;
static size_t capacity, count;
static size_t open_count;
static struct description *free_list;
static struct list young = {&young, &young};
static unsigned young_count;

struct description *description_by_badge(kn_word badge)
{
	uint32_t index = (uint32_t)badge;

	if ((badge & ~0xffffffffull) != BADGE_FILE || index >= count || !table[index]->is_open)
		return nullptr;
	struct description *description = table[index];

	if (description->is_young) {
		list_remove(&description->young);
		description->is_young = false;
		young_count--;
	}
	return description;
}

static kn_status add_entry(struct description **added)
{
	if (!array_reserve(&table, &capacity, count + 1))
		return KN_E_NO_MEMORY;
	struct description *description = heap_calloc(1, sizeof *description);

	if (description == nullptr)
		return KN_E_NO_MEMORY;
	kn_status status = slot_alloc(&description->slot);
	if (status != KN_OK)
		goto fail_slot;
	status = slot_mint(description->slot, description_endpoint, SLOT_CLIENT_RIGHTS, BADGE_FILE | count);
	if (status != KN_OK)
		goto fail_mint;
	status = slot_watch(description->slot);
	if (status != KN_OK)
		goto fail_watch;
	description->index = (uint32_t)count;
	table[count++] = description;
	*added = description;
	return KN_OK;

fail_watch:
	slot_delete(description->slot);
fail_mint:
	slot_free(description->slot);
fail_slot:
	heap_free(description);
	return status;
}

kn_status description_create(
    const struct description_class *class, uint32_t flags, uint32_t uid, struct description **created)
{
	struct description *description = free_list;
	struct account *account;
	kn_status status = account_open(uid, ACCOUNT_FILES, 1, &account);

	if (status != KN_OK)
		return status;
	if (description != nullptr) {
		free_list = description->next_free;
	} else {
		status = add_entry(&description);
		if (status != KN_OK) {
			account_give(account, ACCOUNT_FILES, 1);
			return status;
		}
	}
	*description = (struct description){
	    .slot = description->slot,
	    .index = description->index,
	    .flags = flags,
	    .is_open = true,
	    .class = class,
	    .account = account,
	};
	open_count++;
	*created = description;
	return KN_OK;
}

void description_discard(struct description *description)
{
	if (description->is_young) {
		list_remove(&description->young);
		young_count--;
		description->is_young = false;
	}
	description->is_open = false;
	account_give(description->account, ACCOUNT_FILES, 1);
	open_count--;
	description->next_free = free_list;
	free_list = description;
}

static void finish(struct ending *ending)
{
	struct description *description = list_entry(ending, struct description, ending);
	struct inode *inode = description->inode;

	/* Calls that are queued, of threads whose process closed it meanwhile, must not come to whoever is next with this badge. */
	(void)!kn_endpoint_cancel_badge(description_endpoint, BADGE_FILE | description->index);
	if (inode != nullptr)
		lock_forget_description(inode, description);
	position_end(description);
	if (description->class->close != nullptr)
		description->class->close(description);
	description_discard(description);
	if (inode != nullptr)
		inode_release(inode);
}

/* Ending a socket lets go of what is under way to it, which may end that. */
static void end(struct description *description)
{
	static struct endings endings;

	end_in_turn(&endings, &description->ending, finish);
}

/* ---- what nobody can receive any more ---- */

static struct description *to_visit;

static void mark(struct description *description)
{
	if (description->is_reachable)
		return;
	description->is_reachable = true;
	description->next_free = to_visit;
	to_visit = description;
}

/* Somebody has it, or will get it for another reason than that it lies in a socket's stream. */
static bool is_root(const struct description *description)
{
	return description->has_copies || description->in_flight == 0;
}

static void end_unreachable(void)
{
	struct description *lost = nullptr;

	for (size_t i = 0; i < count; i++)
		table[i]->is_reachable = false;
	for (size_t i = 0; i < count; i++)
		if (table[i]->is_open && is_root(table[i]))
			mark(table[i]);
	while (to_visit != nullptr) {
		struct description *description = to_visit;

		to_visit = description->next_free;
		if (description->class->visit_passed != nullptr)
			description->class->visit_passed(description, mark);
	}
	for (size_t i = 0; i < count; i++) {
		if (!table[i]->is_open || table[i]->is_reachable)
			continue;
		description_hold(table[i]);
		table[i]->next_free = lost;
		lost = table[i];
	}
	for (struct description *at = lost; at != nullptr; at = at->next_free)
		if (at->class->drop_passed != nullptr)
			at->class->drop_passed(at);
	while (lost != nullptr) {
		struct description *description = lost;

		lost = description->next_free;
		description_let_go(description);
	}
}

/* Nobody but this server holds it? */
static bool is_alone(struct description *description)
{
	struct kn_cap_info info;

	return slot_info(description->slot, &info) != KN_OK || !info.has_children;
}

static void check_oldest(void)
{
	struct description *oldest = list_entry(list_first(&young), struct description, young);

	list_remove(&oldest->young);
	oldest->is_young = false;
	young_count--;
	if (oldest->in_flight == 0 && is_alone(oldest))
		end(oldest);
}

kn_cap description_give(struct description *description)
{
	description->has_copies = true;
	if (!description->is_young) {
		if (young_count >= YOUNG_MAX)
			check_oldest();
		description->is_young = true;
		list_append(&young, &description->young);
		young_count++;
	}
	return description->slot;
}

void description_orphan(kn_word badge)
{
	uint32_t index = (uint32_t)badge;

	if ((badge & ~0xffffffffull) != BADGE_FILE || index >= count || !table[index]->is_open)
		return;
	struct description *description = table[index];

	if (!is_alone(description))
		return;
	description->has_copies = false;
	if (description->in_flight == 0)
		end(description);
	else
		end_unreachable();
}

void description_hold(struct description *description)
{
	description->in_flight++;
}

void description_let_go(struct description *description)
{
	if (--description->in_flight == 0 && !description->has_copies)
		end(description);
}

void description_sweep(void)
{
	for (unsigned left = young_count; left > 0; left--)
		check_oldest();
}

bool description_has_young(void)
{
	return young_count != 0;
}

size_t description_count(void)
{
	return open_count;
}

size_t description_kept(void)
{
	return count - open_count;
}

uint64_t description_number(const struct description *description)
{
	return description->class->kind == FILE_KIND_PIPE ? description->pipe->number : description->index + 1;
}
