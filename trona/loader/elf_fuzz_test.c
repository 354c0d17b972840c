/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_parse() against hostile files, under the address and undefined behaviour sanitizers. A generator makes good files,
 * then breaks them: truncation at every length, every header field at extreme values, random bytes. The data lies in an exact heap
 * block, so that a read behind the end is caught. Whatever is accepted must satisfy the promises of trona/elf.h.
 */
#include "check.h"

#include "trona/arch_image.h"
#include "trona/elf.h"
#include "trona/elf_format.h"
#include "uapi/error.h"
#include "uapi/object/vspace.h"

#define FILE_SIZE 0x5000
#define HEADERS 3

struct ehdr {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct phdr {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct file {
	struct ehdr header;
	struct phdr load[HEADERS];
	uint8_t rest[256];
};

static struct file good(bool is_pie)
{
	uint64_t base = is_pie ? 0 : 0x400000;

	return (struct file){
	    .header = {.ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
	        .type = is_pie ? 3 : 2,
	        .machine = ELF_NATIVE_MACHINE,
	        .version = 1,
	        .entry = base + 0x1010,
	        .phoff = sizeof(struct ehdr),
	        .ehsize = sizeof(struct ehdr),
	        .phentsize = sizeof(struct phdr),
	        .phnum = HEADERS},
	    .load = {{1, 4, 0, base, 0, 0x800, 0x800, 0x1000},
	        {1, 5, 0x1000, base + 0x1000, 0, 0x1800, 0x1800, 0x1000},
	        {1, 6, 0x3008, base + 0x4008, 0, 0x100, 0x3000, 0x1000}},
	};
}

static void check_promises(const struct elf_image *image, uint64_t file_size)
{
	uint64_t end = 0;
	bool has_entry = false;

	assert_in_range(image->segment_count, 1, ELF_SEGMENTS_MAX);
	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct elf_segment *s = &image->segments[i];

		assert_true(s->memory_size > 0 && s->file_size <= s->memory_size);
		assert_true(s->offset <= file_size && s->file_size <= file_size - s->offset);
		assert_int_equal(s->offset % KN_PAGE_SIZE, s->address % KN_PAGE_SIZE);
		assert_true(s->address / KN_PAGE_SIZE * KN_PAGE_SIZE >= end);
		end = (s->address + s->memory_size + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE * KN_PAGE_SIZE;
		assert_true(end > s->address && end <= (image->is_pie ? ELF_PIE_SPAN_MAX : KN_USER_MAX));
		assert_true(image->is_pie || s->address >= KN_USER_MIN);
		assert_true((s->prot & 6) != 6 && (s->prot & KN_VSPACE_PROT_READ));
		has_entry |= (s->prot & KN_VSPACE_PROT_EXECUTE) && image->entry >= s->address &&
		    image->entry - s->address < s->file_size;
	}
	assert_true(has_entry);
	assert_true(image->interpreter <= file_size && image->interpreter_size <= file_size - image->interpreter);
}

/* Parses a copy in a block of exactly that size. */
static kn_status parse(const void *bytes, size_t size, uint64_t file_size)
{
	struct elf_image image = {.segment_count = 99}, before = image;
	void *exact = malloc(size ? size : 1);

	memcpy(exact, bytes, size);
	kn_status status = elf_parse(exact, size, file_size, &image);

	free(exact);
	if (status == KN_OK)
		check_promises(&image, file_size);
	else
		assert_memory_equal(&image, &before, sizeof(image));
	assert_true(status == KN_OK || status == KN_E_BAD_IMAGE);
	return status;
}

static kn_status parse_file(const struct file *file)
{
	return parse(file, sizeof(*file), FILE_SIZE);
}

static void elf_accepts_static_and_pie_programs(void **state)
{
	struct file file = good(false);
	struct elf_image image;

	assert_int_equal(elf_parse(&file, sizeof(file), FILE_SIZE, &image), KN_OK);
	assert_false(image.is_pie);
	assert_int_equal(image.segment_count, 3);
	assert_int_equal(image.entry, 0x401010);
	assert_int_equal(image.headers, 0x400000 + sizeof(struct ehdr));
	assert_int_equal(image.segments[2].memory_size, 0x3000);
	assert_int_equal(image.segments[2].prot, KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE);
	file = good(true);
	assert_int_equal(elf_parse(&file, sizeof(file), FILE_SIZE, &image), KN_OK);
	assert_true(image.is_pie);
}

/* The third header becomes one of a note in `rest`: name size, size, type, "GNU", and properties of type, size, data. */
static uint32_t prot_of_code(const uint32_t *note, size_t size)
{
	struct file file = good(true);
	struct elf_image image;

	file.load[2] = (struct phdr){.type = PT_GNU_PROPERTY, .offset = offsetof(struct file, rest), .filesz = size};
	memcpy(file.rest, note, size);
	assert_int_equal(parse_file(&file), KN_OK);
	assert_int_equal(elf_parse(&file, sizeof(file), FILE_SIZE, &image), KN_OK);
	assert_int_equal(image.segments[0].prot, KN_VSPACE_PROT_READ);
	return image.segments[1].prot;
}

static void elf_guards_code_whose_note_promises_landing_pads(void **state)
{
	const uint32_t plain = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_EXECUTE, gnu = 0x554e47;
	const uint32_t promise[] = {4, 16, 5, gnu, ELF_FEATURES, 4, ELF_FEATURE_LANDING_PADS, 0};
	const uint32_t second[] = {4, 32, 5, gnu, 1, 4, ~0u, 0, ELF_FEATURES, 4, ELF_FEATURE_LANDING_PADS, 0};
	const uint32_t none[] = {4, 16, 5, gnu, ELF_FEATURES, 4, ~ELF_FEATURE_LANDING_PADS, 0};
	const uint32_t other_owner[] = {4, 16, 5, gnu + 1, ELF_FEATURES, 4, ELF_FEATURE_LANDING_PADS, 0};
	const uint32_t huge[] = {4, ~0u, 5, gnu, 1, ~0u, ELF_FEATURES, 4, ELF_FEATURE_LANDING_PADS, 0};

	assert_int_equal(prot_of_code(promise, sizeof(promise)), plain | KN_VSPACE_PROT_BRANCH);
	assert_int_equal(prot_of_code(second, sizeof(second)), plain | KN_VSPACE_PROT_BRANCH);
	assert_int_equal(prot_of_code(none, sizeof(none)), plain);
	assert_int_equal(prot_of_code(other_owner, sizeof(other_owner)), plain);
	assert_int_equal(prot_of_code(huge, sizeof(huge)), plain);
	for (size_t size = 0; size < 7 * sizeof(uint32_t); size++)
		assert_int_equal(prot_of_code(promise, size), plain);
}

static void elf_refuses_every_truncation(void **state)
{
	struct file file = good(false);
	size_t headers_end = sizeof(struct ehdr) + HEADERS * sizeof(struct phdr);

	for (size_t size = 0; size < headers_end; size++)
		assert_int_equal(parse(&file, size, FILE_SIZE), KN_E_BAD_IMAGE);
	assert_int_equal(parse(&file, headers_end, FILE_SIZE), KN_OK);
	for (uint64_t file_size = 0; file_size < 0x3108; file_size += 8)
		assert_int_equal(parse(&file, sizeof(file), file_size), KN_E_BAD_IMAGE);
}

static void elf_refuses_other_machines_classes_and_types(void **state)
{
	struct file file = good(false);

	for (unsigned machine = 0; machine < 300; machine++) {
		file.header.machine = (uint16_t)machine;
		assert_int_equal(parse_file(&file) == KN_OK, machine == ELF_NATIVE_MACHINE);
	}
	file = good(false);
	for (unsigned type = 0; type < 10; type++) {
		file.header.type = (uint16_t)type;
		assert_int_equal(parse_file(&file) == KN_OK, type == 2 || type == 3);
	}
	for (unsigned i = 0; i < 7; i++) {
		file = good(false);
		file.header.ident[i] ^= 1;
		assert_int_equal(parse_file(&file), KN_E_BAD_IMAGE);
	}
}

static void elf_refuses_writable_and_executable_segments(void **state)
{
	for (uint32_t flags = 0; flags < 8; flags++) {
		struct file file = good(false);

		file.load[2].flags = flags;
		assert_int_equal(parse_file(&file) == KN_OK, flags != 0 && (flags & 3) != 3);
	}
}

static void elf_refuses_overlapping_and_unsorted_segments(void **state)
{
	struct file file = good(false);

	file.load[2].vaddr = 0x402008; /* inside the page of the segment before */
	assert_int_equal(parse_file(&file), KN_E_BAD_IMAGE);
	file = good(false);
	struct phdr first = file.load[0];

	file.load[0] = file.load[1];
	file.load[1] = first;
	assert_int_equal(parse_file(&file), KN_E_BAD_IMAGE);
	file = good(false);
	file.load[0].memsz = 0x1001;
	assert_int_equal(parse_file(&file), KN_E_BAD_IMAGE);
}

static void elf_refuses_entries_outside_executable_bytes(void **state)
{
	static const uint64_t entries[] = {0, 0x400000, 0x400fff, 0x402800, 0x404010, UINT64_MAX};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		struct file file = good(false);

		file.header.entry = entries[i];
		assert_int_equal(parse_file(&file), KN_E_BAD_IMAGE);
	}
}

static void elf_refuses_addresses_outside_user_space(void **state)
{
	static const uint64_t addresses[] = {0, 0xf000, KN_USER_MAX, KN_USER_MAX - 0x1000, 0xffffffff80000000,
	    UINT64_MAX - 0xfff, 1ull << 63};

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct file file = good(false);

		file.load[2].vaddr = addresses[i] + 8;
		file.load[2].memsz = 0x3000;
		assert_int_equal(parse_file(&file), KN_E_BAD_IMAGE);
		file.header.type = 3;
		assert_int_equal(parse_file(&file), KN_E_BAD_IMAGE);
	}
}

