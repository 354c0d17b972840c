/* SPDX-License-Identifier: BSD-2-Clause */
/* See sched.h. */
#pragma once

#include <sched.h>
