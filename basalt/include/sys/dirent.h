/* SPDX-License-Identifier: BSD-2-Clause */
/* See dirent.h. */
#pragma once

#include <dirent.h>
