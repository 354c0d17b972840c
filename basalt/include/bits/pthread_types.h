/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layouts of pthread objects. All zeros is the initial state of each, so that static
 * initialisers are cheap. Words that threads wait on are 32-bit and first.
 */
#pragma once

typedef struct __pthread *pthread_t;
typedef struct { unsigned __word; int __type; struct __pthread *__owner; unsigned __count; int __attr; } pthread_mutex_t;
typedef struct { unsigned __sequence; unsigned __waiters; int __clock; int __shared; } pthread_cond_t;
typedef struct { unsigned __state; unsigned __waiters; unsigned __writers_waiting; int __shared; struct __pthread *__writer; } pthread_rwlock_t;
typedef struct { unsigned __sequence; unsigned __arrived; unsigned __count; unsigned __leaving; } pthread_barrier_t;
typedef struct { unsigned __state; } pthread_once_t;
typedef unsigned pthread_key_t;
typedef struct { volatile unsigned __word; } pthread_spinlock_t;
typedef struct { int __type; int __shared; int __robust; int __protocol; } pthread_mutexattr_t;
typedef struct { int __clock; int __shared; } pthread_condattr_t;
typedef struct { int __shared; } pthread_rwlockattr_t;
typedef struct { int __shared; } pthread_barrierattr_t;
typedef struct {
	unsigned long __stack_size;
	unsigned long __guard_size;
	void *__stack;
	int __detached;
	int __inherit;
	int __policy;
	int __priority;
	int __scope;
	unsigned long __cpus;
} pthread_attr_t;
