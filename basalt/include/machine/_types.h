/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Widths of the system's types, where picolibc's defaults are those of small machines.
 * picolibc's sys/_types.h leaves alone what is named here.
 */
#pragma once

#include <machine/_default_types.h>

#define __machine_dev_t_defined
typedef __uint64_t __dev_t;
#define __machine_uid_t_defined
typedef __uint32_t __uid_t;
#define __machine_gid_t_defined
typedef __uint32_t __gid_t;
#define __machine_ino_t_defined
typedef __uint64_t __ino_t;
typedef __uint64_t __ino64_t;
#define __machine_fsfilcnt_t_defined
typedef __uint64_t __fsfilcnt_t;
#define __machine_clock_t_defined
#define _CLOCK_T_ long
#define __machine_clockid_t_defined
#define _CLOCKID_T_ int
#define __machine_key_t_defined
typedef int __key_t;
#define __machine_sa_family_t_defined
typedef __uint16_t __sa_family_t;
