/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the streams ask of the C library beside POSIX calls, and what they offer in return.
 *
 * Streams take no locks until the process has a second thread. Before it starts its first thread,
 * pthread_create calls __stdio_enable_locks (declare it weak: a program without streams has none).
 * exit runs the destructors, and the last of them flushes every stream. A fork of a process with
 * threads calls __stdio_atfork: -1 before, 0 after in the parent, 1 in the child.
 */
#pragma once

void __stdio_enable_locks(void);
void __stdio_atfork(int who);
