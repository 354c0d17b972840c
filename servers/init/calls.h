/* SPDX-License-Identifier: BSD-2-Clause */
/* The methods of protocol init. */
#pragma once

#include "server/init.h"
#include "trona/server.h"

extern const struct init_ops init_methods;
