/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each system call (uapi/types.h) may return beside KN_OK; uapi/error.h says what the errors mean. A call to another object
 * than an endpoint returns what its method declares (kernel/), KN_E_BAD_MESSAGE for words or capabilities that it does not take, and
 * KN_E_INVALID_OP for a label that is no method. KN_SYS_YIELD returns none. The kernel's tests get every one, and no other
 * (test/boot/kernel_calls.c).
 */
#pragma once

#include "uapi/error.h"

/* Of a message: too long, without a buffer for it or with a label of the kernel's; and of its capabilities. */
#define KN_MESSAGE_ERRORS KN_E_TOO_LARGE, KN_E_BAD_MESSAGE, KN_E_INVALID_ARG, KN_E_NOT_SUPPORTED, KN_E_NO_SLOT
/* Of waiting. */
#define KN_WAIT_ERRORS KN_E_WOULD_BLOCK, KN_E_TIMED_OUT, KN_E_INTERRUPTED, KN_E_PEER_GONE

#define KN_SYS_CALL_ERRORS KN_E_INVALID_CAP, KN_E_RIGHTS, KN_E_INVALID_OP, KN_MESSAGE_ERRORS, KN_WAIT_ERRORS
#define KN_SYS_SEND_ERRORS KN_E_INVALID_CAP, KN_E_WRONG_TYPE, KN_E_RIGHTS, KN_MESSAGE_ERRORS, KN_WAIT_ERRORS
#define KN_SYS_RECV_ERRORS KN_E_INVALID_CAP, KN_E_WRONG_TYPE, KN_E_RIGHTS, KN_E_BUSY, KN_WAIT_ERRORS
#define KN_SYS_REPLY_ERRORS KN_E_INVALID_CAP, KN_E_WRONG_TYPE, KN_E_RIGHTS, KN_E_PEER_GONE, KN_MESSAGE_ERRORS
#define KN_SYS_REPLY_RECV_ERRORS KN_E_INVALID_CAP, KN_E_WRONG_TYPE, KN_E_RIGHTS, KN_E_BUSY, KN_MESSAGE_ERRORS, KN_WAIT_ERRORS
