/* SPDX-License-Identifier: BSD-2-Clause */
/* Listeners and what they arm, over notifications that may be gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_heap.h"
#include "trona/poll.h"
#include "trona/slots.h"
#include "trona/syscall.h"
#include "uapi/object_type.h"
#include "uapi/protocol/file.h"

#define SLOTS (POLL_LISTENERS_MAX + 100)
#define GONE 0xff

/* By slot: 0 nothing there yet, KN_TYPE_NOTIFICATION, or a notification that was destroyed. */
static uint8_t there[SLOTS];
static unsigned taken, looks;
static uint64_t told[SLOTS];
static struct poll_source source;

kn_status slot_info(kn_cap slot, struct kn_cap_info *info)
{
	looks++;
	*info = (struct kn_cap_info){.type = there[slot] == GONE ? 0 : there[slot]};
	return KN_OK;
}

void slot_release(kn_cap slot)
{
	assert_int_not_equal(there[slot], 0);
	there[slot] = 0;
	taken--;
}

kn_status kn_send(kn_cap dest, struct kn_regs *regs, kn_time deadline)
{
	told[dest] |= regs->w[0];
	return KN_OK;
}

static kn_status listen(uint32_t uid, uint64_t *id)
{
	kn_cap slot = 1;

	while (there[slot] != 0)
		slot++;
	there[slot] = KN_TYPE_NOTIFICATION;
	kn_status status = poll_listener_create(slot, uid, 0x1234, id);
	if (status == KN_OK)
		taken++;
	else
		there[slot] = 0;
	return status;
}

static void destroy_all(void)
{
	for (kn_cap slot = 1; slot < SLOTS; slot++)
		if (there[slot] != 0)
			there[slot] = GONE;
}

static int clean(void **state)
{
	destroy_all();
	poll_sweep();
	assert_int_equal(taken, 0);
	memset(told, 0, sizeof told);
	return 0;
}

/* As many as one user may have, and with them nobody else is refused. */
static void every_user_has_a_quota_of_listeners(void **state)
{
	uint64_t id, other;

	for (unsigned i = 0; i < POLL_LISTENERS_MAX; i++)
		assert_int_equal(listen(1000, &id), KN_OK);
	assert_int_equal(listen(1000, &other), KN_E_QUOTA);
	assert_int_equal(taken, POLL_LISTENERS_MAX);
	assert_int_equal(listen(1001, &other), KN_OK);
	assert_int_equal(listen(0, &other), KN_OK);
	assert_int_equal(poll_arm(id, &source, &source, FILE_EVENT_IN, 3), KN_OK);
	/* Who has lost some may make others. */
	destroy_all();
	assert_int_equal(listen(1000, &id), KN_OK);
}

static void the_superuser_has_none(void **state)
{
	uint64_t id;

	for (unsigned i = 0; i < POLL_LISTENERS_MAX + 10; i++)
		assert_int_equal(listen(0, &id), KN_OK);
}

/* A process a listener, one after the other: what is left of those that ended is found, at a price that does not grow with their number. */
static void dead_listeners_are_found_in_passing(void **state)
{
	uint64_t id;
	unsigned most = 0;

	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(listen(1001, &id), KN_OK);
	for (unsigned i = 0; i < 10000; i++) {
		looks = 0;
		assert_int_equal(listen(1000, &id), KN_OK);
		assert_in_range(looks, 1, 9);
		for (kn_cap slot = 1; slot < SLOTS; slot++) /* the one just made */
			if (there[slot] == KN_TYPE_NOTIFICATION && slot > 1000)
				there[slot] = GONE;
		most = taken > most ? taken : most;
	}
	assert_in_range(most, 1001, 1010);
}

static void arming_has_a_quota_too(void **state)
{
	const char *const keys = (const char *)&source;
	uint64_t id, other;

	assert_int_equal(listen(1000, &id), KN_OK);
	assert_int_equal(listen(1001, &other), KN_OK);
	for (unsigned i = 0; i < POLL_ARMINGS_MAX; i++)
		assert_int_equal(poll_arm(id, &source, keys + i, FILE_EVENT_IN, 1), KN_OK);
	assert_int_equal(poll_arm(id, &source, keys + POLL_ARMINGS_MAX, FILE_EVENT_IN, 1), KN_E_QUOTA);
	assert_int_equal(poll_arm(id, &source, keys, FILE_EVENT_OUT, 2), KN_OK); /* in place of the one before */
	assert_int_equal(poll_arm(other, &source, keys, FILE_EVENT_IN, 1), KN_OK);
	assert_int_equal(poll_arm(id, &source, keys + 1, 0, 1), KN_OK);
	assert_int_equal(poll_arm(id, &source, keys + POLL_ARMINGS_MAX, FILE_EVENT_IN, 1), KN_OK);
	poll_notify(&source, FILE_EVENT_OUT);
	assert_int_equal(told[1], 1u << 2);
	poll_notify(&source, FILE_EVENT_IN);
	assert_int_equal(told[1], 1u << 1 | 1u << 2);
	assert_int_equal(poll_arm(id, &source, keys + 7, FILE_EVENT_IN, 1), KN_OK);
}

static void nothing_is_lost_when_memory_runs_out(void **state)
{
	static struct poll_source fresh;
	const long before = fake_heap_blocks;
	uint64_t id;

	for (long n = 0;; n++) {
		kn_status status;

		fake_heap_budget = n;
		status = listen(2000, &id);
		if (status == KN_OK)
			status = poll_arm(id, &fresh, &fresh, FILE_EVENT_IN, 1);
		fake_heap_budget = -1;
		destroy_all();
		poll_sweep();
		assert_int_equal(taken, 0);
		assert_in_range(fake_heap_blocks, before, before + 4); /* tables, and a listener for the next one */
		if (status == KN_OK)
			break;
		assert_int_equal(status, KN_E_NO_MEMORY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(nothing_is_lost_when_memory_runs_out, clean),
	    cmocka_unit_test_teardown(every_user_has_a_quota_of_listeners, clean),
	    cmocka_unit_test_teardown(the_superuser_has_none, clean),
	    cmocka_unit_test_teardown(dead_listeners_are_found_in_passing, clean),
	    cmocka_unit_test_teardown(arming_has_a_quota_too, clean),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
