/* SPDX-License-Identifier: BSD-2-Clause */
/* Upcalls (upcall.h). The IPC buffer is the thread's own memory: nothing read from it is trusted
 * beyond the thread itself. */
#include "object/upcall.h"

#include "core/scheduler.h"

void upcall_request(struct tcb *thread, uint64_t bits)
{
	if (!thread->ipc)
		return;
	thread->ipc->upcall_bits |= bits;
	thread->exit_work |= EXIT_UPCALL;
	thread_poke(thread);
}

static void enter(struct tcb *thread, uint64_t entry)
{
	arch_context_export(&thread->context, thread->ipc->context);
	thread->ipc->upcall_flags |= KN_UPCALL_BLOCKED;
	ctx_set_ip(&thread->context, entry);
}

bool upcall_is_due(const struct tcb *thread)
{
	return (thread->exit_work & EXIT_UPCALL) && thread->ipc && thread->upcall_entry &&
	       !(thread->ipc->upcall_flags & KN_UPCALL_BLOCKED);
}

void upcall_deliver(struct tcb *thread)
{
	tcb_settle(thread);
	if (upcall_is_due(thread)) {
		thread->exit_work &= (uint8_t)~EXIT_UPCALL;
		thread->ipc->upcall_flags &= ~KN_UPCALL_PENDING;
		enter(thread, thread->upcall_entry);
	} else if (!thread->ipc || !thread->upcall_entry) {
		thread->exit_work &= (uint8_t)~EXIT_UPCALL;
	} else if (thread->exit_work & EXIT_UPCALL) {
		/* The thread looks at it when it clears BLOCKED; exit_work stays set for its next
		 * entry after that. */
		thread->ipc->upcall_flags |= KN_UPCALL_PENDING;
	}
}

bool upcall_foreign(struct tcb *thread)
{
	if (!thread->foreign_entry || !thread->ipc)
		return false;
	thread->ipc->upcall_bits |= UPCALL_FOREIGN;
	enter(thread, thread->foreign_entry);
	return true;
}
