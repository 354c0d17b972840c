/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers that end while they are called, by a fault of their own (../lender/doom.c). Whoever waited gets an
 * answer, the rest goes on, and what comes back is found again. The terminals' server does not come back: the last word goes to the power.
 */
#include "rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lender/lender.h"
#include "client/console.h"
#include "client/init.h"
#include "client/namesrv.h"
#include "client/procmgr.h"
#include "client/tty.h"
#include "uapi/protocol/file.h"

#define LOOKS 12000 /* 5 ms apart */
#define SERVICE "service.test_runner", sizeof "service.test_runner" - 1

static kn_cap init, console;
static volatile uint64_t *calls; /* of the child that calls */
static uint32_t number;

static struct init_unit_info unit_now(const char *name)
{
	struct init_unit_info info = {};

	for (uint32_t i = 0; init_unit(init, i, &info) == KN_OK; i++)
		if (strcmp((const char *)info.name, name) == 0)
			return info;
	return (struct init_unit_info){};
}

/* It calls for ever and does not mind what is answered, as long as something is. */
static pid_t call_always(kn_status (*call)(void))
{
	const pid_t pid = fork();

	*calls = 0;
	if (pid == 0)
		for (;; ++*calls)
			(void)!call();
	while (*calls < 100)
		usleep(1000);
	return pid;
}

static bool goes_on(void)
{
	const uint64_t before = *calls;

	for (unsigned i = 0; i < LOOKS && *calls < before + 100; i++)
		usleep(5000);
	return *calls >= before + 100;
}

/* It faults at this message (../lender/doom.c). */
static void end(kn_cap server)
{
	check(rig_call(&(struct message){.to = server, .label = LENDER_DOOM}) == KN_E_PEER_GONE);
}

static bool becomes(const char *name, enum init_state state, uint32_t restarts)
{
	for (unsigned i = 0; i < LOOKS; i++) {
		const struct init_unit_info info = unit_now(name);

		if (info.state == state && info.restarts == restarts)
			return true;
		usleep(5000);
	}
	return false;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	check(waitpid(pid, nullptr, 0) == pid);
}

static kn_status look_up(void)
{
	static kn_cap slot;

	slot = slot == KN_CAP_NONE ? rig_slot() : slot;
	rig_drop(slot);
	return namesrv_lookup(NAMESRV, SERVICE, false, slot);
}

static void names_come_back(kn_cap server)
{
	const pid_t pid = call_always(look_up);

	end(server);
	check(becomes("namesrv", INIT_STATE_READY, 1));
	check(goes_on());
	stop(pid);
	for (unsigned i = 0; i < LOOKS && look_up() != KN_OK; i++)
		usleep(5000);
	succeeds(look_up()); /* published again */
}

static kn_status write_nothing(void)
{
	return console_write(console, "", 0, &number);
}

/* Nothing may be on its way: it would be lost, as the manifest says. */
static void the_console_comes_back(kn_cap server)
{
	char line[16] = "";
	const pid_t pid = call_always(write_nothing);

	usleep(100000);
	succeeds(console_drain(console));
	end(server);
	check(becomes("console", INIT_STATE_READY, 1));
	check(goes_on());
	stop(pid);
	puts("# say something");
	check(fgets(line, sizeof line, stdin) != nullptr && strcmp(line, "something\n") == 0);
}

static kn_status open_terminal(void)
{
	static kn_cap slot;

	slot = slot == KN_CAP_NONE ? rig_slot() : slot;
	rig_drop(slot);
	return tty_open(TTY, TTY_DEVICE_MASTER, FILE_FLAG_READ | FILE_FLAG_WRITE, &number, slot);
}

/* Nobody hears of it if this fails: then the machine stays on. */
static void without_terminals(kn_cap server)
{
	int status;
	const pid_t caller = call_always(open_terminal);

	end(server);
	check(becomes("ttysrv", INIT_STATE_FAILED, 0));
	stop(caller); /* who waits for it can be ended */
	const pid_t pid = fork();
	if (pid == 0) {
		FILE *file = fopen("/tmp/deaths", "w");
		_exit(file != nullptr && fputs("x", file) >= 0 && fclose(file) == 0 && unlink("/tmp/deaths") == 0 ? 7 : 1);
	}
	check(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

int deaths(void)
{
	init = rig_lent("init");
	console = rig_lent("console");
	calls = mmap(nullptr, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!check(init != KN_CAP_NONE && calls != MAP_FAILED))
		return 1;
	names_come_back(NAMESRV);
	the_console_comes_back(console);
	if (rig_failures() != 0)
		return 1;
	puts("# the terminals end");
	usleep(2000000); /* so that what was said is out */
	without_terminals(TTY);
	if (rig_failures() == 0)
		(void)!procmgr_power(PROCMGR, 0);
	for (;;)
		pause();
}
