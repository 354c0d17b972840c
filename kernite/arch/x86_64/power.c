/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Off and on again: QEMU's isa-debug-exit for codes other than 0 (only under a hypervisor, a real machine may have
 * anything at that port), ACPI S5 (ACPI 6.5, 4.8.3.2 and 7.4.2), the FADT's reset register, the
 * chipset's, the keyboard controller. What ACPI says is looked up when it is needed: that
 * takes nothing but the firmware's tables, and so works in a panic.
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

static uint64_t fadt(size_t offset, size_t size)
{
	return acpi_field(acpi_find("FACP", 0), offset, size);
}

static bool find_s5(uint8_t *type_a, uint8_t *type_b)
{
	const struct acpi_header *table = acpi_find("DSDT", 0);

	for (unsigned i = 0; table; i++) {
		if (acpi_sleep_type_s5(table, type_a, type_b))
			return true;
		table = acpi_find("SSDT", i);
	}
	return false;
}

static void sleep_s5(void)
{
	uint16_t control_a = (uint16_t)fadt(FADT_PM1A_CONTROL, 4);
	uint16_t control_b = (uint16_t)fadt(FADT_PM1B_CONTROL, 4);
	uint16_t smi_command = (uint16_t)fadt(FADT_SMI_COMMAND, 4);
	uint8_t acpi_enable = (uint8_t)fadt(FADT_ACPI_ENABLE, 1), type_a, type_b;

	if (!control_a || !find_s5(&type_a, &type_b))
		return;
	/* SLP_TYP is heard only in ACPI mode. */
	if (smi_command && acpi_enable)
		for (unsigned i = 0; i < 1000 && !(port_in16(control_a) & SCI_ENABLE); i++) {
			port_out8(smi_command, acpi_enable);
			delay_us(100);
		}
	port_out16(control_a, (uint16_t)(type_a << 10 | SLEEP_ENABLE));
	if (control_b)
		port_out16(control_b, (uint16_t)(type_b << 10 | SLEEP_ENABLE));
	delay_us(100000);
}

[[noreturn]] void arch_power_off(unsigned code)
{
	if (features.hypervisor && code != 0)
		port_out32(DEBUG_EXIT_PORT, code);
	sleep_s5();
	klog("The machine does not switch itself off; it is safe to do so now.\n");
	arch_halt();
}

[[noreturn]] void arch_reset(void)
{
	if ((fadt(ACPI_FADT_FLAGS, 4) & FADT_FLAG_RESET) && fadt(FADT_RESET_SPACE, 1) == SPACE_IO) {
		port_out8((uint16_t)fadt(FADT_RESET_ADDRESS, 8), (uint8_t)fadt(FADT_RESET_VALUE, 1));
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
