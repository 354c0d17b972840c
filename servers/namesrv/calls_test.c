/* SPDX-License-Identifier: BSD-2-Clause */
/* Every method with every allocation and every slot failing once: what is refused leaves nothing behind. */
#include "check.h"

#include "calls.h"
#include "fake_caps.h"
#include "fake_heap.h"
#include "names.h"
#include "policy.h"
#include "trona/slots.h"
#include "trona/start.h"

#define ENDPOINT 20 /* the publisher's, as it came in the message */
#define PROCESS 7

static const struct namesrv_ops *const m = &namesrv_methods;
static const struct server_cap endpoint = {.slot = ENDPOINT};
static struct server_reply reply;
static unsigned waiting;
static kn_status last;
static long replies_left;

/* ---- fakes ---- */

struct server_reply *server_defer(struct server_call *call)
{
	if (replies_left == 0)
		return nullptr;
	replies_left -= replies_left > 0;
	waiting++;
	return &reply;
}

void server_reply_status(struct server_reply *to, kn_status status)
{
	waiting--;
	last = status;
}

kn_status namesrv_lookup_reply(struct server_reply *to, kn_status status, kn_cap found)
{
	assert_int_not_equal(found, KN_CAP_NONE);
	server_reply_status(to, status);
	return KN_OK;
}

/* ---- tests ---- */

static struct server_call *as(kn_word badge)
{
	static struct server_call call;

	call = (struct server_call){.badge = badge};
	return &call;
}

static kn_status publish(kn_word badge)
{
	return m->publish(as(badge), "service.x", 9, endpoint);
}

static kn_status withdraw(kn_word badge)
{
	return m->withdraw(as(badge), "service.x", 9);
}

static kn_status look_up(bool wait)
{
	kn_cap found = KN_CAP_NONE;

	return m->lookup(as(PROCESS), "service.x", 9, wait, &found);
}

static int once(void **state)
{
	static const uint8_t unit[32] = "unit";

	fake_caps_reset();
	slots_init(32, 900, nullptr);
	fake_caps_untyped(ENDPOINT, 12);
	assert_int_equal(policy_add(POLICY_PUBLISH, "service.*:unit"), KN_OK);
	assert_int_equal(policy_add(POLICY_LOOKUP, "service.*:*"), KN_OK);
	calls_name_unit(1, unit);
	replies_left = -1;
	/* The table of names stays. */
	assert_int_equal(publish(KN_BADGE_UNIT | 1), KN_OK);
	assert_int_equal(withdraw(KN_BADGE_UNIT | 1), KN_OK);
	return 0;
}

static void only_who_may_publishes(void **state)
{
	assert_int_equal(publish(PROCESS), KN_E_ACCESS);
	assert_int_equal(publish(KN_BADGE_UNIT | 2), KN_E_ACCESS);
	assert_int_equal(publish(KN_BADGE_UNIT | 0xffff), KN_E_ACCESS);
	assert_int_equal(m->publish(as(KN_BADGE_UNIT | 1), "service.x", 9, (struct server_cap){}), KN_E_INVALID_CAP);
	assert_int_equal(look_up(false), KN_E_NOT_FOUND);
	assert_int_equal(publish(KN_BADGE_UNIT | 1), KN_OK);
	assert_int_equal(publish(KN_BADGE_UNIT | 1), KN_E_EXISTS);
	assert_int_equal(withdraw(PROCESS), KN_E_ACCESS);
	assert_int_equal(withdraw(KN_BADGE_UNIT | 1), KN_OK);
	assert_int_equal(withdraw(KN_BADGE_UNIT | 1), KN_E_NOT_FOUND);
}

static void publishing_without_memory_leaves_nothing(void **state)
{
	const long blocks = fake_heap_blocks;
	const unsigned caps = fake_caps_used();

	for (unsigned kind = 0; kind < 2; kind++) {
		for (long n = 0;; n++) {
			*(kind == 0 ? &fake_heap_budget : &fake_caps_budget) = n;
			const kn_status status = publish(KN_BADGE_UNIT | 1);
			fake_heap_budget = fake_caps_budget = -1;
			if (status == KN_OK)
				break;
			assert_int_equal(status, KN_E_NO_MEMORY);
			assert_int_equal(fake_heap_blocks, blocks);
			assert_int_equal(fake_caps_used(), caps);
			assert_int_equal(look_up(false), KN_E_NOT_FOUND);
		}
		assert_int_equal(withdraw(KN_BADGE_UNIT | 1), KN_OK);
		assert_int_equal(fake_heap_blocks, blocks);
		assert_int_equal(fake_caps_used(), caps);
	}
}

static void waiting_without_memory_leaves_nothing(void **state)
{
	const long blocks = fake_heap_blocks;

	for (unsigned kind = 0; kind < 2; kind++) {
		for (long n = 0;; n++) {
			*(kind == 0 ? &fake_heap_budget : &replies_left) = n;
			const kn_status status = look_up(true);
			fake_heap_budget = replies_left = -1;
			if (status == KN_DEFERRED)
				break;
			assert_int_equal(status, KN_E_NO_MEMORY);
			assert_int_equal(fake_heap_blocks, blocks);
			assert_null(names_find("service.x"));
		}
		assert_int_equal(waiting, 1);
		if (kind == 0) {
			calls_cancel(&reply);
			assert_int_equal(last, KN_E_INTERRUPTED);
		} else {
			assert_int_equal(publish(KN_BADGE_UNIT | 1), KN_OK);
			assert_int_equal(last, KN_OK);
			assert_int_equal(withdraw(KN_BADGE_UNIT | 1), KN_OK);
		}
		assert_int_equal(waiting, 0);
		assert_int_equal(fake_heap_blocks, blocks);
	}
}

/* Who waits is not forgotten because a publisher was refused. */
static void a_refused_publisher_leaves_those_who_wait(void **state)
{
	assert_int_equal(look_up(true), KN_DEFERRED);
	fake_caps_budget = 0;
	assert_int_equal(publish(KN_BADGE_UNIT | 1), KN_E_NO_MEMORY);
	fake_caps_budget = -1;
	assert_int_equal(waiting, 1);
	assert_int_equal(publish(KN_BADGE_UNIT | 1), KN_OK);
	assert_int_equal(waiting, 0);
	assert_int_equal(withdraw(KN_BADGE_UNIT | 1), KN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_who_may_publishes),
	    cmocka_unit_test(publishing_without_memory_leaves_nothing),
	    cmocka_unit_test(waiting_without_memory_leaves_nothing),
	    cmocka_unit_test(a_refused_publisher_leaves_those_who_wait),
	};

	return cmocka_run_group_tests(tests, once, nullptr);
}
