/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * skeleton: the smallest whole server, to be copied (README.md). It takes console.write and counts the bytes by client.
 */
#include "client/init.h"
#include "counter.h"
#include "server/console.h"
#include "trona/log.h"
#include "trona/server.h"
#include "trona/start.h"

static kn_status on_write(struct server_call *call, const void *data, size_t size, uint32_t *written)
{
	uint64_t sum;
	kn_status status = counter_add(call->badge, size, &sum);

	if (status == KN_OK)
		*written = (uint32_t)size;
	return status;
}

/* Methods left out of the table are KN_E_INVALID_OP to their callers. */
static const struct console_ops methods = {.write = on_write};

static kn_status dispatch(struct server_call *call)
{
	return console_dispatch(&methods, call);
}

int main(void)
{
	static const struct server base = {.name = "skeleton", .dispatch = dispatch, .orphan = counter_forget};
	static struct server server;

	server = base;
	server.endpoint = start_need("serve.skeleton");
	kn_status status = server_init(&server);

	if (status == KN_OK)
		status = init_ready(start_need("init"));
	if (status != KN_OK) {
		log_status("start", status);
		return 1;
	}
	server_run();
}
