/* SPDX-License-Identifier: BSD-2-Clause */
/* picolibc's stdlib and what POSIX and common practice add to it. */
#pragma once

#include_next <stdlib.h>
#ifndef _BASALT_STDLIB_H
#define _BASALT_STDLIB_H
_BEGIN_STD_C
char *realpath(const char *__restrict, char *__restrict);
char *canonicalize_file_name(const char *);
char *mkdtemp(char *);
int mkstemp(char *);
int mkstemps(char *, int);
int mkostemp(char *, int);
int mkostemps(char *, int, int);
char *mktemp(char *);
int posix_openpt(int);
int grantpt(int);
int unlockpt(int);
char *ptsname(int);
int ptsname_r(int, char *, size_t);
int getloadavg(double[], int);
int system(const char *);
int putenv(char *);
int setenv(const char *, const char *, int);
int unsetenv(const char *);
int clearenv(void);
char *secure_getenv(const char *);
const char *getprogname(void);
void setprogname(const char *);
int getpt(void);
long random(void);
void srandom(unsigned);
char *initstate(unsigned, char *, size_t);
char *setstate(char *);
_END_STD_C
#endif
