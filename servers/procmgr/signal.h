/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals between processes: who gets them, what they do. Handlers run in the process itself
 * (trona/posix); here is only what the process cannot or need not decide.
 */
#pragma once

#include "process.h"

enum signal_action : uint8_t { ACTION_TERMINATE, ACTION_CORE, ACTION_IGNORE, ACTION_STOP, ACTION_CONTINUE };

#define SIGNAL_HUP 1
#define SIGNAL_ILL 4
#define SIGNAL_TRAP 5
#define SIGNAL_BUS 7
#define SIGNAL_FPE 8
#define SIGNAL_KILL 9
#define SIGNAL_SEGV 11
#define SIGNAL_ALRM 14
#define SIGNAL_CHLD 17
#define SIGNAL_CONT 18
#define SIGNAL_STOP 19
#define SIGNAL_TSTP 20
#define SIGNAL_TTIN 21
#define SIGNAL_TTOU 22
#define SIGNAL_VTALRM 26
#define SIGNAL_PROF 27
#define SIGNAL_RTMIN 34

/* si_code values (signal.h): who sent it. */
#define CODE_USER 0
#define CODE_QUEUE (-1)
#define CODE_TIMER (-2)
#define CODE_KERNEL 0x80

#define ANY_THREAD 0xffffffffu

/* What `signal` does to a process that has no handler for it. */
enum signal_action signal_default_action(uint32_t signal);
/*
 * Deliver a signal to a live process (thread: its number, or ANY_THREAD). Never fails: it is ignored, pending or acted on; one that is
 * pending already comes once, but real-time signals as often as they are sent while there is room (signal_queue.h).
 */
void signal_send(struct process *process, uint32_t thread, const struct procmgr_signal_record *record);
/* The same with a value that is to arrive (CODE_QUEUE), however many are pending. QUOTA: it would have to wait and there is no room. */
[[nodiscard]] kn_status signal_queue(struct process *process, const struct procmgr_signal_record *record);
/*
 * A signal that a machine fault at `ip` caused: if the thread has no stack to handle it on, the process ends; also if it blocks or ignores
 * it, unless `ip` is among the process's guarded instructions.
 */
void signal_fault(struct process *process, uint32_t number, uint64_t ip, const struct procmgr_signal_record *record);
/* Answer and forget the waiter at *link. */
void signal_drop_waiter(struct signal_waiter **link, kn_status status);
/* The same signal to every member of a group; how many there were. */
size_t signal_group(uint32_t group, const struct procmgr_signal_record *record);
/* Would the process not notice the signal: ignored, or blocked by every thread? */
bool signal_is_refused(struct process *process, uint32_t signal);
/* Perform the default action now. */
void signal_perform_default(struct process *process, uint32_t signal);
/* Tell the parent (SIGCHLD and wait) what happened to its child. */
void signal_tell_parent(struct process *child, uint32_t event, uint32_t value);
/* Orphaned groups with stopped members get SIGHUP and SIGCONT (POSIX exit, 3). */
void signal_orphaned_group(uint32_t group);
