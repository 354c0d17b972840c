/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts of processors and memory. */
#pragma once

#include <sys/cdefs.h>
_BEGIN_STD_C
int get_nprocs(void);
int get_nprocs_conf(void);
_END_STD_C
