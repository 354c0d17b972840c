/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See processor.h. The load averages count processors at work, not queues: nobody samples while nobody asks. They are brought forward when they
 * are read, by the idle time that the kernel has counted since, decaying as Linux's do (a step every five seconds, fixed point).
 */
#include "processor.h"

#include "kn/debug.h"
#include "trona/process_table.h"
#include "trona/start.h"
#include "uapi/object/clock.h"

#define STEP 5000000000ull
#define COARSE 1000000u /* ns: products of times stay within 64 bits */
#define FIXED_BITS 11
#define FIXED_ONE (1u << FIXED_BITS)

/* FIXED_ONE * exp(-5 s / 1, 5, 15 min) */
static const uint32_t decays[PROCESSOR_AVERAGES] = {1884, 2014, 2037};
static uint32_t loads[PROCESSOR_AVERAGES];
static uint64_t read_at, busy_then;

/* False: the machine has not so many. */
static bool look_at(unsigned number, bool *online, uint64_t *idle)
{
	return kn_debug_cpu(start_cap("kernel_stats"), number, online, idle) == KN_OK;
}

bool processor_next(unsigned *number)
{
	bool online;
	uint64_t idle;

	for (; look_at(*number, &online, &idle); ++*number)
		if (online)
			return true;
	return false;
}

/* All that processes have used, living and ended, as far as they have been looked at. */
static uint64_t programs_time(void)
{
	uint64_t time = process_usage().ended_time;
	struct procmgr_process_entry entry;

	for (uint64_t i = 0; i < process_table_size(); i++)
		if (process_read(i, &entry) && entry.state != PROCMGR_PROCESS_STATE_ZOMBIE)
			time += entry.user_time;
	return time;
}

static void split(struct processor_times *times, uint64_t busy, uint64_t user)
{
	times->user = user < busy ? user : busy;
	times->system = busy - times->user;
}

struct processor_times processor_times_all(void)
{
	struct processor_times all = {};
	uint64_t whole = 0, idle;
	bool online;

	for (unsigned i = 0; look_at(i, &online, &idle); i++) {
		all.idle += idle;
		whole += start_now();
	}
	split(&all, whole > all.idle ? whole - all.idle : 0, programs_time());
	return all;
}

struct processor_times processor_times(unsigned number, const struct processor_times *all)
{
	struct processor_times one = {};
	bool online;

	(void)look_at(number, &online, &one.idle);
	uint64_t now = start_now(), busy = now > one.idle ? now - one.idle : 0, whole = all->user + all->system;

	split(&one, busy, whole >= COARSE ? busy / COARSE * (all->user / COARSE) / (whole / COARSE) * COARSE : 0);
	return one;
}

static uint32_t power(uint32_t base, uint64_t exponent)
{
	uint64_t result = FIXED_ONE, factor = base;

	for (; exponent != 0; exponent >>= 1) {
		if (exponent & 1)
			result = (result * factor + FIXED_ONE / 2) >> FIXED_BITS;
		factor = (factor * factor + FIXED_ONE / 2) >> FIXED_BITS;
	}
	return (uint32_t)result;
}

void processor_load(uint32_t averages[PROCESSOR_AVERAGES])
{
	struct processor_times all = processor_times_all();
	uint64_t now = start_now(), busy = all.user + all.system, steps = (now - read_at) / STEP;

	if (steps != 0) {
		uint64_t active = (busy - busy_then) / COARSE * FIXED_ONE / ((now - read_at) / COARSE);

		for (size_t i = 0; i < PROCESSOR_AVERAGES; i++) {
			uint32_t kept = power(decays[i], steps);

			loads[i] = (uint32_t)((loads[i] * (uint64_t)kept + active * (FIXED_ONE - kept)) >> FIXED_BITS);
		}
		read_at = now;
		busy_then = busy;
	}
	for (size_t i = 0; i < PROCESSOR_AVERAGES; i++)
		averages[i] = (loads[i] * 100 + FIXED_ONE / 2) >> FIXED_BITS;
}

static uint64_t counter_hz(void)
{
	const struct kn_clock_page *page = (const struct kn_clock_page *)start_page()->clock_page;

	return page != nullptr ? page->frequency_khz * 1000ull : 0;
}

void processor_describe(struct text *text, unsigned number)
{
	text_add(text, "processor\t: %u\n", number);
	arch_describe_processor(text, counter_hz());
	text_add(text, "\n");
}
