/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one place where objects are destroyed. An object whose last capability is gone is queued
 * here; operations that delete capabilities drain the queue before they return (restartable), and
 * so does the idle loop.
 */
#pragma once

#include "object/object.h"

/* Queue an object without capabilities. */
void reaper_add(struct object *object);
extern struct list reaper_queue;
static inline bool reaper_is_empty(void)
{
	return list_is_empty(&reaper_queue);
}
/* Destroy queued objects: KN_OK when the queue is empty, KN_RESTART when the step budget is used
 * up. */
[[nodiscard]] kn_status reaper_drain(void);
