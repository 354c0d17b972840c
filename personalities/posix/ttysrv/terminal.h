/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Terminals: a line discipline, whose session's it is, and who waits for it. The console's device is the console server; a pseudo-terminal's is
 * its master. Whatever changes ends in terminal_pump(), which moves bytes as far as they go and answers whoever can be answered.
 */
#pragma once

#include "line.h"
#include "trona/list.h"
#include "trona/poll.h"
#include "trona/server.h"

struct waiter;

struct terminal {
	struct line line;
	bool is_pty;
	bool is_locked;          /* the slave of a fresh pseudo-terminal */
	bool has_master;
	bool was_opened;         /* the slave, ever */
	bool is_device_full;     /* console: told so, and will tell when there is room */
	bool has_device_input;   /* console: it has bytes that wait for room here */
	uint32_t number;         /* of a pseudo-terminal */
	uint32_t session, foreground; /* 0: none */
	kn_word leader;          /* process badge, of the session's */
	uint32_t epoch;          /* goes up with a hang-up: files opened before see the end */
	uint32_t opens;          /* slave descriptions */
	uint32_t uid, gid;
	int64_t made, used;
	struct tty_window window;
	struct list readers, writers, drainers, master_readers, master_writers;
	struct poll_source source, master_source;
};

extern struct terminal console_terminal;

/* Makes the console's. */
void terminals_init(void);
/* Of a user who is not 0: what each costs is this server's. */
#define TERMINALS_PER_USER 256

/* A fresh pseudo-terminal, locked, with its node in /dev/pts. NO_MEMORY: the user has as many as he may, too. */
[[nodiscard]] kn_status terminal_create(uint32_t uid, uint32_t gid, struct terminal **made);
/* By number of a pseudo-terminal, or null. */
struct terminal *terminal_by_number(uint32_t number);
/* All of them in turn, the console first (null). Null: that was the last. */
struct terminal *terminal_next(const struct terminal *terminal);
/* The controlling terminal of a session, or null. */
struct terminal *terminal_of_session(uint32_t session);
/* Gone when neither side is open. */
void terminal_release(struct terminal *terminal);
/* Moves bytes as far as they go, answers whoever can be answered. */
void terminal_pump(struct terminal *terminal);
/* Bytes from the device. */
void terminal_receive(struct terminal *terminal, const uint8_t *data, size_t length);
void terminal_signal(struct terminal *terminal, uint32_t signal);
/* SIGHUP, end of file for everybody who has it open, no session any more. */
void terminal_hang_up(struct terminal *terminal);
/* To the session that `leader` (process badge) leads. */
void terminal_attach(struct terminal *terminal, kn_word leader, uint32_t session, uint32_t group);
void terminal_detach(struct terminal *terminal);
/* May the caller (process badge, 0: unknown) go on? INTERRUPTED: it was signalled; IO: it may not. */
[[nodiscard]] kn_status terminal_check(struct terminal *terminal, kn_word caller, uint32_t signal);
/* Is the waiter in the background of its terminal now? */
bool terminal_has_in_background(const struct terminal *terminal, const struct waiter *waiter);
/* Waiting readers that are in the background now ask again. */
void terminal_restart_background(struct terminal *terminal);
/* Sessions whose leader has ended lose their terminals. */
void terminals_check_sessions(void);
/* VTIME. */
kn_time terminals_next_timeout(void);
void terminals_timeout(void);
