/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For host tests of the C library's own functions: the host has some of the same names, so a test renames them (after this header,
 * before it includes the source), and opens texts in memory in place of the system's files.
 */
#pragma once

#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static const char *file_text; /* null: there is no such file */

static inline FILE *open_text(const char *path, const char *mode)
{
	(void)path, (void)mode;
	if (!file_text)
		errno = ENOENT;
	return file_text ? fmemopen((void *)(uintptr_t)file_text, strlen(file_text), "r") : NULL;
}
