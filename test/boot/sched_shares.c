/* SPDX-License-Identifier: BSD-2-Clause */
/* Best-effort threads share by their weights. */
#include "sched_rig.h"

static void many_equal_threads_get_equal_shares(void)
{
	enum { COUNT = 64 };
	struct rig_thread *threads[COUNT];
	unsigned on_cpu[64] = {}, cpus = rig_boot->cpu_count;
	kn_time used[COUNT], sum = 0;

	if (!needs_exact_time())
		return;
	for (unsigned i = 0; i < COUNT; i++) {
		threads[i] = make(spin, nullptr, 100);
		check_ok(kn_sched_context_configure(threads[i]->sched_context, MS, 0, 0, 0));
	}
	for (unsigned i = 0; i < COUNT; i++)
		start(threads[i]);
	/* Until they have spread over the CPUs. */
	rig_sleep(300 * MS);
	for (unsigned i = 0; i < COUNT; i++) {
		struct kn_tcb_info info = {};

		used[i] = consumed(threads[i]);
		check_ok(kn_tcb_info(threads[i]->tcb, &info));
		on_cpu[info.cpu % 64]++;
	}
	for (unsigned i = 0; i < cpus; i++)
		check(on_cpu[i] + 1 >= COUNT / cpus && on_cpu[i] <= COUNT / cpus + 1);
	rig_sleep(3000 * MS);
	for (unsigned i = 0; i < COUNT; i++) {
		used[i] = consumed(threads[i]) - used[i];
		sum += used[i];
		stop(threads[i]);
	}
	for (unsigned i = 0; i < COUNT; i++)
		check_share(used[i] * COUNT, sum, 1000, 50);
}

static void shares_are_as_weights(void)
{
	static const unsigned weights[] = {1, 2, 4, 1};
	struct rig_thread *threads[4];
	kn_time used[4], sum = 0;

	if (!needs_exact_time())
		return;
	for (unsigned i = 0; i < 4; i++) {
		threads[i] = make_here(spin, nullptr, 100);
		check_ok(kn_sched_context_configure(
		    threads[i]->sched_context, MS, 400 * MS / weights[i], 0, 0));
		start(threads[i]);
	}
	rig_sleep(1600 * MS);
	for (unsigned i = 0; i < 4; i++) {
		stop(threads[i]);
		used[i] = consumed(threads[i]);
		sum += used[i];
	}
	for (unsigned i = 0; i < 4; i++)
		check_share(used[i], sum, 1000 * weights[i] / 8, 10);
}

const struct rig_test share_tests[] = {
    {"many_equal_threads_get_equal_shares", many_equal_threads_get_equal_shares},
    {"shares_are_as_weights", shares_are_as_weights},
    {},
};
