/* SPDX-License-Identifier: BSD-2-Clause */
/* A one-shot or periodic signal. */
#pragma once

#include "core/deadline.h"
#include "object/notification.h"

struct timer {
	struct object object;
	struct signal_source source;
	struct deadline deadline;
	kn_time period; /* 0: one-shot */
};

/* Its deadline (taken out of the heap) has passed. */
void timer_expire(struct timer *timer, kn_time now);
