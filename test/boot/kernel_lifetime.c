/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Death in every state: a thread, and what it waits for, are destroyed while it sends, calls, receives, waits for an answer, for a
 * signal or on an address, and while its fault is queued or being handled: by its own handler, by the pager of the memory that it
 * misses, or by the handler of the pool that is out of memory. Afterwards debug.check() agrees, the partner goes on, and whoever
 * is left hears that the other side is gone.
 */
#include "memory_rig.h"

#define LABEL 0x7701

static kn_cap endpoint, notification, reply;
static uint32_t waited_for;
/* What a page is missing from, and its pool if that is dry. */
static kn_cap memory, dry_pool;
static volatile kn_status result;

static void sends(void *unused)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 1)};

	result = kn_send(endpoint, &regs, KN_TIME_FOREVER);
}

static void calls(void *unused)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 1)};

	result = kn_call(endpoint, &regs, KN_TIME_FOREVER);
}

static void receives(void *unused)
{
	struct kn_regs regs = {};

	result = kn_recv(endpoint, &regs, KN_TIME_FOREVER, reply);
}

static void waits_for_a_signal(void *unused)
{
	kn_word bits;

	result = kn_wait(notification, &bits, KN_TIME_FOREVER);
}

static void waits_on_an_address(void *unused)
{
	result = kn_vspace_wait(KN_SLOT_VSPACE, (kn_word)&waited_for, waited_for, KN_TIME_FOREVER);
}

static void faults(void *unused)
{
	*fault_target = 1;
}

/* A thread in the state to die in; `is_taken`: its message has been received. */
static const struct situation {
	void (*entry)(void *);
	enum kn_tcb_state state;
	bool is_taken;
	bool has_result; /* it hears of the other side's death; a fault stops the thread */
	uint64_t fault;  /* that its handler, its memory's pager or its pool's handler gets; 0: none */
} situations[] = {
    {sends, KN_TCB_STATE_SENDING, false, true, 0},
    {calls, KN_TCB_STATE_SENDING, false, true, 0},
    {calls, KN_TCB_STATE_WAITING_REPLY, true, true, 0},
    {receives, KN_TCB_STATE_RECEIVING, false, true, 0},
    {waits_for_a_signal, KN_TCB_STATE_WAITING_SIGNAL, false, true, 0},
    {waits_on_an_address, KN_TCB_STATE_WAITING_ADDRESS, false, false, 0},
    {faults, KN_TCB_STATE_SENDING, false, false, KN_LABEL_FAULT_VM},
    {faults, KN_TCB_STATE_WAITING_REPLY, true, false, KN_LABEL_FAULT_VM},
    {faults, KN_TCB_STATE_SENDING, false, false, KN_LABEL_FAULT_PAGER},
    {faults, KN_TCB_STATE_WAITING_REPLY, true, false, KN_LABEL_FAULT_PAGER},
    {faults, KN_TCB_STATE_SENDING, false, false, KN_LABEL_FAULT_POOL},
    {faults, KN_TCB_STATE_WAITING_REPLY, true, false, KN_LABEL_FAULT_POOL},
};
#define SITUATIONS (sizeof(situations) / sizeof(situations[0]))

/* A page that `endpoint` is asked for: by its memory object, or by the pool that has none left. */
static uint64_t missing_page(uint64_t fault)
{
	kn_cap range;

	memory = dry_pool = KN_CAP_NONE;
	if (fault != KN_LABEL_FAULT_PAGER && fault != KN_LABEL_FAULT_POOL)
		return 8;
	memory = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	if (fault == KN_LABEL_FAULT_PAGER) {
		check_ok(kn_memory_object_configure_pager(memory, KN_BOOT_SLOT_POOL, rig_derive(endpoint, KN_RIGHT_SEND, 7), 4));
		return map(OWN, memory, 4, RW, SHARED);
	}
	dry_pool = new_pool(15, &range);
	check_ok(kn_memory_object_configure_anonymous(memory, dry_pool, 30));
	check_ok(kn_pool_set_handler(dry_pool, rig_derive(endpoint, KN_RIGHT_SEND, 7)));

	uint64_t address = map(OWN, memory, 30, RW, SHARED);

	for (unsigned i = 0; i < 6; i++)
		*at(address + i * PAGE) = 1;
	return address + 20 * PAGE;
}

