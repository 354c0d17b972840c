/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a serial port must be able to do. Adding hardware: one file with one of these, its line in uart_drivers (main.c).
 *
 * Drivers neither wait nor buffer: they move what the hardware has or takes now, and switch its interrupts.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "uapi/error.h"

struct uart {
	const char *name; /* the manifest option `uart` */
	/* Take the capabilities init granted, set the line up, receive interrupts on. */
	kn_status (*start)(void);
	/* The next received byte; false: none. */
	bool (*receive)(uint8_t *byte);
	/* Give as many of `size` bytes to the hardware as it takes at once; returns how many. */
	size_t (*transmit)(const uint8_t *data, size_t size);
	/* Which interrupts are wanted: room to transmit; data received (off while our buffer is full: the line then waits). */
	void (*enable)(bool transmit, bool receive);
};

extern const struct uart uart_16550;
extern const struct uart uart_pl011;
