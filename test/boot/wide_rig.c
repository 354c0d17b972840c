/* SPDX-License-Identifier: BSD-2-Clause */
/* See wide_rig.h. */
#include "wide_rig.h"

#define RETYPE_STEP 200
#define STACK 512

kn_cap table, buffers, contexts;

static uint64_t stacks;

void check_stretch(void)
{
	static uint64_t longest = LOCKED_MAX - 1;
	struct kn_kernel_stats stats = {};

	check_ok(kn_debug_stats(KN_BOOT_SLOT_DEBUG, &stats));
	if (!rig_counts_instructions)
		return;
	rig_print("# longest stretch %lu\n", (unsigned long)stats.longest_locked);
	check(stats.longest_locked <= longest);
	if (stats.longest_locked > longest)
		longest = stats.longest_locked;
}

void new_table(void)
{
	table = rig_new(KN_TYPE_CNODE, 12);
}

kn_cap many(enum kn_object_type type, uint32_t first, unsigned count)
{
	for (uint32_t i = 0; i < count; i += RETYPE_STEP)
		check_ok(kn_untyped_retype(rig_untyped, (uint8_t)type, 0, table, first + i, RETYPE_STEP));
	return table << 32 | first;
}

kn_cap configure_many(kn_cap space, kn_cap cspace)
{
	kn_cap threads = many(KN_TYPE_TCB, FIRST_THREAD, MANY), range;

	buffers = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	kn_cap pool = new_pool(22, &range);

	check_ok(kn_memory_object_configure_anonymous(buffers, pool, MANY));
	for (unsigned i = 0; i < MANY; i++)
		check_ok(kn_tcb_configure(threads + i, space, cspace, buffers, i, 0x100000, KN_CAP_NONE));
	return threads;
}

kn_cap make_many(void)
{
	contexts = many(KN_TYPE_SCHED_CONTEXT, FIRST_CONTEXT, MANY);
	/* An object, so that they go with the test's other ones. */
	stacks = map(OWN, new_object(MANY * STACK / PAGE), MANY * STACK / PAGE, RW, SHARED);

	kn_cap threads = configure_many(OWN, CSPACE);

	for (unsigned i = 0; i < MANY; i++)
		check_ok(kn_sched_context_bind(contexts + i, threads + i));
	return threads;
}

void start_one(kn_cap threads, unsigned i, void (*entry)(kn_word), uint32_t priority)
{
	check_ok(kn_tcb_set_priority(threads + i, priority));
	check_ok(kn_tcb_start(threads + i, (kn_word)entry, stacks + (i + 1) * STACK - KN_ENTRY_STACK_BIAS, 0, i, 0));
	check_ok(kn_tcb_resume(threads + i));
}

unsigned count_in(kn_cap threads, unsigned count, enum kn_tcb_state state)
{
	unsigned found = 0;

	for (unsigned i = 0; i < count; i++) {
		struct kn_tcb_info info = {};

		check_ok(kn_tcb_info(threads + i, &info));
		found += info.state == (uint32_t)state;
	}
	return found;
}

struct rig_thread *start_below(void (*entry)(void *), void *argument, uint32_t steps)
{
	struct rig_thread *thread = rig_make_thread(entry, argument, KN_CAP_NONE);

	check_ok(kn_tcb_set_priority(thread->tcb, rig_priority - steps));
	check_ok(kn_tcb_resume(thread->tcb));
	return thread;
}
