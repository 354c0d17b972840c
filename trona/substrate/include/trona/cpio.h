/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the boot archive ("newc" cpio, kernel/boot.idl): regular files' contents start on a page. The archive is
 * checked entry by entry; of two entries with one name the later counts.
 */
#pragma once

#include "uapi/types.h"

struct cpio_entry {
	const char *name;   /* no leading slash, NUL-terminated within the archive */
	size_t name_length;
	uint32_t mode;      /* with POSIX type bits */
	uint32_t uid;
	uint32_t gid;
	uint32_t mtime;
	uint64_t offset;    /* of the contents, in the archive */
	uint64_t size;
};

/*
 * The entry at or behind *position (start: archive_header.cpio_offset); moves *position behind it. NOT_FOUND: the end of the
 * archive. BAD_MESSAGE: damaged.
 */
[[nodiscard]] kn_status cpio_next(const void *archive, uint64_t archive_size, uint64_t *position, struct cpio_entry *entry);
/* The last regular file called `name`. NOT_FOUND, BAD_MESSAGE. */
[[nodiscard]] kn_status cpio_find(
    const void *archive, uint64_t archive_size, uint64_t start, const char *name, struct cpio_entry *entry);
