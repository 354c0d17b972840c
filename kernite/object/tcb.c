/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: creation, configuration, destruction and the methods. Runnability is core/scheduler.c's.
 *
 * Methods that change what a running thread stands on (configure, start, contexts) demand that it
 * is halted: suspended or inactive, waiting for nothing, and current on no CPU.
 */
#include "object/tcb.h"

#include "core/cspace.h"
#include "core/fpu.h"
#include "core/scheduler.h"
#include "gen/tcb_ops.h"
#include "object/clock.h"
#include "object/derivation.h"
#include "object/memory_object.h"
#include "object/notification.h"
#include "object/vspace.h"

#define PRIORITY_DEFAULT 100

static_assert(sizeof(((struct tcb *)nullptr)->name) == 16);
static_assert((int)THREAD_WAITING_ADDRESS == (int)KN_TCB_STATE_WAITING_ADDRESS);
static_assert((int)THREAD_SENDING == (int)KN_TCB_STATE_SENDING);

void tcb_init(struct object *object)
{
	struct tcb *thread = container_of(object, struct tcb, object);

	arch_context_init(&thread->context);
	fpu_init(thread);
	thread->is_suspended = true;
	thread->priority = PRIORITY_DEFAULT;
	thread->affinity = TCB_ANY_CPU;
	thread->home = thread->sched_context = &sched_context_none;
	list_init(&thread->link);
	list_init(&thread->vspace_link);
	list_init(&thread->cspace_link);
	list_init(&thread->ipc_link);
}

kn_status tcb_destroy(struct object *object)
{
	struct tcb *thread = container_of(object, struct tcb, object);

	if (!thread_halt(thread))
		return KN_RESTART;
	slot_replace(&thread->fault_handler, nullptr);
	slot_replace(&thread->timeout_handler, nullptr);
	vspace_detach(thread);
	list_remove(&thread->cspace_link);
	memory_object_unpin(thread);
	if (thread->bound_notification)
		notification_unbind(thread->bound_notification);
	scheduler_go_home(thread);
	thread->home->thread = nullptr;
	thread->home = thread->sched_context = &sched_context_none;
	return KN_OK;
}

void tcb_settle(struct tcb *thread)
{
	if (thread->exit_work & EXIT_TLS) {
		thread->exit_work &= (uint8_t)~EXIT_TLS;
		arch_context_set_tls(&thread->context, thread->next_tls);
	}
}

static bool is_halted(const struct tcb *thread)
{
	return thread->is_suspended && thread->state == THREAD_INACTIVE && !thread_is_current(thread);
}

kn_status tcb_configure(struct tcb *self, const struct tcb_configure_in *in)
{
	struct cnode *cspace = slot_object(in->cspace, cnode);
	struct memory_object *ipc_object = slot_object(in->ipc_object, memory_object);

	if (!is_halted(self))
		return KN_E_BUSY;
	if (in->ipc_address % KN_PAGE_SIZE)
		return KN_E_ALIGNMENT;
	if (!is_user_address(in->ipc_address))
		return KN_E_BAD_ADDRESS;
	if (cspace->object.is_dying)
		return KN_E_INVALID_CAP;
	bool is_repin = self->ipc_object == ipc_object && self->ipc_page == in->ipc_page;

	if (!is_repin)
		TRY(memory_object_pin(ipc_object, in->ipc_page, self));
	self->ipc_address = in->ipc_address;
	vspace_detach(self);
	vspace_attach(slot_object(in->vspace, vspace), self);
	list_remove(&self->cspace_link);
	self->cspace = cspace;
	list_append(&cspace->threads, &self->cspace_link);
	slot_replace(&self->fault_handler, in->fault_handler);
	return KN_OK;
}

kn_status tcb_start(struct tcb *self, const struct tcb_start_in *in)
{
	if (!is_halted(self))
		return KN_E_BUSY;
	if (!is_user_address(in->ip) || in->sp >= KN_USER_MAX || in->tls >= KN_USER_MAX)
		return KN_E_BAD_ADDRESS;
	tcb_settle(self);
	arch_context_init(&self->context);
	ctx_set_ip(&self->context, in->ip);
	ctx_set_sp(&self->context, in->sp);
	arch_context_set_tls(&self->context, in->tls);
	ctx_set_argument(&self->context, 0, in->argument0);
	ctx_set_argument(&self->context, 1, in->argument1);
	return KN_OK;
}

kn_status tcb_resume(struct tcb *self)
{
	/* Once there, the root stays while the thread is attached: vspace_retire() detaches first. */
	if (!self->vspace || self->vspace->tables.root.raw == 0 || !self->cspace || self->home == &sched_context_none)
		return KN_E_INVALID_ARG;
	thread_start(self);
	return KN_OK;
}

kn_status tcb_suspend(struct tcb *self, const struct tcb_suspend_in *in)
{
	bool is_done = in->cancel ? thread_halt(self) : thread_suspend(self);

	/* The caller itself stops when this system call is over. */
	return is_done || self == this_cpu()->current ? KN_OK : KN_RESTART;
}

kn_status tcb_set_priority(struct tcb *self, const struct tcb_set_priority_in *in)
{
	if (in->priority > KN_TCB_PRIORITY_MAX)
		return KN_E_RANGE;
	if (in->priority > this_cpu()->current->priority)
		return KN_E_RIGHTS;
	thread_reposition(self, (uint8_t)in->priority, self->affinity);
	return KN_OK;
}

