/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs look for this file; the macros come from picolibc. */
#pragma once

#include <sys/features.h>
