/* SPDX-License-Identifier: BSD-2-Clause */
/* The frequent IPC cases, straight-line (ipc/fastpath.c). */
#pragma once

/* Boot: everything goes through the complete paths (`ipc.fastpath=off`). */
void fastpath_disable(void);
