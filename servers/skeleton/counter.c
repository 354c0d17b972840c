/* SPDX-License-Identifier: BSD-2-Clause */
/* counter.h: a hash table, for nobody bounds the number of clients. */
#include "counter.h"

#include "trona/hash.h"
#include "trona/heap.h"
#include "uapi/error.h"

struct counter {
	uint64_t sum;
};

static struct hash counters;

kn_status counter_add(kn_word badge, uint64_t bytes, uint64_t *sum)
{
	struct counter *counter = hash_find(&counters, badge);

	if (counter == nullptr) {
		counter = heap_calloc(1, sizeof(*counter));
		if (counter == nullptr)
			return KN_E_NO_MEMORY;
		if (!hash_insert(&counters, badge, counter)) {
			heap_free(counter);
			return KN_E_NO_MEMORY;
		}
	}
	if (bytes > UINT64_MAX - counter->sum)
		return KN_E_OVERFLOW;
	counter->sum += bytes;
	*sum = counter->sum;
	return KN_OK;
}

void counter_forget(kn_word badge)
{
	heap_free(hash_remove(&counters, badge));
}
