/* SPDX-License-Identifier: BSD-2-Clause */
/* err.h and error.h. */
#include "../internal.h"

#include <err.h>
#include <error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned error_message_count;
int error_one_per_line;
void (*error_print_progname)(void);

void vwarn(const char *format, va_list list)
{
	int saved = errno;

	fprintf(stderr, "%s: ", getprogname());
	if (format) {
		vfprintf(stderr, format, list);
		fputs(": ", stderr);
	}
	fprintf(stderr, "%s\n", strerror(saved));
}

void vwarnx(const char *format, va_list list)
{
	fprintf(stderr, "%s: ", getprogname());
	if (format)
		vfprintf(stderr, format, list);
	fputc('\n', stderr);
}

void verr(int status, const char *format, va_list list)
{
	vwarn(format, list);
	exit(status);
}

void verrx(int status, const char *format, va_list list)
{
	vwarnx(format, list);
	exit(status);
}

void warn(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vwarn(format, list);
	va_end(list);
}

void warnx(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vwarnx(format, list);
	va_end(list);
}

void err(int status, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	verr(status, format, list);
}

void errx(int status, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	verrx(status, format, list);
}

void error(int status, int number, const char *format, ...)
{
	va_list list;

	fflush(stdout);
	if (error_print_progname)
		error_print_progname();
	else
		fprintf(stderr, "%s: ", getprogname());
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	if (number)
		fprintf(stderr, ": %s", strerror(number));
	fputc('\n', stderr);
	error_message_count++;
	if (status)
		exit(status);
}
