/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Raw calls of servers from an ordinary process, and what tests of refusals share. A test is a function; its checks are
 * counted, its children's too. The process has a CNode of its own for the capabilities that it receives, which the C library
 * does not know of.
 */
#pragma once

#include "table.h"

#include "trona/ipc.h"
#include "uapi/error.h"
#include "uapi/protocol/procmgr.h"

#define PROCMGR ((kn_cap)PROCMGR_PROCESS_SLOT_PROCMGR)
#define VFS ((kn_cap)PROCMGR_PROCESS_SLOT_VFS)
#define NAMESRV ((kn_cap)PROCMGR_PROCESS_SLOT_NAMESRV)
#define MMSRV ((kn_cap)PROCMGR_PROCESS_SLOT_MMSRV)
#define TTY ((kn_cap)PROCMGR_PROCESS_SLOT_TTY)

#define RIG_SLOTS 255

/* Where this program is; with the word "say" it writes a line and waits to be killed. */
extern const char rig_program[];

/* Once, before all else. */
void rig_start(void);
/* An empty slot; rig_drop() it, or rig_drop_all() at the end of a test. */
kn_cap rig_slot(void);
/* So many in a row. */
kn_cap rig_slots(unsigned count);
void rig_drop(kn_cap slot);
void rig_drop_all(void);
/* The i-th slot (1..RIG_SLOTS) whatever is in it. */
kn_cap rig_slot_at(unsigned i);

/*
 * A copy of the capability of that name that the unit "lender" holds (../lender); KN_CAP_NONE: there is no such unit in this system, which
 * is so in all but one run of these tests.
 */
kn_cap rig_lent(const char *name);

/* One message, made by hand; the method's status. Capabilities that come land in a scratch slot and are dropped. */
struct message {
	kn_cap to;
	uint64_t label;
	const kn_word *words;
	unsigned count;
	const kn_cap *caps;
	unsigned cap_count;
};
kn_status rig_call(const struct message *message);

/* ns since boot, `ns` from now. */
kn_time rig_soon(uint64_t ns);

/* The status of a stub's call: told of errors, it remembers which methods threw them. */
bool rig_check_status(kn_status got, kn_status expected, const char *text, const char *file, int line);
bool rig_check(bool is_right, const char *text, const char *file, int line);
#define refuses(error, call) rig_check_status(call, KN_E_##error, #call, __FILE_NAME__, __LINE__)
#define succeeds(call) rig_check_status(call, KN_OK, #call, __FILE_NAME__, __LINE__)
#define check(claim) rig_check(claim, #claim, __FILE_NAME__, __LINE__)

/* The end of the names of the tests that follow. */
void rig_when(const char *when);
void rig_test(const char *name, void (*run)(void));
/* Runs it in a child; as an ordinary user if uid is not 0. */
void rig_in_child(unsigned uid, void (*run)(void));
/* Signals without SA_RESTART from now on, until rig_calm(): what waits is interrupted. */
void rig_disturb(void);
void rig_calm(void);
/* The lines "# unseen METHOD ERROR" of every declared error that no test has got. */
void rig_print_unseen(void);
unsigned rig_failures(void);
/* The plan; failures. */
int rig_end(void);

/* malformed.c: everything that the generated dispatchers refuse. */
void malformed_tests(void);
/* fuzz.c: so many random calls. */
void fuzz(uint64_t calls, uint64_t seed);
/* deaths.c: with the lender. Its last act is to switch the machine off. */
int deaths(void);
/* One file a server. */
void vfs_tests(void);
void file_tests(void);
void socket_tests(void);
void procmgr_tests(void);
void terminal_tests(void);
void memory_tests(void);
/* What only units can ask: nothing without the lender. */
void unit_tests(void);
/* The system without memory; once, for tables grow by it. */
void exhaustion_tests(void);
