/* SPDX-License-Identifier: BSD-2-Clause */
/* The ways a process or a new image begins: fork, spawn, exec, start. */
#pragma once

#include "process.h"

/* Pages that the process may have: what RLIMIT_AS says, or what all processes together may have. */
uint64_t start_memory_limit(const struct process *process);
/* Descriptors, by RLIMIT_NOFILE. */
uint32_t start_descriptor_limit(const struct process *process);
kn_status start_fork(struct process *parent, uint64_t ip, uint64_t sp, uint64_t tls, uint32_t thread, uint32_t *pid);
kn_status start_spawn(struct process *parent, const struct procmgr_image_args *image,
    const struct procmgr_spawn_args *args, kn_cap object, const struct procmgr_spawn_cap *caps, size_t count,
    uint32_t *pid);
/* On success the caller's old image is gone and its call must not be answered. */
kn_status start_exec(struct process *process, const struct procmgr_image_args *image, kn_cap object);
/* The first process of a session, for init: credentials given, block in a memory object of its own. */
kn_status start_first(const struct procmgr_image_args *image, uint32_t uid, uint32_t gid, kn_cap object,
    kn_cap block, kn_cap first, uint32_t *pid);
