/* SPDX-License-Identifier: BSD-2-Clause */
/* The Arm PrimeCell UART (PL011), one page of registers (ARM DDI 0183G, chapter 3). */
#include "uart.h"

#include "kn/vspace.h"
#include "trona/start.h"

#define FLAG_RX_EMPTY (1u << 4)
#define FLAG_TX_FULL (1u << 5)
#define LINE_FIFO_8BIT 0x70u
#define CONTROL_ENABLE 0x301u /* UARTEN, TXE, RXE */
#define INT_RECEIVE (1u << 4)
#define INT_TRANSMIT (1u << 5)
#define INT_RECEIVE_TIMEOUT (1u << 6)
#define INT_ALL 0x7ffu

struct registers {
	volatile uint32_t data;        /* 000 UARTDR */
	uint32_t unused0[5];
	volatile uint32_t flags;       /* 018 UARTFR */
	uint32_t unused1[4];
	volatile uint32_t line;        /* 02c UARTLCR_H */
	volatile uint32_t control;     /* 030 UARTCR */
	volatile uint32_t level;       /* 034 UARTIFLS */
	volatile uint32_t mask;        /* 038 UARTIMSC */
	volatile uint32_t raw;         /* 03c UARTRIS */
	volatile uint32_t masked;      /* 040 UARTMIS */
	volatile uint32_t clear;       /* 044 UARTICR */
};

static struct registers *registers;

static kn_status start(void)
{
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	uint64_t address;
	kn_status status = kn_vspace_map(KN_SLOT_VSPACE, start_need("uart.memory"), 0, 0, 1, rw, rw,
	    KN_VSPACE_MAP_SHARED, &address);

	if (status != KN_OK)
		return status;
	registers = (struct registers *)address;
	registers->mask = 0;
	registers->clear = INT_ALL;
	registers->line = LINE_FIFO_8BIT;
	registers->control = CONTROL_ENABLE;
	return KN_OK;
}

static bool receive(uint8_t *byte)
{
	registers->clear = INT_RECEIVE | INT_RECEIVE_TIMEOUT;
	if (registers->flags & FLAG_RX_EMPTY)
		return false;
	*byte = (uint8_t)registers->data;
	return true;
}

static size_t transmit(const uint8_t *data, size_t size)
{
	size_t sent = 0;

	while (sent < size && !(registers->flags & FLAG_TX_FULL))
		registers->data = data[sent++];
	return sent;
}

static void enable(bool transmit_room, bool received)
{
	if (!transmit_room)
		registers->clear = INT_TRANSMIT;
	registers->mask = (transmit_room ? INT_TRANSMIT : 0) | (received ? INT_RECEIVE | INT_RECEIVE_TIMEOUT : 0);
}

const struct uart uart_pl011 = {"pl011", start, receive, transmit, enable};
