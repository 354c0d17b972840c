/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of posix_calls: each runs the tests of one subject. */
#pragma once

#include <stdbool.h>

/* Where it is itself. */
extern const char posix_program[];

void test_files(void);
void test_limits(void);
void test_terminals(void);
void test_identity(void);
void test_signals(void);
void test_locks(void);
void test_spawn(void);
void test_text(void);
void test_regex(void);

/* What the program does, as an exit status, when tests start it again. */
int look_after_exec(void);
int spawned(const char *what);

/* arch/<isa>/vectors.c: fills all vector registers, waits until *flag is not 0, and looks whether they are what they were. */
bool vectors_survive(const volatile int *flag);
/* Other values into all of them. */
void vectors_spoil(void);
