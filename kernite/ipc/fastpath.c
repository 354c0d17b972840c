/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where system calls come in, and the fast path of IPC: call to a waiting server, and
 * answer-and-wait to a waiting client, without capabilities and without a deadline. It checks
 * everything first and changes nothing before it is sure; whatever is unusual is left to
 * core/syscall.c and ipc/transfer.c, whose results it must equal (tests run with ipc.fastpath=off
 * as well).
 *
 * The partner runs at once on this CPU without passing through a run queue: it is at least as
 * urgent as everybody who is ready here. Both ways it goes on with the caller's scheduling context,
 * so budget and timer stay as they are. If another CPU has meanwhile asked this one to choose again,
 * its interrupt waits for the return to user mode.
 */
#include "ipc/fastpath.h"

#include "core/cspace.h"
#include "core/lock.h"
#include "core/scheduler.h"
#include "core/syscall.h"
#include "core/trace.h"
#include "object/endpoint.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/upcall.h"
#include "uapi/object/endpoint.h"

/*
 * The numbers of system calls with a fast path; none has number 0. "used": that the compiler keeps
 * the numbers, instead of flags that choose them at every system call.
 */
[[gnu::used]] static uint64_t call_number = KN_SYS_CALL, reply_receive_number = KN_SYS_REPLY_RECV;

void fastpath_disable(void)
{
	call_number = 0;
	reply_receive_number = 0;
}

#define likely(claim) __builtin_expect(claim, 1)

/*
 * The last check, which copies what does not fit into registers: no capabilities, a sane length,
 * and buffers on both sides if it is long.
 */
[[gnu::always_inline]] static inline bool copy_long(
    uint64_t info, const struct tcb *from, struct tcb *to)
{
	uint64_t size = info & 0xffff;

	if (likely(size <= KN_MSG_REGS))
		return true;
	if (size > KN_MSG_MAX_WORDS || !from->ipc || !to->ipc)
		return false;
	for (unsigned i = KN_MSG_REGS; i < size; i++)
		to->ipc->words[i] = from->ipc->words[i];
	return true;
}

[[gnu::always_inline]] static inline void copy_registers(
    uint64_t info, const struct tcb *from, struct tcb *to, uint64_t badge)
{
	for (unsigned i = 0; i < KN_MSG_REGS; i++)
		ctx_set_word(&to->context, i, ctx_word(&from->context, i));
	ctx_set_info(&to->context, info);
	ctx_set_badge(&to->context, badge);
	ctx_set_status(&to->context, KN_OK);
}

/* May `to` take this CPU, with the caller's scheduling context, from the current thread, which is
 * going to block? */
[[gnu::always_inline]] static inline bool may_switch(
    const struct cpu *cpu, const struct tcb *to, const struct sched_context *context)
{
	return to->hindrances == 0 && (likely(!cpu->run) || scheduler_is_next(cpu, to, context)) &&
	       (likely(to->affinity == TCB_ANY_CPU) || to->affinity == cpu->index);
}

[[gnu::always_inline]] static inline void switch_to(
    struct cpu *cpu, struct tcb *from, struct tcb *to)
{
	to->state = THREAD_READY;
	kernel_stats.ipc_fast++;
	scheduler_charge(cpu, from);
	scheduler_switch(cpu, from, to);
}

[[gnu::always_inline]] static inline bool fast_call(
    struct cpu *cpu, struct tcb *caller, const struct slot *slot)
{
	uint64_t info = ctx_info(&caller->context), label = kn_info_label(info);

	/* A small label, by far, and none of the kernel's own. */
	if (!(slot->cap.rights & KN_RIGHT_CALL) || label - 0x100 >= 0xff00)
		return false;
	struct endpoint *endpoint = slot_object(slot, endpoint);
	struct list *link = endpoint->receivers.next;

	if (link == &endpoint->receivers)
		return false;
	struct tcb *server = container_of(link, struct tcb, link);
	struct reply *reply = server->reply;

	/* A method of endpoints is no message. */
	if (!reply || label == KN_ENDPOINT_CANCEL_BADGE || caller->depth == DEPTH_MAX ||
	    ctx_deadline(&caller->context) != KN_TIME_FOREVER ||
	    !may_switch(cpu, server, caller->sched_context) || !copy_long(info, caller, server))
		return false;

	list_remove(link);
	deadline_remove(&server->timeout);
	copy_registers(info, caller, server, slot->cap.badge);
	reply_take_caller(reply, caller, endpoint);
	server->sched_context = caller->sched_context;
	server->depth = caller->depth + 1;
	switch_to(cpu, caller, server);
	return true;
}

[[gnu::always_inline]] static inline bool fast_reply_receive(
    struct cpu *cpu, struct tcb *server, const struct slot *slot)
{
	struct arch_context *context = &server->context;
	const struct slot *reply_slot = cspace_capability(server, ctx_reply(context));
	uint64_t info = ctx_info(context);

	if (slot->cap.type != KN_TYPE_ENDPOINT || !(slot->cap.rights & KN_RIGHT_RECV) ||
	    reply_slot->cap.type != KN_TYPE_REPLY || !(reply_slot->cap.rights & KN_RIGHT_REPLY))
		return false;
	struct endpoint *endpoint = slot_object(slot, endpoint);
	struct reply *reply = slot_object(reply_slot, reply);
	struct tcb *caller = reply->caller;

	if (!caller || server->donor != reply || !list_is_empty(&endpoint->senders) || endpoint_has_events(endpoint) ||
	    (server->bound_notification && server->bound_notification->bits) ||
	    ctx_deadline(context) != KN_TIME_FOREVER ||
	    !may_switch(cpu, caller, caller->sched_context) || !copy_long(info, server, caller))
		return false;

	copy_registers(info, server, caller, 0);
	(void)reply_release_caller(reply);
	reply_arm(reply, server, ctx_reply(context));
	list_append(&endpoint->receivers, &server->link);
	server->state = THREAD_RECEIVING;
	/* Charges the time of the call. */
	switch_to(cpu, server, caller);
	server->donor = nullptr;
	server->depth = 0;
	server->sched_context = server->home;
	return true;
}

[[noreturn, clang::preserve_none]] void trap_syscall(void)
{
	struct cpu *cpu = this_cpu();
	struct tcb *thread = cpu->current;
	uint64_t number = ctx_number(&thread->context);
	bool is_done = false;

	kernel_lock();
	cpu->kernel_entries++;
	thread->kernel_entries++;
	if (!likely(thread->exit_work == 0) && upcall_is_due(thread)) {
		/* It came while the thread stood in line for the lock, and must not be slept
		 * through: first the upcall, then, perhaps, the system call. */
		ctx_rewind(&thread->context);
		upcall_deliver(thread);
		is_done = true;
	} else if (likely(number == call_number)) {
		struct slot *slot = cspace_capability(thread, ctx_cap(&thread->context));

		if (likely(slot->cap.type == KN_TYPE_ENDPOINT)) {
			is_done = fast_call(cpu, thread, slot);
		} else if (!slot_is_empty(slot)) {
			syscall_invoke(cpu, thread, slot);
		}
	} else if (likely(number == reply_receive_number)) {
		is_done = fast_reply_receive(cpu, thread, cspace_capability(thread, ctx_cap(&thread->context)));
	}
	if (!is_done)
		syscall_slow(cpu, thread, number);
	kernel_unlock();
	arch_enter_user();
}
