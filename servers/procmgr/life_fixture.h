/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of the protocol's methods: a shell and its child before each, nobody and nothing after it. */
#pragma once

#include "check.h"
#include "calls.h"
#include "exit.h"
#include "fake_heap.h"
#include "objects.h"
#include "signal.h"
#include "test_fakes.h"
#include "timer.h"
#include "wait.h"

[[maybe_unused]] static const struct procmgr_ops *const m = &procmgr_methods;
[[maybe_unused]] static struct process *shell, *child;
[[maybe_unused]] static const struct procmgr_image_args image = {.block = 0x1000, .block_pages = 1, .stack_top = 0x800000, .stack_pages = 16,
    .sp = 0x7ff100, .name = "program"};
[[maybe_unused]] static const struct procmgr_spawn_args plain;
[[maybe_unused]] static const struct server_cap object = {.slot = 9};

[[maybe_unused]] static int fresh(void **state)
{
	fake_reset();
	shell = fake_process(nullptr, 0);
	child = fake_process(shell, 0);
	return 0;
}

[[maybe_unused]] static int done(void **state)
{
	fake_budget = -1;
	for (struct process *p = process_next(nullptr); p; p = process_next(nullptr)) {
		if (is_alive(p))
			process_end(p, PROCMGR_EVENT_KILLED, SIGNAL_KILL);
		if (p->entry->state == PROCMGR_PROCESS_STATE_ZOMBIE) {
			process_orphan(p);
			process_free_entry(p);
		}
	}
	assert_int_equal(process_count(), 0);
	assert_int_equal(fake_slots | fake_accounts | fake_spaces | fake_mapped | fake_deferred, 0);
	return 0;
}

[[maybe_unused]] static void send(struct process *process, uint32_t signal)
{
	signal_send(process, ANY_THREAD, &(struct procmgr_signal_record){.signal = signal, .code = CODE_USER});
}

[[maybe_unused]] static uint64_t bit(uint32_t signal)
{
	return 1ull << (signal - 1);
}
