/* SPDX-License-Identifier: BSD-2-Clause */
/* See sys/wait.h. */
#pragma once

#include <sys/wait.h>
