/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much untyped memory one object of each type takes: log2 of the bytes, the same on both machines.
 * The kernel checks every row against its structures; objsrv accounts with the same numbers. A
 * CNode with 2^n slots takes 2^(n + KN_SLOT_BITS) bytes (its head lives in slot 0, which is never used),
 * an untyped what its size_bits say.
 */
#pragma once

enum kn_object_bits : unsigned {
	KN_SLOT_BITS = 6,
	KN_OBJECT_BITS_TCB = 11,
	KN_OBJECT_BITS_SCHED_CONTEXT = 7,
	KN_OBJECT_BITS_ENDPOINT = 7,
	KN_OBJECT_BITS_REPLY = 7,
	KN_OBJECT_BITS_NOTIFICATION = 7,
	KN_OBJECT_BITS_MEMORY_OBJECT = 9,
	KN_OBJECT_BITS_VSPACE = 10,
	KN_OBJECT_BITS_POOL = 8,
	KN_OBJECT_BITS_IRQ_HANDLER = 7,
	KN_OBJECT_BITS_IO_PORT = 6,
	KN_OBJECT_BITS_TIMER = 7,
	KN_CNODE_BITS_MIN = 4,
	KN_CNODE_BITS_MAX = 16,
	KN_UNTYPED_BITS_MIN = 7,
	KN_UNTYPED_BITS_MAX = 47,
};
