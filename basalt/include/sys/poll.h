/* SPDX-License-Identifier: BSD-2-Clause */
/* See poll.h. */
#pragma once

#include <poll.h>
