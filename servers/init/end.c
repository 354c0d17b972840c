/* SPDX-License-Identifier: BSD-2-Clause */
/* end.h. The power capability is init's own; nobody else is asked. */
#include "end.h"

#include "kn/power.h"
#include "trona/log.h"
#include "uapi/object/boot.h"

#define CODE_FAILED 1

void end_power_off(uint32_t code, bool is_reset)
{
	if (is_reset)
		(void)!kn_power_reset(KN_BOOT_SLOT_POWER);
	(void)!kn_power_off(KN_BOOT_SLOT_POWER, code);
	log_line("the machine cannot be switched off");
	for (;;)
		__builtin_trap();
}

void end_system(const char *why, kn_status status)
{
	log_line("PANIC: %s (%s)", why, kn_status_text(status));
	end_power_off(CODE_FAILED, false);
}
