/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path of IPC: call to a waiting server, and answer-and-wait to a waiting client, without
 * capabilities and without a deadline. It checks everything first and changes nothing before it is
 * sure; whatever is unusual is left to ipc/transfer.c, whose results it must equal (tests run with
 * ipc.fastpath=off as well).
 *
 * The partner runs at once on this CPU without passing through a run queue: it is at least as
 * urgent as everybody who is ready here. It goes on with the rest of the slice.
 */
#include "ipc/fastpath.h"

#include "core/cspace.h"
#include "core/scheduler.h"
#include "core/trace.h"
#include "object/endpoint.h"
#include "object/notification.h"
#include "object/reply.h"
#include "uapi/object/endpoint.h"

bool fastpath_is_on = true;

#define likely(claim) __builtin_expect(claim, 1)

/* No capabilities, a sane length, and buffers if it does not fit into the registers. */
[[gnu::always_inline]] static inline bool is_message_simple(
    uint64_t info, const struct tcb *from, const struct tcb *to)
{
	uint64_t size = info & 0xffff;

	return likely(size <= KN_MSG_REGS) || (size <= KN_MSG_MAX_WORDS && from->ipc && to->ipc);
}

[[gnu::always_inline]] static inline void copy_words(
    uint64_t info, struct tcb *from, struct tcb *to)
{
	for (unsigned i = 0; i < KN_MSG_REGS; i++)
		ctx_set_word(&to->context, i, ctx_word(&from->context, i));
	ctx_set_info(&to->context, info);
	ctx_set_status(&to->context, KN_OK);
	for (unsigned i = KN_MSG_REGS; i < (info & 0xffff); i++)
		to->ipc->words[i] = from->ipc->words[i];
}

/*
 * May `to` take this CPU from the current thread, which is going to block? With an equal in the
 * queue only while a slice runs already: switching here arms none, and the equal would wait for
 * ever.
 */
[[gnu::always_inline]] static inline bool may_switch(
    const struct cpu *cpu, const struct tcb *from, const struct tcb *to)
{
	return to->priority + (cpu->slice_end != KN_TIME_FOREVER) > cpu->top && !to->exit_work &&
	       !to->is_suspended && !from->is_suspended && !cpu->reschedule &&
	       (to->affinity == TCB_ANY_CPU || to->affinity == cpu->index);
}

static bool fast_call(struct cpu *cpu, struct tcb *caller)
{
	struct slot *slot = cspace_lookup(caller, ctx_cap(&caller->context));
	uint64_t info = ctx_info(&caller->context), label = kn_info_label(info);

	if (!slot || slot->cap.type != KN_TYPE_ENDPOINT || !(slot->cap.rights & KN_RIGHT_CALL))
		return false;
	struct endpoint *endpoint = slot_object(slot, endpoint);
	struct list *link = endpoint->receivers.next;

	if (link == &endpoint->receivers || (label & 0xff00) == 0 ||
	    label == KN_ENDPOINT_CANCEL_BADGE)
		return false;
	struct tcb *server = container_of(link, struct tcb, link);
	struct reply *reply = server->reply;

	if (!reply || ctx_deadline(&caller->context) != KN_TIME_FOREVER ||
	    !may_switch(cpu, caller, server) || !is_message_simple(info, caller, server))
		return false;

	list_remove(link);
	if (server->timeout.kind != DEADLINE_NONE)
		deadline_remove(&server->timeout);
	copy_words(info, caller, server);
	ctx_set_badge(&server->context, slot->cap.badge);
	caller->in_call = true;
	reply_take_caller(reply, caller, endpoint);
	server->waiting_on = nullptr;
	server->state = THREAD_READY;
	kernel_stats.ipc_fast++;
	scheduler_switch(cpu, server);
	return true;
}

static bool fast_reply_receive(struct cpu *cpu, struct tcb *server)
{
	struct arch_context *context = &server->context;
	struct slot *slot = cspace_lookup(server, ctx_cap(context));
	struct slot *reply_slot = cspace_lookup(server, ctx_reply(context));
	uint64_t info = ctx_info(context);

	if (!slot || slot->cap.type != KN_TYPE_ENDPOINT || !(slot->cap.rights & KN_RIGHT_RECV) ||
	    !reply_slot || reply_slot->cap.type != KN_TYPE_REPLY ||
	    !(reply_slot->cap.rights & KN_RIGHT_REPLY))
		return false;
	struct endpoint *endpoint = slot_object(slot, endpoint);
	struct reply *reply = slot_object(reply_slot, reply);
	struct tcb *caller = reply->caller;

	if (!caller || caller->in_fault || !list_is_empty(&endpoint->senders) ||
	    endpoint_has_events(endpoint) ||
	    (server->bound_notification && server->bound_notification->bits) ||
	    ctx_deadline(context) != KN_TIME_FOREVER || !may_switch(cpu, server, caller) ||
	    !is_message_simple(info, server, caller))
		return false;

	copy_words(info, server, caller);
	ctx_set_badge(&caller->context, 0);
	reply_release_caller(reply);
	caller->waiting_on = nullptr;
	caller->state = THREAD_READY;

	reply_arm(reply, server, ctx_reply(context));
	list_append(&endpoint->receivers, &server->link);
	server->waiting_on = &endpoint->object;
	server->state = THREAD_RECEIVING;
	kernel_stats.ipc_fast++;
	scheduler_switch(cpu, caller);
	return true;
}

bool fastpath(struct cpu *cpu, struct tcb *thread, uint64_t number)
{
	if (!fastpath_is_on)
		return false;
	if (number == KN_SYS_CALL)
		return fast_call(cpu, thread);
	if (number == KN_SYS_REPLY_RECV)
		return fast_reply_receive(cpu, thread);
	return false;
}
