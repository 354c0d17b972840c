/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the allocator asks of the C library around it, and what it offers in return.
 *
 * The C library defines the first group. None of these functions may call malloc. The lock is a
 * plain mutex, never taken twice by a thread; single-threaded processes may make it free.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/** Map zeroed, private, writable pages; length is a multiple of 4096. Null when refused. */
void *__malloc_map(size_t length);
/** Give back whole pages of such mappings, any part of one. Cannot fail. */
void __malloc_unmap(void *address, size_t length);
void __malloc_lock(void);
void __malloc_unlock(void);
/** Make the lock free and usable in the child of a fork, whoever held it. */
void __malloc_lock_reset(void);
/** A number that an attacker cannot guess; asked for once. */
uint64_t __malloc_secret(void);

/** fork calls this: -1 before, 0 after in the parent, 1 in the child. */
void __malloc_atfork(int who);
