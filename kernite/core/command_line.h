/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's command line: words separated by spaces. */
#pragma once

/* Remember the line (lives as long as the kernel). */
void command_line_set(const char *line);
/* Is this exact word on it? */
bool command_line_has(const char *word);
