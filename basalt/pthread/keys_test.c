/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and the values of several threads, which take turns here: `now` is the one that runs. */
#include "check.h"

#include <errno.h>
#include <pthread.h>

struct __cleanup {
	void (*function)(void *);
	void *argument;
	struct __cleanup *next;
};

#define pthread_key_create basalt_key_create
#define pthread_key_delete basalt_key_delete
#define pthread_getspecific basalt_getspecific
#define pthread_setspecific basalt_setspecific
#define pthread_mutex_lock(mutex) ((void)(mutex))
#define pthread_mutex_unlock(mutex) ((void)(mutex))
#undef PTHREAD_DESTRUCTOR_ITERATIONS
#define PTHREAD_DESTRUCTOR_ITERATIONS 4

#include "keys.c"

static struct sys_key_value values[2][SYS_KEYS_MAX];
static struct sys_thread_locals threads[2] = {{.values = values[0]}, {.values = values[1]}};
static unsigned now, destroyed, order;
static pthread_key_t key;
static void *last;
static int first_value, second_value;

struct sys_thread_locals *sys_thread_locals(void)
{
	return &threads[now];
}

static void destroy(void *value)
{
	destroyed++;
	last = value;
}

static void destroy_other(void *value)
{
	destroyed += 100;
}

static void set_again(void *value)
{
	destroyed++;
	assert_int_equal(basalt_setspecific(key, value), 0);
}

static int setup(void **state)
{
	for (pthread_key_t i = 0; i < SYS_KEYS_MAX; i++)
		(void)basalt_key_delete(i);
	memset(values, 0, sizeof values);
	threads[0].has_values = threads[1].has_values = false;
	now = destroyed = order = 0;
	return 0;
}

static void a_thread_has_its_own_value(void **state)
{
	assert_int_equal(basalt_key_create(&key, NULL), 0);
	assert_null(basalt_getspecific(key));
	assert_int_equal(basalt_setspecific(key, &first_value), 0);
	now = 1;
	assert_null(basalt_getspecific(key));
	now = 0;
	assert_ptr_equal(basalt_getspecific(key), &first_value);
}

static void a_number_used_again_brings_no_thread_an_old_value(void **state)
{
	pthread_key_t again;

	assert_int_equal(basalt_key_create(&key, NULL), 0);
	assert_int_equal(basalt_setspecific(key, &first_value), 0);
	now = 1;
	assert_int_equal(basalt_setspecific(key, &second_value), 0);
	assert_int_equal(basalt_key_delete(key), 0);
	assert_int_equal(basalt_key_create(&again, destroy), 0);
	assert_int_equal(again, key);
	assert_null(basalt_getspecific(again));
	now = 0;
	assert_null(basalt_getspecific(again));
	/* Nor do the new key's destructors get them. */
	__thread_end();
	now = 1;
	__thread_end();
	assert_int_equal(destroyed, 0);
}

static void deleted_keys_are_refused(void **state)
{
	assert_int_equal(basalt_key_create(&key, destroy), 0);
	assert_int_equal(basalt_setspecific(key, &first_value), 0);
	assert_int_equal(basalt_key_delete(key), 0);
	assert_int_equal(basalt_key_delete(key), EINVAL);
	assert_int_equal(basalt_setspecific(key, &first_value), EINVAL);
	assert_null(basalt_getspecific(key));
	assert_int_equal(basalt_key_delete(SYS_KEYS_MAX), EINVAL);
	assert_int_equal(basalt_setspecific(SYS_KEYS_MAX, &first_value), EINVAL);
	assert_null(basalt_getspecific(~0u));
	__thread_end();
	assert_int_equal(destroyed, 0);
}

static void there_are_so_many_keys(void **state)
{
	pthread_key_t more;

	for (unsigned i = 0; i < SYS_KEYS_MAX; i++)
		assert_int_equal(basalt_key_create(&key, NULL), 0);
	assert_int_equal(basalt_key_create(&more, NULL), EAGAIN);
	assert_int_equal(basalt_key_delete(7), 0);
	assert_int_equal(basalt_key_create(&more, NULL), 0);
	assert_int_equal(more, 7);
}

static void an_end_destroys_the_thread_s_values_once(void **state)
{
	pthread_key_t other;

	assert_int_equal(basalt_key_create(&key, destroy), 0);
	assert_int_equal(basalt_key_create(&other, destroy_other), 0);
	assert_int_equal(basalt_setspecific(key, &first_value), 0);
	assert_int_equal(basalt_setspecific(other, &first_value), 0);
	assert_int_equal(basalt_setspecific(other, NULL), 0);
	now = 1;
	assert_int_equal(basalt_setspecific(key, &second_value), 0);
	__thread_end();
	assert_int_equal(destroyed, 1);
	assert_ptr_equal(last, &second_value);
	assert_null(basalt_getspecific(key));
	__thread_end();
	assert_int_equal(destroyed, 1);
	now = 0;
	assert_ptr_equal(basalt_getspecific(key), &first_value);
}

static void a_destructor_that_sets_again_is_given_up(void **state)
{
	assert_int_equal(basalt_key_create(&key, set_again), 0);
	assert_int_equal(basalt_setspecific(key, &first_value), 0);
	__thread_end();
	assert_int_equal(destroyed, PTHREAD_DESTRUCTOR_ITERATIONS);
	/* The memory is another thread's next. */
	assert_null(basalt_getspecific(key));
}

static void note(void *place)
{
	*(unsigned *)place = ++order;
}

static void cleanups_run_backwards(void **state)
{
	struct __cleanup cleanups[3];
	unsigned places[3] = {};

	for (int i = 0; i < 3; i++)
		__cleanup_push(&cleanups[i], note, &places[i]);
	__cleanup_pop(&cleanups[2], 0);
	__thread_end();
	assert_int_equal(places[0], 2);
	assert_int_equal(places[1], 1);
	assert_int_equal(places[2], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_thread_has_its_own_value, setup),
	    cmocka_unit_test_setup(a_number_used_again_brings_no_thread_an_old_value, setup),
	    cmocka_unit_test_setup(deleted_keys_are_refused, setup),
	    cmocka_unit_test_setup(there_are_so_many_keys, setup),
	    cmocka_unit_test_setup(an_end_destroys_the_thread_s_values_once, setup),
	    cmocka_unit_test_setup(a_destructor_that_sets_again_is_given_up, setup),
	    cmocka_unit_test_setup(cleanups_run_backwards, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
