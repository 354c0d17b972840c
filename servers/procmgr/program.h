/* SPDX-License-Identifier: BSD-2-Clause */
/* Putting an executable image and its stack into an empty address space. */
#pragma once

#include "process.h"

/* Where an image went; copied into the process page when the image takes over. */
struct program_layout {
	uint64_t base, entry, headers;
	uint32_t header_count, header_size;
	uint64_t stack_base, stack_top, sp;
};

/* Check what a caller asks for: alignment, sizes, the stack's place. */
kn_status program_check(const struct procmgr_image_args *args);
/*
 * Map the segments of `object` and the stack (without the block) into `vspace`. The object is a capability with READ, EXECUTE and MAP. Nothing
 * is undone on failure: the caller throws the address space away.
 */
kn_status program_map(kn_cap vspace, kn_cap object, const struct procmgr_image_args *args,
    struct program_layout *layout);
/* Move the startup block out of `source` to the top of the stack in `vspace`: the last step, it changes the source. */
kn_status program_take_block(kn_cap vspace, kn_cap source, const struct procmgr_image_args *args);
/* Tell the process where its image is. */
void program_publish(struct process *process, const struct program_layout *layout, const struct procmgr_image_args *args);
