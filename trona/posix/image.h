/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program about to be started: its memory object and the block that will be the top of its
 * stack.
 */
#pragma once

#include "posix.h"

struct image {
	kn_cap object;
	struct procmgr_image_args args;
	/* In this process: the block being written. */
	char *block;
	size_t size;
};

/* One descriptor of the new image. */
struct image_descriptor {
	int fd;
	uint32_t file;
	uint32_t kind;
	bool is_terminal;
	uint8_t local;
	kn_cap slot; /* there */
};

struct image_descriptors {
	struct image_descriptor *entries;
	size_t count;
	uint64_t *closed; /* slots of files that close on exec, if there may be record locks on them */
	size_t closed_count;
	kn_cap current;
	uint64_t roots[4];
	bool is_fresh; /* for a new process, not for this one */
};

/*
 * The object of the program that `file` holds (for a script: of its interpreter, with *argv replaced; *made is then to be
 * freed with image_free_arguments).
 */
int image_open(const char *path, struct file *file, kn_cap *object, char *const **argv, void **made);
void image_free_arguments(void *made);
/* Arguments, environment and descriptors into a fresh block. */
int image_build(struct image *image, const char *path, char *const argv[], char *const envp[],
    const struct image_descriptors *descriptors);
void image_drop(struct image *image);
