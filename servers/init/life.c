/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * life.h. All work is done in the loop: a unit that says it is ready, one that faults, one whose pause before a restart is over; after each
 * of these whatever can start is started (never while a unit waits for an answer: it may be the one that starting the next needs).
 */
#include "life.h"

#include "boot.h"
#include "kn/tcb.h"
#include "launch.h"
#include "posix.h"
#include "trona/log.h"
#include "trona/string.h"
#include "trona/syscall.h"
#include "uapi/protocol/console.h"

#define RESTARTS_MAX 5
#define RESTART_PAUSE 100000000ull  /* ns; doubles */
#define FORGIVEN_AFTER 10000000000ull
#define SESSION_PAUSE 500000000ull
#define DRAIN_LIMIT 2000000000ull

static bool must_shut_down;
static enum end_action end_action;
static uint32_t exit_code;
static const struct unit *started[UNITS_MAX]; /* in order */
static unsigned started_count;

static bool is_verbose(void)
{
	return boot_option("init.verbose") != nullptr;
}

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

void life_ready(struct unit *unit)
{
	unit->state = INIT_STATE_READY;
	unit->ready_since = boot_now();
	if (unit->restarts != 0)
		tell_of_restart(unit);
	if (is_verbose())
		log_line("%s is ready", unit->manifest.name);
}

void life_order_end(enum end_action action, uint32_t code)
{
	must_shut_down = true;
	end_action = action;
	exit_code = code;
}

static void unit_ended(struct unit *unit)
{
	const struct manifest *manifest = &unit->manifest;

	if (unit->state == INIT_STATE_READY && boot_now() - unit->ready_since > FORGIVEN_AFTER)
		unit->restarts = 0;
	unit->state = INIT_STATE_FAILED;
	if (manifest->recovery == RECOVERY_REBOOT)
		end_system("a unit without which the system cannot go on has ended", KN_E_PEER_GONE);
	launch_destroy(unit);
	if (manifest->restart == RESTART_NO || unit->restarts == RESTARTS_MAX)
		return;
	unit->retry_at = boot_now() + (RESTART_PAUSE << unit->restarts++);
	unit->state = INIT_STATE_WAITING;
}

kn_status life_fault(struct server_call *call)
{
	struct unit *unit = call->badge & BADGE_FAULT ? unit_by_badge(call->badge) : nullptr;

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
			unit->retry_at = boot_now() + SESSION_PAUSE;
			unit->restarts++;
		}
	}
}

void life_signal(kn_word bits)
{
	if (bits & (INIT_SIGNAL_POWER_OFF | INIT_SIGNAL_RESET | INIT_SIGNAL_HALT)) {
		life_order_end(bits & INIT_SIGNAL_POWER_OFF ? END_POWER_OFF : bits & INIT_SIGNAL_RESET ? END_RESET : END_HALT, 0);
	} else if (bits & INIT_SIGNAL_PROCESS_ENDED) {
		check_sessions();
	}
}

static void start_unit(struct unit *unit)
{
	if (is_verbose())
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
	if (unit_is(unit, "objsrv") || unit_is(unit, "mmsrv"))
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
		(void)!kn_call(console, &regs, boot_now() + DRAIN_LIMIT);
}

/* In reverse: whoever depends on others stops first, so the console's turn is late. */
static void shut_down(void)
{
	while (started_count > 0) {
		const struct unit *unit = started[--started_count];

		if (unit->tcb == KN_CAP_NONE)
			continue;
		if (unit_is(unit, "console"))
			drain_console();
		(void)!kn_tcb_suspend(unit->tcb, false);
	}
	end_power_off(exit_code, end_action);
}

void life_after(void)
{
	struct unit *unit;

	if (must_shut_down)
		shut_down();
	while ((unit = unit_next()) != nullptr)
		start_unit(unit);
	if (!is_anything(INIT_STATE_STARTING))
		unit_give_up();
}

kn_time life_next_timeout(void)
{
	kn_time first = KN_TIME_FOREVER;

	for (unsigned i = 1; i <= unit_count(); i++) {
		if (unit_at(i)->retry_at < first)
			first = unit_at(i)->retry_at;
	}
	return first;
}

void life_timeout(void)
{
	for (unsigned i = 1; i <= unit_count(); i++) {
		struct unit *unit = unit_at(i);

		if (unit->retry_at <= boot_now()) {
			if (unit->manifest.kind == UNIT_SERVER || is_verbose())
				log_line("%s is restarted (%u)", unit->manifest.name, unit->restarts);
			unit->retry_at = KN_TIME_FOREVER;
		}
	}
}
