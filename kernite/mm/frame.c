/* SPDX-License-Identifier: BSD-2-Clause */
/* The frame table, see frame.h. */
#include "mm/frame.h"

struct frame *frame_table;
uint64_t frame_first, frame_count;
