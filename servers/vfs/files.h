/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol file, on a description's capability; and window_read and window_write, which do the same with other memory. */
#pragma once

#include "server/file.h"

extern const struct file_ops file_methods;

[[nodiscard]] kn_status files_window_read(
    struct server_call *call, struct server_cap file, uint64_t offset, uint32_t length, uint32_t *count);
[[nodiscard]] kn_status files_window_write(
    struct server_call *call, struct server_cap file, uint64_t offset, uint32_t length, uint32_t *count);
