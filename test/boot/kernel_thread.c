/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads: configuration, faults, contexts, upcalls, affinity, scheduling contexts,
 * wait-on-address. */
#include "kernel_rig.h"

#define CSPACE KN_SLOT_CSPACE
#define FOREVER KN_TIME_FOREVER

static volatile unsigned counter;
static volatile bool spinning;

static void count_once(void *argument)
{
	(void)argument;
	counter++;
}

static void spin(void *argument)
{
	(void)argument;
	spinning = true;
	while (spinning)
		counter++;
}

/* Somebody spins. */
static void await_counting(unsigned before)
{
	rig_until(counter != before);
}

static void thread_runs_and_ends(void)
{
	counter = 0;
	struct rig_thread *thread = rig_spawn(count_once, nullptr);
	rig_join(thread);
	check(counter == 1);
	rig_await(thread, KN_TCB_STATE_INACTIVE);
	struct kn_tcb_info info = {};
	check_ok(kn_tcb_info(thread->tcb, &info));
	check(info.is_suspended && info.priority == rig_priority && info.cpu_time > 0 &&
	      info.kernel_entries > 0);
}

static void running_thread_is_suspended(void)
{
	struct rig_thread *thread = rig_make_thread(spin, nullptr, KN_CAP_NONE);

	/* Lower than ours, so that we get the only CPU back. */
	spinning = false;
	check_ok(kn_tcb_set_priority(thread->tcb, 100));
	check_ok(kn_tcb_resume(thread->tcb));
	rig_until(spinning);
	check_ok(kn_tcb_suspend(thread->tcb, true));
	unsigned before = counter;
	rig_sleep(1000000);
	check(counter == before);
	check_ok(kn_tcb_resume(thread->tcb));
	await_counting(before);
	/* A running thread is destroyed. */
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)thread->tcb));
	before = counter;
	rig_sleep(1000000);
	check(counter == before);
}

static bool has_used(const struct rig_thread *thread, kn_time time)
{
	struct kn_tcb_info info = {};

	check_ok(kn_tcb_info(thread->tcb, &info));
	return info.cpu_time > time;
}

/* Nobody waits for ever: slices are 5 ms. What the shares are sched_shares.c tells. */
static void equal_threads_share_the_cpu(void)
{
	struct rig_thread *threads[2];
	const uint32_t online = rig_cpus_online();

	for (unsigned i = 0; i < 2; i++) {
		threads[i] = rig_make_thread(spin, nullptr, KN_CAP_NONE);
		check_ok(kn_tcb_set_priority(threads[i]->tcb, 100));
		check_ok(kn_tcb_set_affinity(threads[i]->tcb, online - 1));
		check_ok(kn_tcb_resume(threads[i]->tcb));
	}
	rig_until(has_used(threads[0], 20000000) && has_used(threads[1], 20000000));
	for (unsigned i = 0; i < 2; i++) {
		struct kn_tcb_info info = {};

		check_ok(kn_tcb_suspend(threads[i]->tcb, true));
		check_ok(kn_tcb_info(threads[i]->tcb, &info));
		check(info.cpu == online - 1);
	}
}

static void threads_run_on_every_cpu(void)
{
	const uint32_t online = rig_cpus_online();
	bool is_online;
	uint64_t idle;

	check(online == rig_boot->cpu_count);
	counter = 0;
	for (unsigned i = 0; i < online; i++) {
		struct rig_thread *thread = rig_make_thread(count_once, nullptr, KN_CAP_NONE);
		struct kn_tcb_info info = {};

		check_ok(kn_tcb_set_affinity(thread->tcb, i));
		check_ok(kn_tcb_resume(thread->tcb));
		rig_join(thread);
		check_ok(kn_tcb_info(thread->tcb, &info));
		check(info.cpu == i && info.affinity == i);
	}
	check(counter == online);
	struct rig_thread *thread = rig_make_thread(count_once, nullptr, KN_CAP_NONE);
	check_status(kn_tcb_set_affinity(thread->tcb, online), KN_E_RANGE);
	check_status(kn_tcb_set_priority(thread->tcb, 256), KN_E_RANGE);
	check_status(kn_tcb_set_priority(thread->tcb, rig_priority + 1), KN_E_RIGHTS);
	check_status(kn_tcb_set_priority(KN_SLOT_TCB, 255), KN_E_RIGHTS);
	check_status(kn_debug_cpu(KN_BOOT_SLOT_DEBUG, online, &is_online, &idle), KN_E_RANGE);
}

