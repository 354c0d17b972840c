/* SPDX-License-Identifier: BSD-2-Clause */
/* The rig of the kernel's boot tests (kernel_rig.h). */
#include "kernel_rig.h"

#define STACK_SIZE 16384
#define UNTYPED_BITS 23

kn_cap rig_untyped = KN_BOOT_SLOT_UNTYPED - 1;
const struct kn_boot_page *rig_boot;
uint32_t rig_priority;
const struct rig_test *rig_running;

static struct kn_thread main_area __attribute__((aligned(16)));
static uint64_t main_area_tail[2];
static struct rig_thread threads[RIG_THREADS];
static char stacks[RIG_THREADS][STACK_SIZE] __attribute__((aligned(16)));
static unsigned thread_count;
static kn_cap next_slot;
static kn_cap ipc_object, sleeper;
static char *ipc_pages;
static bool has_failed, is_list, is_shared;
static const char *skipped; /* why, or null */
static unsigned ran, failed;

[[noreturn]] void start_main(kn_word boot_page, kn_word ipc_buffer);

unsigned rig_cpus_online(void)
{
	unsigned count = 0;
	bool online;
	uint64_t idle;

	for (unsigned cpu = 0; kn_debug_cpu(KN_BOOT_SLOT_DEBUG, cpu, &online, &idle) == KN_OK; cpu++)
		count += online;
	return count;
}

bool rig_check(bool claim, const char *text, const char *file, int line)
{
	if (!claim) {
		rig_print("# %s:%d: not true: %s\n", file, line, text);
		has_failed = true;
	}
	return claim;
}

bool rig_check_status(
    kn_status got, kn_status expected, const char *text, const char *file, int line)
{
	if (got != expected) {
		rig_print("# %s:%d: %d instead of %d: %s\n", file, line, got, expected, text);
		has_failed = true;
	} else if (got != KN_OK) {
		method_saw_error(text, got);
		system_call_saw_error(text, got);
	}
	return got == expected;
}

bool rig_is_shared(void)
{
	if (is_shared)
		rig_skip("needs the machine for itself");
	return is_shared;
}

void rig_skip(const char *why)
{
	skipped = why;
}

kn_cap rig_slot(void)
{
	return next_slot++;
}

kn_cap rig_new(enum kn_object_type type, unsigned size_bits)
{
	kn_cap slot = rig_slot();

	check_ok(kn_untyped_retype(
	    rig_untyped, (uint8_t)type, (uint8_t)size_bits, KN_SLOT_CSPACE, (uint32_t)slot, 1));
	return slot;
}

uint32_t rig_rights(kn_cap cap)
{
	struct kn_cap_info info = {};

	check_ok(kn_cnode_info(KN_SLOT_CSPACE, (uint32_t)cap, &info));
	return info.rights;
}

kn_cap rig_derive(kn_cap source, uint32_t rights, uint64_t badge)
{
	kn_cap slot = rig_slot();

	if (badge)
		check_ok(kn_cnode_mint(KN_SLOT_CSPACE, (uint32_t)slot, source, rights, badge));
	else
		check_ok(kn_cnode_copy(KN_SLOT_CSPACE, (uint32_t)slot, source, rights));
	return slot;
}

static void thread_entry(struct rig_thread *thread)
{
	thread->entry(thread->argument);
	thread->is_done = true;
	for (;;)
		(void)kn_tcb_suspend(thread->tcb, true);
}

struct rig_thread *rig_make_thread(void (*entry)(void *), void *argument, kn_cap fault_handler)
{
	unsigned index = thread_count++;
	struct rig_thread *thread = &threads[index];

