/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot.h. Memory: the kernel's list of untypeds becomes a list of our own, in which a range that is cut in two is replaced by its
 * halves. What is left goes to objsrv; of RAM nothing stays with init but the block for the first objects.
 */
#include "boot.h"

#include "kn/cnode.h"
#include "kn/exec_authority.h"
#include "kn/random.h"
#include "kn/untyped.h"
#include "kn/vspace.h"
#include "end.h"
#include "trona/clock.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "trona/string.h"
#include "uapi/error.h"
#include "uapi/object_type.h"

/* POSIX type bits of an archive entry's mode. */
#define MODE_TYPE 0170000u
#define MODE_FILE 0100000u

/* Endpoints, and objsrv's CSpace (2^13 slots) with its other objects. */
#define FIRST_OBJECTS_BITS 20
#define RANGES_MAX 256
#define OPTION_MAX 64

struct range {
	kn_cap slot;
	uint64_t base;
	unsigned bits;
};

static const struct kn_boot_page *page;
static const void *clock_page;
static const char *archive;
static uint64_t cpio_offset;
static kn_cap images;
static kn_cap first_objects;
static struct range ranges[RANGES_MAX];
static unsigned range_count;

const struct kn_boot_page *boot_page(void)
{
	return page;
}

static kn_status map_archive(void)
{
	uint64_t address;
	kn_status status = kn_vspace_map(KN_SLOT_VSPACE, KN_BOOT_SLOT_ARCHIVE, 0, 0,
	    (page->archive_size + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE, KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ,
	    KN_VSPACE_MAP_SHARED, &address);

	if (status != KN_OK)
		return status;
	const struct kn_archive_header *header = (const void *)address;

	archive = (const char *)address;
	cpio_offset = header->cpio_offset;
	if (header->magic != KN_ARCHIVE_MAGIC || cpio_offset > page->archive_size)
		return KN_E_BAD_MESSAGE;
	status = slot_alloc(&images);
	if (status == KN_OK)
		status = kn_exec_authority_grant(
		    KN_BOOT_SLOT_EXEC_AUTHORITY, KN_BOOT_SLOT_ARCHIVE, KN_SLOT_CSPACE, (uint32_t)images);
	return status;
}

static void list_memory(void)
{
	for (unsigned i = 0; i < page->untyped_count; i++) {
		const struct kn_boot_untyped *untyped = &page->untypeds[i];

		if (!untyped->is_device && range_count < RANGES_MAX)
			ranges[range_count++] =
			    (struct range){KN_BOOT_SLOT_UNTYPED + i, untyped->base, untyped->size_bits};
	}
}

static void map_clock(void)
{
	uint64_t address;

	if (kn_vspace_map(KN_SLOT_VSPACE, KN_BOOT_SLOT_CLOCK_PAGE, 0, 0, 1, KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ,
		KN_VSPACE_MAP_SHARED, &address) == KN_OK)
		clock_page = (const void *)address;
}

kn_time boot_now(void)
{
	int64_t offset;

	return clock_page == nullptr ? 0 : clock_page_now(clock_page, &offset);
}

void boot_init(const struct kn_boot_page *boot)
{
	page = boot;
	if (page->magic != KN_BOOT_MAGIC)
		end_system("the kernel's boot page is of another version", KN_E_BAD_MESSAGE);
	slots_init(page->first_free_slot, 4096 - page->first_free_slot, nullptr);
	kn_status status = map_archive();

	if (status != KN_OK)
		end_system("the boot archive cannot be used", status);
	list_memory();
	status = boot_take_memory(FIRST_OBJECTS_BITS, &first_objects);
	if (status != KN_OK)
		end_system("no memory for the first objects", status);
	map_clock();
}

const char *boot_option(const char *word)
{
	static char value[OPTION_MAX];
	size_t length = strlen(word);
	const char *at = (const char *)page->command_line, *end = at + sizeof(page->command_line);

	while (at < end && *at != '\0') {
		const char *stop = at;

		while (stop < end && *stop != '\0' && *stop != ' ')
			stop++;
		size_t size = (size_t)(stop - at);

		if (size >= length && memcmp(at, word, length) == 0 && (size == length || word[length - 1] == '=')) {
			size_t rest = size - length < OPTION_MAX - 1 ? size - length : OPTION_MAX - 1;

			memcpy(value, at + length, rest);
			value[rest] = '\0';
			return value;
		}
		at = stop < end && *stop == ' ' ? stop + 1 : stop;
	}
	return nullptr;
}

bool boot_has_fixed_places(void)
{
	return boot_option("aslr=off") != nullptr;
}

uint64_t boot_place(struct layout_range range)
{
	struct kn_random_data random;

	if (boot_has_fixed_places() || kn_random_get(KN_BOOT_SLOT_RANDOM, &random) != KN_OK)
		return range.first;
	return layout_address(range, random.words[0]);
}

kn_status boot_next_file(const char *folder, uint64_t *position, struct cpio_entry *entry)
{
	size_t length = strlen(folder);
	kn_status status;

	if (*position == 0)
		*position = cpio_offset;
	while ((status = cpio_next(archive, page->archive_size, position, entry)) == KN_OK) {
		if ((entry->mode & MODE_TYPE) == MODE_FILE && entry->name_length > length && memcmp(entry->name, folder, length) == 0 &&
		    memchr(entry->name + length, '/', entry->name_length - length) == nullptr)
			return KN_OK;
	}
	return status;
}

kn_status boot_file(const char *path, struct cpio_entry *entry)
{
	while (*path == '/')
		path++;
	return cpio_find(archive, page->archive_size, cpio_offset, path, entry);
}

const void *boot_bytes(uint64_t offset)
{
	return archive + offset;
}

kn_cap boot_images(void)
{
	return images;
}

kn_status boot_make(uint8_t type, uint8_t size_bits, kn_cap slot)
{
	return kn_untyped_retype(first_objects, type, size_bits, KN_SLOT_CSPACE, (uint32_t)slot, 1);
}

/* Cuts ranges[i] in two; the first half takes its place, the second the end of the list. */
static kn_status split(unsigned i)
{
	kn_cap halves;
	unsigned bits = ranges[i].bits - 1;

	if (range_count == RANGES_MAX)
		return KN_E_NO_MEMORY;
	kn_status status = slots_alloc(2, &halves);

	if (status != KN_OK)
		return status;
	status = kn_untyped_retype(
	    ranges[i].slot, KN_TYPE_UNTYPED, (uint8_t)bits, KN_SLOT_CSPACE, (uint32_t)halves, 2);
	if (status != KN_OK) {
		slots_free(halves, 2);
		return status;
	}
	ranges[range_count++] = (struct range){halves + 1, ranges[i].base + (1ull << bits), bits};
	ranges[i].slot = halves;
	ranges[i].bits = bits;
	return KN_OK;
}

kn_status boot_take_memory(unsigned bits, kn_cap *untyped)
{
	unsigned best = RANGES_MAX;

	for (unsigned i = 0; i < range_count; i++) {
		if (ranges[i].bits >= bits && (best == RANGES_MAX || ranges[i].bits < ranges[best].bits))
			best = i;
	}
	if (best == RANGES_MAX)
		return KN_E_NO_MEMORY;
	while (ranges[best].bits > bits) {
		kn_status status = split(best);

		if (status != KN_OK)
			return status;
	}
	*untyped = ranges[best].slot;
	ranges[best] = ranges[--range_count];
	return KN_OK;
}

kn_status boot_hand_over(kn_cap cnode, uint32_t first, unsigned *count)
{
	for (unsigned i = 0; i < range_count; i++) {
		kn_status status = kn_cnode_move(cnode, first + i, ranges[i].slot);

		if (status != KN_OK)
			return status;
	}
	*count = range_count;
	range_count = 0;
	return KN_OK;
}

kn_status boot_device(uint64_t base, uint64_t size, kn_cap *untyped, uint64_t *untyped_base)
{
	for (unsigned i = 0; i < page->untyped_count; i++) {
		const struct kn_boot_untyped *at = &page->untypeds[i];

		if (at->is_device && base >= at->base && base + size - at->base <= 1ull << at->size_bits) {
			*untyped = KN_BOOT_SLOT_UNTYPED + i;
			*untyped_base = at->base;
			return KN_OK;
		}
	}
	return KN_E_NOT_FOUND;
}
