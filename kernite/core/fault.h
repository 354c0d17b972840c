/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults as messages. A fault is a call that the kernel makes in the thread's name: the handler's
 * answer 0 lets the thread try again, anything else stops it.
 */
#pragma once

#include "object/tcb.h"

/*
 * Block the current thread and send `words` with a KN_LABEL_FAULT_* to the endpoint in `handler`.
 * No handler (null, empty, or a handler that is gone): the thread is stopped and a line logged. An
 * error answer to FAULT_POOL becomes FAULT_VM with KN_E_NO_MEMORY to the thread's own handler.
 */
void fault_send(struct tcb *thread, struct slot *handler, uint64_t label, const uint64_t words[6]);
/* FAULT_VM to the thread's own handler for the access in fault_address, fault_access. */
void fault_vm(struct tcb *thread, kn_status reason);
/* Stop the thread for good, with a line in the log. */
void fault_stop(struct tcb *thread, const char *why);
/* Nobody took the fault, or the handler answered an error; the thread is in no queue. */
void fault_refused(struct tcb *thread, kn_status status);
