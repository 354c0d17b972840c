/* SPDX-License-Identifier: BSD-2-Clause */
/* init's own notification: processes' ends and requests to shut down arrive on it (init.idl). */
#pragma once

#include "uapi/types.h"

/* Bound to the server loop and made when first asked for; KN_CAP_NONE: no memory. */
kn_cap events_notification(void);
