/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of a regular file, in the cheapest of three forms:
 *
 *   SMALL    on the server's heap (also the empty file);
 *   ADOPTED  pages of the boot archive where they lie, never written: the first write moves them to an object;
 *   OBJECT   an anonymous memory object, mapped once into the server's own address space. Its size is far beyond the
 *            file's, so that growing costs nothing until a client has mapped it; then its size is the file's.
 *
 * What they take of this server is charged to `account`: heap, page tables and address space. Used up, it is NO_SPACE.
 * Bytes beyond `size` in a page are zero. In an OBJECT every page that this server touches was committed before
 * (`is_committed`), so that an exhausted budget is NO_SPACE and never a fault of the server.
 */
#pragma once

#include "uapi/error.h"
#include "uapi/types.h"

/* Files up to this size stay on the heap until somebody maps them. */
#define CONTENTS_SMALL_MAX 4096
#define CONTENTS_SIZE_MAX (1ull << 34)

struct account;
struct shared_memory;

enum contents_form : uint8_t {
	CONTENTS_SMALL = 0,
	CONTENTS_ADOPTED = 1,
	CONTENTS_OBJECT = 2,
};

struct contents {
	enum contents_form form;
	bool is_shared;         /* a client has a capability to the object */
	uint32_t capacity;      /* SMALL: bytes of `data` */
	uint64_t size;
	uint8_t *data;          /* heap block, archive pages, or mapping */
	struct account *account; /* null: nobody's; whoever makes the contents keeps it */
	uint64_t object_pages;  /* OBJECT: pages mapped at data */
	uint64_t tables;        /* OBJECT: page tables of this server that its pages need */
	uint64_t committed_count;
	uint64_t *committed;    /* OBJECT: a bit a page */
	uint64_t committed_words;
	kn_cap object;          /* OBJECT: the object; ADOPTED: a slice, made on demand */
	kn_cap image;           /* READ and EXECUTE, made on demand */
	uint64_t image_id;      /* what names it in regions (memory_id); 0: not asked yet */
	kn_cap for_reading;     /* what clients get copies of, made on demand */
	kn_cap for_writing;
	struct shared_memory *view; /* null: nobody looks at its size (view.h) */
};

/* Copies out; *done less than length at the end of the file. */
[[nodiscard]] kn_status contents_read(struct contents *contents, uint64_t offset, void *data, size_t length, size_t *done);
/* Copies in, growing the file; NO_SPACE, FILE_TOO_LARGE: with *done > 0 that much was written and the status is KN_OK. */
[[nodiscard]] kn_status contents_write(struct contents *contents, uint64_t offset, const void *data, size_t length, size_t *done);
[[nodiscard]] kn_status contents_resize(struct contents *contents, uint64_t size);
/* Take over pages of the archive at `data`. Only for a fresh one. */
void contents_adopt(struct contents *contents, const void *data, uint64_t size);
/* The slot of a capability for a client: the object itself, or the executable image. It stays the contents' own. */
[[nodiscard]] kn_status contents_map(struct contents *contents, bool executable, bool writable, kn_cap *object);
/* Is somebody executing it? */
bool contents_is_executing(const struct contents *contents);
/* The next offset at or after `offset` that is data (hole false) or hole; the size if none. */
uint64_t contents_seek(const struct contents *contents, uint64_t offset, bool hole);
/* Not empty, and every page of it is there. */
bool contents_is_whole(const struct contents *contents);
/* Bytes of memory behind it. */
uint64_t contents_memory(const struct contents *contents);
void contents_destroy(struct contents *contents);

/*
 * Objects behind files that lie in the boot archive: made when such a file is first mapped or viewed, kept as long as the file, which is
 * for ever if nobody changes it. Told apart from what a load leaves behind.
 */
struct contents_kept {
	uint64_t slots, objects, pages;
};
extern struct contents_kept contents_kept;
