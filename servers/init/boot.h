/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel left for init: the boot page, the archive, and all memory until objsrv has it. */
#pragma once

#include "trona/cpio.h"
#include "trona/layout.h"
#include "uapi/object/boot.h"
#include "uapi/types.h"

/* Maps the archive, sets memory aside for the first objects. Ends the system in words when that cannot be. */
void boot_init(const struct kn_boot_page *page);
const struct kn_boot_page *boot_page(void);
/* The monotonic clock, ns. */
kn_time boot_now(void);
/* Is the word on the kernel's command line? With `=` at its end: what follows, up to 63 bytes; else an empty text. Null: no. */
const char *boot_option(const char *word);

/* `aslr=off` on the command line: for debuggers and repeatable figures. */
bool boot_has_fixed_places(void);
/* A random address in the range; with fixed places, or before the generator is seeded, its `first`. */
uint64_t boot_place(struct layout_range range);

/* The next regular file of the archive in `folder` ("etc/units/"), position 0 first. NOT_FOUND at the end. */
[[nodiscard]] kn_status boot_next_file(const char *folder, uint64_t *position, struct cpio_entry *entry);
/* The file at an absolute path. */
[[nodiscard]] kn_status boot_file(const char *path, struct cpio_entry *entry);
const void *boot_bytes(uint64_t offset);
/* The archive with the right EXECUTE. */
kn_cap boot_images(void);

/* Objects from the memory set aside: endpoints, and what objsrv is made of. */
[[nodiscard]] kn_status boot_make(uint8_t type, uint8_t size_bits, kn_cap slot);
/* A RAM untyped of exactly 2^bits bytes, in a slot of init's. */
[[nodiscard]] kn_status boot_take_memory(unsigned bits, kn_cap *untyped);
/* Moves all RAM that is left into the slots [first, first + *count) of `cnode`. */
[[nodiscard]] kn_status boot_hand_over(kn_cap cnode, uint32_t first, unsigned *count);
/* The device untyped that covers [base, base + size). */
[[nodiscard]] kn_status boot_device(uint64_t base, uint64_t size, kn_cap *untyped, uint64_t *untyped_base);
