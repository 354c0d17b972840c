/* SPDX-License-Identifier: BSD-2-Clause */
/* See ucontext.h. */
#pragma once

#include <signal.h>
