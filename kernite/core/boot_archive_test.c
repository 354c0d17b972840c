/* SPDX-License-Identifier: BSD-2-Clause */
/* Every flaw of a boot archive's header has its sentence. */
#include "check.h"

#include "core/boot_archive.h"
#include "kernite/types.h"
#include "uapi/object/vspace.h"

#define SIZE 0x10000

static struct kn_archive_header header;

static uint32_t crc32(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint32_t crc = ~0u;

	for (; size > 0; size--) {
		crc ^= *at++;
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
	}
	return ~crc;
}

static const char *flaw(void)
{
	header.crc = 0;
	header.crc = crc32(&header, sizeof(header));
	return boot_archive_flaw(&header, SIZE);
}

static int setup(void **state)
{
	(void)state;
	header = (struct kn_archive_header){.magic = KN_ARCHIVE_MAGIC,
	    .segment_count = 1,
	    .archive_size = SIZE,
	    .entry = 0x200000,
	    .segments = {{.address = 0x200000,
		.offset = 0x1000,
		.file_size = 0x1800,
		.memory_size = 0x3000,
		.prot = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_EXECUTE}}};
	return 0;
}

static void sound_archive_has_no_flaw(void **state)
{
	(void)state;
	assert_null(flaw());
}

static void missing_and_short_archives_are_refused(void **state)
{
	(void)state;
	assert_null(flaw());
	assert_string_equal(boot_archive_flaw(nullptr, 0), "the loader has passed none");
	assert_string_equal(boot_archive_flaw(&header, 100), "it is shorter than its header");
	assert_string_equal(boot_archive_flaw(&header, SIZE - 1), "it is truncated");
}

static void magic_and_checksum_are_checked(void **state)
{
	(void)state;
	assert_null(flaw());
	header.entry ^= 1;
	assert_string_equal(boot_archive_flaw(&header, SIZE), "its header's checksum is wrong");
	header.magic++;
	assert_string_equal(boot_archive_flaw(&header, SIZE), "it does not begin with SLTYARC1");
}

static void number_of_segments_is_checked(void **state)
{
	(void)state;
	header.segment_count = 0;
	assert_non_null(flaw());
	header.segment_count = 5;
	assert_non_null(flaw());
	header.segment_count = ~0u;
	assert_non_null(flaw());
}

static void bad_segments_are_refused(void **state)
{
	struct kn_archive_segment *s = &header.segments[0], good = *s;

	(void)state;
	s->address++;
	assert_string_equal(flaw(), "a segment of init is not page-aligned");
	*s = good;
	s->offset = 0x800;
	assert_string_equal(flaw(), "a segment of init is not page-aligned");
	*s = good;
	s->memory_size = 0x1000;
	assert_string_equal(flaw(), "a segment of init has an impossible size");
	*s = good;
	s->offset = SIZE;
	assert_string_equal(flaw(), "a segment of init lies beyond the end of the archive");
	*s = good;
	s->offset = 0xfffffffffffff000;
	assert_string_equal(flaw(), "a segment of init lies beyond the end of the archive");
	*s = good;
	s->address = 0xffffffff80000000;
	assert_string_equal(flaw(), "a segment of init lies outside user space");
	*s = good;
	s->address = 0x1000;
	assert_string_equal(flaw(), "a segment of init lies outside user space");
	s->address = 0;
	assert_null(flaw());
	s->memory_size = BOOT_PIE_SPAN + 0x1000;
	assert_string_equal(flaw(), "a segment of init lies outside user space");
	*s = good;
	s->memory_size = ~0ull;
	assert_string_equal(flaw(), "a segment of init lies outside user space");
	*s = good;
	s->prot |= KN_VSPACE_PROT_WRITE;
	assert_string_equal(flaw(), "a segment of init is writable and executable");
	*s = good;
	s->prot = 8;
	assert_string_equal(flaw(), "a segment of init has an unknown protection");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(sound_archive_has_no_flaw, setup),
	    cmocka_unit_test_setup(missing_and_short_archives_are_refused, setup),
	    cmocka_unit_test_setup(magic_and_checksum_are_checked, setup),
	    cmocka_unit_test_setup(number_of_segments_is_checked, setup),
	    cmocka_unit_test_setup(bad_segments_are_refused, setup),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
