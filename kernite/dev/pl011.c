/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arm PrimeCell UART, polled output only (DDI 0183). Firmware has set the line up. Until a console
 * server takes the device over this is its only user; afterwards only a panic writes here.
 */
#include "dev/pl011.h"

#include "arch.h"
#include "dev/acpi.h"

/* SPCR (Microsoft's specification, 1.08): interface type, register address, GSIV. */
#define SPCR_TYPE 36
#define SPCR_ADDRESS 44
#define SPCR_GSIV 54
#define SPCR_TYPE_PL011 3
#define SPCR_TYPE_SBSA_32 13
#define SPCR_TYPE_SBSA 14

#define REGISTERS_SIZE 0x1000
#define UARTDR 0
#define UARTFR (0x18 / 4)
#define UARTFR_TXFF (1u << 5)

static volatile uint32_t *uart;
static uint64_t uart_base;
static uint32_t uart_irq;

void pl011_init(void)
{
	const struct acpi_header *spcr = acpi_find("SPCR", 0);
	uint64_t type = acpi_field(spcr, SPCR_TYPE, 1);

	if (type != SPCR_TYPE_PL011 && type != SPCR_TYPE_SBSA_32 && type != SPCR_TYPE_SBSA)
		return;
	uart_base = acpi_field(spcr, SPCR_ADDRESS, 8);
	uart_irq = (uint32_t)acpi_field(spcr, SPCR_GSIV, 4);
	if (uart_base)
		uart = arch_map_device(paddr(uart_base), REGISTERS_SIZE);
}

void arch_console_put(char c)
{
	if (!uart)
		return;
	while (uart[UARTFR] & UARTFR_TXFF)
		;
	uart[UARTDR] = (uint8_t)c;
}

void arch_console_describe(uint32_t *kind, uint64_t *base, uint32_t *irq)
{
	*kind = uart ? 2 : 0;
	*base = uart_base;
	*irq = uart_irq;
}
