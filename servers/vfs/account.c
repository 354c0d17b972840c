/* SPDX-License-Identifier: BSD-2-Clause */
/* See account.h. */
#include "account.h"

#include "trona/hash.h"
#include "trona/heap.h"

struct account {
	uint32_t uid;
	uint64_t total; /* of all kinds: 0 when nothing is charged */
	uint64_t used[ACCOUNT_KINDS];
};

static struct hash accounts;
static struct {
	uint64_t most;
	kn_status refusal;
} kinds[ACCOUNT_KINDS] = {
    [ACCOUNT_FILES] = {ACCOUNT_FILES_MAX, KN_E_TOO_MANY_FILES},
    [ACCOUNT_PASSED] = {ACCOUNT_PASSED_MAX, KN_E_TOO_MANY_FILES},
    [ACCOUNT_OBJECTS] = {ACCOUNT_OBJECTS_MAX, KN_E_QUOTA},
    [ACCOUNT_VIEWS] = {ACCOUNT_VIEWS_MAX, KN_E_NO_MEMORY},
    [ACCOUNT_LOCKS] = {ACCOUNT_LOCKS_MAX, KN_E_NO_LOCK},
    [ACCOUNT_BYTES] = {UINT64_MAX, KN_E_NO_MEMORY},
};

void account_limit(enum account_kind kind, uint64_t most)
{
	kinds[kind].most = most;
}

kn_status account_charge(struct account *account, enum account_kind kind, uint64_t amount)
{
	if (account == nullptr)
		return KN_OK;
	if (amount > kinds[kind].most || account->used[kind] > kinds[kind].most - amount)
		return kinds[kind].refusal;
	account->used[kind] += amount;
	account->total += amount;
	return KN_OK;
}

static void end_if_empty(struct account *account)
{
	if (account->total != 0)
		return;
	(void)hash_remove(&accounts, account->uid);
	heap_free(account);
}

kn_status account_open(uint32_t uid, enum account_kind kind, uint64_t amount, struct account **opened)
{
	struct account *account = uid != 0 ? hash_find(&accounts, uid) : nullptr;

	if (uid != 0 && account == nullptr) {
		account = heap_calloc(1, sizeof *account);
		if (account == nullptr)
			return KN_E_NO_MEMORY;
		account->uid = uid;
		if (!hash_insert(&accounts, uid, account)) {
			heap_free(account);
			return KN_E_NO_MEMORY;
		}
	}
	kn_status status = account_charge(account, kind, amount);

	if (status == KN_OK)
		*opened = account;
	else
		end_if_empty(account); /* user 0 is never refused */
	return status;
}

void account_give(struct account *account, enum account_kind kind, uint64_t amount)
{
	if (account == nullptr)
		return;
	account->used[kind] -= amount;
	account->total -= amount;
	end_if_empty(account);
}

uint32_t account_uid(const struct account *account)
{
	return account != nullptr ? account->uid : 0;
}

size_t account_count(void)
{
	return accounts.count;
}

uint64_t account_used(uint32_t uid, enum account_kind kind)
{
	const struct account *account = hash_find(&accounts, uid);

	return account != nullptr ? account->used[kind] : 0;
}
