/* SPDX-License-Identifier: BSD-2-Clause */
/* One unit's manifest, read and checked; the schema is in README.md. */
#pragma once

#include "toml.h"
#include "uapi/types.h"

#define UNIT_NAME_MAX 32

enum unit_kind : unsigned { UNIT_SERVER, UNIT_POSIX };
enum unit_restart : unsigned { RESTART_NO, RESTART_ON_FAILURE, RESTART_ALWAYS };
enum unit_recovery : unsigned { RECOVERY_TRANSPARENT, RECOVERY_RECONNECT, RECOVERY_DECLARED_LOSS, RECOVERY_REBOOT };

struct texts {
	unsigned count;
	const char *items[TOML_ARRAY_MAX];
};

/* Texts point into the buffer that was read. */
struct manifest {
	char name[UNIT_NAME_MAX];
	const char *binary;
	enum unit_kind kind;
	enum unit_restart restart;
	enum unit_recovery recovery;
	bool is_default;
	bool is_optional;
	struct texts needs, after, provides, roles, grants, options, arguments, environment;
	uint64_t memory;       /* pages */
	uint64_t objects;      /* KiB */
	uint64_t slots;        /* log2 */
	uint64_t stack;        /* pages */
	uint64_t priority;
	uint64_t user, group;
	uint64_t keys_seen;    /* bit per key of the table in manifest.c */
};

/*
 * Reads the manifest of the file "<name>.toml": `text` has `size` bytes and a NUL behind them and is changed. Null, or what is
 * wrong and in which line.
 */
const char *manifest_read(struct manifest *manifest, const char *name, char *text, size_t size, unsigned *line);
