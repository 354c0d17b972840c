/* SPDX-License-Identifier: BSD-2-Clause */
/* picolibc's stdio and what POSIX adds to it. */
#pragma once

#include_next <stdio.h>
#ifndef _BASALT_STDIO_H
#define _BASALT_STDIO_H
#include <sys/types.h>

#define L_ctermid 16
#ifndef P_tmpdir
#define P_tmpdir "/tmp"
#endif
#define RENAME_NOREPLACE 1
_BEGIN_STD_C
int dprintf(int, const char *__restrict, ...) __attribute__((__format__(__printf__, 2, 3)));
int vdprintf(int, const char *__restrict, __gnuc_va_list) __attribute__((__format__(__printf__, 2, 0)));
FILE *popen(const char *, const char *);
int pclose(FILE *);
FILE *open_memstream(char **, size_t *);
char *ctermid(char *);
int renameat(int, const char *, int, const char *);
int renameat2(int, const char *, int, const char *, unsigned);
void __fpurge(FILE *);
int fpurge(FILE *);
size_t __fpending(FILE *);
size_t __fbufsize(FILE *);
int __freading(FILE *);
int __fwriting(FILE *);
int __freadable(FILE *);
int __fwritable(FILE *);
int __flbf(FILE *);
size_t fread_unlocked(void *, size_t, size_t, FILE *);
size_t fwrite_unlocked(const void *, size_t, size_t, FILE *);
char *fgets_unlocked(char *, int, FILE *);
int fputs_unlocked(const char *, FILE *);
int fflush_unlocked(FILE *);
int fileno_unlocked(FILE *);
int fputc_unlocked(int, FILE *);
int fgetc_unlocked(FILE *);
char *tempnam(const char *, const char *);
char *cuserid(char *);
_END_STD_C
#endif
