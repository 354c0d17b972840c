/* SPDX-License-Identifier: BSD-2-Clause */
/* The least of a kernel that tests of single kernel files need: one CPU, a panic that fails the
 * test, a silent log. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cpu.h"

static struct cpu the_cpu;

struct cpu *this_cpu(void)
{
	return &the_cpu;
}

void panic(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

void klog(const char *format, ...)
{
	(void)format;
}
