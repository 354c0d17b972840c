/* SPDX-License-Identifier: BSD-2-Clause */
/* The units: manifests, states, endpoints, and who may start next. */
#pragma once

#include "manifest.h"
#include "uapi/protocol/init.h"

#define UNITS_MAX 48
#define UNIT_ENDPOINTS_MAX 4

struct unit {
	struct manifest manifest;        /* does not move: texts may point into itself */
	char file[UNIT_NAME_MAX];        /* the manifest's, without folder and ".toml" */
	unsigned number;                 /* in badges, from 1 */
	enum init_state state;
	unsigned restarts;
	kn_time retry_at;                /* KN_TIME_FOREVER: not planned */
	kn_time ready_since;
	kn_cap endpoints[UNIT_ENDPOINTS_MAX]; /* as manifest.provides */
	/* What a running server is made of; KN_CAP_NONE when it is not there. */
	kn_cap account, vspace, memory, cnode, tcb, sched_context, pages;
	kn_cap notification;             /* its own, if the manifest grants it one */
	kn_cap pool;                     /* of its own: objsrv's and mmsrv's */
	uint64_t account_id, memory_id;
	uint32_t next_slot;              /* in its CNode */
	uint32_t pid;                    /* of a posix unit that runs */
	kn_cap image[3];                 /* its file, the same with EXECUTE, its startup block */
};

/* Reads the manifest; what is wrong goes to the log. */
void unit_add(const char *file, char *text, size_t size);
unsigned unit_count(void);
/* By number, from 1; null if there is none. */
struct unit *unit_at(unsigned number);
/* The unit whose capability to init was called: its number is in the badge, below the roles. Null if there is none. */
struct unit *unit_by_badge(kn_word badge);
bool unit_is(const struct unit *unit, const char *name);
struct unit *unit_by_name(const char *name);
/* The unit that provides endpoint `name` (without ":roles"), and the endpoint. */
struct unit *unit_provider(const char *name, kn_cap *endpoint);
/* The role bits that "name:role+role" asks for; false: the provider has no such role. */
bool unit_roles(const struct unit *provider, const char *need, uint32_t *roles);
/* Copies "name" of "name:roles" (31 bytes at most). */
void unit_base_name(const char *need, char *name);
/* Decides which units are to run; `chosen`: the command line's run=, or null. The others become STOPPED. */
void unit_choose(const char *chosen);
/* A WAITING unit all of whose needs are READY, or null. */
struct unit *unit_next(void);
/* Nothing is STARTING: everything still WAITING waits in vain; log and mark FAILED. */
void unit_give_up(void);
