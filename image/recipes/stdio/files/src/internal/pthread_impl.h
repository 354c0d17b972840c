/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing of a thread's inside is used: see port/lock.c. */
#pragma once
