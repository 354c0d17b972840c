/* SPDX-License-Identifier: BSD-2-Clause */
/* See unistd.h. */
#pragma once

#include <unistd.h>
