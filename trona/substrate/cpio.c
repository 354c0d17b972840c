/* SPDX-License-Identifier: BSD-2-Clause */
/* trona/cpio.h. Every offset is checked against the archive's size before it is used. */
#include "trona/cpio.h"

#include "uapi/error.h"

#define HEADER_SIZE 110
#define FIELDS 13
#define TRAILER "TRAILER!!!"
#define TYPE_MASK 0170000u
#define TYPE_FILE 0100000u

enum field { INODE, MODE, UID, GID, LINKS, MTIME, FILE_SIZE, DEV_MAJOR, DEV_MINOR, RDEV_MAJOR, RDEV_MINOR, NAME_SIZE, CHECK };

static bool read_field(const char *text, uint32_t *value)
{
	uint32_t result = 0;

	for (unsigned i = 0; i < 8; i++) {
		char c = text[i];
		uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
		    : c >= 'A' && c <= 'F'            ? (uint32_t)(c - 'A' + 10)
		    : c >= 'a' && c <= 'f'            ? (uint32_t)(c - 'a' + 10)
		                                      : 16;

		if (digit == 16)
			return false;
		result = result << 4 | digit;
	}
	*value = result;
	return true;
}

static bool is_equal(const char *name, size_t length, const char *other)
{
	return __builtin_memcmp(name, other, length) == 0 && other[length] == '\0';
}

kn_status cpio_next(const void *archive, uint64_t archive_size, uint64_t *position, struct cpio_entry *entry)
{
	const char *bytes = archive;
	uint64_t at = (*position + 3) & ~3ull;
	uint32_t fields[FIELDS];

	while (at < archive_size && bytes[at] == '\0')
		at += 4;
	if (at >= archive_size || archive_size - at < HEADER_SIZE || __builtin_memcmp(bytes + at, "070701", 6) != 0)
		return KN_E_BAD_MESSAGE;
	for (unsigned i = 0; i < FIELDS; i++) {
		if (!read_field(bytes + at + 6 + i * 8, &fields[i]))
			return KN_E_BAD_MESSAGE;
	}
	uint64_t room = archive_size - at - HEADER_SIZE;

	if (fields[NAME_SIZE] == 0 || fields[NAME_SIZE] > room || fields[FILE_SIZE] > room - fields[NAME_SIZE])
		return KN_E_BAD_MESSAGE;
	const char *name = bytes + at + HEADER_SIZE;
	size_t length = 0;

	while (length < fields[NAME_SIZE] && name[length] != '\0')
		length++;
	if (length == fields[NAME_SIZE])
		return KN_E_BAD_MESSAGE;
	if (length == sizeof(TRAILER) - 1 && is_equal(name, length, TRAILER))
		return KN_E_NOT_FOUND;
	uint64_t contents = (at + HEADER_SIZE + fields[NAME_SIZE] + 3) & ~3ull;

	if (contents > archive_size || fields[FILE_SIZE] > archive_size - contents)
		return KN_E_BAD_MESSAGE;
	/* What is mapped page by page must begin on one. */
	if ((fields[MODE] & TYPE_MASK) == TYPE_FILE && fields[FILE_SIZE] != 0 && contents % KN_PAGE_SIZE != 0)
		return KN_E_BAD_MESSAGE;
	*entry = (struct cpio_entry){
	    .name = name,
	    .name_length = length,
	    .mode = fields[MODE],
	    .uid = fields[UID],
	    .gid = fields[GID],
	    .mtime = fields[MTIME],
	    .offset = contents,
	    .size = fields[FILE_SIZE],
	};
	*position = contents + fields[FILE_SIZE];
	return KN_OK;
}

kn_status cpio_find(
    const void *archive, uint64_t archive_size, uint64_t start, const char *name, struct cpio_entry *result)
{
	struct cpio_entry entry;
	kn_status status, found = KN_E_NOT_FOUND;

	while ((status = cpio_next(archive, archive_size, &start, &entry)) == KN_OK) {
		if ((entry.mode & TYPE_MASK) != TYPE_FILE || __builtin_strlen(name) != entry.name_length ||
		    !is_equal(entry.name, entry.name_length, name))
			continue;
		*result = entry;
		found = KN_OK;
	}
	return status == KN_E_NOT_FOUND ? found : status;
}
