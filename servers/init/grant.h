/* SPDX-License-Identifier: BSD-2-Clause */
/* What manifests' `grants` name. */
#pragma once

#include "launch.h"

[[nodiscard]] kn_status grant_give(struct launch *launch, const char *grant);
