/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accounts: who uses how much. They form a tree; what an account uses counts in all above it. A badge names an account
 * (index | generation << 32); units of init (KN_BADGE_UNIT) share the root account without being able to end each other's objects.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "block.h"
#include "trona/list.h"
#include "uapi/types.h"

#define ACCOUNT_DEPTH_MAX 8

struct account {
	uint32_t index, generation; /* odd: in use */
	uint64_t quota, used, objects;
	struct account *parent;
	struct list children, sibling;
	struct list blocks; /* used ones, not released */
	unsigned depth;
};

[[nodiscard]] kn_status accounts_init(void);
uint64_t accounts_count(void);
/* Heap bytes of accounts, of destroyed ones too: they are kept. */
size_t accounts_heap(void);
/* The account that a badge speaks for, or null. */
struct account *account_by_badge(kn_word badge);
uint64_t account_badge(const struct account *account);
[[nodiscard]] kn_status account_create(struct account *parent, uint64_t quota, struct account **account);
/* Destroy it with its sub-accounts and everything they allocated. */
void account_destroy(struct account *account);
/* A free block of 2^bits bytes, entered in the books. NO_MEMORY; QUOTA if it does not fit into the account or one above. */
[[nodiscard]] kn_status account_take(struct account *account, unsigned bits, struct block **block);
/* Take it out of the books, and destroy what is in it. */
void account_give(struct block *block);
/* Released objects live on; they stop counting for the account but not for those above. */
void account_pass_on(struct block *block);
