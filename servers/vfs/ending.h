/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Things that let go of others when they end, perhaps as the last who held them, and so on, as deep as a program made them: a directory of its
 * parent, a socket of what is under way to it. They end one after another, not one within another, because that would cost the server's stack.
 */
#pragma once

#include "trona/list.h"

/* In whatever ends. */
struct ending {
	struct ending *next;
};

struct endings {
	struct ending *first;
	bool is_busy;
};

/* `end` is called now, or by the call of this function that is under way. */
static inline void end_in_turn(struct endings *endings, struct ending *ending, void (*end)(struct ending *ending))
{
	ending->next = endings->first;
	endings->first = ending;
	if (endings->is_busy)
		return;
	endings->is_busy = true;
	while (endings->first != nullptr) {
		struct ending *next = endings->first;

		endings->first = next->next;
		end(next);
	}
	endings->is_busy = false;
}