static void configure_refuses_bad_arguments(void)
{
	kn_cap tcb = rig_new(KN_TYPE_TCB, 0), object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	kn_cap sched_context = rig_new(KN_TYPE_SCHED_CONTEXT, 0);

	check_status(kn_tcb_resume(tcb), KN_E_INVALID_ARG);
	check_status(
	    kn_tcb_configure(tcb, KN_SLOT_VSPACE, CSPACE, object, 0, 0x100001, KN_CAP_NONE),
	    KN_E_ALIGNMENT);
	check_status(kn_tcb_configure(tcb, KN_SLOT_VSPACE, CSPACE, object, 0, 0, KN_CAP_NONE),
	    KN_E_BAD_ADDRESS);
	check_status(
	    kn_tcb_configure(tcb, KN_SLOT_VSPACE, CSPACE, object, 0, KN_USER_MAX, KN_CAP_NONE),
	    KN_E_BAD_ADDRESS);
	check_status(kn_tcb_configure(
			 tcb, KN_SLOT_VSPACE, CSPACE, object, 0, 0xffff800000000000, KN_CAP_NONE),
	    KN_E_BAD_ADDRESS);
	check_status(kn_tcb_configure(tcb, KN_SLOT_VSPACE, CSPACE, object, 0, 0x100000, KN_CAP_NONE),
	    KN_E_WRONG_TYPE);
	check_ok(kn_memory_object_configure_anonymous(object, KN_BOOT_SLOT_POOL, 1));
	check_status(
	    kn_tcb_configure(tcb, KN_SLOT_VSPACE, CSPACE, object, 1, 0x100000, KN_CAP_NONE),
	    KN_E_RANGE);
	check_status(kn_tcb_configure(tcb, CSPACE, CSPACE, object, 0, 0x100000, KN_CAP_NONE),
	    KN_E_WRONG_TYPE);
	check_ok(kn_tcb_configure(tcb, KN_SLOT_VSPACE, CSPACE, object, 0, 0x100000, KN_CAP_NONE));
	check_status(kn_tcb_resume(tcb), KN_E_INVALID_ARG);
	check_ok(kn_sched_context_bind(sched_context, tcb));
	check_status(kn_sched_context_bind(sched_context, tcb), KN_E_BUSY);
	check_status(kn_tcb_start(tcb, 0, 0x200000, 0, 0, 0), KN_E_BAD_ADDRESS);
	check_status(kn_tcb_start(tcb, KN_USER_MAX, 0x200000, 0, 0, 0), KN_E_BAD_ADDRESS);
	check_status(kn_tcb_start(tcb, 0x200000, ~0ull, 0, 0, 0), KN_E_BAD_ADDRESS);
	check_status(kn_tcb_set_tls(tcb, ~0ull), KN_E_BAD_ADDRESS);
	check_status(kn_tcb_set_upcall(tcb, ~0ull), KN_E_BAD_ADDRESS);
	check_status(kn_tcb_set_foreign(tcb, ~0ull), KN_E_BAD_ADDRESS);
	check_status(
	    kn_tcb_configure(KN_SLOT_TCB, KN_SLOT_VSPACE, CSPACE, object, 0, 0x100000, KN_CAP_NONE),
	    KN_E_BUSY);
	check_status(kn_tcb_start(KN_SLOT_TCB, 0x200000, 0x200000, 0, 0, 0), KN_E_BUSY);
	check_status(kn_tcb_upcall_return(tcb), KN_E_INVALID_ARG);
}

static void write_null(void *argument)
{
	(void)argument;
	*(volatile int *)8 = 1;
	counter = 1;
}

static kn_cap fault_endpoint, fault_reply;

static void setup_faults(void)
{
	fault_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	fault_reply = rig_new(KN_TYPE_REPLY, 0);
	counter = 0;
}

