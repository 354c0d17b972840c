/* SPDX-License-Identifier: BSD-2-Clause */
/* What musl has here is answered by port/port.h. */
#pragma once
