/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Arm generic timer: the system's clock and every CPU's one-shot timer.
 */
#pragma once

extern unsigned generic_timer_intid;
#define TIMER_INTID generic_timer_intid

void generic_timer_init(void);     /* boot CPU: time starts here */
void generic_timer_init_cpu(void); /* after gic_init_cpu() */
void generic_timer_disarm(void);
