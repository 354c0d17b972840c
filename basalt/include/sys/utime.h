/* SPDX-License-Identifier: BSD-2-Clause */
/* See utime.h. */
#pragma once

#include <utime.h>
