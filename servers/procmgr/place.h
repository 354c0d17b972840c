/* SPDX-License-Identifier: BSD-2-Clause */
/* Address space layout randomisation: where the parts of a process go. A forked child has its parent's places, a new image has new ones. */
#pragma once

#include "trona/layout.h"

/* Debugging and repeatable figures (`aslr=off` on the kernel's command line). */
extern bool place_is_fixed;

/* A random address in the range; its first when places are fixed. */
uint64_t place(struct layout_range range);
