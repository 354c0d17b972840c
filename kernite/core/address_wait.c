/* SPDX-License-Identifier: BSD-2-Clause */
/* Wait-on-address (address_wait.h): a fixed hash table of queues, first come first served within a
 * key. */
#include "core/address_wait.h"

#include "core/scheduler.h"

#define BUCKETS 256

static struct list buckets[BUCKETS];

static struct list *bucket_of(uint64_t key0, uint64_t key1)
{
	uint64_t hash = (key0 * 0x9e3779b97f4a7c15ull ^ key1) * 0xff51afd7ed558ccdull;
	struct list *bucket = &buckets[hash >> 56 & (BUCKETS - 1)];

	if (!bucket->next)
		list_init(bucket);
	return bucket;
}

kn_status address_wait(struct tcb *thread, uint64_t key0, uint64_t key1, kn_time deadline)
{
	if (deadline == KN_TIME_POLL)
		return KN_E_WOULD_BLOCK;
	thread->wait_key[0] = key0;
	thread->wait_key[1] = key1;
	list_append(bucket_of(key0, key1), &thread->link);
	thread_block(thread, THREAD_WAITING_ADDRESS, deadline);
	return KN_BLOCKED;
}

uint32_t address_wake(uint64_t key0, uint64_t key1, uint32_t count)
{
	struct list *bucket = bucket_of(key0, key1), *link = bucket->next;
	uint32_t woken = 0;

	while (link != bucket && woken < count) {
		struct tcb *thread = container_of(link, struct tcb, link);

		link = link->next;
		if (thread->wait_key[0] != key0 || thread->wait_key[1] != key1)
			continue;
		list_remove(&thread->link);
		deadline_remove(&thread->timeout);
		ctx_set_info(&thread->context, 0);
		ctx_set_status(&thread->context, KN_OK);
		thread_wake(thread);
		woken++;
	}
	return woken;
}
