/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults and who answers them: protection, missing authority, pagers. */
#include "memory_rig.h"

static void a_fault_that_its_handler_repairs_is_retried(void)
{
	uint64_t a = map(OWN, KN_CAP_NONE, 1, RW, PRIVATE), mapped;

	unmap(a, 1);

	struct rig_thread *thread = faulting(write_target, (void *)77, a);

	expect_fault(KN_LABEL_FAULT_VM, a, 2);
	check(fault_reason() == KN_E_BAD_ADDRESS);
	check_ok(kn_vspace_map(OWN, KN_CAP_NONE, 0, a, 1, RW, RW, PRIVATE | FIXED, &mapped));
	answer_fault(KN_OK);
	rig_join(thread);
	check(*at(a) == 77);
	unmap(a, 1);
}

static void protection_is_enforced(void)
{
	uint64_t a = map(OWN, KN_CAP_NONE, 2, RW, PRIVATE);

	*at(a) = 3;
	check_ok(kn_vspace_protect(OWN, a, 1, R));

	struct rig_thread *thread = faulting(write_target, (void *)4, a);

	expect_fault(KN_LABEL_FAULT_VM, a, 2);
	check(fault_reason() == KN_E_RIGHTS);
	check(*at(a) == 3);
	check_ok(kn_vspace_protect(OWN, a, 1, 0));
	answer_fault(KN_OK);
	expect_fault(KN_LABEL_FAULT_VM, a, 2);
	check_ok(kn_vspace_protect(OWN, a, 1, RW));
	answer_fault(KN_OK);
	rig_join(thread);
	check(*at(a) == 4);
	unmap(a, 2);
}

static void data_cannot_be_executed(void)
{
	uint64_t a = map(OWN, KN_CAP_NONE, 1, RW, PRIVATE);

	*at(a) = 0;
	(void)faulting(call_target, nullptr, a);
	expect_fault(KN_LABEL_FAULT_VM, a, 4);
	check(fault_reason() == KN_E_RIGHTS);
	answer_fault(KN_E_RIGHTS);
	unmap(a, 1);
}

static void kernel_addresses_are_no_memory(void)
{
	const uint64_t addresses[] = {0xffff800000001000, 0xffffffff80000000, KN_USER_MAX, 0x8};

	for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		(void)faulting(read_target, nullptr, addresses[i]);
		expect_fault(KN_LABEL_FAULT_VM, addresses[i], 1);
		check(fault_reason() == KN_E_BAD_ADDRESS);
		answer_fault(KN_E_BAD_ADDRESS);
	}
}

static void code_runs_from_pages_with_the_authority(void)
{
	/* It takes its own text from the archive as init's. */
	if (rig_is_shared())
		return;

	/* The archive holds this very program: its first segment with code can be mapped a second
	 * time. */
	kn_cap code = rig_slot();
	uint64_t header = map(OWN, KN_BOOT_SLOT_ARCHIVE, 1, R, SHARED), mapped = 0;
	const struct kn_archive_header *archive = (const struct kn_archive_header *)header;

	check_ok(kn_exec_authority_grant(
	    KN_BOOT_SLOT_EXEC_AUTHORITY, KN_BOOT_SLOT_ARCHIVE, CSPACE, (uint32_t)code));
	for (unsigned i = 0; i < archive->segment_count; i++) {
		const struct kn_archive_segment *s = &archive->segments[i];
		uint64_t target = (uint64_t)(uintptr_t)fault_reason;

		if (!(s->prot & 4) || target < s->address || target >= s->address + s->file_size)
			continue;
		check_status(kn_vspace_map(OWN, code, s->offset / PAGE, 0,
				 (s->file_size + PAGE - 1) / PAGE, RX, 7, SHARED, &mapped),
		    KN_E_INVALID_ARG);
		check_ok(kn_vspace_map(OWN, code, s->offset / PAGE, 0,
		    (s->file_size + PAGE - 1) / PAGE, RX, RX, SHARED, &mapped));
		kn_ipc_buffer()->words[4] = 1234;

		int32_t (*copy)(void) = (int32_t(*)(void))(mapped + target - s->address);

		check(copy() == 1234);
		unmap(mapped, (s->file_size + PAGE - 1) / PAGE);
	}
	check(mapped != 0);
	unmap(header, 1);
}

static void a_pager_supplies_or_fails_pages(void)
{
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0), pages = new_object(4);
	uint64_t a = map(OWN, pages, 1, RW, SHARED);

	fault_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);

	kn_cap pager = rig_derive(fault_endpoint, KN_RIGHT_SEND, 99);

	check_ok(kn_memory_object_configure_pager(object, KN_BOOT_SLOT_POOL, pager, 10));

	uint64_t b = map(OWN, object, 10, R, SHARED);
	kn_cap endpoint = fault_endpoint;
	struct rig_thread *thread = faulting(read_target, nullptr, b + 7 * PAGE);
	kn_cap vm_endpoint = fault_endpoint;

	fault_endpoint = endpoint;

	struct kn_regs regs = expect_fault(KN_LABEL_FAULT_PAGER, 7, 1);

	check(regs.badge == 99);
	*at(a) = 4321;
	check_ok(kn_memory_object_supply(object, 7, pages, 0, 1));
	answer_fault(KN_OK);
	rig_join(thread);
	check(fault_seen == 4321);
	check(*at(a) == 0);

	(void)faulting(read_target, nullptr, b + 8 * PAGE);
	vm_endpoint = fault_endpoint;
	fault_endpoint = endpoint;
	expect_fault(KN_LABEL_FAULT_PAGER, 8, 1);
	check_ok(kn_memory_object_fail(object, 8, 1, KN_E_IO));
	answer_fault(KN_OK);
	fault_endpoint = vm_endpoint;
	expect_fault(KN_LABEL_FAULT_VM, b + 8 * PAGE, 1);
	check(fault_reason() == KN_E_IO);
	answer_fault(KN_E_IO);
	unmap(a, 1);
	unmap(b, 10);
}

const struct rig_test memory_fault_tests[] = {
    {"a_fault_that_its_handler_repairs_is_retried", a_fault_that_its_handler_repairs_is_retried},
    {"protection_is_enforced", protection_is_enforced},
    {"data_cannot_be_executed", data_cannot_be_executed},
    {"kernel_addresses_are_no_memory", kernel_addresses_are_no_memory},
    {"code_runs_from_pages_with_the_authority", code_runs_from_pages_with_the_authority},
    {"a_pager_supplies_or_fails_pages", a_pager_supplies_or_fails_pages},
    {},
};
