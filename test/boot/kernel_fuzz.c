/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's fuzzer, supervisor (kernel_fuzz.h): runs in init's place, makes rounds until `calls=` calls are done, puts
 * threads that no longer get on back on their feet, and looks after every round whether the kernel is still whole:
 *
 * - debug.check(), while the round's threads still run, and again when everything is revoked;
 * - as many objects of every type as before: nothing leaked;
 * - a bystander, a process that is no part of it, finds its memory as it was;
 * - no call took longer than STUCK_TIME of processor time.
 *
 * Command line: seed=N calls=N round=N. A round depends on the seed and its number only, so that a failure is repeated by
 * the command that is printed with it (exactly so with one CPU under --icount, most likely otherwise).
 */
#include "kernel_fuzz.h"

#include "rig_print.h"

#include "kn/clock.h"
#include "kn/cnode.h"
#include "kn/debug.h"
#include "kn/exec_authority.h"
#include "kn/irq_control.h"
#include "kn/memory_object.h"
#include "kn/pool.h"
#include "kn/power.h"
#include "kn/sched_context.h"
#include "kn/tcb.h"
#include "kn/untyped.h"
#include "kn/vspace.h"
#include "trona/syscall.h"
#include "trona/thread.h"
#include "uapi/object/boot.h"
#include "uapi/object_size.h"

#define ROUND_CALLS 10000
#define TICK 1000000ull
#define IDLE_TICKS 40 /* without any call: the round's processes are past help */
#define STUCK_TIME 20000000000ull
#define BYSTANDER_WORDS 32768

/* The supervisor's own slots; a round's from ROUND_SLOT on. */
enum : kn_cap {
	ROUND_UNTYPED = 600,
	SHARED,
	FAULTS,
	REPLY,
	POOL,
	BYSTANDER_TCB,
	BYSTANDER_SPACE,
	BYSTANDER_CSPACE,
	BYSTANDER_CONTEXT,
	BYSTANDER_PORT,
	BYSTANDER_REPLY,
	FAULT_BADGES, /* FUZZ_THREADS of them */
	ROUND_SLOT = 700,
};
#define ROUND_UNTYPED_BITS 23
#define SHARED_PAGES ((sizeof(struct fuzz_shared) + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE)
#define STACK_SIZE 8192
/* In the bystander's CSpace. */
#define BYSTANDER_OWN_PORT 4
#define BYSTANDER_OWN_REPLY 5

static struct kn_thread main_area __attribute__((aligned(16)));
static uint64_t main_area_tail[2];
static char stacks[FUZZ_THREADS + 1][STACK_SIZE] __attribute__((aligned(16)));
static volatile uint64_t bystander_memory[BYSTANDER_WORDS];
static struct fuzz_shared *shared;
static char *ipc_pages;
static kn_word clock_page;
static kn_cap next_slot;
static uint64_t seed = 1, wanted_calls = 200000, first_round;
static unsigned failures;

/* What the supervisor knows of a worker, out of reach of all others. */
static struct worker {
	kn_cap tcb, sched_context, vspace, cspace;
	uint64_t calls_seen;     /* when it was last seen to get on */
	uint64_t cpu_time_seen;
	unsigned still_ticks;
} workers[FUZZ_THREADS];

[[noreturn]] void start_main(kn_word boot_page, kn_word ipc_buffer);

[[noreturn]] static void finish(void)
{
	rig_print("1..1\n");
	(void)!kn_power_off(KN_BOOT_SLOT_POWER, failures ? 1 : 0);
	for (;;)
		;
}

static void fail(const char *what, uint64_t round)
{
	rig_print("# %s; again: scripts/boot_test.py --build BUILD --archive BUILD/test/boot/kernel_fuzz.archive "
		  "--append 'seed=%lu round=%lu calls=%u' and the same --smp\n",
	    what, (unsigned long)seed, (unsigned long)round, ROUND_CALLS);
	failures++;
}

/* The supervisor's own calls cannot fail. */
#define must(call) must_be_ok(call, #call)
static void must_be_ok(kn_status status, const char *text)
{
	if (status == KN_OK)
		return;
	rig_print("# %s: %d\nnot ok 1 - the supervisor of the fuzzer works\n", text, status);
	failures++;
	finish();
}

static kn_time now(void)
{
	kn_time monotonic = 0;
	int64_t wall;

	must(kn_clock_now(KN_BOOT_SLOT_CLOCK, &monotonic, &wall));
	return monotonic;
}