	*thread = (struct rig_thread){.entry = entry, .argument = argument};
	thread->ipc = (struct kn_ipc_buffer *)(ipc_pages + index * KN_PAGE_SIZE);
	*thread->ipc = (struct kn_ipc_buffer){};
	thread->tcb = rig_new(KN_TYPE_TCB, 0);
	thread->sched_context = rig_new(KN_TYPE_SCHED_CONTEXT, 0);
	kn_thread_init(&thread->area, thread->ipc, thread->tcb, 0);
	check_ok(kn_tcb_configure(thread->tcb, KN_SLOT_VSPACE, KN_SLOT_CSPACE, ipc_object, index,
	    (kn_word)thread->ipc, fault_handler));
	check_ok(kn_sched_context_bind(thread->sched_context, thread->tcb));
	check_ok(kn_tcb_set_priority(thread->tcb, rig_priority));
	check_ok(kn_tcb_start(thread->tcb, (kn_word)thread_entry,
	    (kn_word)stacks[index] + STACK_SIZE - KN_ENTRY_STACK_BIAS,
	    kn_thread_pointer(&thread->area), (kn_word)thread, 0));
	return thread;
}

struct rig_thread *rig_spawn(void (*entry)(void *), void *argument)
{
	struct rig_thread *thread = rig_make_thread(entry, argument, KN_CAP_NONE);

	check_ok(kn_tcb_resume(thread->tcb));
	return thread;
}

kn_time rig_now(void)
{
	kn_time now = 0;
	int64_t wall;

	check_ok(kn_clock_now(KN_BOOT_SLOT_CLOCK, &now, &wall));
	return now;
}

void rig_sleep(kn_time ns)
{
	kn_word bits;

	check_status(kn_wait(sleeper, &bits, rig_now() + ns), KN_E_TIMED_OUT);
}

bool rig_join(struct rig_thread *thread)
{
	return rig_until(thread->is_done);
}

enum kn_tcb_state rig_state(const struct rig_thread *thread)
{
	struct kn_tcb_info info = {};

	check_ok(kn_tcb_info(thread->tcb, &info));
	return (enum kn_tcb_state)info.state;
}

bool rig_await(const struct rig_thread *thread, enum kn_tcb_state state)
{
	return rig_until(rig_state(thread) == state);
}

/* Back to the state every test starts from. */
static void clean_up(void)
{
	uint64_t checked;

	check_ok(kn_cnode_clear(KN_SLOT_CSPACE, RIG_SLOT, RIG_SLOTS));
	check_ok(kn_cnode_revoke(KN_SLOT_CSPACE, (uint32_t)rig_untyped));
	check_ok(kn_debug_check(KN_BOOT_SLOT_DEBUG, &checked));
	next_slot = RIG_SLOT;
	thread_count = 0;
}

bool rig_counts_instructions;

/* The part behind `word` in `text`, or null. */
static const char *behind(const char *text, const char *word, size_t length)
{
	for (; *text; text++) {
		size_t i = 0;

		while (i < length && text[i] == word[i])
			i++;
		if (i == length)
			return text + i;
	}
	return nullptr;
}

bool rig_has_word(const char *word)
{
	return behind((const char *)rig_boot->command_line, word, __builtin_strlen(word));
}

/* `only=PART` on the command line (several: any): tests whose name has it. */
static bool is_wanted(const char *name)
{
	const char *part = (const char *)rig_boot->command_line;
	bool is_choice = false;

	while ((part = behind(part, "only=", 5))) {
		size_t length = 0;

		is_choice = true;
		while (part[length] && part[length] != ' ')
			length++;
		if (behind(name, part, length))
			return true;
	}
	return !is_choice;
}

/* What the harness's own tests run: never unless it is named. */
static void fails_on_purpose(void)
{
	check(false);
}

static const struct rig_test own_tests[] = {{"fails_on_purpose", fails_on_purpose}, {}};

static bool is_left_out(const struct rig_test *test)
{
	return !is_wanted(test->name) || (test == own_tests && !rig_has_word("only=fails_on_purpose"));
}

static void run(const struct rig_test *suite)
{
	for (const struct rig_test *test = suite; test->name; test++) {
		struct kn_object_counts before = {}, after = {};

		if (is_left_out(test))
			continue;
		if (is_list) {
			rig_print("%s\n", test->name);
			continue;
		}
		has_failed = false;
		skipped = nullptr;
		check_ok(kn_debug_objects(KN_BOOT_SLOT_DEBUG, &before));
		rig_running = test;
		test->run();
		clean_up();
		check_ok(kn_debug_objects(KN_BOOT_SLOT_DEBUG, &after));
		/* A test leaves nothing behind. */
		for (unsigned i = 0; i < sizeof(before.counts) / sizeof(before.counts[0]); i++) {
			if (!check(after.counts[i] == before.counts[i]))
				rig_print("# objects of type %u: %u before, %u after\n", i,
				    before.counts[i], after.counts[i]);
		}
		ran++;
		failed += has_failed;
		rig_print("%s %u - %s%s%s\n", has_failed ? "not ok" : "ok", ran, test->name,
		    skipped ? " # SKIP " : "", skipped ? skipped : "");
	}
}