static struct rig_thread *enter(const struct situation *situation)
{
	struct kn_regs regs = {};

	endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	reply = rig_new(KN_TYPE_REPLY, 0);
	result = KN_OK;
	fault_target = at(missing_page(situation->fault));
	struct rig_thread *thread =
	    rig_make_thread(situation->entry, nullptr, situation->fault == KN_LABEL_FAULT_VM ? endpoint : KN_CAP_NONE);

	check_ok(kn_tcb_resume(thread->tcb));
	if (situation->is_taken) {
		check_ok(kn_recv(endpoint, &regs, KN_TIME_FOREVER, reply));
		check(kn_info_label(regs.info) == (situation->fault ? situation->fault : LABEL));
	}
	rig_await(thread, situation->state);
	return thread;
}

static void check_kernel(void)
{
	uint64_t checked;

	check_ok(kn_debug_check(KN_BOOT_SLOT_DEBUG, &checked));
}

static void delete(kn_cap cap)
{
	check_ok(kn_cnode_delete(KN_SLOT_CSPACE, (uint32_t)cap));
	check_kernel();
}

static void send_and_receive_nothing(void)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 1)};

	check_status(kn_send(endpoint, &regs, KN_TIME_POLL), KN_E_WOULD_BLOCK);
	check_status(kn_recv(endpoint, &regs, KN_TIME_POLL, KN_CAP_NONE), KN_E_WOULD_BLOCK);
}

static void thread_dies_in_every_state(void)
{
	for (unsigned i = 0; i < SITUATIONS; i++) {
		struct rig_thread *thread = enter(&situations[i]);
		struct kn_regs regs = {.info = kn_info(0, 0, 0)};

		delete(thread->tcb);
		/* Who had its call is told once, and that the answer is for nobody. */
		if (situations[i].is_taken) {
			check_ok(kn_recv(endpoint, &regs, KN_TIME_POLL, KN_CAP_NONE));
			check(kn_info_label(regs.info) == KN_LABEL_CANCEL && regs.w[0] == reply);
			check_status(kn_reply(reply, &regs), KN_E_PEER_GONE);
		}
		send_and_receive_nothing();
		check_ok(kn_signal(notification, 1));
	}
}

static void object_dies_under_a_thread_in_every_state(void)
{
	for (unsigned i = 0; i < SITUATIONS; i++) {
		struct rig_thread *thread = enter(&situations[i]);

		delete(notification);
		/* Nobody waits for these: it is their handler's answer that the thread waits for. */
		if (memory)
			delete(memory);
		if (dry_pool)
			delete(dry_pool);
		check(!memory || rig_state(thread) == situations[i].state);
		delete(reply);
		/* The fault handler's capability is a child of ours. */
		check_ok(kn_cnode_revoke(KN_SLOT_CSPACE, (uint32_t)endpoint));
		delete(endpoint);
		if (situations[i].has_result) {
			rig_join(thread);
			check_status(result, KN_E_PEER_GONE);
		} else if (situations[i].fault) {
			rig_await(thread, KN_TCB_STATE_INACTIVE);
		}
		check_ok(kn_tcb_suspend(thread->tcb, true));
	}
}

static void wait_ends_by_cancellation_in_every_state(void)
{
	for (unsigned i = 0; i < SITUATIONS; i++) {
		struct rig_thread *thread = enter(&situations[i]);

		check_ok(kn_tcb_suspend(thread->tcb, true));
		check_kernel();
		check(rig_state(thread) == KN_TCB_STATE_INACTIVE);
		if (situations[i].fault)
			continue; /* it would fault again */
		check_ok(kn_tcb_resume(thread->tcb));
		rig_join(thread);
		check_status(result, KN_E_INTERRUPTED);
	}
}

