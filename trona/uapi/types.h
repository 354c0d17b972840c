/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of the kernel ABI that is not a method: register and message layout, rights,
 * system call numbers. Kernel and user space share this file; everything that can be
 * said per object lives in kernel/<object>.idl.
 *
 * Units: kn_time is nanoseconds on the monotonic clock since boot. Sizes are bytes.
 */
#pragma once

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

typedef uint64_t kn_word;
typedef uint64_t kn_cap;    /* address of a capability slot, see KN_CAP_NONE below */
typedef uint64_t kn_time;   /* ns since boot, or a deadline */
typedef int32_t kn_status;  /* 0 or a negative KN_E_*; positive values never leave the kernel */
#endif

#define KN_PAGE_SHIFT 12
#define KN_PAGE_SIZE 4096

/*
 * User addresses: [KN_USER_MIN, KN_USER_MAX). The first 64 KiB are never mapped, the last page
 * is kept free so that no instruction straddles the canonical hole.
 */
#define KN_USER_MIN 0x10000
#define KN_USER_MAX 0x00007ffffffff000

/*
 * A capability address: the low 32 bits index a slot. With zero in the high 32 bits the slot is
 * in the thread's own CSpace root; otherwise the high half names the root slot of a second
 * CNode and the low half indexes that. Slots 1..3 of every CSpace hold the thread, the
 * address space and the CSpace root itself; slot 0 stays empty for ever.
 */
#define KN_CAP_NONE 0
#define KN_SLOT_TCB 1
#define KN_SLOT_VSPACE 2
#define KN_SLOT_CSPACE 3
#define KN_SLOT_FIRST_FREE 4

/* Rights: a capability's holder may do only what is set; asking for more is an error. */
#define KN_RIGHT_READ      (1u << 0)
#define KN_RIGHT_WRITE     (1u << 1)
#define KN_RIGHT_EXECUTE   (1u << 2)
#define KN_RIGHT_GRANT     (1u << 3)
#define KN_RIGHT_REVOKE    (1u << 4)
#define KN_RIGHT_SEND      (1u << 5)
#define KN_RIGHT_RECV      (1u << 6)
#define KN_RIGHT_CALL      (1u << 7)
#define KN_RIGHT_REPLY     (1u << 8)
#define KN_RIGHT_CONFIGURE (1u << 9)
#define KN_RIGHT_SUSPEND   (1u << 10)
#define KN_RIGHT_RESUME    (1u << 11)
#define KN_RIGHT_MAP       (1u << 12)
#define KN_RIGHT_UNMAP     (1u << 13)
#define KN_RIGHT_RETYPE    (1u << 14)
#define KN_RIGHTS_ALL      0x7fffu

/*
 * System calls. The numbers are disjoint from Linux's (K9), so that a foreign thread's calls
 * cannot be mistaken for ours. Every one acts on a capability:
 *
 *   KN_SYS_CALL        endpoint: send and wait for the reply; any other object: invoke a method
 *   KN_SYS_SEND        endpoint: send without a reply; notification: signal (its badge, or word 0)
 *   KN_SYS_RECV        endpoint: receive; notification: wait, take and clear all bits (-> badge)
 *   KN_SYS_REPLY_RECV  answer through the reply capability, then receive on the endpoint
 *   KN_SYS_REPLY       answer through the reply capability only
 *   KN_SYS_YIELD       give up the rest of the time slice (capability: a scheduling context of one's own, or none)
 *
 * Registers:
 *                number  capability  info  words 0..3        deadline  reply capability
 *   x86_64 in    rax     rdi         rsi   rdx r10 r8 r9     r12       r13
 *   x86_64 out   rax=status rdi=badge rsi  rdx r10 r8 r9     (rcx, r11 destroyed; all others kept)
 *   aarch64 in   x8      x0          x1    x2 x3 x4 x5       x6        x7
 *   aarch64 out  x0=status x6=badge  x1    x2 x3 x4 x5       (all others kept)
 *
 * Deadline: absolute ns; KN_TIME_POLL = do not block (KN_E_WOULD_BLOCK), KN_TIME_FOREVER = no limit.
 * It bounds waiting for a partner and for the reply; expiry returns KN_E_TIMED_OUT.
 */
