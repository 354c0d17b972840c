/* SPDX-License-Identifier: BSD-2-Clause */
/* What CPUID tells (Intel SDM volume 2, CPUID; AMD APM volume 3, appendix E), in the lines of Linux's /proc/cpuinfo that programs look for. */
#include "processor.h"

#include "trona/string.h"

#define LEAF_BRAND 0x80000002u
#define LEAF_SIZES 0x80000008u

struct registers {
	uint32_t a, b, c, d;
};

static struct registers cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct registers r;

	__asm__("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(subleaf));
	return r;
}

/* One bit of a leaf's register (0..3: eax to edx). */
struct flag {
	uint32_t leaf;
	uint8_t place, bit;
	char name[10];
};

static const struct flag flags[] = {
    {1, 3, 0, "fpu"}, {1, 3, 3, "pse"}, {1, 3, 4, "tsc"}, {1, 3, 5, "msr"}, {1, 3, 6, "pae"}, {1, 3, 8, "cx8"}, {1, 3, 9, "apic"},
    {1, 3, 11, "sep"}, {1, 3, 13, "pge"}, {1, 3, 15, "cmov"}, {1, 3, 16, "pat"}, {1, 3, 19, "clflush"}, {1, 3, 23, "mmx"},
    {1, 3, 24, "fxsr"}, {1, 3, 25, "sse"}, {1, 3, 26, "sse2"}, {0x80000001, 3, 11, "syscall"}, {0x80000001, 3, 20, "nx"},
    {0x80000001, 3, 26, "pdpe1gb"}, {0x80000001, 3, 27, "rdtscp"}, {0x80000001, 3, 29, "lm"}, {1, 2, 0, "pni"},
    {1, 2, 1, "pclmulqdq"}, {1, 2, 9, "ssse3"}, {1, 2, 12, "fma"}, {1, 2, 13, "cx16"}, {1, 2, 17, "pcid"}, {1, 2, 19, "sse4_1"},
    {1, 2, 20, "sse4_2"}, {1, 2, 21, "x2apic"}, {1, 2, 22, "movbe"}, {1, 2, 23, "popcnt"}, {1, 2, 25, "aes"}, {1, 2, 26, "xsave"},
    {1, 2, 28, "avx"}, {1, 2, 29, "f16c"}, {1, 2, 30, "rdrand"}, {1, 2, 31, "hypervisor"}, {0x80000001, 2, 0, "lahf_lm"},
    {0x80000001, 2, 5, "abm"}, {7, 1, 0, "fsgsbase"}, {7, 1, 3, "bmi1"}, {7, 1, 5, "avx2"}, {7, 1, 7, "smep"}, {7, 1, 8, "bmi2"},
    {7, 1, 9, "erms"}, {7, 1, 10, "invpcid"}, {7, 1, 18, "rdseed"}, {7, 1, 19, "adx"}, {7, 1, 20, "smap"}, {7, 2, 2, "umip"},
    {7, 2, 3, "pku"}};

static void add_flags(struct text *text)
{
	const uint32_t basic = cpuid(0, 0).a, extended = cpuid(0x80000000, 0).a;

	text_add(text, "flags\t\t:");
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		const struct flag *flag = &flags[i];

		if (flag->leaf > (flag->leaf >> 31 ? extended : basic))
			continue;
		struct registers r = cpuid(flag->leaf, 0);
		const uint32_t words[4] = {r.a, r.b, r.c, r.d};
		if (words[flag->place] >> flag->bit & 1)
			text_add(text, " %s", flag->name);
	}
	text_add(text, "\n");
}

static void add_name(struct text *text)
{
	char name[49] = {};

	if (cpuid(0x80000000, 0).a < LEAF_BRAND + 2)
		return;
	for (uint32_t i = 0; i < 3; i++) {
		struct registers r = cpuid(LEAF_BRAND + i, 0);

		memcpy(name + 16 * i, &r, sizeof r);
	}
	text_add(text, "model name\t: %s\n", name);
}

static void add_frequency(struct text *text, uint64_t hz)
{
	unsigned long khz = hz / 1000;

	text_add(text, "cpu MHz\t\t: %lu.%03lu\n", khz / 1000, khz % 1000);
}

void arch_describe_processor(struct text *text, uint64_t hz)
{
	struct registers vendor = cpuid(0, 0), id = cpuid(1, 0);
	uint32_t family = id.a >> 8 & 15, model = id.a >> 4 & 15;
	const uint32_t name[3] = {vendor.b, vendor.d, vendor.c};

	if (family == 6 || family == 15)
		model |= id.a >> 12 & 0xf0;
	if (family == 15)
		family += id.a >> 20 & 0xff;
	text_add(text, "vendor_id\t: %.12s\ncpu family\t: %u\nmodel\t\t: %u\n", (const char *)name, family, model);
	add_name(text);
	text_add(text, "stepping\t: %u\n", id.a & 15);
	add_frequency(text, hz);
	add_flags(text);
	if (cpuid(0x80000000, 0).a >= LEAF_SIZES) {
		uint32_t sizes = cpuid(LEAF_SIZES, 0).a;

		text_add(text, "address sizes\t: %u bits physical, %u bits virtual\n", sizes & 0xff, sizes >> 8 & 0xff);
	}
}
