/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Standard I/O. The streams are musl's, built by image/recipes/stdio: picolibc's stdio is made for
 * consoles of small machines (no flush of open files at exit, one byte a write on stderr, offsets
 * that assume a fresh descriptor). FILE is opaque here; its tag is the one picolibc's headers use.
 */
#pragma once
#define _STDIO_H 1 /* headers of other libraries ask whether this one was included */

#include <sys/cdefs.h>
#include <sys/types.h>
#include <stdarg.h>
#include <stddef.h>

_BEGIN_STD_C

#ifndef ___FILE_DECLARED
typedef struct __file __FILE;
#define ___FILE_DECLARED
#endif
#ifndef _FILE_DECLARED
typedef __FILE FILE;
#define _FILE_DECLARED
#endif
typedef off_t fpos_t;

#define EOF (-1)
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2
#define BUFSIZ 4096
#define FILENAME_MAX 4096
#define FOPEN_MAX 1000
#define TMP_MAX 10000
#define L_tmpnam 20
#define L_ctermid 20
#define P_tmpdir "/tmp"
#define RENAME_NOREPLACE 1

extern FILE *const stdin;
extern FILE *const stdout;
extern FILE *const stderr;
#define stdin (stdin)
#define stdout (stdout)
#define stderr (stderr)

#define __PRINTF(format, first) __attribute__((__format__(__printf__, format, first)))
#define __SCANF(format, first) __attribute__((__format__(__scanf__, format, first)))

FILE *fopen(const char *__restrict, const char *__restrict);
FILE *freopen(const char *__restrict, const char *__restrict, FILE *__restrict);
FILE *fdopen(int, const char *);
FILE *fmemopen(void *__restrict, size_t, const char *__restrict);
FILE *open_memstream(char **, size_t *);
FILE *popen(const char *, const char *);
FILE *tmpfile(void);
int pclose(FILE *);
int fclose(FILE *);
int fflush(FILE *);
int fileno(FILE *);
int feof(FILE *);
int ferror(FILE *);
void clearerr(FILE *);

int fseek(FILE *, long, int);
int fseeko(FILE *, off_t, int);
long ftell(FILE *);
off_t ftello(FILE *);
void rewind(FILE *);
int fgetpos(FILE *__restrict, fpos_t *__restrict);
int fsetpos(FILE *, const fpos_t *);

int setvbuf(FILE *__restrict, char *__restrict, int, size_t);
void setbuf(FILE *__restrict, char *__restrict);
void setbuffer(FILE *, char *, size_t);
void setlinebuf(FILE *);

size_t fread(void *__restrict, size_t, size_t, FILE *__restrict);
size_t fwrite(const void *__restrict, size_t, size_t, FILE *__restrict);
int fgetc(FILE *);
int getc(FILE *);
int getchar(void);
int ungetc(int, FILE *);
int fputc(int, FILE *);
int putc(int, FILE *);
int putchar(int);
char *fgets(char *__restrict, int, FILE *__restrict);
int fputs(const char *__restrict, FILE *__restrict);
int puts(const char *);
int getw(FILE *);
int putw(int, FILE *);
char *fgetln(FILE *, size_t *);
ssize_t getline(char **__restrict, size_t *__restrict, FILE *__restrict);
ssize_t getdelim(char **__restrict, size_t *__restrict, int, FILE *__restrict);

int printf(const char *__restrict, ...) __PRINTF(1, 2);
int fprintf(FILE *__restrict, const char *__restrict, ...) __PRINTF(2, 3);
int dprintf(int, const char *__restrict, ...) __PRINTF(2, 3);
int sprintf(char *__restrict, const char *__restrict, ...) __PRINTF(2, 3);
int snprintf(char *__restrict, size_t, const char *__restrict, ...) __PRINTF(3, 4);
int asprintf(char **, const char *, ...) __PRINTF(2, 3);
int vprintf(const char *__restrict, va_list) __PRINTF(1, 0);
int vfprintf(FILE *__restrict, const char *__restrict, va_list) __PRINTF(2, 0);
int vdprintf(int, const char *__restrict, va_list) __PRINTF(2, 0);
int vsprintf(char *__restrict, const char *__restrict, va_list) __PRINTF(2, 0);
int vsnprintf(char *__restrict, size_t, const char *__restrict, va_list) __PRINTF(3, 0);
int vasprintf(char **, const char *, va_list) __PRINTF(2, 0);

int scanf(const char *__restrict, ...) __SCANF(1, 2);
int fscanf(FILE *__restrict, const char *__restrict, ...) __SCANF(2, 3);
int sscanf(const char *__restrict, const char *__restrict, ...) __SCANF(2, 3);
int vscanf(const char *__restrict, va_list) __SCANF(1, 0);
int vfscanf(FILE *__restrict, const char *__restrict, va_list) __SCANF(2, 0);
int vsscanf(const char *__restrict, const char *__restrict, va_list) __SCANF(2, 0);

void flockfile(FILE *);
int ftrylockfile(FILE *);
void funlockfile(FILE *);
int getc_unlocked(FILE *);
int getchar_unlocked(void);
int putc_unlocked(int, FILE *);
int putchar_unlocked(int);
int fgetc_unlocked(FILE *);
int fputc_unlocked(int, FILE *);
size_t fread_unlocked(void *, size_t, size_t, FILE *);
size_t fwrite_unlocked(const void *, size_t, size_t, FILE *);
char *fgets_unlocked(char *, int, FILE *);
int fputs_unlocked(const char *, FILE *);
int fflush_unlocked(FILE *);
void clearerr_unlocked(FILE *);
int feof_unlocked(FILE *);
int ferror_unlocked(FILE *);
int fileno_unlocked(FILE *);

typedef struct {
	ssize_t (*read)(void *, char *, size_t);
	ssize_t (*write)(void *, const char *, size_t);
	int (*seek)(void *, off_t *, int);
	int (*close)(void *);
} cookie_io_functions_t;
FILE *fopencookie(void *, const char *, cookie_io_functions_t);

void perror(const char *);
int remove(const char *);
int rename(const char *, const char *);
int renameat(int, const char *, int, const char *);
int renameat2(int, const char *, int, const char *, unsigned);
char *tmpnam(char *);
char *tempnam(const char *, const char *);
char *ctermid(char *);

#undef __PRINTF
#undef __SCANF

_END_STD_C
