/* SPDX-License-Identifier: BSD-2-Clause */
/* The names, in order, with their endpoints and those who wait for a name to appear. */
#pragma once

#include "trona/list.h"
#include "uapi/protocol/namesrv.h"

struct name {
	char text[NAMESRV_NAME_MAX + 1];
	kn_cap endpoint;        /* KN_CAP_NONE: not published, only waited for */
	kn_word publisher;      /* badge */
	struct list waiters;    /* struct waiter */
};

struct waiter {
	struct list link;
	struct name *name;
	struct server_reply *reply;
};

/* INVALID_ARG: empty or with characters outside '!'..'~'; NAME_TOO_LONG. `text` becomes a C string of NAMESRV_NAME_MAX + 1 bytes. */
[[nodiscard]] kn_status names_check(const void *bytes, size_t size, char *text);
/* Null if it is not there. */
struct name *names_find(const char *text);
/* The entry for `text`, made if need be. QUOTA: too many names. */
[[nodiscard]] kn_status names_get(const char *text, struct name **name);
/* Forgets the entry if nobody has published it and nobody waits. */
void names_drop(struct name *name);
/* The first name in order behind `text`; null at the end. */
struct name *names_behind(const char *text);
