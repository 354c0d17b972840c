/* SPDX-License-Identifier: BSD-2-Clause */
/* See guard.h. It believes nothing that init may have broken: its stack and buffer are its own, and it only logs and powers off. */
#include "guard.h"

#include "boot.h"
#include "end.h"
#include "kn/memory_object.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "trona/ipc.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "trona/syscall.h"
#include "trona/thread.h"
#include "uapi/error.h"
#include "uapi/object_type.h"

#define STACK_SIZE 8192
#define PRIORITY 200 /* init's own: nobody gives more */

static kn_cap faults, reply; /* without a reply object no call is received */

static void watch(void *)
{
	struct kn_regs regs = {};
	const kn_status status = kn_recv(faults, &regs, KN_TIME_FOREVER, reply);

	if (status == KN_OK)
		log_line("fault %lu (%lx %lx), instruction %lx, stack %lx", kn_info_label(regs.info) - KN_LABEL_FAULT_VM, regs.w[0],
		    regs.w[1], regs.w[2], regs.w[3]);
	end_system("init itself has failed", status == KN_OK ? KN_E_BAD_ADDRESS : status);
}

static kn_status make(uint8_t type, kn_cap *slot)
{
	kn_status status = slot_alloc(slot);

	return status == KN_OK ? boot_make(type, 0, *slot) : status;
}

kn_status guard_start(void)
{
	static alignas(16) char stack[STACK_SIZE];
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	struct thread_parts parts = {.stack = stack, .stack_size = sizeof stack};
	kn_status status = make(KN_TYPE_ENDPOINT, &faults);

	if (status == KN_OK)
		status = make(KN_TYPE_REPLY, &reply);
	if (status == KN_OK)
		status = make(KN_TYPE_TCB, &parts.tcb);
	if (status == KN_OK)
		status = make(KN_TYPE_SCHED_CONTEXT, &parts.sched_context);
	if (status == KN_OK)
		status = make(KN_TYPE_MEMORY_OBJECT, &parts.ipc_object);
	if (status == KN_OK)
		status = kn_memory_object_configure_anonymous(parts.ipc_object, KN_BOOT_SLOT_POOL, 1);
	if (status == KN_OK)
		status = kn_vspace_map(KN_SLOT_VSPACE, parts.ipc_object, 0, 0, 1, rw, rw, KN_VSPACE_MAP_SHARED, &parts.ipc_address);
	if (status == KN_OK)
		status = kn_tcb_set_priority(parts.tcb, PRIORITY);
	if (status == KN_OK)
		status = thread_start(&parts, watch, nullptr);
	return status == KN_OK ? kn_tcb_set_fault_handler(KN_SLOT_TCB, faults) : status;
}
