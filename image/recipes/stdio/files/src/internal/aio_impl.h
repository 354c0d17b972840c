/* SPDX-License-Identifier: BSD-2-Clause */
/* No asynchronous I/O has to end before a descriptor closes. */
#pragma once
