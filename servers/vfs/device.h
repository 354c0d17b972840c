/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices: /dev and what is behind its nodes. Memory-like devices are served here; terminals by the terminal server, which
 * gets the number in opened.device.
 */
#pragma once

#include "description.h"

#define DEVICE_NUMBER(major, minor) ((uint64_t)(major) << 8 | (minor))

/*
 * What a character inode leads to: a class of this server, whose vfs_device is *device, or (null) the terminal device
 * *device. NO_DEVICE: nothing.
 */
[[nodiscard]] kn_status device_class(
    const struct inode *inode, const struct description_class **class, uint64_t *device);
/* Fills the root directory of a fresh devfs. */
[[nodiscard]] kn_status device_populate(struct filesystem *filesystem);
/* A node or its removal in the devfs that was populated first: name may be "pts/N". */
[[nodiscard]] kn_status device_node(
    const char *name, size_t length, uint32_t mode, uint32_t uid, uint32_t gid, uint64_t terminal, bool remove);
/* Random bytes. WOULD_BLOCK: the kernel's generator has no seed yet. */
[[nodiscard]] kn_status device_random(void *data, size_t length);
