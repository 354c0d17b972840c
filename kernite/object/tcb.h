/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread. Its state is changed by object/tcb.c and core/scheduler.c only (one lifecycle owner). `link` is
 * for the one queue it waits in, `run_link` for the run queue: separate, so that no thread
 * is in two places by one link (saltyos.md pitfall 14).
 */
#pragma once

#include "arch.h"
#include "object/object.h"

enum thread_state : uint8_t {
	THREAD_INACTIVE,      /* not configured, suspended or stopped by a fault that was refused */
	THREAD_READY,         /* runnable: running, or in a run queue */
	THREAD_SENDING,       /* in an endpoint's send queue (send or call) */
	THREAD_RECEIVING,     /* in an endpoint's receive queue */
	THREAD_WAITING_REPLY, /* called, the server has the reply capability */
	THREAD_WAITING_SIGNAL,/* in a notification's queue */
	THREAD_WAITING_ADDRESS, /* in the wait-on-address table */
	THREAD_IDLE,
};

struct tcb {
	struct arch_context context; /* must be first: the entry code saves here */
	struct object object;
	enum thread_state state;
	bool is_current;          /* some CPU has it as cpu->current */
	bool is_suspended;        /* stop before the next return to user mode / do not make ready */
	bool uses_fpu;            /* FPU registers changed since it was switched in */
	bool is_foreign;          /* K9: unknown system calls go to foreign_entry */
	bool in_call;             /* the pending send is a call */
	bool in_fault;            /* the pending message is a fault; a reply resumes, an error kills */
	bool cancel_requested;
	uint8_t priority;
	uint8_t reserved;
	uint16_t cpu;             /* where it runs or ran last */
	uint16_t affinity;        /* CPU index, or TCB_ANY_CPU */
	struct list link;         /* endpoint, notification or address queue */
	struct list run_link;
	struct list timeout_link; /* in the deadline queue */
	kn_time deadline;         /* of the current wait */
	struct vspace *vspace;
	struct cnode *cspace;
	struct sched_context *sched_context;
	struct notification *bound_notification;
	struct memory_object *ipc_object; /* keeps the IPC buffer's page alive (pinned) */
	uint64_t ipc_page;                /* its index in the object */
	struct kn_ipc_buffer *ipc;        /* kernel mapping of that page; null: none */
	uint64_t ipc_address;             /* where the thread sees it */
	struct slot fault_handler;        /* endpoint capability, child of the one it was set from */
	struct object *waiting_on;        /* endpoint, notification or reply of the current wait */
	struct reply *reply;              /* where our caller state is held while WAITING_REPLY */
	uint64_t wait_badge;              /* badge of the pending send */
	uint32_t wait_rights;             /* rights of the capability it was sent through */
	uint32_t wait_reserved;
	uint64_t wait_reply_slot;         /* receive: where the reply object is (capability address) */
	uint64_t wait_key[2];             /* wait-on-address: object and offset */
	uint64_t upcall_entry;            /* 0: no upcalls */
	uint64_t foreign_entry;
	uint64_t fault_words[6];          /* the pending fault message */
	uint64_t cpu_time;                /* ns consumed */
	uint64_t restart_state[2];        /* progress of a restartable operation of this thread */
	char name[16];
	struct arch_fpu fpu;              /* last: large */
};

#define TCB_ANY_CPU 0xffff
