/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The object server: the only one who turns untyped memory into kernel objects after boot. It calls nobody.
 */
#include "block.h"
#include "calls.h"
#include "client/init.h"
#include "frames.h"
#include "kn/untyped.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "uapi/object_type.h"

#define SLOTS_LOW 128
#define COLLECT_INTERVAL 8  /* messages */
#define COLLECT_AT_ONCE 4
#define SWEEP_DELAY 20000000 /* ns */

static kn_time sweep_time = KN_TIME_FOREVER;

static kn_status dispatch(struct server_call *call)
{
	return objsrv_dispatch(&objsrv_methods, call);
}

static bool has_work(void)
{
	static unsigned messages;

	sweep_time = start_now() + SWEEP_DELAY;
	return ++messages % COLLECT_INTERVAL == 0 || slots_available() < SLOTS_LOW || frames_are_due();
}

/* When requests have ceased for a moment: whoever let go of a released object did not tell us. */
static kn_time next_timeout(void)
{
	return sweep_time;
}

static void timeout(void)
{
	blocks_collect(UINT32_MAX);
	sweep_time = KN_TIME_FOREVER;
}

/* Slots and frames are made ahead, while there are still enough to make more with. */
static void after(void)
{
	blocks_collect(COLLECT_AT_ONCE);
	if (slots_available() < SLOTS_LOW)
		(void)!slots_reserve(2 * SLOTS_LOW);
	if (frames_are_due())
		frames_keep();
}

static kn_status grow_slots(kn_cap root_slot)
{
	uint64_t handle;

	return calls_make_object(account_by_badge(KN_BADGE_UNIT), KN_TYPE_CNODE, SLOTS_GROW_BITS, &handle, root_slot);
}

static kn_status make_replies(kn_cap first, unsigned count)
{
	kn_status status = KN_OK;
	uint64_t handle;

	for (unsigned i = 0; i < count && status == KN_OK; i++)
		status = calls_make_object(account_by_badge(KN_BADGE_UNIT), KN_TYPE_REPLY, 0, &handle, first + i);
	return status;
}

static bool read_option(const char *key, uint64_t *value)
{
	const char *text = start_option(key);

	*value = 0;
	if (!text || !*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || *value > UINT32_MAX)
			return false;
		*value = *value * 10 + (uint64_t)(*text - '0');
	}
	return true;
}

/* The ranges of RAM that init leaves to us: `untyped.count` slots from `untyped.first`. */
static kn_status add_ranges(void)
{
	uint64_t first, count;

	if (!read_option("untyped.first", &first) || !read_option("untyped.count", &count))
		return KN_E_INVALID_ARG;
	for (uint64_t slot = first; slot < first + count; slot++) {
		struct kn_untyped_info info;
		kn_status status = kn_untyped_info(slot, &info);

		if (status == KN_OK && !info.is_device && info.size >= 1u << BLOCK_BITS_MIN)
			status = blocks_add(slot, (uint8_t)__builtin_ctzll(info.size));
		if (status != KN_OK)
			return status;
	}
	return KN_OK;
}

int main(void)
{
	static const struct server base = {
	    .name = "objsrv", .dispatch = dispatch, .after = after, .has_work = has_work, .next_timeout = next_timeout,
	    .timeout = timeout, .make_replies = make_replies};
	static struct server server;

	server = base;
	server.endpoint = calls_endpoint = start_need("serve.objsrv");
	blocks_init();
	frames_init(start_need("pool"));
	slots_set_grow(grow_slots);
	kn_status status = accounts_init();
	if (status == KN_OK)
		status = add_ranges();
	if (status == KN_OK)
		status = server_init(&server);
	if (status == KN_OK)
		status = init_ready(start_need("init"));
	if (status != KN_OK) {
		log_status("start", status);
		return 1;
	}
	server_run();
}
