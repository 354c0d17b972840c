/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Power and CPU start through PSCI (Arm DEN0022, 5.1), and leaving an emulator with a status.
 */
#include "local.h"
#include "core/command_line.h"
#include "dev/acpi.h"

#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u
#define PSCI_CPU_ON 0xc4000003u

/* FADT ARM_BOOT_ARCH (ACPI 6.5, 5.2.9.4). */
#define FADT_ARM_BOOT_ARCH 129
#define ARM_BOOT_PSCI 1
#define ARM_BOOT_PSCI_HVC 2

#define SEMIHOSTING_APPLICATION_EXIT 0x20026

static int64_t (*conduit)(uint32_t, uint64_t, uint64_t, uint64_t);

void psci_init(void)
{
	uint64_t flags = acpi_field(acpi_find("FACP", 0), FADT_ARM_BOOT_ARCH, 2);

	if (flags & ARM_BOOT_PSCI)
		conduit = flags & ARM_BOOT_PSCI_HVC ? psci_hvc : psci_smc;
	else
		klog("aarch64: no PSCI: one CPU, and no way to switch off\n");
}

int64_t psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t argument)
{
	return conduit ? conduit(PSCI_CPU_ON, mpidr, entry, argument) : -1;
}

void arch_halt(void)
{
	for (;;)
		__asm__ volatile("msr daifset, #15; wfi" ::: "memory");
}

void arch_power_off(unsigned code)
{
	/* HLT is an undefined instruction where nobody listens, so the command line must say that
	 * somebody does. */
	if (command_line_has("test.exit=semihosting"))
		semihosting_exit((const uint64_t[2]){SEMIHOSTING_APPLICATION_EXIT, code});
	if (conduit)
		conduit(PSCI_SYSTEM_OFF, 0, 0, 0);
	klog("aarch64: the machine can be switched off now\n");
	arch_halt();
}

void arch_reset(void)
{
	if (conduit)
		conduit(PSCI_SYSTEM_RESET, 0, 0, 0);
	arch_halt();
}
