/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults (fault.h). The message is kept in the thread until it is received. A thread that faults
 * while nobody takes faults for it is stopped: there is nothing else it could do without changing
 * its meaning.
 */
#include "core/fault.h"

#include "core/scheduler.h"
#include "core/trace.h"
#include "core/work.h"
#include "ipc/transfer.h"
#include "object/endpoint.h"

void fault_stop(struct tcb *thread, const char *why)
{
	thread->is_suspended = true;
	if (thread->state != THREAD_READY)
		thread->state = THREAD_INACTIVE;
	this_cpu()->reschedule = true;
	trace(TRACE_STOP, (uint64_t)thread, thread->fault_label, thread->fault_words[0], ctx_ip(&thread->context));
	/* A line is long: one in a step. */
	(void)work_step(WORK_BUDGET);
	klog("kernite: thread %s stopped: %s, fault %lu (%lx %lx) at %lx\n", thread->name, why,
	    thread->fault_label, thread->fault_words[0], thread->fault_words[1],
	    ctx_ip(&thread->context));
}

void fault_send(struct tcb *thread, struct slot *handler, uint64_t label, const uint64_t words[6])
{
	thread->fault_label = label;
	memcpy(thread->fault_words, words, sizeof(thread->fault_words));
	trace_often(TRACE_FAULT, label, words[0], ctx_ip(&thread->context), (uint64_t)thread);
	if (!handler || slot_is_empty(handler)) {
		fault_refused(thread, KN_E_PEER_GONE);
		return;
	}
	ipc_send_fault(thread, slot_object(handler, endpoint), handler->cap.badge);
}

void fault_vm(struct tcb *thread, kn_status reason)
{
	const uint64_t words[6] = {thread->fault_address, thread->fault_access,
	    ctx_ip(&thread->context), ctx_sp(&thread->context), (uint64_t)(int64_t)reason};

	fault_send(thread, &thread->fault_handler, KN_LABEL_FAULT_VM, words);
}

void fault_refused(struct tcb *thread, kn_status status)
{
	/* Who was to find the memory or the page could not: that is the thread's own fault
	 * handler's business now. */
	if (thread->fault_label == KN_LABEL_FAULT_POOL)
		fault_vm(thread, KN_E_NO_MEMORY);
	else if (thread->fault_label == KN_LABEL_FAULT_PAGER)
		fault_vm(thread, status);
	else
		fault_stop(thread, slot_is_empty(&thread->fault_handler) ? "no fault handler"
				       : "refused by its fault handler");
}
