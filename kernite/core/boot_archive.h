/* SPDX-License-Identifier: BSD-2-Clause */
/* The first page of the boot archive (kernel/boot.idl): all that the kernel reads of it. */
#pragma once

#include "uapi/object/boot.h"

/* What is wrong with an archive of `size` bytes, as a sentence; null: nothing. */
const char *boot_archive_flaw(const struct kn_archive_header *header, uint64_t size);
