/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first program: reads manifests, starts units, listens to them. All work is done in the loop: a unit that says it is ready, one
 * that faults, one whose pause before a restart is over; after each of these whatever can start is started (never while a unit waits for
 * an answer: it may be the one that starting the next needs).
 */
#include "boot.h"
#include "client/objsrv.h"
#include "end.h"
#include "kn/random.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "launch.h"
#include "posix.h"
#include "server/init.h"
#include "trona/canary.h"
#include "trona/clock.h"
#include "trona/heap.h"
#include "trona/log.h"
#include "trona/relocate.h"
#include "trona/server.h"
#include "trona/slots.h"
#include "trona/string.h"
#include "trona/syscall.h"
#include "uapi/object_type.h"
#include "uapi/protocol/console.h"

#define UNIT_FOLDER "etc/units/"
#define RESTARTS_MAX 5
#define RESTART_PAUSE 100000000ull  /* ns; doubles */
#define FORGIVEN_AFTER 10000000000ull
#define SESSION_PAUSE 500000000ull
#define DRAIN_LIMIT 2000000000ull
#define ROLE_SHUTDOWN 0

static const void *clock_page;
static bool is_verbose, must_shut_down;
static enum end_action end_action;
static uint32_t exit_code;
static const struct unit *started[UNITS_MAX]; /* in order */
static unsigned started_count;

[[noreturn]] void start_main(const struct kn_boot_page *boot, struct kn_ipc_buffer *ipc);

static kn_time now(void)
{
	int64_t offset;

	return clock_page == nullptr ? 0 : clock_page_now(clock_page, &offset);
}

static struct unit *caller(kn_word badge)
{
	return unit_at((unsigned)(badge & 0xffff));
}

/* ---- protocol init ---- */

/* What the server knew of its clients is gone with it: those that can hear it begin anew as well. */
static void tell_of_restart(const struct unit *server)
{
	for (unsigned i = 1; i <= unit_count(); i++) {
		const struct unit *unit = unit_at(i);
		kn_cap endpoint;

		for (unsigned j = 0; j < unit->manifest.needs.count && unit->notification != KN_CAP_NONE; j++) {
			if (unit_provider(unit->manifest.needs.items[j], &endpoint) == server)
				(void)!kn_signal(unit->notification, INIT_SIGNAL_RESTARTED);
		}
	}
}

static kn_status on_ready(struct server_call *call)
{
	struct unit *unit = caller(call->badge);

	if (unit == nullptr || unit->state != INIT_STATE_STARTING)
		return KN_E_PERMISSION;
	unit->state = INIT_STATE_READY;
	unit->ready_since = now();
	if (unit->restarts != 0)
		tell_of_restart(unit);
	if (is_verbose)
		log_line("%s is ready", unit->manifest.name);
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
	must_shut_down = true;
	exit_code = code;
	end_action = reset ? END_RESET : END_POWER_OFF;
	return KN_OK;
}

static kn_status dispatch(struct server_call *call)
{
	static const struct init_ops methods = {.ready = on_ready, .unit = on_unit, .shutdown = on_shutdown};

	return init_dispatch(&methods, call);
}

/* ---- units that end ---- */

static void unit_ended(struct unit *unit)
{
	const struct manifest *manifest = &unit->manifest;

	if (unit->state == INIT_STATE_READY && now() - unit->ready_since > FORGIVEN_AFTER)
		unit->restarts = 0;
	unit->state = INIT_STATE_FAILED;
	if (manifest->recovery == RECOVERY_REBOOT)
		end_system("a unit without which the system cannot go on has ended", KN_E_PEER_GONE);
	launch_destroy(unit);
	if (manifest->restart == RESTART_NO || unit->restarts == RESTARTS_MAX)
		return;
	unit->retry_at = now() + (RESTART_PAUSE << unit->restarts++);
	unit->state = INIT_STATE_WAITING;
}

