/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts of /proc, one function a file, in Linux's formats (proc(5)); fields that this system has no number for are 0. */
#pragma once

#include "text.h"
#include "uapi/protocol/procmgr.h"
#include "uapi/types.h"

/* What a text is about, and for whom: the process (pid 0: none, the text is of the system), and the pid of who reads. */
struct proctext_subject {
	struct procmgr_process_entry entry;
	uint32_t reader;
};

void proctext_cpuinfo(struct text *text, const struct proctext_subject *of);
void proctext_filesystems(struct text *text, const struct proctext_subject *of);
void proctext_loadavg(struct text *text, const struct proctext_subject *of);
void proctext_meminfo(struct text *text, const struct proctext_subject *of);
void proctext_mounts(struct text *text, const struct proctext_subject *of);
void proctext_stat(struct text *text, const struct proctext_subject *of);
void proctext_capabilities(struct text *text, const struct proctext_subject *of);
void proctext_kernel(struct text *text, const struct proctext_subject *of);
void proctext_security(struct text *text, const struct proctext_subject *of);
void proctext_trace(struct text *text, const struct proctext_subject *of);
void proctext_uptime(struct text *text, const struct proctext_subject *of);
void proctext_version(struct text *text, const struct proctext_subject *of);
void proctext_osrelease(struct text *text, const struct proctext_subject *of);
void proctext_ostype(struct text *text, const struct proctext_subject *of);
void proctext_pid_max(struct text *text, const struct proctext_subject *of);
void proctext_usage(struct text *text, const struct proctext_subject *of);
void proctext_process_cmdline(struct text *text, const struct proctext_subject *of);
void proctext_process_comm(struct text *text, const struct proctext_subject *of);
void proctext_process_stat(struct text *text, const struct proctext_subject *of);
void proctext_process_statm(struct text *text, const struct proctext_subject *of);
void proctext_process_status(struct text *text, const struct proctext_subject *of);
void proctext_process_maps(struct text *text, const struct proctext_subject *of);
