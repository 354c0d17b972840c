/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI table finder (ACPI 6.5, 5.2). State is three words, set once on the boot CPU.
 *
 * Tables are verified each time they are asked for: that is boot-time work only, and keeps no list
 * that could go stale. A table whose checksum fails is treated as absent, never repaired.
 */
#include "dev/acpi.h"

#include "kernite/types.h"

#define RSDP_V1_SIZE 20
#define RSDP_V2_SIZE 36
#define TABLE_SIZE_MAX (4u << 20)
#define MADT_FIRST_ENTRY 44

static const struct acpi_header *root;
static unsigned root_entry_size; /* 8: XSDT, 4: RSDT */

static uint64_t load_le(const void *from, size_t size)
{
	const uint8_t *bytes = from;
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

static bool is_sum_zero(const void *from, size_t size)
{
	const uint8_t *bytes = from;
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	return sum == 0;
}

static const struct acpi_header *verified_table(uint64_t address, const char *signature)
{
	const struct acpi_header *table = address ? acpi_view(address, sizeof(*table)) : nullptr;

	if (!table || memcmp(table->signature, signature, 4) != 0)
		return nullptr;
	size_t length = load_le(&table->length, 4);

	if (length < sizeof(*table) || length > TABLE_SIZE_MAX)
		return nullptr;
	table = acpi_view(address, length);
	return table && is_sum_zero(table, length) ? table : nullptr;
}

void acpi_init(uint64_t rsdp)
{
	const char *view = rsdp ? acpi_view(rsdp, RSDP_V1_SIZE) : nullptr;

	root = nullptr;
	if (!view || memcmp(view, "RSD PTR ", 8) != 0 || !is_sum_zero(view, RSDP_V1_SIZE))
		return;
	if (view[15] >= 2) {
		const char *full = acpi_view(rsdp, RSDP_V2_SIZE);

		if (full && is_sum_zero(full, RSDP_V2_SIZE))
			root = verified_table(load_le(full + 24, 8), "XSDT");
		root_entry_size = 8;
	}
	if (!root) {
		root = verified_table(load_le(view + 16, 4), "RSDT");
		root_entry_size = 4;
	}
}

static const struct acpi_header *find_dsdt(void)
{
	const struct acpi_header *fadt = acpi_find("FACP", 0);
	const struct acpi_header *dsdt = verified_table(acpi_field(fadt, 140, 8), "DSDT"); /* X_DSDT */

	return dsdt ? dsdt : verified_table(acpi_field(fadt, ACPI_FADT_DSDT, 4), "DSDT");
}

const struct acpi_header *acpi_find(const char signature[4], unsigned index)
{
	if (!root)
		return nullptr;
	if (memcmp(signature, "DSDT", 4) == 0)
		return index ? nullptr : find_dsdt();
	for (size_t at = sizeof(*root), step = root_entry_size; at + step <= root->length; at += step) {
		const struct acpi_header *table = verified_table(acpi_field(root, at, step), signature);

		if (table && index-- == 0)
			return table;
	}
	return nullptr;
}

uint64_t acpi_field(const struct acpi_header *table, size_t offset, size_t size)
{
	if (!table || offset > table->length || size > table->length - offset)
		return 0;
	return load_le((const char *)table + offset, size);
}

const struct acpi_madt_entry *acpi_madt_next(const struct acpi_madt_entry *previous)
{
	const struct acpi_header *madt = acpi_find("APIC", 0);
	const char *start = (const char *)madt;
	size_t at = MADT_FIRST_ENTRY;

	if (!madt)
		return nullptr;
	if (previous)
		at = (size_t)((const char *)previous - start) + previous->length;
	const struct acpi_madt_entry *entry = (const void *)(start + at);

	if (at > madt->length || madt->length - at < sizeof(*entry))
		return nullptr;
	if (entry->length < sizeof(*entry) || entry->length > madt->length - at)
		return nullptr;
	return entry;
}

uint64_t acpi_madt_field(const struct acpi_madt_entry *entry, size_t offset, size_t size)
{
	if (offset > entry->length || size > entry->length - offset)
		return 0;
	return load_le((const char *)entry + offset, size);
}

/*
 * One element of the package: ZeroOp, OneOp, BytePrefix or WordPrefix (ACPI 6.5, 20.2.3). Returns
 * what follows it; null: it is none of them, or there was none before.
 */
static const uint8_t *read_package_element(const uint8_t *at, const uint8_t *end, uint8_t *value)
{
	uint8_t code = at && at < end ? *at : 0xff;
	int size = code <= 1 ? 1 : code == 0x0a ? 2 : code == 0x0b ? 3 : 0;

	if (!size || end - at < size)
		return nullptr;
	*value = size == 1 ? code : at[1];
	return at + size;
}

bool acpi_sleep_type_s5(const struct acpi_header *aml, uint8_t *type_a, uint8_t *type_b)
{
	const uint8_t *end = (const uint8_t *)aml + aml->length;
	const uint8_t *at = (const uint8_t *)(aml + 1);

	for (; end - at >= 8; at++) {
		/* NameOp, optionally a root prefix, "_S5_", PackageOp, PkgLength, NumElements. */
		if (at[0] != 0x08)
			continue;
		const uint8_t *element = at + 1 + (at[1] == '\\');
		uint8_t a, b;

		if (end - element < 7 || element[4] != 0x12 || memcmp(element, "_S5_", 4) != 0)
			continue;
		element += 5;
		/* The top two bits of PkgLength count the bytes that follow its first one. */
		element += 1 + (*element >> 6);
		if (element >= end || *element++ < 2)
			continue;
		element = read_package_element(element, end, &a);
		if (!read_package_element(element, end, &b))
			continue;
		*type_a = a;
		*type_b = b;
		return true;
	}
	return false;
}