static kn_status fault(struct server_call *call)
{
	struct unit *unit = call->badge & BADGE_FAULT ? caller(call->badge) : nullptr;

	if (unit == nullptr)
		return KN_E_INVALID_ARG;
	uint64_t label = kn_info_label(call->info);

	log_line("%s has ended: fault %lu at %lx, instruction %lx, stack %lx, reason %ld", unit->manifest.name,
	    label - KN_LABEL_FAULT_VM, call->words[0], call->words[2], call->words[3], (long)call->words[4]);
	unit_ended(unit);
	return KN_E_PEER_GONE;
}

/* A process has ended, or a session: perhaps one of ours. */
static void check_sessions(void)
{
	for (unsigned i = 1; i <= unit_count(); i++) {
		struct unit *unit = unit_at(i);

		if (unit->manifest.kind != UNIT_POSIX || unit->state != INIT_STATE_READY || posix_is_running(unit))
			continue;
		/* Ending is what sessions do; it says nothing about health. */
		unit->state = unit->manifest.restart == RESTART_ALWAYS ? INIT_STATE_WAITING : INIT_STATE_STOPPED;
		if (unit->state == INIT_STATE_WAITING) {
			unit->retry_at = now() + SESSION_PAUSE;
			unit->restarts++;
		}
	}
}

static void on_signal(kn_word bits)
{
	if (bits & (INIT_SIGNAL_POWER_OFF | INIT_SIGNAL_RESET | INIT_SIGNAL_HALT)) {
		must_shut_down = true;
		end_action = bits & INIT_SIGNAL_POWER_OFF ? END_POWER_OFF : bits & INIT_SIGNAL_RESET ? END_RESET : END_HALT;
	} else if (bits & INIT_SIGNAL_PROCESS_ENDED) {
		check_sessions();
	}
}

/* ---- starting ---- */

static void start_unit(struct unit *unit)
{
	if (is_verbose)
		log_line("starting %s", unit->manifest.name);
	unit->state = INIT_STATE_STARTING;
	kn_status status = unit->manifest.kind == UNIT_POSIX ? posix_start(unit) : launch_server(unit);

	if (status == KN_OK) {
		if (unit->manifest.kind == UNIT_POSIX)
			unit->state = INIT_STATE_READY;
		if (unit->restarts == 0)
			started[started_count++] = unit;
		return;
	}
	unit->state = INIT_STATE_FAILED;
	if (status == KN_E_NOT_FOUND && unit->manifest.is_optional)
		return;
	log_line("%s cannot be started: %s", unit->manifest.name, kn_status_text(status));
	if (strcmp(unit->manifest.name, "objsrv") == 0 || strcmp(unit->manifest.name, "mmsrv") == 0)
		end_system("nothing can start without it", status);
}

static bool is_anything(enum init_state state)
{
	for (unsigned i = 1; i <= unit_count(); i++) {
		if (unit_at(i)->state == state)
			return true;
	}
	return false;
}

/* What is on its way to the terminal arrives; a line that does not move must not keep the machine on. */
static void drain_console(void)
{
	struct kn_regs regs = {.info = kn_info(CONSOLE_DRAIN, 0, 0)};
	kn_cap console;

	if (launch_client("console", &console) == KN_OK)
		(void)!kn_call(console, &regs, now() + DRAIN_LIMIT);
}

/* In reverse: whoever depends on others stops first, so the console's turn is late. */
static void shut_down(void)
{
	while (started_count > 0) {
		const struct unit *unit = started[--started_count];

		if (unit->tcb == KN_CAP_NONE)
			continue;
		if (strcmp(unit->manifest.name, "console") == 0)
			drain_console();
		(void)!kn_tcb_suspend(unit->tcb, false);
	}
	end_power_off(exit_code, end_action);
}

static void after(void)
{
	struct unit *unit;

	if (must_shut_down)
		shut_down();
	while ((unit = unit_next()) != nullptr)
		start_unit(unit);
	if (!is_anything(INIT_STATE_STARTING))
		unit_give_up();
}

