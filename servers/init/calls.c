/* SPDX-License-Identifier: BSD-2-Clause */
/* The methods of protocol init; see calls.h. */
#include "calls.h"

#include "life.h"
#include "trona/start.h"
#include "trona/string.h"

#define ROLE_SHUTDOWN 0

static kn_status on_ready(struct server_call *call)
{
	struct unit *unit = unit_by_badge(call->badge);

	if (unit == nullptr || unit->state != INIT_STATE_STARTING)
		return KN_E_PERMISSION;
	life_ready(unit);
	return KN_OK;
}

static kn_status on_unit(struct server_call *call, uint32_t index, struct init_unit_info *info)
{
	const struct unit *unit = index < unit_count() ? unit_at(index + 1) : nullptr;

	if (unit == nullptr)
		return KN_E_NOT_FOUND;
	memcpy(info->name, unit->manifest.name, sizeof(info->name));
	info->state = unit->state;
	info->restarts = unit->restarts;
	info->recovery = unit->manifest.recovery;
	return KN_OK;
}

static kn_status on_shutdown(struct server_call *call, uint32_t code, bool reset)
{
	if ((call->badge & KN_BADGE_ROLE(ROLE_SHUTDOWN)) == 0)
		return KN_E_PERMISSION;
	life_order_end(reset ? END_RESET : END_POWER_OFF, code);
	return KN_OK;
}

const struct init_ops init_methods = {.ready = on_ready, .unit = on_unit, .shutdown = on_shutdown};
