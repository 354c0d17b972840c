/* SPDX-License-Identifier: BSD-2-Clause */
/* Copying an address space copy-on-write (fork). */
#pragma once

#include "object/vspace.h"

/*
 * Copy `source` from child->clone_next on, in address order. KN_RESTART: more is left; KN_E_QUOTA,
 * KN_E_NO_MEMORY: the child holds a part, which is consistent and must be emptied. The parent's
 * TLBs are clean on return.
 */
[[nodiscard]] kn_status clone_step(struct vspace *source, struct vspace *child);
