/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of the ACPI table finder, over an arena that plays physical memory from 1 MiB on.
 * Tables are written byte by byte, broken in every way a firmware could break them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dev/acpi.h"

#define BASE 0x100000ull
#define SIZE 0x4000ull
#define RSDP (BASE + 0x100)
#define XSDT (BASE + 0x200)
#define RSDT (BASE + 0x300)
#define FADT (BASE + 0x400)
#define DSDT (BASE + 0x800)
#define MADT (BASE + 0xa00)

static uint8_t arena[SIZE];

const void *acpi_view(uint64_t address, size_t size)
{
	if (address < BASE || address > BASE + SIZE || size > BASE + SIZE - address)
		return nullptr;
	return &arena[address - BASE];
}

static uint8_t *at(uint64_t address)
{
	return &arena[address - BASE];
}

static void put(uint64_t address, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at(address)[i] = (uint8_t)(value >> 8 * i);
}

static void fix_sum(uint64_t address, size_t length, size_t where)
{
	uint8_t sum = 0;

	at(address)[where] = 0;
	for (size_t i = 0; i < length; i++)
		sum += at(address)[i];
	at(address)[where] = (uint8_t)-sum;
}

static void table(uint64_t address, const char *signature, uint32_t length)
{
	memcpy(at(address), signature, 4);
	put(address + 4, length, 4);
	fix_sum(address, length, 9);
}

static int make_tables(void **)
{
	memset(arena, 0, sizeof(arena));
	memcpy(at(RSDP), "RSD PTR ", 8);
	at(RSDP)[15] = 2;
	put(RSDP + 16, RSDT, 4);
	put(RSDP + 20, 36, 4);
	put(RSDP + 24, XSDT, 8);
	fix_sum(RSDP, 20, 8);
	fix_sum(RSDP, 36, 32);

	put(XSDT + 36, FADT, 8);
	put(XSDT + 44, MADT, 8);
	table(XSDT, "XSDT", 52);
	put(RSDT + 36, MADT, 4);
	table(RSDT, "RSDT", 40);
	put(FADT + 40, DSDT, 4);
	table(FADT, "FACP", 116);
	table(DSDT, "DSDT", 36);

	/* A local APIC, then an override. */
	memcpy(at(MADT + 44), (uint8_t[]){0, 8, 1, 3, 1, 0, 0, 0, 2, 10, 0, 9, 9, 0, 0, 0, 0xd, 0}, 18);
	put(MADT + 36, 0xfee00000, 4);
	table(MADT, "APIC", 62);
	return 0;
}

static void finds_tables_by_the_xsdt(void **)
{
	acpi_init(RSDP);
	assert_ptr_equal(acpi_find("FACP", 0), at(FADT));
	assert_ptr_equal(acpi_find("APIC", 0), at(MADT));
	assert_null(acpi_find("APIC", 1));
	assert_null(acpi_find("HPET", 0));
}

static void an_old_rsdp_leads_to_the_rsdt(void **)
{
	at(RSDP)[15] = 0;
	fix_sum(RSDP, 20, 8);
	acpi_init(RSDP);
	assert_ptr_equal(acpi_find("APIC", 0), at(MADT));
	assert_null(acpi_find("FACP", 0));
}

static void a_broken_xsdt_falls_back_to_the_rsdt(void **)
{
	at(XSDT)[9]++;
	acpi_init(RSDP);
	assert_ptr_equal(acpi_find("APIC", 0), at(MADT));
}

static void no_rsdp_means_no_tables(void **)
{
	acpi_init(0);
	assert_null(acpi_find("APIC", 0));
	acpi_init(BASE + SIZE);
	assert_null(acpi_find("APIC", 0));
}

static void refuses_an_rsdp_with_a_wrong_sum(void **)
{
	at(RSDP)[9]++;
	acpi_init(RSDP);
	assert_null(acpi_find("APIC", 0));
}

static void a_table_with_a_wrong_sum_is_absent(void **)
{
	at(MADT)[50]++;
	acpi_init(RSDP);
	assert_null(acpi_find("APIC", 0));
	assert_non_null(acpi_find("FACP", 0));
}

static void a_table_longer_than_memory_is_absent(void **)
{
	put(MADT + 4, SIZE, 4);
	acpi_init(RSDP);
	assert_null(acpi_find("APIC", 0));
	put(MADT + 4, 0xffffffff, 4);
	assert_null(acpi_find("APIC", 0));
}

static void a_table_shorter_than_its_header_is_absent(void **)
{
	put(MADT + 4, 8, 4);
	acpi_init(RSDP);
	assert_null(acpi_find("APIC", 0));
}

static void a_root_that_points_outside_memory_is_survived(void **)
{
	put(XSDT + 36, ~0ull, 8);
	fix_sum(XSDT, 52, 9);
	acpi_init(RSDP);
	assert_null(acpi_find("FACP", 0));
	assert_non_null(acpi_find("APIC", 0));
}

static void finds_the_dsdt_through_the_fadt(void **)
{
	acpi_init(RSDP);
	assert_ptr_equal(acpi_find("DSDT", 0), at(DSDT));
	assert_null(acpi_find("DSDT", 1));
}