/* ---- the bystander ---- */

static uint64_t bystander_word(unsigned i, uint64_t salt)
{
	return (i + salt) * 0x9e3779b97f4a7c15;
}

/* Each call is answered with the number of words that are not what they were. */
[[noreturn]] static void stand_by(void *unused, kn_word unused_too)
{
	struct kn_regs regs = {};
	kn_status status = kn_recv(BYSTANDER_OWN_PORT, &regs, KN_TIME_FOREVER, BYSTANDER_OWN_REPLY);

	for (;;) {
		kn_word wrong = status != KN_OK;

		for (unsigned i = 0; i < BYSTANDER_WORDS; i++)
			wrong += bystander_memory[i] != bystander_word(i, 1);
		regs = (struct kn_regs){.w = {wrong}, .info = kn_info(0, 0, 1)};
		status = kn_reply_recv(BYSTANDER_OWN_PORT, &regs, KN_TIME_FOREVER, BYSTANDER_OWN_REPLY);
	}
}

static void fill_memory(uint64_t salt)
{
	for (unsigned i = 0; i < BYSTANDER_WORDS; i++)
		bystander_memory[i] = bystander_word(i, salt);
}

/* A thread in a clone of the supervisor's memory. */
static void configure_thread(const struct worker *worker, unsigned index, kn_cap fault_handler)
{
	must(kn_tcb_configure(worker->tcb, worker->vspace, worker->cspace, SHARED, SHARED_PAGES + index,
	    (kn_word)ipc_pages + index * KN_PAGE_SIZE, fault_handler));
}

static kn_word stack_top(unsigned index)
{
	return (kn_word)stacks[index] + STACK_SIZE - KN_ENTRY_STACK_BIAS;
}

static void make_bystander(void)
{
	struct worker bystander = {.tcb = BYSTANDER_TCB, .sched_context = BYSTANDER_CONTEXT,
	    .vspace = BYSTANDER_SPACE, .cspace = BYSTANDER_CSPACE};

	fill_memory(1);
	must(kn_vspace_configure(BYSTANDER_SPACE, KN_BOOT_SLOT_POOL, 0x100000000));
	must(kn_vspace_clone(KN_SLOT_VSPACE, BYSTANDER_SPACE));
	/* Copy on write keeps the two apart. */
	fill_memory(2);
	configure_thread(&bystander, FUZZ_THREADS, KN_CAP_NONE);
	must(kn_cnode_copy(BYSTANDER_CSPACE, BYSTANDER_OWN_PORT, BYSTANDER_PORT, KN_RIGHT_RECV));
	must(kn_cnode_copy(BYSTANDER_CSPACE, BYSTANDER_OWN_REPLY, BYSTANDER_REPLY, KN_RIGHT_REPLY));
	must(kn_sched_context_bind(BYSTANDER_CONTEXT, BYSTANDER_TCB));
	must(kn_tcb_set_priority(BYSTANDER_TCB, 200));
	must(kn_tcb_start(BYSTANDER_TCB, (kn_word)stand_by, stack_top(FUZZ_THREADS), (kn_word)&main_area, 0, 0));
	must(kn_tcb_resume(BYSTANDER_TCB));
}

static void ask_bystander(uint64_t round)
{
	struct kn_regs regs = {.info = kn_info(1 << 8, 0, 0)};

	must(kn_call(BYSTANDER_PORT, &regs, now() + 60000000000));
	if (regs.w[0] != 0)
		fail("the bystander's memory has changed", round);
	for (unsigned i = 0; i < BYSTANDER_WORDS; i++) {
		if (bystander_memory[i] != bystander_word(i, 2))
			return fail("the supervisor's memory has changed", round);
	}
}

/* ---- a round's processes ---- */

static kn_cap make(enum kn_object_type type, unsigned size_bits)
{
	kn_cap slot = next_slot++;

	must(kn_untyped_retype(ROUND_UNTYPED, (uint8_t)type, (uint8_t)size_bits, KN_SLOT_CSPACE, (uint32_t)slot, 1));
	return slot;
}

/* Copies `source` with at most these rights to slot `index` of a process. */
static void give(kn_cap cspace, uint32_t index, kn_cap source, uint32_t rights)
{
	struct kn_cap_info info;

	must(kn_cnode_info(KN_SLOT_CSPACE, (uint32_t)source, &info));
	must(kn_cnode_copy(cspace, index, source, info.rights & rights));
}

