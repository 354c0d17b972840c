/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames for objsrv's own pages. It has a pool of its own, which nobody refills when a page is missing: the frames come from the
 * blocks that it manages, ahead of need. The heap never gets the last ones, so that running out is a refusal of a request and not a fault.
 */
#pragma once

#include "uapi/types.h"

/* `pool`: where our pages come from. */
void frames_init(kn_cap pool);
/* Has the heap grown since frames_keep() last looked? Costs nothing. */
bool frames_are_due(void);
/* Takes blocks until half as much again as the heap has is free, or there are none. */
void frames_keep(void);
/* Blocks taken, and their bytes. */
uint64_t frames_count(void);
uint64_t frames_bytes(void);
