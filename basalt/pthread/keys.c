/* SPDX-License-Identifier: BSD-2-Clause */
/* Thread-specific values, cleanup handlers, and what a thread does last. */
#include "../internal.h"

#include <limits.h>
#include <pthread.h>

static void (*destructors[SYS_KEYS_MAX])(void *);
static bool is_used[SYS_KEYS_MAX];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	int error = EAGAIN;

	pthread_mutex_lock(&mutex);
	for (unsigned i = 0; i < SYS_KEYS_MAX && error; i++) {
		if (is_used[i])
			continue;
		is_used[i] = true;
		destructors[i] = destructor;
		*key = i;
		error = 0;
	}
	pthread_mutex_unlock(&mutex);
	return error;
}

int pthread_key_delete(pthread_key_t key)
{
	if (key >= SYS_KEYS_MAX || !is_used[key])
		return EINVAL;
	pthread_mutex_lock(&mutex);
	is_used[key] = false;
	destructors[key] = nullptr;
	pthread_mutex_unlock(&mutex);
	return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
	return key < SYS_KEYS_MAX ? sys_thread_locals()->values[key] : nullptr;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	struct sys_thread_locals *locals = sys_thread_locals();

	if (key >= SYS_KEYS_MAX || !is_used[key])
		return EINVAL;
	locals->values[key] = (void *)value;
	locals->has_values = true;
	return 0;
}

void __cleanup_push(struct __cleanup *cleanup, void (*function)(void *), void *argument)
{
	struct sys_thread_locals *locals = sys_thread_locals();

	*cleanup = (struct __cleanup){.function = function, .argument = argument, .next = locals->cleanups};
	locals->cleanups = cleanup;
}

void __cleanup_pop(struct __cleanup *cleanup, int run)
{
	sys_thread_locals()->cleanups = cleanup->next;
	if (run)
		cleanup->function(cleanup->argument);
}

void __thread_end(void)
{
	struct sys_thread_locals *locals = sys_thread_locals();

	while (locals->cleanups) {
		struct __cleanup *cleanup = locals->cleanups;

		locals->cleanups = cleanup->next;
		cleanup->function(cleanup->argument);
	}
	for (int round = 0; locals->has_values && round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
		locals->has_values = false;
		for (unsigned i = 0; i < SYS_KEYS_MAX; i++) {
			void *value = locals->values[i];

			locals->values[i] = nullptr;
			if (value && destructors[i])
				destructors[i](value);
		}
	}
}
