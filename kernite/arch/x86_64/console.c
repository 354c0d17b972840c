/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * COM1 as the boot console (16550; TI PC16550D data sheet), polled, and the port accessors behind
 * the io_port object. The console server takes the UART over; the kernel writes again only to log
 * or panic.
 */
#include "machine.h"
#include "registers.h"

#define COM1 0x3f8
#define COM1_IRQ 4
#define UART_DATA (COM1 + 0)
#define UART_INTERRUPTS (COM1 + 1)
#define UART_FIFO (COM1 + 2)
#define UART_LINE (COM1 + 3)
#define UART_MODEM (COM1 + 4)
#define UART_STATUS (COM1 + 5)
#define STATUS_ROOM 0x20
#define CONSOLE_16550_PORTS 1

void console_init(void)
{
	port_out8(UART_INTERRUPTS, 0);
	port_out8(UART_LINE, 0x80); /* divisor latch */
	port_out8(UART_DATA, 1);    /* 115200 */
	port_out8(UART_INTERRUPTS, 0);
	port_out8(UART_LINE, 0x03); /* 8N1 */
	port_out8(UART_FIFO, 0x07);
	port_out8(UART_MODEM, 0x0b); /* DTR, RTS, OUT2 (gates the interrupt) */
}

void arch_console_put(char c)
{
	/* Bounded: a missing UART reads as all ones, a stuck one must not hang a panic. */
	for (unsigned i = 0; i < 100000 && !(port_in8(UART_STATUS) & STATUS_ROOM); i++)
		cpu_relax();
	port_out8(UART_DATA, (uint8_t)c);
}

void arch_console_describe(uint32_t *kind, uint64_t *base, uint32_t *irq)
{
	*kind = CONSOLE_16550_PORTS;
	*base = COM1;
	*irq = COM1_IRQ;
}

uint32_t arch_port_read(uint16_t port, unsigned size)
{
	return size == 1 ? port_in8(port) : size == 2 ? port_in16(port) : port_in32(port);
}

void arch_port_write(uint16_t port, unsigned size, uint32_t value)
{
	if (size == 1)
		port_out8(port, (uint8_t)value);
	else if (size == 2)
		port_out16(port, (uint16_t)value);
	else
		port_out32(port, value);
}
