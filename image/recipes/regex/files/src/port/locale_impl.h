/* SPDX-License-Identifier: BSD-2-Clause */
/* There is one language for messages. */
#pragma once

#define LCTRANS_CUR(message) (message)
