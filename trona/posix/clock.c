/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clocks without system calls: the clock page has the counter's base and scale
 * (uapi/kernel/clock.idl).
 */

#include "posix.h"

#include "client/procmgr.h"
#include "counter.h"
#include "kn/vspace.h"
#include "uapi/object/clock.h"

static uint64_t monotonic(const struct kn_clock_page *page)
{
	return (uint64_t)((unsigned __int128)(counter_read() - page->counter_base) * page->multiplier >> page->shift);
}

/* The clock page, mapped at the first use. */
static const struct kn_clock_page *clock_page(void)
{
	uint64_t mapped;

	if (!process.clock &&
	    kn_vspace_map(KN_SLOT_VSPACE, SLOT(CLOCK_PAGE), 0, 0, 1, KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ,
		KN_VSPACE_MAP_SHARED, &mapped) == KN_OK)
		process.clock = (const struct kn_clock_page *)mapped;
	return process.clock;
}

/* ns since boot and the offset to 1970, read together. */
static int64_t read_clock(int64_t *offset)
{
	const volatile struct kn_clock_page *page = process.clock ? process.clock : clock_page();
	struct kn_clock_page copy;
	uint64_t sequence;

	if (!page) {
		*offset = 0;
		return 0;
	}
	do {
		sequence = __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);
		copy = *(const struct kn_clock_page *)page;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (sequence & 1 || __atomic_load_n(&page->sequence, __ATOMIC_RELAXED) != sequence);
	*offset = copy.wall_offset;
	return (int64_t)monotonic(&copy);
}

int64_t sys_clock_monotonic(void)
{
	int64_t offset;

	return read_clock(&offset);
}

int64_t sys_clock_wall(void)
{
	int64_t offset, now = read_clock(&offset);

	return now + offset;
}

int64_t sys_clock_cpu(bool thread)
{
	uint64_t user = 0, system = 0, pages = 0;

	(void)PERSIST(
	    procmgr_times(SLOT(PROCMGR), thread ? 2 : 0, thread ? thread_self()->number : 0, &user, &system, &pages));
	return (int64_t)(user + system);
}

int sys_sleep_until(int64_t deadline)
{
	static uint32_t never;
	struct __pthread *thread = thread_self();
	uint32_t handled = thread->handled;

	for (;;) {
		struct kn_regs regs = {.w = {(kn_word)&never, 0}, .info = kn_info(KN_VSPACE_WAIT, 0, 2)};
		kn_status status = guarded_call(KN_SYS_CALL, KN_SLOT_VSPACE, &regs, deadline <= 0 ? 1 : (kn_time)deadline,
		    &thread->handled, handled);

		if (status == KN_OK)
			status = kn_info_status(regs.info);
		if (thread->handled != handled)
			return -EINTR;
		if (status == KN_E_TIMED_OUT || (status != KN_OK && status != KN_E_INTERRUPTED))
			return 0;
	}
}

int sys_times(int who, int64_t *user, int64_t *system, long *max_pages)
{
	uint64_t u = 0, s = 0, pages = 0;
	kn_status status =
	    PERSIST(procmgr_times(SLOT(PROCMGR), (uint32_t)who, who == 2 ? thread_self()->number : 0, &u, &s, &pages));

	*user = (int64_t)u;
	*system = (int64_t)s;
	*max_pages = (long)pages;
	return to_errno(status);
}
