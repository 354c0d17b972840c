/* SPDX-License-Identifier: BSD-2-Clause */
/* end.h. The power capability is init's own; nobody else is asked. */
#include "end.h"

#include "events.h"
#include "kn/power.h"
#include "trona/log.h"
#include "trona/syscall.h"
#include "uapi/object/boot.h"

#define CODE_FAILED 1

/* Nobody will send anything any more. */
[[noreturn]] static void wait_for_ever(void)
{
	kn_word bits;

	for (;;)
		(void)!kn_wait(events_notification(), &bits, KN_TIME_FOREVER);
}

void end_power_off(uint32_t code, enum end_action action)
{
	if (action == END_HALT) {
		log_line("the system is halted; it is safe to switch the machine off");
		wait_for_ever();
	}
	if (action == END_RESET)
		(void)!kn_power_reset(KN_BOOT_SLOT_POWER);
	(void)!kn_power_off(KN_BOOT_SLOT_POWER, code);
	log_line("the machine cannot be switched off");
	wait_for_ever();
}

void end_system(const char *why, kn_status status)
{
	log_line("PANIC: %s (%s)", why, kn_status_text(status));
	end_power_off(CODE_FAILED, END_POWER_OFF);
}
