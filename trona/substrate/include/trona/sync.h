/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mutex for the threads of one address space (or several that share the page): free and taken without the
 * kernel, sleeping by vspace.wait. Servers are single-threaded and need none; tests and drivers do.
 */
#pragma once

#include <stdatomic.h>

#include "uapi/types.h"

/* 0 free, 1 taken, 2 taken and somebody sleeps. */
struct mutex {
	_Atomic uint32_t state;
};

void mutex_lock(struct mutex *mutex);
[[nodiscard]] bool mutex_try_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