#define KN_SYS_BASE       0x4b00
#define KN_SYS_CALL       (KN_SYS_BASE + 0)
#define KN_SYS_REPLY_RECV (KN_SYS_BASE + 1)
#define KN_SYS_SEND       (KN_SYS_BASE + 2)
#define KN_SYS_RECV       (KN_SYS_BASE + 3)
#define KN_SYS_REPLY      (KN_SYS_BASE + 4)
#define KN_SYS_YIELD      (KN_SYS_BASE + 5)
#define KN_SYS_COUNT      6

#define KN_TIME_POLL    0
#define KN_TIME_FOREVER (~0ull)

/* Message info: label in bits 63..16, capability count in 15..12, length in words in 11..0. */
#define KN_MSG_MAX_WORDS 448
#define KN_MSG_MAX_CAPS  4
#define KN_MSG_REGS      4

/*
 * Labels of messages that the kernel itself sends. They have type byte 0, which no object
 * and no protocol uses, so that a client cannot forge them (a client's label with a zero type
 * byte is refused).
 *
 *   ORPHAN  badge = the badge whose last derived capability is gone (see cnode.watch)
 *   CANCEL  word 0 = the reply slot whose caller wants its call back or is gone; answer it (KN_E_INTERRUPTED) or ignore it
 *   SIGNAL  badge = the bits of the notification that is bound to the receiving thread
 *   FAULT_* see kernel/tcb.idl (sent to the fault handler) and kernel/memory_object.idl (to the pager)
 */
#define KN_LABEL_ORPHAN         240
#define KN_LABEL_CANCEL         241
#define KN_LABEL_SIGNAL         242
#define KN_LABEL_FAULT_VM       243
#define KN_LABEL_FAULT_EXEC     244 /* undefined instruction, bad alignment, FPU, debug, unknown system call */
#define KN_LABEL_FAULT_PAGER    245
#define KN_LABEL_FAULT_POOL     246
#define KN_LABEL_FAULT_TIMEOUT  247

#ifndef __ASSEMBLER__
static inline kn_word kn_info(uint64_t label, unsigned caps, unsigned words)
{
	return label << 16 | (kn_word)caps << 12 | words;
}

static inline uint64_t kn_info_label(kn_word info)
{
	return info >> 16;
}

/* The status that a reply carries in its label (48-bit two's complement). */
static inline kn_status kn_info_status(kn_word info)
{
	return (kn_status)((int64_t)info >> 16);
}

static inline unsigned kn_info_caps(kn_word info)
{
	return info >> 12 & 15;
}

static inline unsigned kn_info_words(kn_word info)
{
	return info & 4095;
}

/* What a system call takes from and leaves in registers. */
struct kn_regs {
	kn_word w[KN_MSG_REGS];
	kn_word info;
	kn_word badge;
};

/* kn_ipc_buffer.flags: bit i set = capability i of the outgoing message is moved, not copied. */
#define KN_IPC_MOVE(i) (1u << (i))
/* kn_ipc_buffer.upcall_flags: upcalls are held back while set; the kernel sets it when it delivers one. */
#define KN_UPCALL_BLOCKED 1u
#define KN_UPCALL_PENDING 2u

#define KN_CONTEXT_WORDS 40

/*
 * One page per thread, at an address that the thread's creator chose; the kernel reads and
 * writes it through its own mapping. words[i] carries message word i for i >= KN_MSG_REGS.
 *
 * Outgoing capabilities: caps[0..n). Incoming: they land in consecutive free slots from recv_slot (a
 * capability address in the receiver's own CSpace); recv_count says how many slots there are.
 * On receipt caps[i] is the slot (0 if unwrapped) and cap_badges[i] the badge; bit i of cap_unwrapped says that the capability
 * named the very endpoint it was sent through (or another badge of it): then no slot is used and only the badge is delivered.
 */
struct kn_ipc_buffer {
	kn_word words[KN_MSG_MAX_WORDS];
	kn_cap caps[KN_MSG_MAX_CAPS];
	kn_word cap_badges[KN_MSG_MAX_CAPS];
	uint32_t flags;
	uint32_t cap_unwrapped;
	kn_cap recv_slot;
	uint32_t recv_count;
	uint32_t upcall_flags;
	kn_word upcall_bits;                 /* what tcb.upcall() asked for, OR-ed */
	kn_word context[KN_CONTEXT_WORDS];   /* the interrupted registers, see kernel/tcb.idl */
	kn_word reserved[2];
};

static_assert(sizeof(struct kn_ipc_buffer) <= KN_PAGE_SIZE);
#endif
