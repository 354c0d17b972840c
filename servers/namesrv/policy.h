/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may publish and who may look up which names. Rules come from init as options; nothing is allowed without one. */
#pragma once

#include "uapi/types.h"

enum policy_action : unsigned { POLICY_PUBLISH, POLICY_LOOKUP };

/* Somebody who is no unit: an ordinary process. */
#define POLICY_PROCESS "process"

/*
 * Adds the rule "PATTERN:WHO", which must stay where it is. PATTERN: a name, or the beginning of names and '*'. WHO: the name of a unit, "process", or
 * "*" for everybody. INVALID_ARG: malformed. NO_MEMORY.
 */
[[nodiscard]] kn_status policy_add(enum policy_action action, const char *rule);
bool policy_allows(enum policy_action action, const char *name, const char *who);
