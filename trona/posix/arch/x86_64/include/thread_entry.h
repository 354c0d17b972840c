/* SPDX-License-Identifier: BSD-2-Clause */
/* A function is entered with the stack pointer 8 below a multiple of 16. */
#pragma once

#define THREAD_ENTRY_BIAS 8
