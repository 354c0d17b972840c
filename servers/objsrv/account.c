/* SPDX-License-Identifier: BSD-2-Clause */
/* The tree of accounts; see account.h. */
#include "account.h"

#include "trona/array.h"
#include "trona/heap.h"
#include "trona/start.h"
#include "uapi/error.h"

#define GENERATION_MASK 0x7fffffffu

static struct account root;
static struct account **table;
static size_t capacity, used;
static uint64_t live;
static size_t heap;
static struct list unused;

kn_status accounts_init(void)
{
	root = (struct account){.quota = UINT64_MAX, .generation = 1};
	list_init(&root.children);
	list_init(&root.sibling);
	list_init(&root.blocks);
	list_init(&unused);
	if (!array_reserve(&table, &capacity, 64))
		return KN_E_NO_MEMORY;
	table[used++] = &root;
	return KN_OK;
}

struct account *account_by_badge(kn_word badge)
{
	uint32_t index = (uint32_t)badge;

	if (badge & KN_BADGE_UNIT)
		return &root;
	if (index == 0 || index >= used)
		return nullptr;
	struct account *account = table[index];
	return (account->generation & 1) && account->generation == badge >> 32 ? account : nullptr;
}

uint64_t account_badge(const struct account *account)
{
	return account->index | (uint64_t)account->generation << 32;
}

static struct account *make(void)
{
	const size_t before = heap_in_use();
	struct account *account = array_reserve(&table, &capacity, used + 1) ? heap_calloc(1, sizeof *account) : nullptr;

	heap += heap_in_use() - before;
	if (!account)
		return nullptr;
	account->index = (uint32_t)used;
	table[used++] = account;
	return account;
}

kn_status account_create(struct account *parent, uint64_t quota, struct account **out)
{
	struct list *node = list_first(&unused);
	struct account *account;

	if (parent->depth + 1 >= ACCOUNT_DEPTH_MAX)
		return KN_E_QUOTA;
	if (node) {
		list_remove(node);
		account = list_entry(node, struct account, sibling);
	} else {
		account = make();
		if (!account)
			return KN_E_NO_MEMORY;
	}
	*account = (struct account){
	    .index = account->index,
	    .generation = (account->generation + 1) & GENERATION_MASK,
	    .quota = quota,
	    .parent = parent,
	    .depth = parent->depth + 1,
	};
	list_init(&account->children);
	list_init(&account->blocks);
	list_append(&parent->children, &account->sibling);
	live++;
	*out = account;
	return KN_OK;
}

void account_destroy(struct account *account)
{
	struct list *node;

	while ((node = list_first(&account->children)) != nullptr)
		account_destroy(list_entry(node, struct account, sibling));
	while ((node = list_first(&account->blocks)) != nullptr)
		account_give(list_entry(node, struct block, link));
	list_remove(&account->sibling);
	account->generation = (account->generation + 1) & GENERATION_MASK;
	list_append(&unused, &account->sibling);
	live--;
}

uint64_t accounts_count(void)
{
	return live;
}

size_t accounts_heap(void)
{
	return heap;
}

static kn_status charge(struct account *account, struct block *block)
{
	const uint64_t size = 1ull << block->size_bits;

	for (struct account *a = account; a; a = a->parent)
		if (a->quota - a->used < size)
			return KN_E_QUOTA;
	for (struct account *a = account; a; a = a->parent) {
		a->used += size;
		a->objects++;
	}
	block->account = account;
	list_append(&account->blocks, &block->link);
	return KN_OK;
}

kn_status account_take(struct account *account, unsigned bits, struct block **block)
{
	kn_status status = block_take((uint8_t)bits, block);

	if (status != KN_OK)
		return status;
	status = charge(account, *block);
	if (status != KN_OK)
		block_give(*block);
	return status;
}

void account_give(struct block *block)
{
	for (struct account *a = block->account; a; a = a->parent) {
		a->used -= 1ull << block->size_bits;
		a->objects--;
	}
	block->account = nullptr;
	block_give(block);
}

void account_pass_on(struct block *block)
{
	struct account *account = block->account;

	if (!account || account == &root)
		return;
	for (struct account *a = account; a != &root; a = a->parent) {
		a->used -= 1ull << block->size_bits;
		a->objects--;
	}
	block->account = &root;
}
