/* SPDX-License-Identifier: BSD-2-Clause */
/* Where picolibc's headers look for select. */
#pragma once

#include <sys/select.h>
