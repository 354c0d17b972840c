/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts of /proc, one function a file, in Linux's formats (proc(5)); fields that this system has no number for are 0. */
#pragma once

#include "text.h"
#include "uapi/types.h"

void proctext_cpuinfo(struct text *text, uint32_t pid);
void proctext_filesystems(struct text *text, uint32_t pid);
void proctext_loadavg(struct text *text, uint32_t pid);
void proctext_meminfo(struct text *text, uint32_t pid);
void proctext_mounts(struct text *text, uint32_t pid);
void proctext_stat(struct text *text, uint32_t pid);
void proctext_kernel(struct text *text, uint32_t pid);
void proctext_security(struct text *text, uint32_t pid);
void proctext_uptime(struct text *text, uint32_t pid);
void proctext_version(struct text *text, uint32_t pid);
void proctext_osrelease(struct text *text, uint32_t pid);
void proctext_ostype(struct text *text, uint32_t pid);
void proctext_pid_max(struct text *text, uint32_t pid);
void proctext_usage(struct text *text, uint32_t pid);
void proctext_process_cmdline(struct text *text, uint32_t pid);
void proctext_process_comm(struct text *text, uint32_t pid);
void proctext_process_stat(struct text *text, uint32_t pid);
void proctext_process_statm(struct text *text, uint32_t pid);
void proctext_process_status(struct text *text, uint32_t pid);
