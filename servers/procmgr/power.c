/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the system, for the superuser. init is above us and is not called: it gets a signal, and its answer is that everything stops. */
#include "calls.h"

#include "trona/start.h"
#include "trona/syscall.h"
#include "uapi/protocol/init.h"

kn_status on_power(struct server_call *call, uint32_t action)
{
	static const uint64_t signals[] = {[PROCMGR_POWER_OFF] = INIT_SIGNAL_POWER_OFF,
	    [PROCMGR_POWER_RESET] = INIT_SIGNAL_RESET, [PROCMGR_POWER_HALT] = INIT_SIGNAL_HALT};
	kn_cap shutdown = start_cap("shutdown");

	CALLER(caller);
	if (action >= sizeof signals / sizeof signals[0])
		return KN_E_INVALID_ARG;
	if (caller->entry->euid != 0)
		return KN_E_PERMISSION;
	return shutdown != KN_CAP_NONE ? kn_signal(shutdown, signals[action]) : KN_E_NOT_SUPPORTED;
}
