/* SPDX-License-Identifier: BSD-2-Clause */
/* POSIX types: picolibc's, and the thread types, which POSIX wants here too. */
#pragma once

#include_next <sys/types.h>
#include <bits/pthread_types.h>
