/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI tables, read-only: find a table, walk the MADT. Nothing is copied; the returned pointers
 * look into the firmware's memory, which is never given to the allocator.
 *
 * The firmware is not trusted to be sane: every table's length and checksum are verified once,
 * by acpi_find(), and fields are read with acpi_field(), which gives 0 beyond the table's end.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Packed: firmware puts tables at any address. */
struct [[gnu::packed]] acpi_header {
	char signature[4];
	uint32_t length; /* of the whole table, verified */
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
};

static_assert(sizeof(struct acpi_header) == 36);

/* MADT entry types (ACPI 6.5, 5.2.12). */
enum acpi_madt_type : uint8_t {
	ACPI_MADT_LOCAL_APIC = 0,
	ACPI_MADT_IO_APIC = 1,
	ACPI_MADT_OVERRIDE = 2,
	ACPI_MADT_LOCAL_X2APIC = 9,
	ACPI_MADT_GICC = 11,
	ACPI_MADT_GICD = 12,
	ACPI_MADT_GICR = 14,
};

struct acpi_madt_entry {
	enum acpi_madt_type type;
	uint8_t length; /* with this head */
};

/* Field offsets that more than one file uses (ACPI 6.5, 5.2.9 and 5.2.12). */
#define ACPI_FADT_DSDT 40
#define ACPI_FADT_FLAGS 112

/*
 * A readable view of [address, address + size) of physical memory, or null when it is not memory
 * that the kernel has mapped. Provided by the architecture; host tests provide a fake.
 */
const void *acpi_view(uint64_t address, size_t size);

/* Verify the RSDP and its XSDT or RSDT. rsdp 0 or a broken one: every acpi_find() gives null. */
void acpi_init(uint64_t rsdp);

/* The index-th good table with that signature, or null. "DSDT" is found through the FADT. */
const struct acpi_header *acpi_find(const char signature[4], unsigned index);

/* Little-endian field of 1, 2, 4 or 8 bytes; 0 when it does not lie inside the table, or there is
 * no table (null). */
uint64_t acpi_field(const struct acpi_header *table, size_t offset, size_t size);

/* The MADT's entry after `previous` (null: the first); null at the end, at the first malformed
 * entry, and without a MADT. */
const struct acpi_madt_entry *acpi_madt_next(const struct acpi_madt_entry *previous);
#define acpi_madt_each(entry)                                                                      \
	for (const struct acpi_madt_entry *entry = nullptr; (entry = acpi_madt_next(entry));)

/* As acpi_field(), inside one MADT entry. */
uint64_t acpi_madt_field(const struct acpi_madt_entry *entry, size_t offset, size_t size);

/*
 * The SLP_TYPa and SLP_TYPb values of the \_S5 package in a DSDT or SSDT. Returns false when
 * there is none of the usual form; AML is not interpreted.
 */
bool acpi_sleep_type_s5(const struct acpi_header *aml, uint8_t *type_a, uint8_t *type_b);
