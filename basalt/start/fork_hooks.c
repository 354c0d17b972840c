/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Around fork: the hooks of pthread_atfork, then the library's own locks, so that the child
 * finds all of them free.
 */

#include "../internal.h"

#include <pthread.h>
#include <stdlib.h>

void __malloc_atfork(int who) __attribute__((__weak__));
void __stdio_atfork(int who) __attribute__((__weak__));

struct hooks {
	void (*prepare)(void);
	void (*parent)(void);
	void (*child)(void);
	struct hooks *next, *previous;
};

static bool was_threaded;
static struct hooks *first, *last;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	struct hooks *hooks = malloc(sizeof *hooks);

	if (!hooks)
		return ENOMEM;
	pthread_mutex_lock(&mutex);
	*hooks = (struct hooks){.prepare = prepare, .parent = parent, .child = child, .previous = last};
	if (last)
		last->next = hooks;
	else
		first = hooks;
	last = hooks;
	pthread_mutex_unlock(&mutex);
	return 0;
}

void __fork_hooks(int who)
{
	if (who < 0) {
		for (struct hooks *h = last; h; h = h->previous)
			if (h->prepare)
				h->prepare();
		was_threaded = sys_is_threaded();
		if (__stdio_atfork && was_threaded)
			__stdio_atfork(who);
		__locks_fork(who);
		if (__malloc_atfork)
			__malloc_atfork(who);
		return;
	}
	if (__malloc_atfork)
		__malloc_atfork(who);
	__locks_fork(who);
	if (__stdio_atfork && was_threaded)
		__stdio_atfork(who);
	for (struct hooks *h = first; h; h = h->next) {
		void (*hook)(void) = who ? h->child : h->parent;

		if (hook)
			hook();
	}
}