/* Fresh objects, straight into a process. */
static uint32_t give_new(kn_cap cspace, uint32_t index, enum kn_object_type type, unsigned size_bits, uint32_t count)
{
	must(kn_untyped_retype(ROUND_UNTYPED, (uint8_t)type, (uint8_t)size_bits, cspace, index, count));
	return index + count;
}

static kn_cap make_process(unsigned cspace_bits, kn_cap pool, kn_cap *vspace)
{
	kn_cap cspace = make(KN_TYPE_CNODE, cspace_bits);

	*vspace = make(KN_TYPE_VSPACE, 0);
	must(kn_vspace_configure(*vspace, pool, 0x100000000));
	must(kn_vspace_clone(KN_SLOT_VSPACE, *vspace));
	return cspace;
}

static void make_worker(unsigned index, kn_cap cspace, kn_cap vspace)
{
	struct worker *worker = &workers[index];

	*worker = (struct worker){.tcb = make(KN_TYPE_TCB, 0), .sched_context = make(KN_TYPE_SCHED_CONTEXT, 0),
	    .vspace = vspace, .cspace = cspace};
}

/* Everything there is, and room. */
static void furnish_rich(kn_cap cspace, kn_cap vspace, kn_cap pool)
{
	static const uint8_t counts[KN_TYPE_COUNT] = {[KN_TYPE_TCB] = 2, [KN_TYPE_SCHED_CONTEXT] = 2, [KN_TYPE_ENDPOINT] = 4,
	    [KN_TYPE_REPLY] = 4, [KN_TYPE_NOTIFICATION] = 3, [KN_TYPE_MEMORY_OBJECT] = 4, [KN_TYPE_VSPACE] = 2, [KN_TYPE_POOL] = 2,
	    [KN_TYPE_IRQ_HANDLER] = 2, [KN_TYPE_IO_PORT] = 1, [KN_TYPE_TIMER] = 2};
	uint32_t next = KN_SLOT_FIRST_FREE;

	give(cspace, KN_SLOT_TCB, workers[0].tcb, KN_RIGHTS_ALL);
	give(cspace, KN_SLOT_VSPACE, vspace, KN_RIGHTS_ALL);
	give(cspace, KN_SLOT_CSPACE, cspace, KN_RIGHTS_ALL);
	for (unsigned i = 0; i < FUZZ_RICH_THREADS; i++) {
		give(cspace, next++, workers[i].tcb, KN_RIGHTS_ALL);
		give(cspace, next++, workers[i].sched_context, KN_RIGHTS_ALL);
	}
	give(cspace, next++, pool, KN_RIGHTS_ALL);
	for (unsigned type = 0; type < KN_TYPE_COUNT; type++) {
		if (counts[type] > 0)
			next = give_new(cspace, next, (enum kn_object_type)type, 0, counts[type]);
	}
	next = give_new(cspace, next, KN_TYPE_CNODE, 4, 2);
	for (unsigned bits = 14; bits <= 18; bits++)
		next = give_new(cspace, next, KN_TYPE_UNTYPED, bits, 1);
	give(cspace, next++, KN_BOOT_SLOT_CLOCK, KN_RIGHTS_ALL);
	give(cspace, next++, KN_BOOT_SLOT_RANDOM, KN_RIGHTS_ALL);
	give(cspace, next++, KN_BOOT_SLOT_CLOCK_PAGE, KN_RIGHTS_ALL);
	give(cspace, next++, KN_BOOT_SLOT_ARCHIVE, KN_RIGHTS_ALL);
	give(cspace, next++, KN_BOOT_SLOT_IRQ_CONTROL, KN_RIGHTS_ALL);
	give(cspace, next++, KN_BOOT_SLOT_EXEC_AUTHORITY, KN_RIGHTS_ALL);
	/* CPUs come and go. */
	give(cspace, next++, KN_BOOT_SLOT_POWER, KN_RIGHT_CONFIGURE);
	/* What these can do would end the run: only their refusals. */
	give(cspace, next++, KN_BOOT_SLOT_CONSOLE, KN_RIGHT_READ);
	give(cspace, next++, KN_BOOT_SLOT_DEBUG, KN_RIGHT_READ);
	give(cspace, next++, KN_BOOT_SLOT_IO_PORT_CONTROL, KN_RIGHT_GRANT);
}

