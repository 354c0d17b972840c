/* SPDX-License-Identifier: BSD-2-Clause */
/* The methods of the protocol, and who calls them: units by their numbers' names, everybody else is a process. */
#pragma once

#include "server/namesrv.h"
#include "trona/server.h"

#define UNITS_MAX 64

extern const struct namesrv_ops namesrv_methods;
/* The caller of a waiting lookup wants it back. */
void calls_cancel(struct server_reply *reply);
/* The unit with that number (below UNITS_MAX) in its badge has that name, of 32 bytes. */
void calls_name_unit(uint32_t number, const uint8_t *name);
