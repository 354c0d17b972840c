/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot archive becomes the root filesystem: names are made, regular files' pages are adopted where they lie. */
#pragma once

#include "inode.h"

/* `archive` is mapped; its header and cpio are checked. BAD_IMAGE: damaged. */
[[nodiscard]] kn_status archive_adopt(struct inode *root, const uint8_t *archive, uint64_t size);
