/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 16550 UART behind eight I/O ports (National Semiconductor PC16550D, "Register summary"), as PCs have it. Every register
 * access is a kernel call, so bytes go out in FIFO loads of 16 with one call.
 */
#include "uart.h"

#include "kn/io_port.h"
#include "trona/start.h"
#include "trona/string.h"

#define DATA 0               /* RBR, THR; DLL while LCR_DIVISOR is set */
#define INTERRUPT_ENABLE 1   /* IER; DLM while LCR_DIVISOR is set */
#define FIFO_CONTROL 2       /* FCR */
#define LINE_CONTROL 3       /* LCR */
#define MODEM_CONTROL 4      /* MCR */
#define LINE_STATUS 5        /* LSR */

#define IER_RECEIVED 0x01
#define IER_TRANSMIT_EMPTY 0x02
#define FCR_ENABLE_CLEAR 0x07
#define FCR_AT_14 0xc0       /* interrupt at 14 bytes, or when none has come for four characters' time */
#define LCR_8N1 0x03
#define LCR_DIVISOR 0x80
#define DIVISOR_115200 1     /* of the clock of 1.8432 MHz: that pause is a third of a millisecond */
#define MCR_DTR_RTS_OUT2 0x0b /* OUT2 gates the interrupt line on PCs */
#define LSR_DATA_READY 0x01
#define LSR_TRANSMIT_EMPTY 0x20
#define FIFO_SIZE 16

static kn_cap ports;
static uint8_t enabled;

static uint32_t get(uint16_t offset)
{
	uint32_t value = 0;

	return kn_io_port_read(ports, offset, 1, &value) == KN_OK ? value : 0;
}

static kn_status put(uint16_t offset, uint32_t value)
{
	return kn_io_port_write(ports, offset, 1, value);
}

static kn_status start(void)
{
	const struct {
		uint16_t offset;
		uint8_t value;
	} setup[] = {{INTERRUPT_ENABLE, 0}, {LINE_CONTROL, LCR_DIVISOR}, {DATA, DIVISOR_115200}, {INTERRUPT_ENABLE, 0},
	    {LINE_CONTROL, LCR_8N1}, {FIFO_CONTROL, FCR_ENABLE_CLEAR | FCR_AT_14}, {MODEM_CONTROL, MCR_DTR_RTS_OUT2}};

	ports = start_need("uart.ports");
	for (size_t i = 0; i < sizeof setup / sizeof setup[0]; i++) {
		kn_status status = put(setup[i].offset, setup[i].value);
		if (status != KN_OK)
			return status;
	}
	return KN_OK;
}

static bool receive(uint8_t *byte)
{
	if (!(get(LINE_STATUS) & LSR_DATA_READY))
		return false;
	*byte = (uint8_t)get(DATA);
	return true;
}

static size_t transmit(const uint8_t *data, size_t size)
{
	size_t sent = 0;

	while (sent < size && (get(LINE_STATUS) & LSR_TRANSMIT_EMPTY)) {
		struct kn_port_data load = {};
		size_t n = size - sent < FIFO_SIZE ? size - sent : FIFO_SIZE;

		memcpy(load.bytes, data + sent, n);
		if (kn_io_port_write_bytes(ports, DATA, (uint8_t)n, &load) != KN_OK)
			break;
		sent += n;
	}
	return sent;
}

static void enable(bool transmit_room, bool received)
{
	uint8_t wanted = (uint8_t)((transmit_room ? IER_TRANSMIT_EMPTY : 0) | (received ? IER_RECEIVED : 0));

	if (wanted != enabled && put(INTERRUPT_ENABLE, wanted) == KN_OK)
		enabled = wanted;
}

const struct uart uart_16550 = {"16550", start, receive, transmit, enable};
