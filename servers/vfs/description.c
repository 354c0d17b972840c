/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of descriptions, see description.h. Entries are never given back to the heap: their slots stay minted and watched. */
#include "description.h"

#include "lock.h"
#include "trona/array.h"
#include "trona/heap.h"
#include "trona/slots.h"

#define YOUNG_MAX 16

kn_cap description_endpoint;

static struct description **table;
static size_t capacity, count;
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
    const struct description_class *class, uint32_t flags, struct description **created)
{
	struct description *description = free_list;

	if (description != nullptr) {
		free_list = description->next_free;
	} else {
		kn_status status = add_entry(&description);

		if (status != KN_OK)
			return status;
	}
	*description = (struct description){
	    .slot = description->slot,
	    .index = description->index,
	    .flags = flags,
	    .is_open = true,
	    .class = class,
	};
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
	description->next_free = free_list;
	free_list = description;
}

static void end(struct description *description)
{
	struct inode *inode = description->inode;

	if (inode != nullptr)
		lock_forget_description(inode, description);
	if (description->class->close != nullptr)
		description->class->close(description);
	description_discard(description);
	if (inode != nullptr)
		inode_release(inode);
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
