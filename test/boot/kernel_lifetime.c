/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Death in every state: a thread, and what it waits for, are destroyed while it sends, calls, receives, waits for an answer, for a
 * signal or on an address, and while its fault is queued or being handled. Afterwards debug.check() agrees, the partner goes
 * on, and whoever is left hears that the other side is gone.
 */
#include "kernel_rig.h"

#define LABEL 0x7701

static kn_cap endpoint, notification, reply;
static uint32_t word;
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
	result = kn_vspace_wait(KN_SLOT_VSPACE, (kn_word)&word, word, KN_TIME_FOREVER);
}

static void faults(void *unused)
{
	*(volatile int *)8 = 1;
}

/* A thread in the state to die in; `is_taken`: its message has been received. */
static const struct situation {
	void (*entry)(void *);
	enum kn_tcb_state state;
	bool is_taken;
	bool has_result; /* it hears of the other side's death; a fault stops the thread */
} situations[] = {
    {sends, KN_TCB_STATE_SENDING, false, true},
    {calls, KN_TCB_STATE_SENDING, false, true},
    {calls, KN_TCB_STATE_WAITING_REPLY, true, true},
    {receives, KN_TCB_STATE_RECEIVING, false, true},
    {waits_for_a_signal, KN_TCB_STATE_WAITING_SIGNAL, false, true},
    {waits_on_an_address, KN_TCB_STATE_WAITING_ADDRESS, false, false},
    {faults, KN_TCB_STATE_SENDING, false, false},
    {faults, KN_TCB_STATE_WAITING_REPLY, true, false},
};
#define SITUATIONS (sizeof(situations) / sizeof(situations[0]))

static struct rig_thread *enter(const struct situation *situation)
{
	struct kn_regs regs = {};

	endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	reply = rig_new(KN_TYPE_REPLY, 0);
	result = KN_OK;
	struct rig_thread *thread =
	    rig_make_thread(situation->entry, nullptr, situation->entry == faults ? endpoint : KN_CAP_NONE);

	check_ok(kn_tcb_resume(thread->tcb));
	if (situation->is_taken)
		check_ok(kn_recv(endpoint, &regs, KN_TIME_FOREVER, reply));
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
		delete(reply);
		/* The fault handler's capability is a child of ours. */
		check_ok(kn_cnode_revoke(KN_SLOT_CSPACE, (uint32_t)endpoint));
		delete(endpoint);
		if (situations[i].has_result) {
			rig_join(thread);
			check_status(result, KN_E_PEER_GONE);
		} else if (situations[i].entry == faults) {
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
		if (situations[i].entry == faults)
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

const struct rig_test lifetime_tests[] = {
    {"thread_dies_in_every_state", thread_dies_in_every_state},
    {"object_dies_under_a_thread_in_every_state", object_dies_under_a_thread_in_every_state},
    {"wait_ends_by_cancellation_in_every_state", wait_ends_by_cancellation_in_every_state},
    {"suspended_wait_is_kept_in_every_state", suspended_wait_is_kept_in_every_state},
    {"everything_dies_at_once_in_every_state", everything_dies_at_once_in_every_state},
    {},
};
