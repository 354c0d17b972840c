/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of posix_calls: each runs the tests of one subject. */
#pragma once

void test_files(void);
void test_limits(void);
void test_terminals(void);
void test_identity(void);
void test_signals(void);
