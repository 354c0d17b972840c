/* SPDX-License-Identifier: BSD-2-Clause */
/* Pseudo-terminals. */
#pragma once

#include <termios.h>
_BEGIN_STD_C
int openpty(int *, int *, char *, const struct termios *, const struct winsize *);
int forkpty(int *, char *, const struct termios *, const struct winsize *);
int login_tty(int);
_END_STD_C
