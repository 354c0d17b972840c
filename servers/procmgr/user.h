/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Users: how many processes (zombies too) and further threads of processes each has, in O(1), and what follows from it.
 *
 * An ordinary user with very many of them is a crowd: while he has, all of them run behind everybody else's, so that a fork bomb leaves the
 * others the machine. Among themselves they stay equal.
 */
#pragma once

#include "process.h"

/* Count a process under `uid` instead of whom it was counted under. NO_MEMORY: nothing has changed. */
[[nodiscard]] kn_status user_enter(struct process *process, uint32_t uid);
/* Its entry becomes free. Harmless when it was not counted. */
void user_leave(struct process *process);
/* So many threads more, beyond the first one, has a process. */
void user_add_threads(struct process *process, int count);
/* Processes and further threads of a user. */
size_t user_count(uint32_t uid);
/* The kernel priority of a process's OTHER threads: lower when it belongs to a crowd. */
uint32_t user_priority(const struct process *process);
