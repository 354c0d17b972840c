/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader's handoff to kernel_main(), and arch_init(): CPU features, firmware tables,
 * interrupt controller, clock.
 */
#include "local.h"
#include "asm_offsets.h"
#include "uapi/object/debug.h"

#include "dev/acpi.h"
#include "dev/generic_timer.h"
#include "dev/gic.h"
#include "dev/pl011.h"

static_assert(offsetof(struct handoff, root) == HANDOFF_ROOT);
static_assert(offsetof(struct handoff, identity) == HANDOFF_IDENTITY);

static struct handoff handoff;

#define FIELD(value, shift) ((value) >> (shift)&15)

/* PAC keys: one set for the machine, made at boot. */
static uint64_t pac_keys[10];

#define SCTLR_PAC_KEYS (1ull << 31 | 1ull << 30 | 1ull << 27 | 1ull << 13) /* EnIA EnIB EnDA EnDB */

[[gnu::always_inline]] static inline bool has_random(void)
{
	return FIELD(read_sysreg(id_aa64isar0_el1), 60) != 0;
}

/* RNDR sets Z when it has nothing (ARM ARM D19.2.120). No calls: used before PAC is on. */
[[gnu::always_inline]] static inline bool random_word(uint64_t *value)
{
	uint64_t word, is_good;

	__asm__ volatile("mrs %0, s3_3_c2_c4_0; cset %1, ne" : "=r"(word), "=r"(is_good)::"cc");
	*value = word;
	return is_good;
}

#define IF(condition, name) ((condition) ? KN_PROTECTION_##name : 0u)

uint32_t arch_protections(uint32_t *possible)
{
	const uint64_t sctlr = read_sysreg(sctlr_el1), isar1 = read_sysreg(id_aa64isar1_el1);
	const bool has_pac = FIELD(isar1, 4) || FIELD(isar1, 8) || FIELD(read_sysreg(s3_0_c0_c6_2), 12);
	const bool has_pan = FIELD(read_sysreg(id_aa64mmfr1_el1), 20);
	const bool has_bti = FIELD(read_sysreg(id_aa64pfr1_el1), 0);
	const uint32_t always = KN_PROTECTION_KERNEL_EXECUTE | KN_PROTECTION_NO_EXECUTE; /* PXN, UXN */

	*possible = always | KN_PROTECTION_READ_ONLY | IF(has_pan, KERNEL_ACCESS) |
	            IF(has_bti, BRANCH) | IF(has_bti, USER_BRANCH) | IF(has_pac, RETURN) | IF(has_pac, USER_RETURN);
	/* SPAN clear: PAN is set at every entry. */
	return always | IF(sctlr >> 19 & 1, READ_ONLY) | IF(has_pan && !(sctlr >> 23 & 1), KERNEL_ACCESS) |
	       IF(sctlr >> 36 & 1, BRANCH) | IF(sctlr >> 35 & 1, USER_BRANCH) |
	       IF(sctlr >> 30 & 1, RETURN) | IF(sctlr >> 31 & 1, USER_RETURN);
}

bool arch_random(uint64_t *value)
{
	for (unsigned attempt = 0; has_random() && attempt < 16; attempt++)
		if (random_word(value))
			return true;
	return false;
}

/*
 * Switch pointer authentication on, for the kernel (B key, see arch_args) and for user code. boot.S
 * calls it before any other C function: a function must not return under other keys than it was
 * entered with, so this one does without, and without the stack protector. Boot CPU: handoff is its
 * physical address, and the keys are made; others: 0.
 */
[[gnu::target("branch-protection=none"), gnu::no_stack_protector]] void arch_secure(
    uint64_t handoff_physical);
void arch_secure(uint64_t handoff_physical)
{
	uint64_t isar1 = read_sysreg(id_aa64isar1_el1), isar2 = read_sysreg(s3_0_c0_c6_2);
	uint64_t state;

	if (handoff_physical) {
		const struct handoff *from = phys_to_virt(paddr(handoff_physical));

		state = from->info.entropy ^ read_sysreg(cntvct_el0);
		for (unsigned i = 0; i < 10; i++) {
			uint64_t word = 0;

			if (has_random())
				random_word(&word);
			state = state * 6364136223846793005ull + 1442695040888963407ull;
			pac_keys[i] = word ^ state ^ state >> 29;
		}
	}
	if (!FIELD(isar1, 4) && !FIELD(isar1, 8) && !FIELD(isar2, 12))
		return;
	write_sysreg(s3_0_c2_c1_0, pac_keys[0]); /* APIAKeyLo_EL1, Hi */
	write_sysreg(s3_0_c2_c1_1, pac_keys[1]);
	write_sysreg(s3_0_c2_c1_2, pac_keys[2]); /* APIBKey */
	write_sysreg(s3_0_c2_c1_3, pac_keys[3]);
	write_sysreg(s3_0_c2_c2_0, pac_keys[4]); /* APDAKey */
	write_sysreg(s3_0_c2_c2_1, pac_keys[5]);
	write_sysreg(s3_0_c2_c2_2, pac_keys[6]); /* APDBKey */
	write_sysreg(s3_0_c2_c2_3, pac_keys[7]);
	write_sysreg(s3_0_c2_c3_0, pac_keys[8]); /* APGAKey */
	write_sysreg(s3_0_c2_c3_1, pac_keys[9]);
	write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) | SCTLR_PAC_KEYS);
	isb();
}

void arch_boot(uint64_t handoff_physical)
{
	/* The loader's copy stays in an IN_USE region; ours is in the kernel's data, as boot_info.h
	 * promises. */
	memcpy(&handoff, phys_to_virt(paddr(handoff_physical)), sizeof(handoff));
	if (handoff.magic != HANDOFF_MAGIC)
		arch_halt();
	cpus[0].self = &cpus[0];
	cpus[0].stack_top = (uint64_t)boot_stack + KERNEL_STACK_SIZE;
	mmu_init(&handoff);
	generic_timer_init();
	acpi_init(handoff.info.acpi_rsdp);
	pl011_init();
	psci_init();
	kernel_main(&handoff.info);
}

/* User code may read the virtual counter and the cycle counter, and nothing else (ARM ARM D12.2,
 * D13.3). */
static void open_counters(void)
{
	uint64_t version = FIELD(read_sysreg(id_aa64dfr0_el1), 8);

	write_sysreg(cntkctl_el1, 1 << 1); /* EL0VCTEN */
	if (version == 0 || version == 15)
		return;
	write_sysreg(pmcr_el0, 1 << 0 | 1 << 2 | 1 << 6); /* E, C, LC */
	write_sysreg(pmccfiltr_el0, 0);
	write_sysreg(pmcntenset_el0, 1u << 31);
	write_sysreg(pmuserenr_el0, 1 << 2); /* CR */
}

void arch_init_cpu(struct cpu *cpu)
{
	if (FIELD(read_sysreg(id_aa64mmfr1_el1), 20))
		__asm__ volatile(".inst 0xd500419f" ::: "memory"); /* msr pan, #1 */
	write_sysreg(cpacr_el1, 1ull << 20); /* FPEN 01: user FPU use traps; SVE and SME stay off */
	write_sysreg(mdscr_el1, 0);
	open_counters();
	isb();
	gic_init_cpu(cpu);
	generic_timer_init_cpu();
}

void arch_init(void)
{
	smp_init();
	gic_init();
	arch_init_cpu(this_cpu());
}

/* Nobody can claim a range of ports: arch_has_ports(). */
uint32_t arch_port_read(uint16_t, unsigned)
{
	return 0;
}

void arch_port_write(uint16_t, unsigned, uint32_t)
{
}
