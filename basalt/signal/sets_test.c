/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of signals: one word, bit signal - 1. */
#include "check.h"

#include <errno.h>
#include <signal.h>

#include "../internal.h"

#undef NSIG
#define NSIG 65
#define sigset_t uint64_t
#define sigemptyset basalt_sigemptyset
#define sigfillset basalt_sigfillset
#define sigaddset basalt_sigaddset
#define sigdelset basalt_sigdelset
#define sigismember basalt_sigismember
#define sigisemptyset basalt_sigisemptyset
#define sigandset basalt_sigandset
#define sigorset basalt_sigorset

#include "sets.c"

static void every_signal_has_its_own_bit(void **state)
{
	uint64_t set;

	for (int signal = 1; signal < NSIG; signal++) {
		assert_int_equal(sigemptyset(&set), 0);
		assert_int_equal(sigaddset(&set, signal), 0);
		assert_true(set == 1ull << (signal - 1));
		for (int other = 1; other < NSIG; other++)
			assert_int_equal(sigismember(&set, other), other == signal);
		assert_false(sigisemptyset(&set));
		assert_int_equal(sigdelset(&set, signal), 0);
		assert_true(sigisemptyset(&set));
	}
}

static void a_full_set_has_every_signal(void **state)
{
	uint64_t set = 0;

	assert_int_equal(sigfillset(&set), 0);
	for (int signal = 1; signal < NSIG; signal++)
		assert_int_equal(sigismember(&set, signal), 1);
	assert_int_equal(sigdelset(&set, SIGTERM), 0);
	assert_int_equal(sigdelset(&set, SIGTERM), 0);
	assert_int_equal(sigismember(&set, SIGTERM), 0);
	assert_int_equal(sigismember(&set, SIGTERM + 1), 1);
}

static void what_is_no_signal_is_refused(void **state)
{
	static const int bad[] = {0, -1, 65, 1000, INT32_MIN, INT32_MAX};
	uint64_t set = 5;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		errno = 0;
		assert_int_equal(sigaddset(&set, bad[i]), -1);
		assert_int_equal(errno, EINVAL);
		errno = 0;
		assert_int_equal(sigdelset(&set, bad[i]), -1);
		assert_int_equal(errno, EINVAL);
		errno = 0;
		assert_int_equal(sigismember(&set, bad[i]), -1);
		assert_int_equal(errno, EINVAL);
	}
	assert_true(set == 5);
}

static void sets_are_joined_and_cut(void **state)
{
	uint64_t a = 0x8000000000000003, b = 0x8000000000000006, set;

	assert_int_equal(sigandset(&set, &a, &b), 0);
	assert_true(set == 0x8000000000000002);
	assert_int_equal(sigorset(&set, &a, &b), 0);
	assert_true(set == 0x8000000000000007);
	assert_int_equal(sigandset(&a, &a, &b), 0);
	assert_true(a == 0x8000000000000002);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_signal_has_its_own_bit),
	    cmocka_unit_test(a_full_set_has_every_signal),
	    cmocka_unit_test(what_is_no_signal_is_refused),
	    cmocka_unit_test(sets_are_joined_and_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
