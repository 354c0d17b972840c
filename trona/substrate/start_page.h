/* SPDX-License-Identifier: BSD-2-Clause */
/* How start_main.c tells start.c where the start page is. */
#pragma once

#include "trona/start.h"

void start_set_page(const struct server_start *page);
