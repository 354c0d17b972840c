/* SPDX-License-Identifier: BSD-2-Clause */
/* A user who takes all that servers keep for him. */
#pragma once

/* Processes that take whatever there is of each kind until it is refused, and keep it. Counts the refusals that there may be, and all others. */
[[noreturn]] void hoard(long *refused, long *wrong);
/* What an ordinary user does; 0 if all of it works. */
int hoard_errand(void);
/* Of the files that hoard() made: none are left. */
void hoard_clear(void);
