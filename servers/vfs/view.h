/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What clients see without asking (U4, file.view): a page with the size of a regular file, which they only read, and a page with the offset
 * of a description, which all who hold the description write.
 *
 * A position is a number that may change at any time to anything: it is read once where it is used, and every use checks it as it would an
 * argument. Only the offset of those who hold the description depends on it. When all VIEWS_MAX pages are in use there are no more:
 * clients then ask, as they do before their first view.
 */
#pragma once

#include <stddef.h>

#include "uapi/error.h"
#include "uapi/types.h"

#define VIEWS_MAX 1024

struct contents;
struct description;

/* The slots of capabilities for a client, which stay this server's: the bytes, their size, the offset. */
[[nodiscard]] kn_status view_show(struct description *description, kn_cap *object, kn_cap *size, kn_cap *position);
/* The size of the contents has changed. */
void view_resize(struct contents *contents);
/* The memory of the contents is no longer what clients see. */
void view_end(struct contents *contents);

/* The offset of a description, shared or not. */
uint64_t position_get(const struct description *description);
void position_set(struct description *description, uint64_t offset);
/* From `old` on by `length`, unless it is no longer `old`. */
bool position_advance(struct description *description, uint64_t old, uint64_t length);
/* The description ends. */
void position_end(struct description *description);
