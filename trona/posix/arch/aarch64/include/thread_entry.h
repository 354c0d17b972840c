/* SPDX-License-Identifier: BSD-2-Clause */
/* The stack pointer is a multiple of 16 always. */
#pragma once

#define THREAD_ENTRY_BIAS 0
