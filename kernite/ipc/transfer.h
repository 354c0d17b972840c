/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Synchronous IPC, the complete slow path. The system call layer has looked up the capability; the
 * results go straight into the threads' contexts.
 *
 * All return a status for the caller's result register, KN_BLOCKED (whoever ends the wait writes
 * it) or KN_RESTART.
 */
#pragma once

#include "core/cspace.h"
#include "object/tcb.h"

struct endpoint;
struct notification;

/* KN_SYS_SEND and KN_SYS_CALL through the endpoint capability in `slot`. */
kn_status ipc_send(struct tcb *sender, struct slot *slot, kn_time deadline, bool is_call);
/* KN_SYS_RECV: `reply` is a capability address, or KN_CAP_NONE: calls are refused then (their
 * callers get KN_E_INVALID_OP). */
kn_status ipc_receive(struct tcb *receiver, struct slot *slot, kn_cap reply, kn_time deadline);
/* KN_SYS_REPLY. */
kn_status ipc_reply(struct tcb *replier, kn_cap reply);
/* KN_SYS_REPLY_RECV: answers if the reply object holds a caller, then receives. An error means that
 * nothing was received. */
kn_status ipc_reply_receive(struct tcb *thread, struct slot *slot, kn_cap reply, kn_time deadline);
/* KN_SYS_RECV on a notification. */
kn_status ipc_wait(struct tcb *thread, struct notification *notification, kn_time deadline);

/* Put a fault message (thread->fault_*) on its way; the thread is current and not yet blocked. */
void ipc_send_fault(struct tcb *thread, struct endpoint *endpoint, uint64_t badge);
/* The message or fault that `thread` waits with has failed: out of its queue, the error is its
 * result (a fault's: fault_refused()). */
void ipc_fail(struct tcb *thread, kn_status status);
/* An event was queued at the endpoint: hand it to a waiting receiver, if there is one. */
void ipc_deliver_event(struct endpoint *endpoint);
/* The bits of its bound notification for a thread in THREAD_RECEIVING. */
void ipc_deliver_signal(struct tcb *receiver);
