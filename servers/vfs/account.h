/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each user makes this server keep: the one place where it is counted and limited, so that nobody can use up what all others need. An
 * account exists while anything is charged to it; whoever has charged something keeps the account, to give the same amount back to it. What a
 * user's processes hold by themselves (memory, processes) is limited where it comes from; here is what would stay with vfs.
 *
 * User 0 has no account (null) and no limits.
 */
#pragma once

#include <stddef.h>

#include "uapi/error.h"
#include "uapi/types.h"

enum account_kind : uint8_t {
	ACCOUNT_FILES,   /* open files, and connections that nobody has accepted yet */
	ACCOUNT_PASSED,  /* descriptors under way in sockets */
	ACCOUNT_OBJECTS, /* memory objects in this server's address space, by OBJECT_PAGES_FIRST pages of it; windows */
	ACCOUNT_VIEWS,   /* pages of view.h */
	ACCOUNT_LOCKS,
	ACCOUNT_BYTES,   /* of this server's memory: rings, names, small files, texts */
	ACCOUNT_KINDS,
};

#define ACCOUNT_FILES_MAX 16384u
#define ACCOUNT_PASSED_MAX 1024u
#define ACCOUNT_OBJECTS_MAX 16384u
#define ACCOUNT_VIEWS_MAX 512u
#define ACCOUNT_LOCKS_MAX 1024u
/* BYTES: this part of the machine's memory. */
#define ACCOUNT_BYTES_SHIFT 4

struct account;

/* So much of it may everybody have; of BYTES, before, as much as he likes. */
void account_limit(enum account_kind kind, uint64_t most);
/*
 * Charges the account of `uid`, which is made if there is none; null in *account for user 0. The limit's own error (TOO_MANY_FILES, NO_LOCK, QUOTA
 * or NO_MEMORY) or NO_MEMORY, and nothing has changed.
 */
[[nodiscard]] kn_status account_open(uint32_t uid, enum account_kind kind, uint64_t amount, struct account **account);
/* Charges one that is kept, so it has something charged already (null: user 0). */
[[nodiscard]] kn_status account_charge(struct account *account, enum account_kind kind, uint64_t amount);
/* Gives back; with the last of everything the account ends. */
void account_give(struct account *account, enum account_kind kind, uint64_t amount);
/* Whose it is; 0 for null. */
uint32_t account_uid(const struct account *account);
/* How many users have something charged. */
size_t account_count(void);
/* What a user has charged (tests). */
uint64_t account_used(uint32_t uid, enum account_kind kind);
