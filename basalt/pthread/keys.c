/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-specific values, cleanup handlers, and what a thread does last. A key's generation goes up
 * when it is made (it is odd then) and when it is deleted. Each value carries the one that it was set
 * with, so that what other threads still have of a deleted key is nothing to whoever gets its number
 * next: deleting looks at no thread.
 */
#include "../internal.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

static struct {
	void (*destructor)(void *);
	unsigned generation;
} keys[SYS_KEYS_MAX];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static unsigned generation_of(pthread_key_t key)
{
	return __atomic_load_n(&keys[key].generation, __ATOMIC_ACQUIRE);
}

/* Its values are those of this generation, or there is no such key: 0. */
static unsigned living_generation(pthread_key_t key)
{
	unsigned generation = key < SYS_KEYS_MAX ? generation_of(key) : 0;

	return generation & 1 ? generation : 0;
}

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	int error = EAGAIN;

	pthread_mutex_lock(&mutex);
	for (unsigned i = 0; i < SYS_KEYS_MAX && error; i++) {
		if (keys[i].generation & 1)
			continue;
		__atomic_store_n(&keys[i].destructor, destructor, __ATOMIC_RELEASE);
		__atomic_store_n(&keys[i].generation, keys[i].generation + 1, __ATOMIC_RELEASE);
		*key = i;
		error = 0;
	}
	pthread_mutex_unlock(&mutex);
	return error;
}

int pthread_key_delete(pthread_key_t key)
{
	int error = EINVAL;

	pthread_mutex_lock(&mutex);
	if (living_generation(key)) {
		__atomic_store_n(&keys[key].generation, keys[key].generation + 1, __ATOMIC_RELEASE);
		error = 0;
	}
	pthread_mutex_unlock(&mutex);
	return error;
}

void *pthread_getspecific(pthread_key_t key)
{
	unsigned generation = living_generation(key);

	if (!generation)
		return nullptr;
	const struct sys_key_value *value = &sys_thread_locals()->values[key];
	return value->generation == generation ? value->value : nullptr;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	struct sys_thread_locals *locals = sys_thread_locals();
	unsigned generation = living_generation(key);

	if (!generation)
		return EINVAL;
	locals->values[key] = (struct sys_key_value){.value = (void *)value, .generation = generation};
	locals->has_values = true;
	return 0;
}

/* Takes the value away, and gives it to its key's destructor if the key is still the one that it was set for. */
static void destroy_value(pthread_key_t key, struct sys_key_value *kept)
{
	struct sys_key_value old = *kept;

	kept->value = nullptr;
	if (!old.value)
		return;
	/* The next key of this number stores its destructor after the generation went up: who reads that one sees it. */
	void (*destructor)(void *) = __atomic_load_n(&keys[key].destructor, __ATOMIC_ACQUIRE);
	if (destructor && generation_of(key) == old.generation)
		destructor(old.value);
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
		for (unsigned i = 0; i < SYS_KEYS_MAX; i++)
			destroy_value(i, &locals->values[i]);
	}
	/* Destructors that never stop setting values: the next thread in this memory has none of them. */
	if (locals->has_values)
		memset(locals->values, 0, SYS_KEYS_MAX * sizeof *locals->values);
}
