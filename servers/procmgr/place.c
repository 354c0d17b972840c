/* SPDX-License-Identifier: BSD-2-Clause */
/* place.h */
#include "place.h"

#include "kn/random.h"
#include "objects.h"
#include "trona/string.h"

#define WORDS (sizeof(((struct kn_random_data *)nullptr)->words) / sizeof(uint64_t))

bool place_is_fixed;

uint64_t place(struct layout_range range)
{
	static struct kn_random_data random;
	static unsigned used = WORDS;

	if (place_is_fixed)
		return range.first;
	/* The kernel gives several words at a time. */
	if (used == WORDS) {
		if (services.random == KN_CAP_NONE || kn_random_get(services.random, &random) != KN_OK)
			return range.first;
		used = 0;
	}
	const uint64_t word = random.words[used];

	/* Nobody who looks later learns where a process has its things. */
	random.words[used++] = 0;
	return layout_address(range, word);
}
