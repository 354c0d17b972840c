/* SPDX-License-Identifier: BSD-2-Clause */
/* The methods of protocol objsrv, and what the server itself makes the same way. */
#pragma once

#include "account.h"
#include "server/objsrv.h"
#include "trona/server.h"

extern kn_cap calls_endpoint; /* clients' capabilities are badged copies of it */
extern const struct objsrv_ops objsrv_methods;

/* An object for `account` in the empty `slot`; its handle names it to objsrv_free and objsrv_release. INVALID_ARG, NO_MEMORY, QUOTA. */
[[nodiscard]] kn_status calls_make_object(
    struct account *account, uint8_t type, uint8_t size_bits, uint64_t *handle, kn_cap slot);
