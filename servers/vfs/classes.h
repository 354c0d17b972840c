/* SPDX-License-Identifier: BSD-2-Clause */
/* The plain kinds of descriptions: files, directories, computed text, and devices of this server. Pipes and sockets have files of their own. */
#pragma once

#include "description.h"

extern const struct description_class regular_class, directory_class, text_class, null_class, path_class;

/* A computed text as it is now for `who`, in place of what the description has; charged to its user. */
[[nodiscard]] kn_status text_renew(struct description *description, const struct credentials *who);
/* Moves the offset of a seekable description. */
[[nodiscard]] kn_status description_seek(struct description *description, int64_t offset, uint32_t whence, uint64_t *position);
/* Directory entries as file.read_directory packs them. */
[[nodiscard]] kn_status description_entries(struct description *description, uint8_t *data, size_t capacity, size_t *length);