/* What the poor one shares with the rich one: a port, a notification. */
static void furnish_poor(kn_cap cspace, kn_cap vspace, kn_cap rich)
{
	kn_cap port = make(KN_TYPE_ENDPOINT, 0), notification = make(KN_TYPE_NOTIFICATION, 0);

	give(cspace, KN_SLOT_TCB, workers[FUZZ_RICH_THREADS].tcb, KN_RIGHT_READ);
	give(cspace, KN_SLOT_VSPACE, vspace, KN_RIGHT_READ);
	give(cspace, KN_SLOT_CSPACE, cspace, KN_RIGHT_READ);
	must(kn_cnode_mint(cspace, 4, port, KN_RIGHT_SEND | KN_RIGHT_CALL | KN_RIGHT_GRANT, 77));
	give(cspace, 5, notification, KN_RIGHT_SEND);
	give(rich, FUZZ_SLOTS - 1, port, KN_RIGHTS_ALL);
	give(rich, FUZZ_SLOTS - 2, notification, KN_RIGHTS_ALL);
}

static void learn_slots(struct fuzz_process *process, kn_cap cspace, uint32_t count)
{
	process->slot_count = count;
	for (uint32_t i = 1; i < count; i++) {
		struct kn_cap_info info;

		must(kn_cnode_info(cspace, i, &info));
		process->slots[i] = (struct fuzz_slot){.type = info.type, .rights = (uint16_t)info.rights};
	}
}

/* As at the start, but with its random numbers going on. A worker whose objects others hold can be beyond repair. */
static kn_status start_worker(unsigned index)
{
	const struct worker *worker = &workers[index];
	kn_status status = kn_tcb_suspend(worker->tcb, true);

	if (status == KN_OK)
		status = kn_tcb_configure(worker->tcb, worker->vspace, worker->cspace, SHARED, SHARED_PAGES + index,
		    (kn_word)ipc_pages + index * KN_PAGE_SIZE, FAULT_BADGES + index);
	(void)!kn_sched_context_unbind(worker->sched_context);
	(void)!kn_sched_context_bind(worker->sched_context, worker->tcb);
	(void)!kn_sched_context_configure(worker->sched_context, 0, 0, 0, 0);
	(void)!kn_tcb_set_priority(worker->tcb, 100);
	(void)!kn_tcb_set_affinity(worker->tcb, KN_TCB_ANY_CPU);
	(void)!kn_tcb_set_upcall(worker->tcb, 0);
	(void)!kn_tcb_set_foreign(worker->tcb, 0);
	if (status == KN_OK)
		status = kn_tcb_start(worker->tcb, (kn_word)fuzz_work, stack_top(index), (kn_word)&main_area,
		    (kn_word)&shared->threads[index], 0);
	return status == KN_OK ? kn_tcb_resume(worker->tcb) : status;
}

static void begin_round(uint64_t round)
{
	uint64_t random = (seed * 0x9e3779b97f4a7c15 + round) * 0xbf58476d1ce4e5b9 | 1;
	kn_cap rich_space, poor_space;

	next_slot = ROUND_SLOT;
	*shared = (struct fuzz_shared){};
	kn_cap pool = make(KN_TYPE_POOL, 0);

	must(kn_pool_configure(pool, KN_BOOT_SLOT_POOL, 1500));
	kn_cap rich = make_process(8, pool, &rich_space), poor = make_process(4, pool, &poor_space);

	for (unsigned i = 0; i < FUZZ_THREADS; i++) {
		bool is_rich = i < FUZZ_RICH_THREADS;

		make_worker(i, is_rich ? rich : poor, is_rich ? rich_space : poor_space);
		*(struct kn_ipc_buffer *)(ipc_pages + i * KN_PAGE_SIZE) = (struct kn_ipc_buffer){};
		shared->threads[i] = (struct fuzz_thread){.random = fuzz_random(&random) | 1,
		    .ipc = (struct kn_ipc_buffer *)(ipc_pages + i * KN_PAGE_SIZE), .process = &shared->processes[!is_rich],
		    .clock_page = (const void *)clock_page, .futexes = shared->futexes};
	}
	furnish_rich(rich, rich_space, pool);
	furnish_poor(poor, poor_space, rich);
	learn_slots(&shared->processes[0], rich, FUZZ_SLOTS);
	learn_slots(&shared->processes[1], poor, 16);
	/* From the first one on others can be disturbed already, on other CPUs; look_after() starts those again. */
	must(start_worker(0));
	for (unsigned i = 1; i < FUZZ_THREADS; i++)
		(void)!start_worker(i);
}

