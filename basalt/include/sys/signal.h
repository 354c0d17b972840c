/* SPDX-License-Identifier: BSD-2-Clause */
/* The older name of signal.h. */
#pragma once

#include <signal.h>
