/* SPDX-License-Identifier: BSD-2-Clause */
/* See termios.h. */
#pragma once

#include <termios.h>