static void find_untyped(void)
{
	kn_cap best = KN_CAP_NONE;
	unsigned best_bits = 64;

	for (unsigned i = 0; i < rig_boot->untyped_count; i++) {
		const struct kn_boot_untyped *u = &rig_boot->untypeds[i];

		if (!u->is_device && u->size_bits > UNTYPED_BITS && u->size_bits < best_bits) {
			best_bits = u->size_bits;
			best = KN_BOOT_SLOT_UNTYPED + i;
		}
	}
	check_ok(kn_untyped_retype(
	    best, KN_TYPE_UNTYPED, UNTYPED_BITS, KN_SLOT_CSPACE, RIG_SLOT - 1, 1));
	check_ok(
	    kn_untyped_retype(best, KN_TYPE_MEMORY_OBJECT, 0, KN_SLOT_CSPACE, RIG_SLOT - 2, 1));
	check_ok(kn_untyped_retype(best, KN_TYPE_NOTIFICATION, 0, KN_SLOT_CSPACE, RIG_SLOT - 3, 1));
	rig_untyped = RIG_SLOT - 1;
	ipc_object = RIG_SLOT - 2;
	sleeper = RIG_SLOT - 3;
}

void start_main(kn_word boot_page, kn_word ipc_buffer)
{
	kn_word mapped;

	rig_boot = (const struct kn_boot_page *)boot_page;
	kn_thread_init(&main_area, (struct kn_ipc_buffer *)ipc_buffer, KN_SLOT_TCB, 0);
	(void)main_area_tail;
	check_ok(kn_tcb_set_tls(KN_SLOT_TCB, kn_thread_pointer(&main_area)));
	struct kn_tcb_info self = {};

	check_ok(kn_tcb_info(KN_SLOT_TCB, &self));
	rig_priority = self.priority;
	find_untyped();
	check_ok(kn_memory_object_configure_anonymous(ipc_object, KN_BOOT_SLOT_POOL, RIG_THREADS));
	check_ok(kn_vspace_map(KN_SLOT_VSPACE, ipc_object, 0, 0, RIG_THREADS,
	    KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE, KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE,
	    KN_VSPACE_MAP_SHARED, &mapped));
	ipc_pages = (char *)mapped;
	next_slot = RIG_SLOT;
	is_list = rig_has_word("tests=list");
	is_shared = rig_has_word("tests=shared");
	rig_counts_instructions = rig_has_word("test.icount");
	run(cnode_tests);
	run(untyped_tests);
	run(ipc_tests);
	run(fastpath_tests);
	run(transfer_tests);
	run(thread_tests);
	run(time_tests);
	run(cpu_tests);
	run(donation_tests);
	run(share_tests);
	run(reservation_tests);
	run(memory_tests);
	run(memory_fault_tests);
	run(memory_clone_tests);
	run(memory_pool_tests);
	run(machine_tests);
	run(error_tests);
	run(exhaustion_tests);
	run(lifetime_tests);
	run(call_tests);
	run(method_tests());
	run(coverage_tests);
	run(call_coverage_tests);
	run(wide_tests);
	run(wide_memory_tests);
	run(wide_region_tests);
	run(wide_pool_tests);
	run(wide_end_tests);
	run(wide_thread_tests);
	run(stress_tests);
	/* Figures taken beside other programs would say nothing. */
	if (!is_shared)
		run(bench_tests);
	run(last_tests);
	run(own_tests);
	if (!is_list)
		rig_print("1..%u\n", ran);
	(void)kn_power_off(KN_BOOT_SLOT_POWER, failed || (!ran && !is_list) ? 1 : 0);
	for (;;)
		;
}
