/* SPDX-License-Identifier: BSD-2-Clause */
/* The signal set: one bit a signal, bit 0 is signal 1. */
#pragma once

#ifndef _SYS__SIGSET_H_
#define _SYS__SIGSET_H_
typedef unsigned long __sigset_t;
#endif
#ifndef _SIGSET_T_DECLARED
#define _SIGSET_T_DECLARED
typedef __sigset_t sigset_t;
#endif
