/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocols tty and file on terminals. */
#pragma once

#include "server/file.h"
#include "server/tty.h"

extern const struct tty_ops tty_methods;
extern const struct file_ops file_methods;
