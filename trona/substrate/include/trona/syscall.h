/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernite's system calls as C functions, one to one (arch/<isa>/syscall.S; the ABI is in uapi/types.h). `regs` is what
 * goes in and comes out: info, words 0..3 and, after receiving, the badge; further words and all
 * capabilities are in the IPC buffer. A status is the transport's.
 */
#pragma once

#include "trona/ipc.h"
#include "uapi/error.h"

/* Endpoint: send without a reply. Notification: signal its badge, or w[0] if the badge is 0. */
[[nodiscard]] kn_status kn_send(kn_cap dest, struct kn_regs *regs, kn_time deadline);
/* Endpoint: receive; a call binds to `reply` (KN_CAP_NONE refuses calls). Notification: wait, bits in regs->badge. */
[[nodiscard]] kn_status kn_recv(kn_cap source, struct kn_regs *regs, kn_time deadline, kn_cap reply);
/* Answers through `reply`, then receives. An error means that nothing was received; see server.c for what to do then. */
[[nodiscard]] kn_status kn_reply_recv(kn_cap source, struct kn_regs *regs, kn_time deadline, kn_cap reply);
/* Answers through `reply` only. */
[[nodiscard]] kn_status kn_reply(kn_cap reply, struct kn_regs *regs);
/* Gives up the rest of the time slice. */
void kn_yield(kn_cap sched_context);

/* Signal a notification: with a badge its bits, without one `bits`. */
[[nodiscard]] static inline kn_status kn_signal(kn_cap notification, kn_word bits)
{
	struct kn_regs regs = {.w = {bits}, .info = kn_info(1 << 8, 0, 1)};

	return kn_send(notification, &regs, KN_TIME_POLL);
}

/* Wait for a notification and take its bits. */
[[nodiscard]] static inline kn_status kn_wait(kn_cap notification, kn_word *bits, kn_time deadline)
{
	struct kn_regs regs = {};
	kn_status status = kn_recv(notification, &regs, deadline, KN_CAP_NONE);

	if (status == KN_OK)
		*bits = regs.badge;
	return status;
}