static void suspended_wait_is_kept_in_every_state(void)
{
	for (unsigned i = 0; i < SITUATIONS; i++) {
		struct rig_thread *thread = enter(&situations[i]);

		check_ok(kn_tcb_suspend(thread->tcb, false));
		check_kernel();
		check(rig_state(thread) == situations[i].state);
		delete(thread->tcb);
	}
}

static void everything_dies_at_once_in_every_state(void)
{
	for (unsigned i = 0; i < SITUATIONS; i++) {
		(void)enter(&situations[i]);
		check_ok(kn_cnode_revoke(KN_SLOT_CSPACE, (uint32_t)rig_untyped));
		check_kernel();
	}
}

/* ---- a fault in hand ---- */

#define MOMENTS 8

/* The handler answers, with the page or without, and the thread dies before it can have done much. */
static void faulting_thread_dies_behind_its_answer(void)
{
	for (unsigned i = 0; i < SITUATIONS * MOMENTS; i++) {
		const struct situation *situation = &situations[i / MOMENTS];
		struct kn_regs regs = {};

		if (!situation->fault || !situation->is_taken)
			continue;
		struct rig_thread *thread = enter(situation);

		if (situation->fault == KN_LABEL_FAULT_PAGER && i % 2) {
			kn_cap pages = new_object(1);

			check_ok(kn_memory_object_commit(pages, 0, 1));
			check_ok(kn_memory_object_supply(memory, 3, pages, 0, 1));
		}
		check_ok(kn_reply(reply, &regs));
		for (volatile unsigned wait = 0; wait < i % MOMENTS * 500; wait++)
			;
		delete(thread->tcb);
		/* It may have asked again; with it the question has gone. */
		send_and_receive_nothing();
		check_status(kn_reply(reply, &regs), KN_E_PEER_GONE);
	}
}

static volatile bool has_taken;

/* Takes one fault and keeps it. */
static void handles_badly(void *unused)
{
	struct kn_regs regs = {};

	result = kn_recv(endpoint, &regs, KN_TIME_FOREVER, reply);
	has_taken = true;
	(void)kn_wait(notification, &regs.w[0], KN_TIME_FOREVER);
}

/* Its reply object is all that is left of a handler: whoever has that answers, or it goes as well, and the thread is stopped. */
static void handler_dies_with_a_fault_in_hand(void)
{
	for (unsigned i = 0; i < SITUATIONS * 3; i++) {
		const struct situation *situation = &situations[i / 3];
		struct kn_regs refusal = {.info = kn_info((uint64_t)(int64_t)KN_E_IO & 0xffffffffffff, 0, 0)};

		if (!situation->fault || situation->is_taken)
			continue;
		has_taken = false;
		struct rig_thread *thread = enter(situation), *handler = rig_spawn(handles_badly, nullptr);

		rig_await(thread, KN_TCB_STATE_WAITING_REPLY);
		rig_until(has_taken);
		if (i % 3 == 2)
			check_ok(kn_tcb_suspend(thread->tcb, false));
		delete(handler->tcb);
		check(rig_state(thread) == KN_TCB_STATE_WAITING_REPLY);
		if (i % 3 == 0)
			check_ok(kn_reply(reply, &refusal));
		else
			delete(reply);
		check_kernel();
		rig_await(thread, KN_TCB_STATE_INACTIVE);
		send_and_receive_nothing();
		delete(thread->tcb);
	}
}

const struct rig_test lifetime_tests[] = {
    {"thread_dies_in_every_state", thread_dies_in_every_state},
    {"object_dies_under_a_thread_in_every_state", object_dies_under_a_thread_in_every_state},
    {"wait_ends_by_cancellation_in_every_state", wait_ends_by_cancellation_in_every_state},
    {"suspended_wait_is_kept_in_every_state", suspended_wait_is_kept_in_every_state},
    {"everything_dies_at_once_in_every_state", everything_dies_at_once_in_every_state},
    {"faulting_thread_dies_behind_its_answer", faulting_thread_dies_behind_its_answer},
    {"handler_dies_with_a_fault_in_hand", handler_dies_with_a_fault_in_hand},
    {},
};
