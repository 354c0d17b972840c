/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the system, for the superuser. */
#include "../internal.h"

#include <stdint.h>
#include <sys/reboot.h>

enum action { ACTION_OFF, ACTION_RESET, ACTION_HALT }; /* procmgr_power */

int reboot(int how)
{
	int action;

	switch ((unsigned)how) {
	case RB_POWER_OFF:
		action = ACTION_OFF;
		break;
	case RB_AUTOBOOT:
		action = ACTION_RESET;
		break;
	case RB_HALT_SYSTEM:
		action = ACTION_HALT;
		break;
	case RB_ENABLE_CAD:
	case RB_DISABLE_CAD:
	case RB_SW_SUSPEND:
	case RB_KEXEC:
		return (int)result(-ENOSYS);
	default:
		return (int)result(-EINVAL);
	}
	int error = sys_power(action);
	if (error)
		return (int)result(error);
	/* It is asked for: nothing of this process matters any more. */
	for (;;)
		(void)sys_sleep_until(INT64_MAX);
}