static void fields_beyond_the_end_read_as_zero(void **)
{
	const struct acpi_header *madt;

	acpi_init(RSDP);
	madt = acpi_find("APIC", 0);
	assert_int_equal(acpi_field(madt, 36, 4), 0xfee00000);
	assert_int_equal(acpi_field(madt, 60, 2), 0xd);
	assert_int_equal(acpi_field(madt, 61, 2), 0);
	assert_int_equal(acpi_field(madt, ~0ull, 8), 0);
	assert_int_equal(acpi_field(nullptr, 36, 4), 0);
}

static void walks_the_madt(void **)
{
	const struct acpi_madt_entry *entry;

	acpi_init(RSDP);
	entry = acpi_madt_next(nullptr);
	assert_int_equal(entry->type, ACPI_MADT_LOCAL_APIC);
	assert_int_equal(acpi_madt_field(entry, 3, 1), 3);
	assert_int_equal(acpi_madt_field(entry, 7, 4), 0);
	entry = acpi_madt_next(entry);
	assert_int_equal(entry->type, ACPI_MADT_OVERRIDE);
	assert_int_equal(acpi_madt_field(entry, 4, 4), 9);
	assert_null(acpi_madt_next(entry));
	acpi_init(0);
	acpi_madt_each (any)
		fail_msg("an entry of no table");
}

static void the_madt_ends_at_a_malformed_entry(void **)
{
	const struct acpi_madt_entry *first;

	at(MADT + 52)[1] = 200; /* leaves the table */
	fix_sum(MADT, 62, 9);
	acpi_init(RSDP);
	first = acpi_madt_next(nullptr);
	assert_non_null(first);
	assert_null(acpi_madt_next(first));
	at(MADT + 44)[1] = 0; /* would loop for ever */
	fix_sum(MADT, 62, 9);
	assert_non_null(acpi_find("APIC", 0));
	assert_null(acpi_madt_next(nullptr));
}

static bool s5(const uint8_t *aml, size_t size, uint8_t *a, uint8_t *b)
{
	/*
	 * On the heap, exactly as long as it says, so that the sanitizer sees every byte read too
	 * far.
	 */
	struct acpi_header *dsdt = calloc(1, sizeof(*dsdt) + size);
	bool found;

	dsdt->length = (uint32_t)(sizeof(*dsdt) + size);
	if (size)
		memcpy(dsdt + 1, aml, size);
	found = acpi_sleep_type_s5(dsdt, a, b);
	free(dsdt);
	return found;
}

static void finds_the_s5_package(void **)
{
	static const uint8_t qemu[] = {0x10, 8, '_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0, 0};
	static const uint8_t bytes[] = {8, '\\', '_', 'S', '5', '_', 0x12, 8, 4, 0x0a, 5, 0x0a, 7, 0, 0};
	static const uint8_t words[] = {8, '_', 'S', '5', '_', 0x12, 0x40, 1, 2, 0x0b, 5, 0, 1};
	uint8_t a = 99, b = 99;

	assert_true(s5(qemu, sizeof(qemu), &a, &b));
	assert_int_equal(a, 0);
	assert_true(s5(bytes, sizeof(bytes), &a, &b));
	assert_int_equal(a, 5);
	assert_int_equal(b, 7);
	assert_true(s5(words, sizeof(words), &a, &b));
	assert_int_equal(b, 1);
}

static void every_truncation_of_s5_is_refused(void **)
{
	static const uint8_t aml[] = {8, '_', 'S', '5', '_', 0x12, 8, 4, 0x0a, 5, 0x0a, 7};
	uint8_t a = 99, b = 99;

	for (size_t size = 0; size < sizeof(aml); size++)
		assert_false(s5(aml, size, &a, &b));
	assert_int_equal(a, 99);
	assert_true(s5(aml, sizeof(aml), &a, &b));
}

static void an_s5_that_is_no_package_is_refused(void **)
{
	static const uint8_t aml[] = {8, '_', 'S', '5', '_', 0x0a, 8, 4, 0x0a, 5, 0x0a, 7};
	uint8_t a, b;

	assert_false(s5(aml, sizeof(aml), &a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(finds_tables_by_the_xsdt, make_tables),
	    cmocka_unit_test_setup(an_old_rsdp_leads_to_the_rsdt, make_tables),
	    cmocka_unit_test_setup(a_broken_xsdt_falls_back_to_the_rsdt, make_tables),
	    cmocka_unit_test_setup(no_rsdp_means_no_tables, make_tables),
	    cmocka_unit_test_setup(refuses_an_rsdp_with_a_wrong_sum, make_tables),
	    cmocka_unit_test_setup(a_table_with_a_wrong_sum_is_absent, make_tables),
	    cmocka_unit_test_setup(a_table_longer_than_memory_is_absent, make_tables),
	    cmocka_unit_test_setup(a_table_shorter_than_its_header_is_absent, make_tables),
	    cmocka_unit_test_setup(a_root_that_points_outside_memory_is_survived, make_tables),
	    cmocka_unit_test_setup(finds_the_dsdt_through_the_fadt, make_tables),
	    cmocka_unit_test_setup(fields_beyond_the_end_read_as_zero, make_tables),
	    cmocka_unit_test_setup(walks_the_madt, make_tables),
	    cmocka_unit_test_setup(the_madt_ends_at_a_malformed_entry, make_tables),
	    cmocka_unit_test(finds_the_s5_package),
	    cmocka_unit_test(every_truncation_of_s5_is_refused),
	    cmocka_unit_test(an_s5_that_is_no_package_is_refused),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
