/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows: 64 KiB that a client and this server both map, for reads and writes that do not fit a message. A window is an object with a
 * capability of its own (BADGE_WINDOW), watched like a description's; it lives on while a waiting call needs it.
 * Pages are committed before this server touches them. The client may write there at any time: only data is there, no decisions.
 */
#pragma once

#include <stddef.h>

#include "uapi/error.h"
#include "uapi/types.h"

struct window;

/* Charged to user `uid`. QUOTA, NO_MEMORY. `capability` and `memory` stay the window's; clients get copies. */
[[nodiscard]] kn_status window_create(uint32_t uid, kn_cap *capability, kn_cap *memory);
struct window *window_by_badge(kn_word badge);
/* Its bytes, the first `length` of which may be touched. */
[[nodiscard]] kn_status window_data(struct window *window, size_t length, uint8_t **data);
void window_hold(struct window *window);
void window_let_go(struct window *window);
void window_orphan(kn_word badge);
/* End windows whose clients died before the answer came: without a copy there is no ORPHAN. Not while such an answer is under way. */
void window_sweep(void);
/* Is there anything to sweep? */
bool window_has_young(void);
/* Entries that nobody uses; each has a slot. */
size_t window_kept(void);
