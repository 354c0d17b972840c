/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Users, for what they have in memory objects: each draws on a pool of its own with a limit, so that one cannot take what all of them share.
 * An object may outlive everybody of its user, so a pool is never destroyed; it becomes another user's when nobody is left and nothing is charged
 * to it. With very many users at once the last ones share.
 */
#pragma once

#include <stdint.h>

#include "uapi/types.h"

#define USERS_MAX 256

struct user;

/* *user: null for user 0, and when all pools are in use. Pairs with user_leave(). */
[[nodiscard]] kn_status user_enter(uint32_t uid, struct user **user);
/* Null: nothing. */
void user_leave(struct user *user);
/* Of null: what all share. */
kn_cap user_pool(const struct user *user);
/* Pools that were made; each is an object and a slot. */
uint64_t users_kept(void);
