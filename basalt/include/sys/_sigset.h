/* SPDX-License-Identifier: BSD-2-Clause */
/* Where picolibc's headers look for the signal set. */
#pragma once

#include <bits/sigset.h>
