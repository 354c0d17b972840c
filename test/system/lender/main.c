/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A unit that lends what it holds: whoever asks gets a copy of a capability of its manifest, by name. So a test, which is an ordinary
 * process, can say to servers what only units can. It is in no image: tests add it to one boot (protocols_test.py).
 */
#include "client/init.h"
#include "client/namesrv.h"
#include "lender.h"
#include "trona/log.h"
#include "trona/server.h"
#include "trona/start.h"
#include "trona/string.h"

static kn_status dispatch(struct server_call *call)
{
	char name[LENDER_NAME_MAX + 1] = {};

	if (kn_info_label(call->info) != LENDER_LEND || kn_info_words(call->info) != LENDER_NAME_MAX / sizeof(kn_word))
		return KN_E_INVALID_OP;
	memcpy(name, call->words, LENDER_NAME_MAX);
	const kn_cap cap = start_cap(name);

	if (cap == KN_CAP_NONE)
		return KN_E_NOT_FOUND;
	call->out_caps[0] = cap;
	call->out_cap_count = 1;
	return KN_OK;
}

int main(void)
{
	static const struct server base = {.name = "lender", .dispatch = dispatch};
	static struct server server;

	server = base;
	server.endpoint = start_need("serve.lender");
	kn_status status = server_init(&server);
	if (status == KN_OK)
		status = namesrv_publish(start_need("namesrv"), LENDER_SERVICE, sizeof LENDER_SERVICE - 1, server.endpoint);
	if (status == KN_OK)
		status = init_ready(start_need("init"));
	if (status != KN_OK) {
		log_status("start", status);
		return 1;
	}
	server_run();
}
