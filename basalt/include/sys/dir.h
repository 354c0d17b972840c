/* SPDX-License-Identifier: BSD-2-Clause */
/* The BSD name of dirent.h. */
#pragma once

#include <dirent.h>
#define direct dirent
