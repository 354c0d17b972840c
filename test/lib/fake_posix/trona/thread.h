/* SPDX-License-Identifier: BSD-2-Clause */
/* Host tests of trona/posix: one thread, whose area is not where the host's C library has its own. */
#pragma once

#include "uapi/types.h"

struct kn_thread {
	struct kn_ipc_buffer *ipc;
	kn_cap tcb;
	void *personality;
	uint64_t canary;
};

extern struct kn_thread fake_thread;

static inline struct kn_thread *kn_thread_self(void)
{
	return &fake_thread;
}