static void fault_is_a_message(void)
{
	struct kn_regs regs = {};

	setup_faults();
	kn_cap handler = rig_derive(fault_endpoint, KN_RIGHT_SEND, 31);
	struct rig_thread *thread = rig_make_thread(write_null, nullptr, handler);
	check_ok(kn_tcb_resume(thread->tcb));
	check_ok(kn_recv(fault_endpoint, &regs, FOREVER, fault_reply));
	check(regs.badge == 31 && kn_info_label(regs.info) == KN_LABEL_FAULT_VM &&
	      kn_info_words(regs.info) == 6);
	check(regs.w[0] == 8 && regs.w[1] == 2 && regs.w[2] != 0);
	/* Answer 0 tries again and faults again; an error stops the thread. */
	regs.info = kn_info(0, 0, 0);
	check_ok(kn_reply_recv(fault_endpoint, &regs, FOREVER, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_VM && regs.w[0] == 8);
	regs.info = kn_info((uint64_t)KN_E_BAD_ADDRESS & 0xffffffffffff, 0, 0);
	check_ok(kn_reply(fault_reply, &regs));
	rig_await(thread, KN_TCB_STATE_INACTIVE);
	check(counter == 0);
}

static void fault_without_a_handler_stops_the_thread(void)
{
	setup_faults();
	struct rig_thread *thread = rig_spawn(write_null, nullptr);
	rig_await(thread, KN_TCB_STATE_INACTIVE);
	check(counter == 0);
	/* A handler that goes away while it has the fault. */
	thread = rig_make_thread(write_null, nullptr, fault_endpoint);
	check_ok(kn_tcb_resume(thread->tcb));
	rig_await(thread, KN_TCB_STATE_SENDING);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)fault_endpoint));
	/* The thread's own handler capability still holds the endpoint; without that it ends. */
	check_ok(kn_tcb_set_fault_handler(thread->tcb, KN_CAP_NONE));
	rig_await(thread, KN_TCB_STATE_INACTIVE);
}

static void its_own_fault_handler_hangs_harmlessly(void)
{
	setup_faults();
	/* Only the thread itself would receive: it waits until somebody else does, or ends it. */
	struct rig_thread *thread = rig_make_thread(write_null, nullptr, fault_endpoint);
	struct kn_regs regs = {};

	check_ok(kn_tcb_resume(thread->tcb));
	rig_await(thread, KN_TCB_STATE_SENDING);
	check_ok(kn_tcb_suspend(thread->tcb, true));
	rig_await(thread, KN_TCB_STATE_INACTIVE);
	check_status(kn_recv(fault_endpoint, &regs, KN_TIME_POLL, fault_reply), KN_E_WOULD_BLOCK);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)thread->tcb));
	check(counter == 0);
}

/* Takes a fault, then faults itself. */
static void fault_in_the_handler(void *argument)
{
	struct kn_regs regs = {};

	(void)argument;
	check_ok(kn_recv(fault_endpoint, &regs, FOREVER, fault_reply));
	write_null(nullptr);
}

static void a_handler_that_faults_does_not_answer(void)
{
	struct kn_regs regs = {};

	setup_faults();
	kn_cap second = rig_new(KN_TYPE_ENDPOINT, 0), reply = rig_new(KN_TYPE_REPLY, 0);
	struct rig_thread *handler = rig_make_thread(fault_in_the_handler, nullptr, second);
	struct rig_thread *thread = rig_make_thread(write_null, nullptr, fault_endpoint);

	check_ok(kn_tcb_resume(handler->tcb));
	check_ok(kn_tcb_resume(thread->tcb));
	/* The handler's handler hears of it; refused, the handler stops with the fault in hand. */
	check_ok(kn_recv(second, &regs, FOREVER, reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_VM);
	check(rig_state(thread) == KN_TCB_STATE_WAITING_REPLY);
	regs.info = kn_info((uint64_t)KN_E_IO & 0xffffffffffff, 0, 0);
	check_ok(kn_reply(reply, &regs));
	rig_await(handler, KN_TCB_STATE_INACTIVE);
	check(rig_state(thread) == KN_TCB_STATE_WAITING_REPLY);
	/* The reply object was all that could still have answered. */
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)fault_reply));
	rig_await(thread, KN_TCB_STATE_INACTIVE);
	check(counter == 0);
}

static struct kn_thread *volatile seen_area;

/* Not to be hoisted out of a loop. */
[[gnu::noinline]] static struct kn_thread *area_now(void)
{
	__asm__ volatile("");
	return kn_thread_self();
}

static void look_at_area(void *argument)
{
	(void)argument;
	spinning = true;
	while (spinning)
		seen_area = area_now();
}

static void await_area(const struct kn_thread *area)
{
	rig_until(seen_area == area);
}

