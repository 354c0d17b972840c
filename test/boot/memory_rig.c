/* SPDX-License-Identifier: BSD-2-Clause */
/* See memory_rig.h. */
#include "memory_rig.h"

uint64_t map(kn_cap space, kn_cap object, uint64_t pages, uint32_t prot, uint32_t flags)
{
	uint64_t mapped = 0;

	check_ok(kn_vspace_map(space, object, 0, 0, pages, prot, prot, flags, &mapped));
	return mapped;
}

void unmap(uint64_t address, uint64_t pages)
{
	check_ok(kn_vspace_unmap(OWN, address, pages));
}

word *at(uint64_t address)
{
	return (word *)address;
}

kn_cap new_object(uint64_t pages)
{
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_memory_object_configure_anonymous(object, KN_BOOT_SLOT_POOL, pages));
	return object;
}

kn_cap new_space(kn_cap pool)
{
	kn_cap space = rig_new(KN_TYPE_VSPACE, 0);

	check_ok(kn_vspace_configure(space, pool, 0x10000000000));
	return space;
}

kn_cap new_pool(unsigned bits, kn_cap *range)
{
	kn_cap pool = rig_new(KN_TYPE_POOL, 0);

	*range = rig_slot();
	check_ok(kn_untyped_retype(
	    rig_untyped, KN_TYPE_UNTYPED, (uint8_t)bits, CSPACE, (uint32_t)*range, 1));
	check_ok(kn_pool_refill(pool, *range));
	return pool;
}

uint64_t pool_used(void)
{
	struct kn_pool_info info = {};

	check_ok(kn_pool_info(KN_BOOT_SLOT_POOL, &info));
	return info.used;
}

kn_cap fault_endpoint, fault_reply;
word *fault_target;
volatile uint32_t fault_seen;

void read_target(void *argument)
{
	(void)argument;
	fault_seen = *fault_target;
}

void write_target(void *argument)
{
	*fault_target = (uint32_t)(uintptr_t)argument;
}

void call_target(void *argument)
{
	(void)argument;
	((void (*)(void))(uintptr_t)fault_target)();
}

struct rig_thread *faulting(void (*entry)(void *), void *argument, uint64_t address)
{
	fault_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	fault_reply = rig_new(KN_TYPE_REPLY, 0);
	fault_target = at(address);

	struct rig_thread *thread = rig_make_thread(entry, argument, fault_endpoint);

	check_ok(kn_tcb_resume(thread->tcb));
	return thread;
}

struct kn_regs expect_fault(uint64_t label, uint64_t word0, uint64_t word1)
{
	struct kn_regs regs = {};

	if (check_ok(kn_recv(fault_endpoint, &regs, rig_now() + RIG_PATIENCE, fault_reply))) {
		check(kn_info_label(regs.info) == label);
		check(regs.w[0] == word0);
		check(regs.w[1] == word1);
	}
	return regs;
}

void answer_fault(kn_status status)
{
	struct kn_regs regs = {.info = kn_info((uint64_t)(int64_t)status & 0xffffffffffff, 0, 0)};

	check_ok(kn_reply(fault_reply, &regs));
}

int32_t fault_reason(void)
{
	return (int32_t)kn_ipc_buffer()->words[4];
}
