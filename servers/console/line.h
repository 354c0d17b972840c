/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The serial line: moves bytes between a UART and two queues. It never waits: a full output queue makes a write short, a full
 * input queue switches the receive interrupt off until there is room, and then the line itself holds the sender back.
 */
#pragma once

#include "server/console.h"
#include "trona/server.h"
#include "uart.h"

extern const struct uart *line_uart;
extern const struct console_ops line_methods;

/* Moves what can be moved: after an interrupt, and once at first. */
void line_pump(void);
void line_cancel(struct server_reply *reply);
