/* SPDX-License-Identifier: BSD-2-Clause */
/* See user.h. */
#include "user.h"

#include "kn/pool.h"
#include "root.h"
#include "uapi/error.h"

struct user {
	uint32_t uid;
	kn_cap pool;
	uint64_t members; /* clients, and calls that are under way */
};

static struct user users[USERS_MAX];
static unsigned count;

/* Nobody is left, and what they had. */
static bool is_unused(const struct user *user)
{
	struct kn_pool_info info;

	return user->members == 0 && kn_pool_info(user->pool, &info) == KN_OK && info.used == 0;
}

static struct user *find(uint32_t uid)
{
	for (unsigned i = 0; i < count; i++)
		if (users[i].uid == uid)
			return &users[i];
	for (unsigned i = 0; i < count; i++) {
		if (is_unused(&users[i])) {
			users[i].uid = uid;
			return &users[i];
		}
	}
	return nullptr;
}

kn_status user_enter(uint32_t uid, struct user **entered)
{
	struct user *user = uid != 0 ? find(uid) : nullptr;

	if (uid != 0 && user == nullptr && count < USERS_MAX) {
		kn_status status = root_make_user_pool(&users[count].pool);

		if (status != KN_OK)
			return status;
		user = &users[count++];
		user->uid = uid;
	}
	if (user != nullptr)
		user->members++;
	*entered = user;
	return KN_OK;
}

void user_leave(struct user *user)
{
	if (user != nullptr)
		user->members--;
}

kn_cap user_pool(const struct user *user)
{
	return user != nullptr ? user->pool : root_pools.objects;
}

uint64_t users_kept(void)
{
	return count;
}