static kn_time next_timeout(void)
{
	kn_time first = KN_TIME_FOREVER;

	for (unsigned i = 1; i <= unit_count(); i++) {
		if (unit_at(i)->retry_at < first)
			first = unit_at(i)->retry_at;
	}
	return first;
}

static void timeout(void)
{
	for (unsigned i = 1; i <= unit_count(); i++) {
		struct unit *unit = unit_at(i);

		if (unit->retry_at <= now()) {
			if (unit->manifest.kind == UNIT_SERVER || is_verbose)
				log_line("%s is restarted (%u)", unit->manifest.name, unit->restarts);
			unit->retry_at = KN_TIME_FOREVER;
		}
	}
}

/* ---- the beginning ---- */

static void read_manifests(void)
{
	struct cpio_entry entry;
	uint64_t position = 0;
	kn_status status;

	while ((status = boot_next_file(UNIT_FOLDER, &position, &entry)) == KN_OK) {
		char *text = heap_alloc(entry.size + 1);

		if (text == nullptr) {
			log_line("/%s: no memory for the manifest", entry.name);
			continue;
		}
		memcpy(text, boot_bytes(entry.offset), entry.size);
		text[entry.size] = '\0';
		/* The table's texts point into it for ever. */
		unit_add(entry.name, text, entry.size);
	}
	if (status != KN_E_NOT_FOUND) {
		log_line("the entry at byte %lu of the boot archive cannot be read", (unsigned long)position);
		end_system("the boot archive is damaged", status);
	}
}

static kn_status make_replies(kn_cap first, unsigned count)
{
	kn_status status = KN_OK;

	for (unsigned i = 0; i < count && status == KN_OK; i++)
		status = boot_make(KN_TYPE_REPLY, 0, first + i);
	return status;
}

static kn_status grow_slots(kn_cap root_slot)
{
	uint64_t handle;
	kn_cap objsrv;
	kn_status status = launch_client("objsrv", &objsrv);

	return status == KN_OK ? objsrv_alloc(objsrv, KN_TYPE_CNODE, SLOTS_GROW_BITS, &handle, root_slot) : status;
}

static void map_clock(void)
{
	uint64_t address;

	if (kn_vspace_map(KN_SLOT_VSPACE, KN_BOOT_SLOT_CLOCK_PAGE, 0, 0, 1, KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ,
		KN_VSPACE_MAP_SHARED, &address) == KN_OK)
		clock_page = (const void *)address;
}

/* Nobody has started us: thread area and canary are made here, before anything uses them. */
[[gnu::no_stack_protector]] void start_main(const struct kn_boot_page *boot, struct kn_ipc_buffer *ipc)
{
	static alignas(16) struct {
		struct kn_thread thread;
		uint64_t tail[2];
	} area;
	static const struct server base = {.name = "init",
	    .dispatch = dispatch,
	    .fault = fault,
	    .signal = on_signal,
	    .next_timeout = next_timeout,
	    .timeout = timeout,
	    .after = after,
	    .make_replies = make_replies};
	static struct server server;

	struct kn_random_data random = {};

	relocate_self();
	kn_thread_init(&area.thread, ipc, KN_SLOT_TCB, 0);
	kn_status status = kn_tcb_set_tls(KN_SLOT_TCB, kn_thread_pointer(&area.thread));

	log_init(KN_BOOT_SLOT_CONSOLE, "init");
	if (status != KN_OK)
		end_system("no thread pointer", status);
	/* Not there yet: every unit's canary has the same chance again. */
	if (kn_random_get(KN_BOOT_SLOT_RANDOM, &random) == KN_OK)
		area.thread.canary = __stack_chk_guard = canary_from(random.words[0]);
	boot_init(boot);
	slots_set_grow(grow_slots);
	map_clock();
	is_verbose = boot_option("init.verbose") != nullptr;
	read_manifests();
	unit_choose(boot_option("run="));
	status = launch_make_endpoints();

	server = base;
	server.endpoint = launch_init_endpoint();
	if (status == KN_OK)
		status = server_init(&server);
	if (status != KN_OK)
		end_system("no memory for the units' endpoints", status);
	after();
	server_run();
}
