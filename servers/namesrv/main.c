/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * namesrv: names for endpoints, under a policy. Units are known by the number in their badge, which init translates to a name
 * once; everybody else is a process. A name whose endpoint has died is noticed when somebody asks for it.
 */
#include "calls.h"
#include "client/init.h"
#include "policy.h"
#include "trona/log.h"
#include "trona/start.h"
#include "trona/string.h"

static kn_status dispatch(struct server_call *call)
{
	return namesrv_dispatch(&namesrv_methods, call);
}

/* Units by number, from init; the number in a badge counts from 1. */
static void learn_units(kn_cap init)
{
	struct init_unit_info info;

	for (uint32_t i = 0; i + 1 < UNITS_MAX && init_unit(init, i, &info) == KN_OK; i++)
		calls_name_unit(i + 1, info.name);
}

/* Options "publish=PATTERN:WHO" and "lookup=PATTERN:WHO", any number. */
static void read_policy(void)
{
	for (const char *at = start_page()->text; *at != '\0'; at += strlen(at) + 1) {
		kn_status status = KN_OK;

		if (strncmp(at, "publish=", 8) == 0)
			status = policy_add(POLICY_PUBLISH, at + 8);
		else if (strncmp(at, "lookup=", 7) == 0)
			status = policy_add(POLICY_LOOKUP, at + 7);
		if (status != KN_OK)
			log_line("the rule \"%s\" is ignored: %s", at, kn_status_text(status));
	}
}

int main(void)
{
	static const struct server base = {.name = "namesrv", .dispatch = dispatch, .cancel = calls_cancel};
	static struct server server;
	kn_cap init = start_need("init");

	server = base;
	server.endpoint = start_need("serve.namesrv");
	read_policy();
	learn_units(init);
	kn_status status = server_init(&server);

	if (status == KN_OK)
		status = init_ready(init);
	if (status != KN_OK) {
		log_status("start", status);
		return 1;
	}
	server_run();
}
