/* SPDX-License-Identifier: BSD-2-Clause */
/* What manifests' `grants` name. */
#pragma once

#include "launch.h"

[[nodiscard]] kn_status grant_give(struct launch *launch, const char *grant);

/* The kernel's capability behind a grant that needs nothing made for it, with the rights to give. NOT_FOUND: it is none. */
[[nodiscard]] kn_status grant_plain(const char *grant, kn_cap *source, uint32_t *rights);
