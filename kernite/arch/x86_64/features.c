/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this CPU can do, and switching it on (Intel SDM vol. 3, 2.5 and vol. 2, CPUID). SMEP,
 * SMAP and UMIP are used wherever they exist; the kernel runs without them on a CPU that has none.
 * NX is taken for granted (boot.S); FSGSBASE and XSAVEOPT, which CPUs have since 2012, are demanded.
 */
#include "machine.h"
#include "registers.h"
#include "uapi/object/debug.h"

/* PAT: 0 WB, 1 WC (instead of WT), 2 UC-, 3 UC, and the same again (Intel SDM vol. 3, 12.12). */
#define PAT_VALUE 0x0007010600070106ull

struct cpu_features features;
bool cpu_has_smap;

static uint64_t tsc_frequency_from_cpuid(uint32_t highest)
{
	const struct cpuid_result r = highest < 0x15 ? (struct cpuid_result){} : cpuid(0x15, 0);

	/* Crystal * b / a. */
	return r.a && r.b && r.c ? (uint64_t)r.c * r.b / r.a : 0;
}

void features_detect(void)
{
	uint32_t highest = cpuid(0, 0).a;
	struct cpuid_result r = cpuid(1, 0);

	features.x2apic = r.c & 1u << 21;
	features.tsc_deadline = r.c & 1u << 24;
	features.rdrand = r.c & 1u << 30;
	features.hypervisor = r.c & 1u << 31;
	r = cpuid(7, 0); /* features_enable() makes sure that there is one */
	features.smep = r.b & 1u << 7;
	features.rdseed = r.b & 1u << 18;
	cpu_has_smap = r.b & 1u << 20;
	features.umip = r.c & 1u << 2;
	features.huge_pages = cpuid(0x80000001, 0).d & 1u << 26;
	features.tsc_frequency = tsc_frequency_from_cpuid(highest);
}

void features_enable(void)
{
	uint64_t cr4 = CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE | CR4_FSGSBASE;

	if (cpuid(0, 0).a < 0xd || !(cpuid(7, 0).b & 1) || !(cpuid(0xd, 1).a & 1))
		panic("this CPU is too old: it has no FSGSBASE or no XSAVEOPT");
	if (features.smep)
		cr4 |= CR4_SMEP;
	if (cpu_has_smap)
		cr4 |= CR4_SMAP;
	if (features.umip)
		cr4 |= CR4_UMIP;
	cr4_write(cr4);
	/* WP: read-only holds for the kernel too. TS: the first FPU instruction traps. */
	cr0_write((cr0_read() & ~CR0_EM) | CR0_MP | CR0_NE | CR0_WP | CR0_TS);
	msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SCE | EFER_NXE);
	msr_write(MSR_PAT, PAT_VALUE);
}

#define IF(condition, name) ((condition) ? KN_PROTECTION_##name : 0u)

uint32_t arch_protections(uint32_t *possible)
{
	const uint64_t cr4 = cr4_read();

	*possible = IF(features.smep, KERNEL_EXECUTE) | IF(cpu_has_smap, KERNEL_ACCESS) |
	            IF(features.umip, DESCRIPTORS) | KN_PROTECTION_NO_EXECUTE | KN_PROTECTION_READ_ONLY;
	return IF(cr4 & CR4_SMEP, KERNEL_EXECUTE) | IF(cr4 & CR4_SMAP, KERNEL_ACCESS) |
	       IF(cr4 & CR4_UMIP, DESCRIPTORS) | IF(msr_read(MSR_EFER) & EFER_NXE, NO_EXECUTE) |
	       IF(cr0_read() & CR0_WP, READ_ONLY);
}

bool arch_random(uint64_t *value)
{
	/* Both may be empty for a moment; ten tries is Intel's advice (SDM vol. 1, 7.3.17). */
	for (unsigned i = 0; i < 10; i++) {
		if (features.rdseed && rdseed_read(value))
			return true;
		if (features.rdrand && rdrand_read(value))
			return true;
	}
	return false;
}
