/* SPDX-License-Identifier: BSD-2-Clause */
/* The methods of protocol mmsrv, and what they need from the start block. */
#pragma once

#include "server/mmsrv.h"
#include "trona/server.h"

extern kn_cap calls_objsrv, calls_exec_authority;
extern const struct mmsrv_ops mmsrv_methods;
