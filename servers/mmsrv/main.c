/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory manager: who has how much memory, and where it comes from. Mapping itself is between a
 * program and the kernel; this server is asked for address spaces, shared objects and executable images, and by the kernel for more frames.
 */
#include "calls.h"
#include "client.h"
#include "client/init.h"
#include "root.h"
#include "trona/log.h"
#include "trona/start.h"

#define CHECK_INTERVAL 4 /* messages between looks at the root pool */

static kn_status dispatch(struct server_call *call)
{
	return mmsrv_dispatch(&mmsrv_methods, call);
}

/* The kernel needs frames for somebody's page. */
static kn_status fault(struct server_call *call)
{
	if (call->badge != ROOT_BADGE || kn_info_label(call->info) != KN_LABEL_FAULT_POOL)
		return KN_E_NO_MEMORY;
	/* Meanwhile somebody may have given back what this one missed. */
	return root_reserve(call->words[0] ? call->words[0] : 1);
}

static bool has_work(void)
{
	static unsigned messages;

	return ++messages % CHECK_INTERVAL == 0;
}

int main(void)
{
	static const struct server base = {
	    .name = "mmsrv", .dispatch = dispatch, .fault = fault, .after = root_keep_filled, .has_work = has_work};
	static struct server server;

	server = base;
	server.endpoint = start_need("serve.mmsrv");
	calls_objsrv = start_need("objsrv");
	calls_exec_authority = start_need("exec_authority");
	kn_status status = server_init(&server);
	if (status == KN_OK)
		status = root_init(calls_objsrv, server.endpoint);
	if (status == KN_OK)
		status = clients_init(calls_objsrv, server.endpoint);
	if (status == KN_OK)
		status = init_ready(start_need("init"));
	if (status != KN_OK) {
		log_status("start", status);
		return 1;
	}
	server_run();
}