/* ---- a round ---- */

static uint64_t calls_made(void)
{
	uint64_t calls = 0;

	for (unsigned i = 0; i < FUZZ_THREADS; i++)
		calls += shared->threads[i].calls;
	return calls;
}

/* Workers that wait for something that does not come, or that were stopped, go on. */
static void look_after(unsigned index, uint64_t round)
{
	struct worker *worker = &workers[index];
	const struct fuzz_thread *thread = &shared->threads[index];
	struct kn_tcb_info info = {};

	if (kn_tcb_info(worker->tcb, &info) != KN_OK)
		return;
	if (thread->calls != worker->calls_seen || worker->cpu_time_seen == 0) {
		worker->calls_seen = thread->calls;
		worker->cpu_time_seen = info.cpu_time;
		worker->still_ticks = 0;
		return;
	}
	if (info.cpu_time - worker->cpu_time_seen > STUCK_TIME) {
		rig_print("# thread %u: capability %lx, info %lx, words %lx %lx %lx %lx\n", index, (unsigned long)thread->cap,
		    (unsigned long)thread->info, (unsigned long)thread->words[0], (unsigned long)thread->words[1],
		    (unsigned long)thread->words[2], (unsigned long)thread->words[3]);
		fail("a call that never ends", round);
		worker->cpu_time_seen = info.cpu_time;
	}
	if ((info.state != KN_TCB_STATE_READY || info.is_suspended) && ++worker->still_ticks > 1) {
		(void)!start_worker(index);
		worker->still_ticks = 0;
	}
}

/* Runs the workers until they have made their calls, or no longer can; returns how many. */
static uint64_t run_round(uint64_t round, uint64_t wanted)
{
	unsigned idle_ticks = 0;
	uint64_t seen = 0;
	kn_time tick = now() + TICK;

	while (seen < wanted && idle_ticks < IDLE_TICKS) {
		struct kn_regs regs = {};
		kn_status status = kn_recv(FAULTS, &regs, tick, REPLY);

		if (status == KN_OK && regs.badge >= 1 && regs.badge <= FUZZ_THREADS)
			(void)!start_worker((unsigned)regs.badge - 1);
		if (status == KN_E_BUSY)
			must(kn_cnode_delete(KN_SLOT_CSPACE, REPLY)); /* cannot be: a worker was restarted, so its call ended */
		if (now() < tick)
			continue;
		tick = now() + TICK;
		for (unsigned i = 0; i < FUZZ_THREADS; i++)
			look_after(i, round);
		idle_ticks = calls_made() == seen ? idle_ticks + 1 : 0;
		seen = calls_made();
	}
	return seen;
}

static void check_kernel(void)
{
	uint64_t checked;

	must(kn_debug_check(KN_BOOT_SLOT_DEBUG, &checked));
}

static uint64_t fuzz_round(uint64_t round, uint64_t wanted)
{
	struct kn_object_counts before = {}, after = {};

	must(kn_debug_objects(KN_BOOT_SLOT_DEBUG, &before));
	begin_round(round);
	uint64_t calls = run_round(round, wanted);

	check_kernel();
	must(kn_cnode_revoke(KN_SLOT_CSPACE, ROUND_UNTYPED));
	check_kernel();
	must(kn_debug_objects(KN_BOOT_SLOT_DEBUG, &after));
	for (unsigned i = 0; i < KN_TYPE_COUNT; i++) {
		if (after.counts[i] != before.counts[i]) {
			rig_print("# objects of type %u: %u before, %u after\n", i, before.counts[i], after.counts[i]);
			fail("objects leaked", round);
		}
	}
	ask_bystander(round);
	return calls;
}

/* ---- start ---- */

static uint64_t option(const char *line, const char *name, uint64_t value)
{
	for (; *line; line++) {
		const char *at = line, *n = name;

		for (; *n && *n == *at; n++)
			at++;
		if (*n)
			continue;
		for (value = 0; *at >= '0' && *at <= '9'; at++)
			value = value * 10 + (unsigned)(*at - '0');
		return value;
	}
	return value;
}

