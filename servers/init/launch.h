/* SPDX-License-Identifier: BSD-2-Clause */
/* One server from its manifest to a running thread, and back. */
#pragma once

#include "trona/image.h"
#include "trona/start.h"
#include "unit.h"

/* Badges of the capabilities to init's own endpoint: a unit's faults have this bit beside its number. */
#define BADGE_FAULT (1ull << 62)

/* The unit's object: start page, IPC buffer, and where a segment's data ends inside a page. */
#define LAUNCH_TAILS_MAX 2
#define LAUNCH_PAGES (2 + LAUNCH_TAILS_MAX)

/* While a unit is being built: its start page (mapped in init) and CNode. */
struct launch {
	struct unit *unit;
	struct server_start *start;
	size_t text_size;
	unsigned tails;
	uint64_t bias;  /* of the image */
	uint64_t pages; /* where it will see its start page */
};

/* Makes every unit's endpoints and init's own. */
[[nodiscard]] kn_status launch_make_endpoints(void);
kn_cap launch_init_endpoint(void);
/* A CNode with a capability without rights to each unit's CNode, by the unit's number, and one to init's own. */
kn_cap launch_cspaces(void);
/* Builds and starts; on failure nothing is left. */
[[nodiscard]] kn_status launch_server(struct unit *unit);
/* Takes everything of a server away again; its endpoints stay, so that clients' capabilities survive a restart. */
void launch_destroy(struct unit *unit);
/* A new object for the unit, in a fresh slot of init's. */
[[nodiscard]] kn_status launch_make(struct unit *unit, uint8_t type, uint8_t size_bits, kn_cap *slot);

/* Its memory: address space and the unit's object; its file and the header that was found valid; then stack, start page and clock. */
[[nodiscard]] kn_status launch_make_memory(struct unit *unit);
[[nodiscard]] kn_status launch_map_image(struct launch *launch, struct elf_image *image);
[[nodiscard]] kn_status launch_map_rest(struct launch *launch);

/* Copies a capability (badge 0) or mints one with a badge into the unit's CSpace, under a name. */
[[nodiscard]] kn_status launch_give(
    struct launch *launch, const char *name, kn_cap source, uint32_t rights, kn_word badge);
/* Adds an option "text" ("key=value") to the start page. */
[[nodiscard]] kn_status launch_option(struct launch *launch, const char *text);

/* init's own client capabilities, made when first asked for. */
[[nodiscard]] kn_status launch_client(const char *server, kn_cap *client);
