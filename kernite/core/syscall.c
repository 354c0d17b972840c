/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls, complete (ipc/fastpath.c, where they come in, does the frequent ones itself): the
 * six primitives, and method invocations by object type. A result of KN_RESTART winds the thread
 * back onto its system call instruction with all registers as they were; interrupts are taken on
 * the way through user mode.
 */
#include "core/syscall.h"

#include "core/cspace.h"
#include "core/fault.h"
#include "core/invocation.h"
#include "core/lock.h"
#include "core/scheduler.h"
#include "core/self_check.h"
#include "core/work.h"
#include "ipc/transfer.h"
#include "object/notification.h"
#include "uapi/object/endpoint.h"

/* FAULT_EXEC code for a system call number that is none. */
#define FAULT_UNKNOWN_SYSCALL 100

#define unlikely(claim) __builtin_expect(claim, 0)

[[gnu::always_inline]] static inline kn_status invoke(struct tcb *thread, struct slot *slot)
{
	const struct object_class *class = &object_classes[slot->cap.type];
	struct invocation inv = {.caller = thread,
	    .self = slot->cap.type == KN_TYPE_UNTYPED
			? (void *)slot
			: (char *)slot->cap.object - class->object_offset,
	    .slot = slot,
	    .info = ctx_info(&thread->context)};

	if (unlikely(kn_info_words(inv.info) > KN_MSG_REGS) &&
	    (!thread->ipc || kn_info_words(inv.info) > KN_MSG_MAX_WORDS))
		return KN_E_BAD_MESSAGE;
	kn_status status = class->dispatch(&inv);

	return status == KN_OK && inv.is_truncated ? KN_E_TOO_LARGE : status;
}

static kn_status call(struct tcb *thread, struct slot *slot)
{
	if (slot->cap.type != KN_TYPE_ENDPOINT || kn_info_label(ctx_info(&thread->context)) == KN_ENDPOINT_CANCEL_BADGE)
		return invoke(thread, slot);
	return ipc_send(thread, slot, ctx_deadline(&thread->context), true);
}

static kn_status send(struct tcb *thread, struct slot *slot)
{
	if (slot->cap.type == KN_TYPE_ENDPOINT)
		return ipc_send(thread, slot, ctx_deadline(&thread->context), false);
	if (slot->cap.type != KN_TYPE_NOTIFICATION)
		return KN_E_WRONG_TYPE;
	if (!(slot->cap.rights & KN_RIGHT_SEND))
		return KN_E_RIGHTS;
	notification_signal(slot_object(slot, notification),
	    slot->cap.badge ? slot->cap.badge : ctx_word(&thread->context, 0));
	return KN_OK;
}

static kn_status receive(struct tcb *thread, struct slot *slot)
{
	kn_time deadline = ctx_deadline(&thread->context);

	if (slot->cap.type == KN_TYPE_ENDPOINT)
		return ipc_receive(thread, slot, ctx_reply(&thread->context), deadline);
	if (slot->cap.type != KN_TYPE_NOTIFICATION)
		return KN_E_WRONG_TYPE;
	if (!(slot->cap.rights & KN_RIGHT_RECV))
		return KN_E_RIGHTS;
	return ipc_wait(thread, slot_object(slot, notification), deadline);
}

static kn_status handle(struct tcb *thread, uint64_t number)
{
	struct slot *slot;

	if (number == KN_SYS_REPLY)
		return ipc_reply(thread, ctx_reply(&thread->context));
	if (number == KN_SYS_YIELD) {
		scheduler_yield();
		return KN_OK;
	}
	slot = cspace_capability(thread, ctx_cap(&thread->context));
	if (slot_is_empty(slot))
		return KN_E_INVALID_CAP;
	switch (number) {
	case KN_SYS_CALL:
		return call(thread, slot);
	case KN_SYS_SEND:
		return send(thread, slot);
	case KN_SYS_RECV:
		return receive(thread, slot);
	default:
		if (slot->cap.type != KN_TYPE_ENDPOINT)
			return KN_E_WRONG_TYPE;
		return ipc_reply_receive(thread, slot, ctx_reply(&thread->context), ctx_deadline(&thread->context));
	}
}

static void unknown(struct tcb *thread, uint64_t number)
{
	const uint64_t words[6] = {
	    FAULT_UNKNOWN_SYSCALL, number, ctx_ip(&thread->context), ctx_sp(&thread->context)};

	if (!upcall_foreign(thread))
		fault_send(thread, &thread->fault_handler, KN_LABEL_FAULT_EXEC, words);
}

/* Store the result and leave the kernel. */
[[noreturn, gnu::always_inline]] static inline void finish(
    struct cpu *cpu, struct tcb *thread, kn_status status)
{
	if (unlikely(status < 0) && trace_errors)
		klog("%s: call %lx on %lx, label %lx: %d\n", thread->name,
		    ctx_number(&thread->context), ctx_cap(&thread->context),
		    kn_info_label(ctx_info(&thread->context)), status);
	/* The thread may be halted by now, never gone: a thread that runs is destroyed only after
	 * its switch. */
	if (unlikely(status == KN_RESTART)) {
		ctx_rewind(&thread->context);
		/* Perhaps it waits for another CPU, which an emulator that has them take turns runs only now. */
		cpu_relax();
	} else if (status != KN_BLOCKED) {
		ctx_set_status(&thread->context, status);
	}
	scheduler_exit(cpu);
	work_end(cpu);
	kernel_unlock();
	arch_enter_user();
}

void syscall_invoke(struct cpu *cpu, struct tcb *thread, struct slot *slot)
{
	cpu->in_syscall = true;
	work_begin(cpu);
	finish(cpu, thread, unlikely(kernel_is_checked) ? KN_RESTART : invoke(thread, slot));
}

void syscall_slow(struct cpu *cpu, struct tcb *thread, uint64_t number)
{
	kn_status status = KN_BLOCKED;

	cpu->in_syscall = true;
	work_begin(cpu);
	if (unlikely(kernel_is_checked))
		status = KN_RESTART;
	else if (number - KN_SYS_BASE < KN_SYS_COUNT)
		status = handle(thread, number);
	else
		unknown(thread, number);
	finish(cpu, thread, status);
}
