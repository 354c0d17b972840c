/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Off and on again: QEMU's isa-debug-exit (only under a hypervisor, a real machine may have
 * anything at that port), ACPI S5 (ACPI 6.5, 4.8.3.2 and 7.4.2), the FADT's reset register, the
 * chipset's, the keyboard controller. Everything ACPI says is looked up at boot, so that it works
 * in a panic.
 */
#include "machine.h"
#include "dev/acpi.h"
#include "registers.h"

#define DEBUG_EXIT_PORT 0xf4
#define SLEEP_ENABLE (1u << 13)

/* FADT. */
#define FADT_SMI_COMMAND 48
#define FADT_ACPI_ENABLE 52
#define FADT_PM1A_CONTROL 64
#define FADT_PM1B_CONTROL 68
#define FADT_RESET_SPACE 116
#define FADT_RESET_ADDRESS 120
#define FADT_RESET_VALUE 128
#define FADT_FLAG_RESET (1u << 10)
#define SPACE_IO 1
#define SCI_ENABLE 1u

static struct {
	bool has_s5, has_reset;
	uint8_t type_a, type_b, acpi_enable, reset_value;
	uint16_t control_a, control_b, smi_command, reset_port;
} acpi_power;

static void find_s5(void)
{
	const struct acpi_header *table = acpi_find("DSDT", 0);

	for (unsigned i = 0; table && !acpi_power.has_s5; i++) {
		acpi_power.has_s5 =
		    acpi_sleep_type_s5(table, &acpi_power.type_a, &acpi_power.type_b);
		table = acpi_find("SSDT", i);
	}
}

void power_init(void)
{
	const struct acpi_header *fadt = acpi_find("FACP", 0);

	if (!fadt)
		return;
	acpi_power.control_a = (uint16_t)acpi_field(fadt, FADT_PM1A_CONTROL, 4);
	acpi_power.control_b = (uint16_t)acpi_field(fadt, FADT_PM1B_CONTROL, 4);
	acpi_power.smi_command = (uint16_t)acpi_field(fadt, FADT_SMI_COMMAND, 4);
	acpi_power.acpi_enable = (uint8_t)acpi_field(fadt, FADT_ACPI_ENABLE, 1);
	acpi_power.reset_port = (uint16_t)acpi_field(fadt, FADT_RESET_ADDRESS, 8);
	acpi_power.reset_value = (uint8_t)acpi_field(fadt, FADT_RESET_VALUE, 1);
	acpi_power.has_reset = (acpi_field(fadt, ACPI_FADT_FLAGS, 4) & FADT_FLAG_RESET) &&
	                       acpi_field(fadt, FADT_RESET_SPACE, 1) == SPACE_IO &&
	                       acpi_power.reset_port;
	find_s5();
}

static bool is_acpi_mode(void)
{
	return port_in16(acpi_power.control_a) & SCI_ENABLE;
}

static void sleep_s5(void)
{
	uint16_t command_a = (uint16_t)(acpi_power.type_a << 10 | SLEEP_ENABLE);
	uint16_t command_b = (uint16_t)(acpi_power.type_b << 10 | SLEEP_ENABLE);

	if (!acpi_power.has_s5 || !acpi_power.control_a)
		return;
	/* SLP_TYP is heard only in ACPI mode. */
	if (acpi_power.smi_command && acpi_power.acpi_enable)
		for (unsigned i = 0; i < 1000 && !is_acpi_mode(); i++) {
			port_out8(acpi_power.smi_command, acpi_power.acpi_enable);
			delay_us(100);
		}
	port_out16(acpi_power.control_a, command_a);
	if (acpi_power.control_b)
		port_out16(acpi_power.control_b, command_b);
	delay_us(100000);
}

[[noreturn]] void arch_power_off(unsigned code)
{
	if (features.hypervisor)
		port_out32(DEBUG_EXIT_PORT, code);
	sleep_s5();
	klog("The machine does not switch itself off; it is safe to do so now.\n");
	arch_halt();
}

[[noreturn]] void arch_reset(void)
{
	if (acpi_power.has_reset) {
		port_out8(acpi_power.reset_port, acpi_power.reset_value);
		delay_us(50000);
	}
	port_out8(0xcf9, 0x02); /* PCI reset control: hard reset, then go */
	port_out8(0xcf9, 0x06);
	delay_us(50000);
	port_out8(0x64, 0xfe); /* keyboard controller: pulse the reset line */
	delay_us(50000);
	arch_halt();
}

[[noreturn]] void arch_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}
