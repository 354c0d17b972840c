/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread area: what every thread of every SaltyOS program has at its thread pointer.
 *
 * x86_64: FS base points to it (%fs:0 is the self pointer, the stack protector's canary is at %fs:0x28). aarch64: it lies just
 * below TPIDR_EL0, because TLS variant I wants the 16 bytes at the thread pointer. So ELF TLS works on both: a
 * C library puts PT_TLS in front of the area (x86_64) or 16 bytes behind its end (aarch64).
 *
 * Also: starting a thread from objects that somebody made (boot tests, init); POSIX threads come from procmgr.
 */
#pragma once

#include "trona/arch_thread.h"
#include "uapi/types.h"

struct kn_thread {
	struct kn_thread *self;    /* %fs:0 */
	struct kn_ipc_buffer *ipc;
	kn_cap tcb;
	void *personality;         /* the C library's thread structure; the substrate does not touch it */
	kn_word reserved;
	uint64_t canary;           /* %fs:0x28 on x86_64 */
	kn_word server;            /* the substrate's own */
	kn_word zero;
};

static_assert(offsetof(struct kn_thread, canary) == 0x28);
static_assert(sizeof(struct kn_thread) == 64);

static inline struct kn_thread *kn_thread_self(void)
{
	return (struct kn_thread *)((char *)__builtin_thread_pointer() - KN_THREAD_POINTER_OFFSET);
}

/* The value for tcb.start() and tcb.set_tls() that belongs to an area. */
static inline kn_word kn_thread_pointer(const struct kn_thread *area)
{
	return (kn_word)area + KN_THREAD_POINTER_OFFSET;
}

/* Fills an area at its final address (16-byte aligned, 16 free bytes behind it). */
static inline void kn_thread_init(struct kn_thread *area, struct kn_ipc_buffer *ipc, kn_cap tcb, uint64_t canary)
{
	*area = (struct kn_thread){.self = area, .ipc = ipc, .tcb = tcb, .canary = canary};
}

/* What a thread in the caller's own address and capability space is made of. */
struct thread_parts {
	kn_cap tcb;                 /* fresh, not configured */
	kn_cap sched_context;       /* fresh; gets the default slice */
	kn_cap ipc_object;          /* memory object with the IPC buffer's page ... */
	kn_word ipc_page;           /* ... number */
	kn_word ipc_address;        /* where the caller mapped it */
	void *stack;                /* lowest address; the thread area goes to the top */
	size_t stack_size;
	kn_cap fault_handler;       /* or KN_CAP_NONE */
};

/* Starts entry(argument). It must not return. */
[[nodiscard]] kn_status thread_start(
    const struct thread_parts *parts, void (*entry)(void *argument), void *argument);