static void thread_pointer_is_set_while_the_thread_runs(void)
{
	static struct {
		struct kn_thread area __attribute__((aligned(16)));
		uint64_t tail[2];
	} second;
	struct rig_thread *thread = rig_make_thread(look_at_area, nullptr, KN_CAP_NONE);

	seen_area = nullptr;
	kn_thread_init(&second.area, thread->ipc, thread->tcb, 0);
	check_ok(kn_tcb_set_priority(thread->tcb, 100));
	check_ok(kn_tcb_resume(thread->tcb));
	await_area(&thread->area);
	/* It never enters the kernel by itself; with several CPUs it runs right now. */
	check_ok(kn_tcb_set_tls(thread->tcb, kn_thread_pointer(&second.area)));
	await_area(&second.area);
	check_ok(kn_tcb_set_tls(thread->tcb, kn_thread_pointer(&thread->area)));
	await_area(&thread->area);
	spinning = false;
	rig_join(thread);
}

static void unknown_system_call(void *argument)
{
	(void)argument;
	struct kn_regs regs = {};
	/* 0x4b06 is the first number after ours; through kn_yield's register layout */
	extern void rig_bad_syscall(void);
	(void)regs;
	rig_bad_syscall();
	counter = 1;
}

static void unknown_system_call_is_a_fault(void)
{
	struct kn_regs regs = {};

	setup_faults();
	struct rig_thread *thread = rig_make_thread(unknown_system_call, nullptr, fault_endpoint);
	check_ok(kn_tcb_resume(thread->tcb));
	check_ok(kn_recv(fault_endpoint, &regs, FOREVER, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_EXEC && regs.w[0] == 100);
	/* Going on after it is fine: the call is over. */
	regs.info = kn_info(0, 0, 0);
	check_ok(kn_reply(fault_reply, &regs));
	rig_join(thread);
	check(counter == 1);
}

static void contexts_are_read_and_written(void)
{
	struct rig_thread *thread = rig_make_thread(count_once, nullptr, KN_CAP_NONE);
	struct kn_ipc_buffer *ipc = kn_ipc_buffer();

	check_ok(kn_tcb_read_context(thread->tcb));
	check(ipc->context[0] != 0 && ipc->context[1] != 0);
	kn_word ip = ipc->context[0];
	ipc->context[0] = 0xffff800000000000;
	check(kn_tcb_write_context(thread->tcb) != KN_OK);
	ipc->context[0] = ip;
	ipc->context[2] = ~0ull;
	check_status(kn_tcb_write_context(thread->tcb), KN_E_INVALID_ARG);
	check_ok(kn_tcb_read_context(thread->tcb));
	check(ipc->context[0] == ip);
	check_ok(kn_tcb_write_context(thread->tcb));
	counter = 0;
	check_ok(kn_tcb_resume(thread->tcb));
	rig_join(thread);
	check(counter == 1);
	check_status(kn_tcb_read_context(KN_SLOT_TCB), KN_E_BUSY);
}

static volatile kn_word upcall_seen;
static volatile unsigned upcalls;

/* Entered with the interrupted registers in the IPC buffer. */
static void upcall_entry(void)
{
	struct kn_ipc_buffer *ipc = kn_ipc_buffer();

	upcall_seen |= __atomic_exchange_n(&ipc->upcall_bits, 0, __ATOMIC_SEQ_CST);
	upcalls++;
	(void)kn_tcb_upcall_return(kn_thread_self()->tcb);
	__builtin_trap();
}

static void await_upcalls(unsigned count)
{
	rig_until(upcalls >= count);
}

static void upcall_interrupts_a_running_thread(void)
{
	struct rig_thread *thread = rig_make_thread(spin, nullptr, KN_CAP_NONE);

	upcall_seen = 0;
	upcalls = 0;
	spinning = false;
	check_ok(kn_tcb_set_upcall(thread->tcb, (kn_word)upcall_entry));
	check_ok(kn_tcb_set_priority(thread->tcb, 100));
	check_ok(kn_tcb_resume(thread->tcb));
	rig_until(spinning);
	for (unsigned i = 0; i < 10; i++) {
		check_ok(kn_tcb_upcall(thread->tcb, 1ull << i));
		await_upcalls(i + 1);
	}
	check(upcall_seen == 0x3ff && upcalls == 10);
	/* Held back while blocked, delivered after; its last upcall may still be on the way back.
	 */
	rig_until(!(thread->ipc->upcall_flags & KN_UPCALL_BLOCKED));
	thread->ipc->upcall_flags |= KN_UPCALL_BLOCKED;
	check_ok(kn_tcb_upcall(thread->tcb, 1ull << 20));
	rig_until(thread->ipc->upcall_flags & KN_UPCALL_PENDING);
	check(upcalls == 10 && (thread->ipc->upcall_flags & KN_UPCALL_PENDING));
	thread->ipc->upcall_flags = 0;
	check_ok(kn_tcb_upcall(thread->tcb, 0));
	await_upcalls(11);
	check(upcalls == 11 && (upcall_seen & 1ull << 20));
	unsigned before = counter;
	await_counting(before);
	spinning = false;
	rig_join(thread);
}

static kn_status wait_status;
static kn_cap wait_notification;

static void wait_forever(void *argument)
{
	kn_word bits;

	(void)argument;
	wait_status = kn_wait(wait_notification, &bits, FOREVER);
}

static void upcall_ends_a_wait(void)
{
	wait_notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	upcall_seen = 0;
	struct rig_thread *thread = rig_make_thread(wait_forever, nullptr, KN_CAP_NONE);
	check_ok(kn_tcb_set_upcall(thread->tcb, (kn_word)upcall_entry));
	check_ok(kn_tcb_resume(thread->tcb));
	rig_await(thread, KN_TCB_STATE_WAITING_SIGNAL);
	check_ok(kn_tcb_upcall(thread->tcb, 0x55));
	rig_join(thread);
	check(wait_status == KN_E_INTERRUPTED && upcall_seen == 0x55);
}

static volatile uint32_t word;

static void wait_on_word(void *deadline)
{
	wait_status = kn_vspace_wait(KN_SLOT_VSPACE, (kn_word)&word, 1, (kn_time)deadline);
	counter++;
}

static void threads_wait_on_memory(void)
{
	struct rig_thread *threads[3];
	uint32_t woken = 0;

	counter = 0;
	word = 1;
	for (unsigned i = 0; i < 3; i++) {
		threads[i] = rig_spawn(wait_on_word, (void *)FOREVER);
		rig_await(threads[i], KN_TCB_STATE_WAITING_ADDRESS);
	}
	check_ok(kn_vspace_wake(KN_SLOT_VSPACE, (kn_word)&word, 1, &woken));
	check(woken == 1);
	rig_join(threads[0]);
	check(wait_status == KN_OK && counter == 1);
	check_ok(kn_vspace_wake(KN_SLOT_VSPACE, (kn_word)&word, 100, &woken));
	check(woken == 2);
	rig_join(threads[1]);
	rig_join(threads[2]);
	check_status(kn_vspace_wait(KN_SLOT_VSPACE, (kn_word)&word, 2, FOREVER), KN_E_WOULD_BLOCK);
	check_status(
	    kn_vspace_wait(KN_SLOT_VSPACE, (kn_word)&word, 1, rig_now() + 1000000), KN_E_TIMED_OUT);
	check_status(
	    kn_vspace_wait(KN_SLOT_VSPACE, (kn_word)&word + 1, 1, FOREVER), KN_E_ALIGNMENT);
	check_status(kn_vspace_wait(KN_SLOT_VSPACE, 0x20000, 1, FOREVER), KN_E_BAD_ADDRESS);
	check_status(
	    kn_vspace_wait(KN_SLOT_VSPACE, 0xffff800000000000, 1, FOREVER), KN_E_BAD_ADDRESS);
}

static void scheduling_context_is_needed(void)
{
	struct rig_thread *thread = rig_make_thread(spin, nullptr, KN_CAP_NONE);
	uint64_t consumed = 0;

	spinning = false;
	check_ok(kn_tcb_set_priority(thread->tcb, 100));
	check_ok(kn_tcb_resume(thread->tcb));
	rig_until(spinning);
	check_ok(kn_sched_context_consumed(thread->sched_context, &consumed));
	check(consumed > 0);
	check_ok(kn_sched_context_unbind(thread->sched_context));
	check_status(kn_sched_context_unbind(thread->sched_context), KN_E_NOT_FOUND);
	unsigned before = counter;
	rig_sleep(500000);
	check(counter == before);
	check_status(kn_tcb_resume(thread->tcb), KN_E_INVALID_ARG);
	check_ok(kn_sched_context_bind(thread->sched_context, thread->tcb));
	check_ok(kn_tcb_resume(thread->tcb));
	await_counting(before);
	spinning = false;
	rig_join(thread);
}

static void scheduling_parameters_are_checked(void)
{
	kn_cap context = rig_new(KN_TYPE_SCHED_CONTEXT, 0);

	check_ok(kn_sched_context_configure(context, 1000000, 10000000, 5000000, 1));
	check_ok(kn_sched_context_configure(context, 1000000, 0, 0, 0));
	check_status(kn_sched_context_configure(context, 0, 0, 0, 0), KN_E_RANGE);
	check_status(kn_sched_context_configure(context, 2000000, 1000000, 0, 0), KN_E_RANGE);
	check_status(kn_sched_context_configure(context, 1000000, 2000000, 3000000, 0), KN_E_RANGE);
	check_status(kn_sched_context_configure(context, ~0ull, ~0ull, 0, 0), KN_E_RANGE);
	check_status(kn_sched_context_configure(context, 1000000, 2000000, 0, 2), KN_E_INVALID_ARG);
	check_status(kn_sched_context_configure(context, 1000000, 0, 1, 0), KN_E_INVALID_ARG);
}

static kn_cap self_tcb;

static void delete_self(void *argument)
{
	(void)argument;
	(void)kn_cnode_delete(CSPACE, (uint32_t)self_tcb);
	counter = 1;
}

static void thread_can_destroy_itself(void)
{
	struct kn_object_counts before = {}, after = {};
	const kn_time limit = rig_now() + RIG_PATIENCE;

	counter = 0;
	check_ok(kn_debug_objects(KN_BOOT_SLOT_DEBUG, &before));
	struct rig_thread *thread = rig_make_thread(delete_self, nullptr, KN_CAP_NONE);
	self_tcb = thread->tcb;
	check_ok(kn_tcb_resume(thread->tcb));
	do
		rig_sleep(1000000);
	while (kn_debug_objects(KN_BOOT_SLOT_DEBUG, &after) == KN_OK && after.counts[KN_TYPE_TCB] != before.counts[KN_TYPE_TCB] &&
	       rig_now() < limit);
	check(after.counts[KN_TYPE_TCB] == before.counts[KN_TYPE_TCB] && counter == 0);
}

static uint32_t words[4096];

static void wait_for_the_first(void *argument)
{
	(void)argument;
	check_ok(kn_vspace_wait(KN_SLOT_VSPACE, (kn_word)&words[0], 0, FOREVER));
}

/* More words than the kernel has queues: some share the waiter's. */
static void a_wake_is_for_its_own_word(void)
{
	struct rig_thread *thread = rig_spawn(wait_for_the_first, nullptr);
	uint32_t woken = 0;

	rig_await(thread, KN_TCB_STATE_WAITING_ADDRESS);
	for (unsigned i = 1; i < 4096 && woken == 0; i++)
		check_ok(kn_vspace_wake(KN_SLOT_VSPACE, (kn_word)&words[i], 1, &woken));
	check(woken == 0);
	check_ok(kn_vspace_wake(KN_SLOT_VSPACE, (kn_word)&words[0], 1, &woken));
	check(woken == 1);
	rig_join(thread);
}

const struct rig_test thread_tests[] = {
    {"a_wake_is_for_its_own_word", a_wake_is_for_its_own_word},
    {"thread_runs_and_ends", thread_runs_and_ends},
    {"running_thread_is_suspended", running_thread_is_suspended},
    {"equal_threads_share_the_cpu", equal_threads_share_the_cpu},
    {"threads_run_on_every_cpu", threads_run_on_every_cpu},
    {"configure_refuses_bad_arguments", configure_refuses_bad_arguments},
    {"fault_is_a_message", fault_is_a_message},
    {"fault_without_a_handler_stops_the_thread", fault_without_a_handler_stops_the_thread},
    {"its_own_fault_handler_hangs_harmlessly", its_own_fault_handler_hangs_harmlessly},
    {"a_handler_that_faults_does_not_answer", a_handler_that_faults_does_not_answer},
    {"thread_pointer_is_set_while_the_thread_runs", thread_pointer_is_set_while_the_thread_runs},
    {"unknown_system_call_is_a_fault", unknown_system_call_is_a_fault},
    {"contexts_are_read_and_written", contexts_are_read_and_written},
    {"upcall_interrupts_a_running_thread", upcall_interrupts_a_running_thread},
    {"upcall_ends_a_wait", upcall_ends_a_wait},
    {"threads_wait_on_memory", threads_wait_on_memory},
    {"scheduling_context_is_needed", scheduling_context_is_needed},
    {"scheduling_parameters_are_checked", scheduling_parameters_are_checked},
    {"thread_can_destroy_itself", thread_can_destroy_itself},
    {},
};