kn_status tcb_set_affinity(struct tcb *self, const struct tcb_set_affinity_in *in)
{
	if (in->cpu != TCB_ANY_CPU && in->cpu >= cpu_count)
		return KN_E_RANGE;
	thread_reposition(self, self->priority, (uint16_t)in->cpu);
	return KN_OK;
}

kn_status tcb_set_tls(struct tcb *self, const struct tcb_set_tls_in *in)
{
	if (in->tls >= KN_USER_MAX)
		return KN_E_BAD_ADDRESS;
	/* Another CPU has it in a register: that CPU sets it, before the thread goes on. */
	if (thread_is_current(self) && self != this_cpu()->current) {
		self->next_tls = in->tls;
		self->exit_work |= EXIT_TLS;
		thread_poke(self);
	} else {
		tcb_settle(self);
		arch_context_set_tls(&self->context, in->tls);
	}
	return KN_OK;
}

kn_status tcb_set_name(struct tcb *self, const struct tcb_set_name_in *in)
{
	memcpy(self->name, &in->name0, 8);
	memcpy(self->name + 8, &in->name1, 8);
	/* Printed in the kernel's log, where it must not make lines of its own. */
	for (unsigned i = 0; i < 15; i++) {
		if (self->name[i] && (self->name[i] < ' ' || self->name[i] > '~'))
			self->name[i] = '?';
	}
	self->name[15] = 0;
	return KN_OK;
}

kn_status tcb_read_context(struct tcb *self)
{
	if (!is_halted(self))
		return KN_E_BUSY;
	if (!this_cpu()->current->ipc)
		return KN_E_INVALID_ARG;
	tcb_settle(self);
	arch_context_export(&self->context, this_cpu()->current->ipc->context);
	return KN_OK;
}

kn_status tcb_write_context(struct tcb *self)
{
	if (!is_halted(self))
		return KN_E_BUSY;
	if (!this_cpu()->current->ipc)
		return KN_E_INVALID_ARG;
	tcb_settle(self);
	return arch_context_import(&self->context, this_cpu()->current->ipc->context);
}

kn_status tcb_copy_fpu(struct tcb *self, const struct tcb_copy_fpu_in *in)
{
	struct tcb *source = slot_object(in->source, tcb);

	if (!is_halted(self) || self == source)
		return KN_E_BUSY;
	if (source != this_cpu()->current && !is_halted(source))
		return KN_E_BUSY;
	fpu_copy(self, source);
	return KN_OK;
}

kn_status tcb_bind_notification(struct tcb *self, const struct tcb_bind_notification_in *in)
{
	struct notification *notification = slot_object(in->notification, notification);

	if (self->bound_notification || notification->bound)
		return KN_E_BUSY;
	self->bound_notification = notification;
	notification->bound = self;
	return KN_OK;
}

kn_status tcb_unbind_notification(struct tcb *self)
{
	if (!self->bound_notification)
		return KN_E_NOT_FOUND;
	notification_unbind(self->bound_notification);
	return KN_OK;
}

kn_status tcb_set_upcall(struct tcb *self, const struct tcb_set_upcall_in *in)
{
	if (in->entry != 0 && !is_user_address(in->entry))
		return KN_E_BAD_ADDRESS;
	self->upcall_entry = in->entry;
	return KN_OK;
}

kn_status tcb_upcall(struct tcb *self, const struct tcb_upcall_in *in)
{
	upcall_request(self, in->bits);
	/* A fault is no wait of the program's own: the upcall is delivered when it has been
	 * resolved. */
	if (self->in_fault)
		return KN_OK;
	if (self->state == THREAD_WAITING_REPLY) {
		reply_request_cancel(self->reply);
	} else if (self->state >= THREAD_SENDING && self->state <= THREAD_WAITING_ADDRESS) {
		thread_cancel_wait(self, KN_E_INTERRUPTED);
		thread_wake(self);
	}
	return KN_OK;
}

kn_status tcb_upcall_return(struct tcb *self)
{
	if (self != this_cpu()->current || !self->ipc)
		return KN_E_INVALID_ARG;
	TRY(arch_context_import(&self->context, self->ipc->context));
	self->ipc->upcall_flags &= ~KN_UPCALL_BLOCKED;
	/* All registers are the interrupted ones: no result. */
	return KN_BLOCKED;
}

kn_status tcb_set_foreign(struct tcb *self, const struct tcb_set_foreign_in *in)
{
	if (in->entry != 0 && !is_user_address(in->entry))
		return KN_E_BAD_ADDRESS;
	self->foreign_entry = in->entry;
	return KN_OK;
}

kn_status tcb_info(struct tcb *self, struct tcb_info_out *out)
{
	scheduler_charge(&cpus[self->cpu], cpus[self->cpu].current);
	out->info = (struct kn_tcb_info){.cpu_time = cycles_to_ns(self->cycles), .kernel_entries = self->kernel_entries,
	    .ip = ctx_ip(&self->context), .sp = ctx_sp(&self->context), .state = self->state,
	    .is_suspended = self->is_suspended, .priority = self->priority, .cpu = self->cpu, .affinity = self->affinity};
	return KN_OK;
}

kn_status tcb_set_fault_handler(struct tcb *self, const struct tcb_set_fault_handler_in *in)
{
	slot_replace(&self->fault_handler, in->fault_handler);
	return KN_OK;
}

kn_status tcb_set_timeout_handler(struct tcb *self, const struct tcb_set_timeout_handler_in *in)
{
	slot_replace(&self->timeout_handler, in->timeout_handler);
	return KN_OK;
}
