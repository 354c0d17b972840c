/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * On whose time a server runs (scheduler.h): its callers' while it works for them, else its own.
 *
 * Nothing is handed over: a thread's `sched_context` points to the one it runs on, and what follows
 * from its `lender`, `donor` and `home` is computed anew whenever one of them changes. So a death needs
 * no return, whoever dies. First comes the lender, a queued sender with the more urgent reservation,
 * then the caller whose reply object the server holds, then the context it was bound to.
 */
#include "core/scheduler.h"

/* Let it run on what its lender, its caller and its home say now. */
static void settle(struct tcb *thread)
{
	struct cpu *cpu = this_cpu();
	struct sched_context *context = thread->lender  ? thread->lender->sched_context
					: thread->donor ? thread->donor->caller->sched_context
							: thread->home;

	/* Nobody works for who runs here. */
	if (thread == cpu->current) {
		scheduler_charge(cpu, thread);
		cpu->reschedule |= thread->sched_context->is_reservation || context->is_reservation;
		thread->sched_context = context;
	} else {
		scheduler_run_on(thread, context);
	}
}

void scheduler_donate(struct tcb *server)
{
	const struct tcb *caller = server->donor->caller;

	/* Whoever looks after an empty budget cannot run on it. */
	if (caller->depth == DEPTH_MAX || (caller->in_fault && caller->fault_label == KN_LABEL_FAULT_TIMEOUT)) {
		server->donor->receiver = nullptr;
		server->donor = nullptr;
	} else {
		server->depth = caller->depth + 1;
	}
	settle(server);
}

void scheduler_take_back(struct reply *reply)
{
	struct tcb *server = reply->receiver;

	if (!server)
		return;
	reply->receiver = nullptr;
	server->donor = nullptr;
	server->depth = 0;
	settle(server);
}

void scheduler_lend(struct tcb *sender, struct tcb *server)
{
	if (!sched_context_is_before(sender->sched_context, server->sched_context))
		return;
	if (server->lender)
		server->lender->borrower = nullptr;
	server->lender = sender;
	sender->borrower = server;
	settle(server);
}

void scheduler_end_loan(struct tcb *sender)
{
	struct tcb *server = sender->borrower;

	if (!server)
		return;
	sender->borrower = nullptr;
	server->lender = nullptr;
	settle(server);
}
