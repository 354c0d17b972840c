/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clients: whoever has memory. A client is named by its badge, index | generation << 32; an index is used again, a badge is not.
 * What a client's pool and address spaces cost is in one objsrv account, so that destroying it leaves nothing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "uapi/types.h"

struct user;

struct client {
	uint32_t index;
	uint32_t generation; /* odd: in use */
	uint32_t roles;      /* MMSRV_ROLE_* */
	kn_word maker;       /* badge */
	kn_cap account;
	uint64_t account_id;
	kn_cap pool;
	uint64_t limit;
	struct user *user;   /* null: user 0 */
	struct client *next_free;
};

[[nodiscard]] kn_status clients_init(kn_cap objsrv, kn_cap endpoint);
/* The client behind a badge, or null. */
struct client *client_by_badge(kn_word badge);
uint64_t client_badge(const struct client *client);
/* By its id: if `who` made it, or is init, else null. An id is no authority: a manager of processes has no say in a server's memory. */
struct client *client_made_by(kn_word who, uint64_t id);
/* `parent`: the pool that its memory counts in as well. */
[[nodiscard]] kn_status client_create(
    kn_word maker, kn_cap parent, uint64_t limit, uint32_t roles, struct client **client);
uint64_t clients_count(void);
/* Heap bytes of clients, of destroyed ones too: they are kept. */
size_t clients_heap(void);
void client_destroy(struct client *client);
/* A fresh address space that the client's pool pays for, in a slot of ours that the caller gives on or releases. */
[[nodiscard]] kn_status client_make_space(struct client *client, uint64_t map_base, kn_cap *vspace);
/* A capability to `endpoint` under which the client calls us, in a slot of ours. */
[[nodiscard]] kn_status client_make_capability(const struct client *client, kn_cap *slot);
