/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What init hands to a server: one page, whose address is argument 0 of the entry point. The start code (start.c) sets up slots, heap, log
 * and random canary from it and calls `int main(void)`; returning from main ends the server as a fault would.
 *
 * Capabilities have names:
 *   "init"             client of protocol init: init_ready()
 *   "<server>"         client of each server in the manifest's `uses` (objsrv: the unit's account; mmsrv: its memory client)
 *   "serve.<name>"     receiving end of an endpoint in `provides` (all rights)
 *   "log"              kernel console, WRITE
 *   others             what `grants` names, see servers/init/README.md
 *
 * A client capability that init mints for a unit has the badge KN_BADGE_UNIT | roles << 32 | unit number (from 1): `roles` are
 * bits by the order of the provider's `roles` list that the user's manifest asked for ("procmgr:table"). Ordinary clients have bit 63 clear.
 */
#pragma once

#include "trona/thread.h"
#include "uapi/types.h"

#define KN_BADGE_UNIT (1ull << 63)
#define KN_BADGE_ROLE(n) (1ull << (32 + (n)))

#define START_MAGIC 0x5452415453594c53ull /* "SLYSTART" */
#define START_VERSION 1
#define START_CAPS_MAX 64
#define START_TEXT_MAX 1024

struct start_cap {
	char name[24];
	kn_cap slot;
};

struct server_start {
	uint64_t magic;
	uint32_t version;
	uint32_t cap_count;
	struct kn_thread thread;        /* of the first thread ... */
	uint64_t thread_tail[2];        /* ... with aarch64's 16 bytes behind it */
	char name[32];
	uint64_t slots_first;           /* free root slots */
	uint32_t slots_count;
	uint32_t unit;                  /* number in badges */
	uint64_t stack_top;
	uint64_t stack_size;
	uint64_t clock_page;            /* address, 0: none */
	uint64_t image_base;            /* of the lowest segment */
	uint64_t random[4];
	struct start_cap caps[START_CAPS_MAX];
	char text[START_TEXT_MAX];      /* options, "key=value" separated by NUL, an empty one at the end */
};

static_assert(sizeof(struct server_start) <= KN_PAGE_SIZE);

/* The server's own start page. */
const struct server_start *start_page(void);
/* The capability with that name, or KN_CAP_NONE. */
kn_cap start_cap(const char *name);
/* As start_cap; a missing one is logged and ends the server. For capabilities that the manifest guarantees. */
kn_cap start_need(const char *name);
/* The value of option `key`, or null. From the manifest's `options` and init's grants. */
const char *start_option(const char *key);
/* ns since boot, from the clock page (no system call). */
kn_time start_now(void);
/* ns since 1970. */
int64_t start_wall(void);
/* Ends the server; init sees it as a failure. */
[[noreturn]] void start_exit(const char *why);

/* The server's program. */
int main(void);
