/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process manager: owns processes, their families, signals and times. Wires the nouns together; see
 * servers/README.md for the process model.
 */
#include "calls.h"
#include "exit.h"
#include "client/init.h"
#include "client/mmsrv.h"
#include "fault.h"
#include "kn/random.h"
#include "kn/vspace.h"
#include "objects.h"
#include "place.h"
#include "pressure.h"
#include "schedule.h"
#include "signal.h"
#include "timer.h"
#include "trona/heap.h"
#include "trona/log.h"
#include "trona/server.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "wait.h"

#define TABLE_ENTRIES 4096

static struct procmgr_process_usage *usage;

static kn_status dispatch(struct server_call *call)
{
	if (kn_info_label(call->info) >> 8 == CSPACES_PROTOCOL)
		return cspaces_dispatch(&cspaces_methods, call);
	return procmgr_dispatch(&procmgr_methods, call);
}

/* A caller of wait() or sigwait() gets a signal, or is gone. */
static void cancel(struct server_reply *reply)
{
	struct process *process = process_by_badge(reply->badge);

	if (!process) {
		server_reply_status(reply, KN_E_PEER_GONE);
		return;
	}
	if (wait_cancel(process, reply))
		return;
	for (struct signal_waiter **link = &process->signal_waiters; *link; link = &(*link)->next) {
		if ((*link)->reply == reply) {
			signal_drop_waiter(link, KN_E_INTERRUPTED);
			return;
		}
	}
}

/* Before every receive. */
static kn_time next_timeout(void)
{
	const struct server_reserve reserve = server_reserve();

	*usage = (struct procmgr_process_usage){
	    .slots = slots_in_use() - reserve.slots,
	    .heap = heap_in_use(),
	    .processes = process_count(),
	    .last_pid = process_last_pid(),
	    .out_of_memory = pressure_ended,
	    .reserve_objects = reserve.objects,
	    .reserve_bytes = reserve.bytes,
	    .ended_time = process_ended_time,
	};
	const kn_time watch = schedule_next(), timer = timer_next();

	return watch < timer ? watch : timer;
}

static void timeout(void)
{
	timer_run(start_now());
	schedule_run(start_now());
}

static kn_status learn_memory_limit(void)
{
	struct mmsrv_memory_usage memory;
	kn_status status = mmsrv_usage(services.mmsrv, &memory);

	if (status == KN_OK)
		process_memory_limit = memory.processes_limit;
	return status;
}

/* The table, and the page behind it. */
static kn_status make_table(void)
{
	const size_t size = TABLE_ENTRIES * sizeof(struct procmgr_process_entry);
	const uint64_t table_pages = (size + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE, pages = table_pages + 1;
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	uint64_t address;
	kn_cap whole;
	kn_status status = slot_alloc(&whole);

	if (status == KN_OK)
		status = slot_alloc(&process_table_object);
	if (status == KN_OK)
		status = mmsrv_object_create(services.mmsrv, pages, whole);
	if (status == KN_OK)
		status = slot_copy(process_table_object, whole, KN_RIGHT_READ | KN_RIGHT_MAP | KN_RIGHT_GRANT);
	if (status == KN_OK)
		status = kn_vspace_map(KN_SLOT_VSPACE, whole, 0, 0, pages, rw, rw, KN_VSPACE_MAP_SHARED, &address);
	if (status != KN_OK)
		return status;
	process_table_entries = TABLE_ENTRIES;
	usage = (struct procmgr_process_usage *)(address + table_pages * KN_PAGE_SIZE);
	process_table_init((struct procmgr_process_entry *)address, TABLE_ENTRIES);
	return KN_OK;
}

int main(void)
{
	static const struct server base = {
	    .name = "procmgr",
	    .dispatch = dispatch,
	    .cancel = cancel,
	    .fault = fault_received,
	    .next_timeout = next_timeout,
	    .timeout = timeout,
	};
	static struct server server;

	services = (struct process_services){
	    .objsrv = start_need("objsrv"),
	    .mmsrv = start_need("mmsrv"),
	    .vfs = start_cap("mint.vfs"),
	    .namesrv = start_cap("mint.namesrv"),
	    .tty = start_cap("mint.ttysrv"),
	    .clock_page = start_cap("clock_page"),
	    .random = start_cap("random"),
	};
	place_is_fixed = start_option("aslr") != nullptr;
	server = base;
	server.endpoint = process_endpoint = start_need("serve.procmgr");
	kn_status status = slot_alloc(&objects_window);
	if (status == KN_OK)
		status = make_table();
	if (status == KN_OK)
		status = learn_memory_limit();
	if (status == KN_OK)
		status = schedule_init();
	if (status == KN_OK)
		status = server_init(&server);
	if (status == KN_OK)
		status = init_ready(start_need("init"));
	if (status != KN_OK) {
		log_status("start", status);
		return 1;
	}
	server_run();
}
