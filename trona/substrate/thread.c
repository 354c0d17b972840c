/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calling thread's IPC buffer, and starting further threads in one's own address and capability space. A thread's area
 * lies at the top of its stack and is gone with it.
 */
#include "trona/thread.h"

#include "kn/sched_context.h"
#include "kn/tcb.h"
#include "trona/ipc.h"
#include "uapi/error.h"

#define AREA_SIZE 128 /* struct kn_thread, aarch64's 16 bytes behind it, alignment */

struct kn_ipc_buffer *kn_ipc_buffer(void)
{
	return kn_thread_self()->ipc;
}

kn_status thread_start(const struct thread_parts *parts, void (*entry)(void *argument), void *argument)
{
	uintptr_t top = ((uintptr_t)parts->stack + parts->stack_size) & ~(uintptr_t)15;
	struct kn_thread *area = (struct kn_thread *)(top - AREA_SIZE);

	kn_thread_init(area, (struct kn_ipc_buffer *)parts->ipc_address, parts->tcb, kn_thread_self()->canary);
	kn_status status = kn_tcb_configure(parts->tcb, KN_SLOT_VSPACE, KN_SLOT_CSPACE, parts->ipc_object,
	    parts->ipc_page, parts->ipc_address, parts->fault_handler);

	if (status == KN_OK)
		status = kn_sched_context_bind(parts->sched_context, parts->tcb);
	/* The entry point is entered as if called: x86_64 wants the return address' 8 bytes below 16-byte alignment. */
	if (status == KN_OK)
		status = kn_tcb_start(parts->tcb, (kn_word)entry, (kn_word)area - 16 - KN_ENTRY_STACK_BIAS,
		    kn_thread_pointer(area), (kn_word)argument, 0);
	if (status == KN_OK)
		status = kn_tcb_resume(parts->tcb);
	return status;
}
