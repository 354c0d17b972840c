/* SPDX-License-Identifier: BSD-2-Clause */
/* How one borrows from the lender: a message with the capability's name in LENDER_NAME_MAX bytes; the answer has the capability. */
#pragma once

#define LENDER_SERVICE "service.lender"
#define LENDER_LEND 0x7001
/* The message at which a server that was made mortal ends (doom.c). */
#define LENDER_DOOM 0x7002
#define LENDER_NAME_MAX 16