static kn_cap large_untyped(const struct kn_boot_page *boot, unsigned bits)
{
	for (unsigned i = 0; i < boot->untyped_count; i++) {
		struct kn_untyped_info info = {};

		if (boot->untypeds[i].is_device || boot->untypeds[i].size_bits <= bits)
			continue;
		must(kn_untyped_info(KN_BOOT_SLOT_UNTYPED + i, &info));
		if (info.size - info.used >= 2ull << bits)
			return KN_BOOT_SLOT_UNTYPED + i;
	}
	return KN_CAP_NONE;
}

static void make_own_objects(kn_cap untyped)
{
	static const struct {
		enum kn_object_type type;
		uint8_t bits;
		kn_cap slot;
	} objects[] = {{KN_TYPE_UNTYPED, ROUND_UNTYPED_BITS, ROUND_UNTYPED}, {KN_TYPE_UNTYPED, ROUND_UNTYPED_BITS, POOL},
	    {KN_TYPE_MEMORY_OBJECT, 0, SHARED}, {KN_TYPE_ENDPOINT, 0, FAULTS}, {KN_TYPE_REPLY, 0, REPLY},
	    {KN_TYPE_TCB, 0, BYSTANDER_TCB}, {KN_TYPE_VSPACE, 0, BYSTANDER_SPACE}, {KN_TYPE_CNODE, 4, BYSTANDER_CSPACE},
	    {KN_TYPE_SCHED_CONTEXT, 0, BYSTANDER_CONTEXT}, {KN_TYPE_ENDPOINT, 0, BYSTANDER_PORT},
	    {KN_TYPE_REPLY, 0, BYSTANDER_REPLY}};
	const uint32_t read_write = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	kn_word mapped;

	for (unsigned i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		must(kn_untyped_retype(untyped, objects[i].type, objects[i].bits, KN_SLOT_CSPACE, (uint32_t)objects[i].slot, 1));
	must(kn_pool_refill(KN_BOOT_SLOT_POOL, POOL));
	must(kn_memory_object_configure_anonymous(SHARED, KN_BOOT_SLOT_POOL, SHARED_PAGES + FUZZ_THREADS + 1));
	must(kn_vspace_map(KN_SLOT_VSPACE, SHARED, 0, 0, SHARED_PAGES + FUZZ_THREADS + 1, read_write, read_write,
	    KN_VSPACE_MAP_SHARED, &mapped));
	shared = (struct fuzz_shared *)mapped;
	ipc_pages = (char *)mapped + SHARED_PAGES * KN_PAGE_SIZE;
	must(kn_vspace_map(KN_SLOT_VSPACE, KN_BOOT_SLOT_CLOCK_PAGE, 0, 0, 1, KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ,
	    KN_VSPACE_MAP_SHARED, &clock_page));
	for (unsigned i = 0; i < FUZZ_THREADS; i++)
		must(kn_cnode_mint(KN_SLOT_CSPACE, FAULT_BADGES + i, FAULTS, KN_RIGHT_SEND | KN_RIGHT_GRANT, i + 1));
}

void start_main(kn_word boot_page, kn_word ipc_buffer)
{
	const struct kn_boot_page *boot = (const struct kn_boot_page *)boot_page;
	const char *line = (const char *)boot->command_line;
	uint64_t calls = 0, round;

	kn_thread_init(&main_area, (struct kn_ipc_buffer *)ipc_buffer, KN_SLOT_TCB, 0);
	(void)main_area_tail;
	must(kn_tcb_set_tls(KN_SLOT_TCB, kn_thread_pointer(&main_area)));
	seed = option(line, "seed=", seed);
	wanted_calls = option(line, "calls=", wanted_calls);
	first_round = option(line, "round=", first_round);
	make_own_objects(large_untyped(boot, ROUND_UNTYPED_BITS + 1));
	make_bystander();
	rig_print("# seed=%lu calls=%lu round=%lu\n", (unsigned long)seed, (unsigned long)wanted_calls, (unsigned long)first_round);
	for (round = first_round; calls < wanted_calls && failures == 0; round++) {
		uint64_t left = wanted_calls - calls;

		calls += fuzz_round(round, left < ROUND_CALLS ? left : ROUND_CALLS);
		if (round % 16 == 15)
			rig_print("# seed=%lu: %lu calls before round=%lu\n", (unsigned long)seed, (unsigned long)calls,
			    (unsigned long)round + 1);
	}
	rig_print("# seed=%lu: %lu calls in %lu rounds\n", (unsigned long)seed, (unsigned long)calls,
	    (unsigned long)(round - first_round));
	rig_print("%sok 1 - random calls leave the kernel whole\n", failures ? "not " : "");
	finish();
}
