/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread. Its state is changed by object/tcb.c and core/scheduler.c only (one lifecycle owner).
 * `link` is for the one queue it waits in, `run` for the run queue: separate, so that no thread is
 * in two places by one link.
 *
 * A thread runs on `sched_context`: its own (`home`), the one of the call that it serves (`donor`) or
 * that of a more urgent caller (`lender`). Who calls keeps its pointer and cannot use it meanwhile, so
 * nothing needs to be given back (core/scheduler.h).
 */
#pragma once

#include "arch.h"
#include "core/deadline.h"
#include "object/object.h"

enum thread_state : uint8_t {
	THREAD_INACTIVE,      /* not configured, suspended or stopped by a fault that was refused */
	THREAD_READY,         /* runnable: running, or in a run queue */
	THREAD_SENDING,       /* in an endpoint's send queue (send or call) */
	THREAD_RECEIVING,     /* in an endpoint's receive queue */
	THREAD_WAITING_REPLY, /* called, the server has the reply capability */
	THREAD_WAITING_SIGNAL,  /* in a notification's queue */
	THREAD_WAITING_ADDRESS, /* in the wait-on-address table */
	THREAD_IDLE,
};

/* Work to do before the thread returns to user mode (tcb.exit_work). */
#define EXIT_UPCALL 1 /* an upcall waits to be delivered */
#define EXIT_TLS 2    /* its thread pointer becomes next_tls */

struct tcb {
	struct arch_context context; /* must be first: the entry code saves here */
	struct object object;
	enum thread_state state;
	bool in_call; /* the pending send is a call */
	uint8_t priority;
	union {
		struct {
			bool is_suspended; /* must not become ready */
			bool in_fault;     /* the pending message is a fault: an answer resumes, an
					      error stops */
			uint8_t exit_work; /* EXIT_* */
		};
		uint32_t hindrances; /* all of the above: 0 for a thread that can just go on */
	};
	uint8_t fault_access; /* of the last page fault: VM_READ, VM_WRITE or VM_EXECUTE */
	uint8_t depth;        /* calls that hand their context down to it, at most DEPTH_MAX */
	uint16_t cpu;         /* where it runs or ran last */
	uint16_t affinity;    /* CPU index, or TCB_ANY_CPU */
	struct vspace *vspace;
	struct cnode *cspace;
	struct kn_ipc_buffer *ipc; /* kernel mapping of the IPC buffer; null: none */
	struct list link;          /* endpoint, notification or address queue */
	struct deadline run;
	uint64_t wait_badge; /* badge of the pending send */
	struct reply
	    *reply; /* RECEIVING: where a caller would be held; WAITING_REPLY: where we are held */
	struct deadline timeout; /* of the current wait; READY: of the wait for a new budget */
	struct notification *bound_notification;
	struct sched_context *sched_context; /* what it runs on */
	struct sched_context *home;          /* bound to it */
	struct reply *donor;     /* runs on the context of this call's caller */
	struct tcb *lender;      /* a queued caller whose context we run on instead */
	struct tcb *borrower;    /* while we are queued: who runs on our context */
	struct list vspace_link;          /* in vspace->threads */
	struct list cspace_link;          /* in cspace->threads */
	struct memory_object *ipc_object; /* whose page `ipc_page` is the IPC buffer (pinned) */
	struct list ipc_link;             /* in that object's list of pins */
	uint64_t ipc_page;
	uint64_t ipc_address;      /* where the thread sees it */
	struct slot fault_handler; /* endpoint capability, child of the one it was set from */
	struct slot timeout_handler; /* the same, for budgets that end while it serves a call */
	uint64_t wait_key[2];      /* wait-on-address: object and offset */
	uint64_t upcall_entry;     /* 0: no upcalls */
	uint64_t foreign_entry, next_tls;
	uint64_t fault_label; /* the pending fault message */
	uint64_t fault_words[6];
	uint64_t fault_address; /* of the last page fault */
	uint64_t cycles;        /* consumed, in arch_cycles() */
	uint64_t kernel_entries;
	char name[16];
	struct {
		unsigned cpu;   /* whose registers held this state last, or FPU_NO_CPU */
		unsigned eager; /* switches left that restore without waiting for a trap */
		struct arch_fpu state;
	} fpu; /* last: large */
};

/* How traces name a thread, and what tells apart two of one name: halves of their addresses. */
static inline uint64_t tcb_label(const struct tcb *thread)
{
	uint64_t label;

	memcpy(&label, thread->name, sizeof(label));
	return label;
}

static inline uint64_t tcb_pair(const struct tcb *a, const struct tcb *b)
{
	return (uint64_t)a << 32 | (uint32_t)(uint64_t)b;
}

/* Who goes at the head of a chain of calls takes its context from all of them at once. */
#define DEPTH_MAX 64
#define TCB_ANY_CPU 0xffff
#define FPU_NO_CPU (~0u)

/* Carry out a tcb.set_tls() that was left to the thread's CPU. */
void tcb_settle(struct tcb *thread);
/* A user address that code or data may have; 0 counts when `or_none`. */
static inline bool is_user_address(uint64_t address)
{
	return address >= KN_USER_MIN && address < KN_USER_MAX;
}