static void elf_survives_every_field_at_extreme_values(void **state)
{
	static const uint64_t extremes[] = {0, 1, 7, 0xfff, 0x1000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
	    0x7fffffffffffffff, 0x8000000000000000, UINT64_MAX - 0xfff, UINT64_MAX - 1, UINT64_MAX};

	for (size_t at = 0; at + 8 <= sizeof(struct ehdr) + HEADERS * sizeof(struct phdr); at += 2) {
		for (size_t i = 0; i < sizeof(extremes) / sizeof(extremes[0]); i++) {
			for (size_t width = 2; width <= 8; width *= 2) {
				struct file file = good(i % 2);

				memcpy((char *)&file + at, &extremes[i], width);
				parse_file(&file);
			}
		}
	}
}

static void elf_survives_random_damage(void **state)
{
	unsigned accepted = 0;

	srandom(3);
	for (int round = 0; round < 200000; round++) {
		struct file file = good(round % 2);
		long damages = 1 + random() % 6;

		while (damages-- > 0) {
			size_t at = (size_t)random() % (sizeof(struct ehdr) + HEADERS * sizeof(struct phdr));

			((uint8_t *)&file)[at] = (uint8_t)random();
		}
		accepted += parse(&file, sizeof(file), random() % 8 ? FILE_SIZE : (uint64_t)random()) == KN_OK;
	}
	/* The generator must reach the deep checks, too. */
	assert_in_range(accepted, 1000, 199000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(elf_accepts_static_and_pie_programs),
	    cmocka_unit_test(elf_guards_code_whose_note_promises_landing_pads),
	    cmocka_unit_test(elf_refuses_every_truncation),
	    cmocka_unit_test(elf_refuses_other_machines_classes_and_types),
	    cmocka_unit_test(elf_refuses_writable_and_executable_segments),
	    cmocka_unit_test(elf_refuses_overlapping_and_unsorted_segments),
	    cmocka_unit_test(elf_refuses_entries_outside_executable_bytes),
	    cmocka_unit_test(elf_refuses_addresses_outside_user_space),
	    cmocka_unit_test(elf_survives_every_field_at_extreme_values),
	    cmocka_unit_test(elf_survives_random_damage),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
