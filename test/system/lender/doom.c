/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What makes a server mortal for a test: linked to its own sources in front of its dispatcher (--wrap), one message more than its contract
 * has, at which it faults as it would by a mistake of its own.
 */
#include "lender.h"
#include "trona/server.h"

kn_status REAL(const void *methods, struct server_call *call);
kn_status WRAPPED(const void *methods, struct server_call *call);

kn_status WRAPPED(const void *methods, struct server_call *call)
{
	if (kn_info_label(call->info) == LENDER_DOOM)
		__builtin_trap();
	return REAL(methods, call);
}
