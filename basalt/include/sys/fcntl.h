/* SPDX-License-Identifier: BSD-2-Clause */
/* See fcntl.h. */
#pragma once

#include <fcntl.h>
