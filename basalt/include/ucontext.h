/* SPDX-License-Identifier: BSD-2-Clause */
/* What a handler with SA_SIGINFO may look at. makecontext and its like are not there. */
#pragma once

#include <signal.h>
