/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces and memory objects through the public ABI: what only a real memory management
 * unit, real faults and several CPUs can show. The rules themselves are tested on the host
 * (kernite/object, kernite/mm).
 */
#include "kernel_rig.h"

#include "kn/exec_authority.h"
#include "kn/pool.h"
#include "uapi/object/memory_object.h"
#include "uapi/object/vspace.h"

#define CSPACE KN_SLOT_CSPACE
#define OWN KN_SLOT_VSPACE
#define FOREVER KN_TIME_FOREVER
#define PAGE KN_PAGE_SIZE
#define R KN_VSPACE_PROT_READ
#define RW (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE)
#define RX (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_EXECUTE)
#define PRIVATE KN_VSPACE_MAP_PRIVATE
#define SHARED KN_VSPACE_MAP_SHARED
#define FIXED KN_VSPACE_MAP_FIXED

typedef volatile uint32_t word;

static uint64_t map(kn_cap space, kn_cap object, uint64_t pages, uint32_t prot, uint32_t flags)
{
	uint64_t mapped = 0;

	check_ok(kn_vspace_map(space, object, 0, 0, pages, prot, prot, flags, &mapped));
	return mapped;
}

static void unmap(uint64_t address, uint64_t pages)
{
	check_ok(kn_vspace_unmap(OWN, address, pages));
}

static word *at(uint64_t address)
{
	return (word *)address;
}

static kn_cap new_object(uint64_t pages)
{
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_memory_object_configure_anonymous(object, KN_BOOT_SLOT_POOL, pages));
	return object;
}

static kn_cap new_space(kn_cap pool)
{
	kn_cap space = rig_new(KN_TYPE_VSPACE, 0);

	check_ok(kn_vspace_configure(space, pool, 0x10000000000));
	return space;
}

static uint64_t pool_used(void)
{
	struct kn_pool_info info = {};

	check_ok(kn_pool_info(KN_BOOT_SLOT_POOL, &info));
	return info.used;
}

/* ---- one address space ---- */

static void fresh_memory_is_zero_and_given_back(void)
{
	uint64_t used = pool_used(), a = map(OWN, KN_CAP_NONE, 64, RW, PRIVATE);

	for (uint64_t i = 0; i < 64; i++) {
		check(*at(a + i * PAGE) == 0 && *at(a + i * PAGE + 4092) == 0);
		*at(a + i * PAGE) = (uint32_t)i + 1;
	}
	for (uint64_t i = 0; i < 64; i++)
		check(*at(a + i * PAGE) == i + 1);
	check(pool_used() >= used + 64);
	unmap(a, 64);
	check(pool_used() <= used + 1);
}

static void discarded_memory_is_zero_again(void)
{
	uint64_t a = map(OWN, KN_CAP_NONE, 4, RW, PRIVATE);

	*at(a) = 5;
	*at(a + PAGE) = 6;
	check_ok(kn_vspace_discard(OWN, a, 1));
	check(*at(a) == 0 && *at(a + PAGE) == 6);
	unmap(a, 4);
}

static void shared_pages_are_one_memory(void)
{
	kn_cap object = new_object(16);
	uint64_t a = map(OWN, object, 16, RW, SHARED), b = map(OWN, object, 16, RW, SHARED);
	uint64_t c = map(OWN, object, 16, RW, PRIVATE);

	*at(a + 9 * PAGE) = 7;
	check(*at(b + 9 * PAGE) == 7 && *at(c + 9 * PAGE) == 7);
	*at(c + 9 * PAGE) = 8;
	*at(b + 9 * PAGE) = 9;
	check(*at(a + 9 * PAGE) == 9 && *at(c + 9 * PAGE) == 8);
	unmap(a, 16);
	unmap(b, 16);
	unmap(c, 16);
}

static void an_object_that_dies_is_unmapped(void)
{
	kn_cap object = new_object(4);
	struct kn_region_info info = {};
	uint64_t a = map(OWN, object, 4, RW, SHARED);

	*at(a) = 1;
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)object));
	check_ok(kn_vspace_query(OWN, a, &info));
	check(info.address != a);
}

static void a_clone_of_an_object_is_copied_on_write(void)
{
	kn_cap object = new_object(20), copy = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	uint64_t a = map(OWN, object, 20, RW, SHARED);

	for (uint64_t i = 0; i < 20; i++)
		*at(a + i * PAGE) = (uint32_t)i;
	check_ok(kn_memory_object_configure_clone(copy, KN_BOOT_SLOT_POOL, object));

	uint64_t b = map(OWN, copy, 20, RW, SHARED);

	*at(a + PAGE) = 100;
	*at(b + 2 * PAGE) = 200;
	check(*at(b + PAGE) == 1 && *at(a + 2 * PAGE) == 2);
	for (uint64_t i = 3; i < 20; i++)
		check(*at(a + i * PAGE) == i && *at(b + i * PAGE) == i);
	unmap(a, 20);
	unmap(b, 20);
}

static void the_archive_can_be_seen_but_not_written(void)
{
	uint64_t mapped = 0;
	kn_cap slice = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_status(kn_vspace_map(OWN, KN_BOOT_SLOT_ARCHIVE, 0, 0, 1, RW, RW, SHARED, &mapped),
	    KN_E_RIGHTS);
	check_ok(kn_memory_object_configure_slice(slice, KN_BOOT_SLOT_ARCHIVE, 0, 1));
	check_status(kn_vspace_map(OWN, slice, 0, 0, 1, RW, RW, SHARED, &mapped), KN_E_RIGHTS);
	check_status(kn_vspace_map(OWN, slice, 0, 0, 1, RX, RX, SHARED, &mapped), KN_E_RIGHTS);
	mapped = map(OWN, slice, 1, RW, PRIVATE);
	check(*(volatile uint64_t *)mapped == KN_ARCHIVE_MAGIC);
	*(volatile uint64_t *)mapped = 1;

	uint64_t again = map(OWN, slice, 1, R, SHARED);

	check(*(volatile uint64_t *)again == KN_ARCHIVE_MAGIC);
	unmap(mapped, 1);
	unmap(again, 1);
}

static void physical_memory_is_zero_and_exclusive(void)
{
	kn_cap range = rig_slot(), object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	kn_cap second = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_untyped_retype(rig_untyped, KN_TYPE_UNTYPED, 20, CSPACE, (uint32_t)range, 1));
	check_ok(kn_memory_object_configure_physical(object, range, 0, 256, KN_MEMORY_TYPE_NORMAL));
	check_status(
	    kn_memory_object_configure_physical(second, range, 0, 1, KN_MEMORY_TYPE_NORMAL),
	    KN_E_BUSY);
	check_status(kn_untyped_retype(range, KN_TYPE_ENDPOINT, 0, CSPACE, (uint32_t)rig_slot(), 1),
	    KN_E_NO_MEMORY);

	uint64_t a = map(OWN, object, 256, RW, SHARED);

	for (uint64_t i = 0; i < 256; i++)
		check(*at(a + i * PAGE) == 0);
	/* Revoking the range takes the memory away and makes it usable again. */
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)range));

	struct kn_region_info info = {};

	check_ok(kn_vspace_query(OWN, a, &info));
	check(info.address != a);
	check_ok(kn_untyped_retype(range, KN_TYPE_ENDPOINT, 0, CSPACE, (uint32_t)rig_slot(), 1));
}

/* ---- faults ---- */

static kn_cap fault_endpoint, fault_reply;
static word *fault_target;
static volatile uint32_t fault_seen;

static void read_target(void *argument)
{
	(void)argument;
	fault_seen = *fault_target;
}

static void write_target(void *argument)
{
	*fault_target = (uint32_t)(uintptr_t)argument;
}

static void call_target(void *argument)
{
	(void)argument;
	((void (*)(void))(uintptr_t)fault_target)();
}

static struct rig_thread *faulting(void (*entry)(void *), void *argument, uint64_t address)
{
	fault_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	fault_reply = rig_new(KN_TYPE_REPLY, 0);
	fault_target = at(address);

	struct rig_thread *thread = rig_make_thread(entry, argument, fault_endpoint);

	check_ok(kn_tcb_resume(thread->tcb));
	return thread;
}

/* Receive the fault message and check what it says. */
static struct kn_regs expect_fault(uint64_t label, uint64_t word0, uint64_t word1)
{
	struct kn_regs regs = {};

	if (check_ok(kn_recv(fault_endpoint, &regs, rig_now() + 5000000000, fault_reply))) {
		check(kn_info_label(regs.info) == label);
		check(regs.w[0] == word0);
		check(regs.w[1] == word1);
	}
	return regs;
}

static void answer_fault(kn_status status)
{
	struct kn_regs regs = {.info = kn_info((uint64_t)(int64_t)status & 0xffffffffffff, 0, 0)};

	check_ok(kn_reply(fault_reply, &regs));
}

static int32_t fault_reason(void)
{
	return (int32_t)kn_ipc_buffer()->words[4];
}

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

/* ---- further address spaces ---- */

/* The words that a thread in a cloned space and this one look at. */
static uint64_t private_page, shared_page;

static void in_the_clone(void *argument)
{
	(void)argument;
	at(shared_page)[1] = *at(private_page);
	*at(private_page) = 22;
	at(shared_page)[2] = *at(private_page);
	at(shared_page)[0] = 1;
}

/* Wait for a word of shared memory, bounded. */
static bool await_word(word *place, uint32_t value)
{
	for (kn_time limit = rig_now() + 5000000000; *place != value && rig_now() < limit;)
		rig_sleep(100000);
	return *place == value;
}

static kn_cap clone_own_space(void)
{
	kn_cap space = new_space(KN_BOOT_SLOT_POOL);

	check_ok(kn_vspace_clone(OWN, space));
	return space;
}

/* A thread of the rig moves into another address space; its buffer is mapped SHARED in both. */
static void move_to(struct rig_thread *thread, kn_cap space, kn_cap handler)
{
	kn_cap object = new_object(1);
	uint64_t mapped, mine = (uint64_t)(uintptr_t)thread->ipc;

	check_ok(kn_vspace_map(space, object, 0, mine, 1, RW, RW, SHARED | FIXED, &mapped));
	check_ok(kn_tcb_configure(thread->tcb, space, CSPACE, object, 0, mine, handler));
}

static void a_cloned_space_sees_the_past_and_keeps_its_own_future(void)
{
	kn_cap object = new_object(1);

	private_page = map(OWN, KN_CAP_NONE, 1, RW, PRIVATE);
	shared_page = map(OWN, object, 1, RW, SHARED);
	*at(private_page) = 11;

	struct rig_thread *thread = rig_make_thread(in_the_clone, nullptr, KN_CAP_NONE);
	kn_cap space = clone_own_space();

	move_to(thread, space, KN_CAP_NONE);
	*at(private_page) = 12;
	check_ok(kn_tcb_resume(thread->tcb));
	check(await_word(at(shared_page), 1));
	check(at(shared_page)[1] == 11);
	check(at(shared_page)[2] == 22);
	check(*at(private_page) == 12);
	unmap(private_page, 1);
	unmap(shared_page, 1);
}

static void a_space_that_dies_stops_its_threads(void)
{
	kn_cap object = new_object(1);

	private_page = map(OWN, KN_CAP_NONE, 1, RW, PRIVATE);
	shared_page = map(OWN, object, 1, RW, SHARED);

	struct rig_thread *thread = rig_make_thread(in_the_clone, nullptr, KN_CAP_NONE);
	kn_cap space = clone_own_space();

	move_to(thread, space, KN_CAP_NONE);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)space));
	check_status(kn_tcb_resume(thread->tcb), KN_E_INVALID_ARG);
	check(at(shared_page)[0] == 0);
	unmap(private_page, 1);
	unmap(shared_page, 1);
}

static void spin_on_page(void *argument)
{
	(void)argument;
	for (;;)
		++*at(private_page);
}

static void a_running_thread_dies_with_its_space(void)
{
	kn_cap object = new_object(1);

	private_page = map(OWN, object, 1, RW, SHARED);

	struct rig_thread *thread = rig_make_thread(spin_on_page, nullptr, KN_CAP_NONE);
	kn_cap space = clone_own_space();

	check_ok(kn_tcb_set_priority(thread->tcb, 100));
	move_to(thread, space, KN_CAP_NONE);
	check_ok(kn_tcb_resume(thread->tcb));
	for (uint32_t before = *at(private_page); *at(private_page) == before;)
		rig_sleep(100000);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)space));

	uint32_t last = *at(private_page);

	rig_sleep(2000000);
	check(*at(private_page) == last);
	unmap(private_page, 1);
}

/* Another CPU writes in a loop; once protect() has returned it cannot any more. */
static void protection_reaches_the_other_cpus(void)
{
	kn_cap object = new_object(1);
	uint64_t window = map(OWN, object, 1, R, SHARED);

	private_page = map(OWN, object, 1, RW, SHARED);
	for (unsigned round = 0; round < 50; round++) {
		struct rig_thread *thread;

		if (round == 0) {
			fault_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
			fault_reply = rig_new(KN_TYPE_REPLY, 0);
			thread = rig_make_thread(spin_on_page, nullptr, fault_endpoint);
			check_ok(kn_tcb_set_priority(thread->tcb, 100));
			check_ok(kn_tcb_resume(thread->tcb));
		}
		for (uint32_t before = *at(window); *at(window) == before;)
			rig_sleep(50000);
		check_ok(kn_vspace_protect(OWN, private_page, 1, R));

		uint32_t last = *at(window);

		for (unsigned i = 0; i < 2000; i++)
			if (!check(*at(window) == last))
				return;
		expect_fault(KN_LABEL_FAULT_VM, private_page, 2);
		check_ok(kn_vspace_protect(OWN, private_page, 1, RW));
		answer_fault(KN_OK);
	}
	unmap(private_page, 1);
	unmap(window, 1);
}

static void look_twice(void *argument)
{
	uint32_t first = *at(private_page);

	(void)argument;
	for (unsigned i = 0; i < 20000; i++)
		if (*at(private_page) != first)
			at(shared_page)[1]++;
	at(shared_page)[0]++;
}

/* A thread writes all the time, on another CPU if there is one; each clone must stand still. */
static void a_fork_is_a_snapshot_while_others_write(void)
{
	struct rig_thread *writer = rig_make_thread(spin_on_page, nullptr, KN_CAP_NONE);
	kn_cap object = new_object(1);

	private_page = map(OWN, KN_CAP_NONE, 1, RW, PRIVATE);
	shared_page = map(OWN, object, 1, RW, SHARED);
	check_ok(kn_tcb_set_priority(writer->tcb, 100));
	check_ok(kn_tcb_resume(writer->tcb));
	for (uint32_t round = 1; round <= 12; round++) {
		struct rig_thread *reader = rig_make_thread(look_twice, nullptr, KN_CAP_NONE);
		kn_cap space = clone_own_space();

		move_to(reader, space, KN_CAP_NONE);
		check_ok(kn_tcb_resume(reader->tcb));
		if (!check(await_word(at(shared_page), round)))
			break;
		check_ok(kn_cnode_delete(CSPACE, (uint32_t)reader->tcb));
		check_ok(kn_cnode_delete(CSPACE, (uint32_t)space));
	}
	check(at(shared_page)[1] == 0);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)writer->tcb));
	unmap(private_page, 1);
	unmap(shared_page, 1);
}

static void wait_in_space(void *argument)
{
	at(shared_page)[2] = (uint32_t)kn_vspace_wait(OWN, shared_page, 5, FOREVER);
	at(shared_page)[1]++;
	(void)argument;
}

static void waiters_are_woken_across_spaces(void)
{
	kn_cap object = new_object(1);
	uint32_t woken = 0;

	shared_page = map(OWN, object, 1, RW, SHARED);
	*at(shared_page) = 5;

	struct rig_thread *thread = rig_make_thread(wait_in_space, nullptr, KN_CAP_NONE);
	kn_cap space = clone_own_space();

	move_to(thread, space, KN_CAP_NONE);
	check_ok(kn_tcb_resume(thread->tcb));
	rig_await(thread, KN_TCB_STATE_WAITING_ADDRESS);
	check_ok(kn_vspace_wake(OWN, shared_page + 4, 1, &woken));
	check(woken == 0);
	check_ok(kn_vspace_wake(OWN, shared_page, 1, &woken));
	check(woken == 1);
	check(await_word(at(shared_page) + 1, 1));
	check(at(shared_page)[2] == KN_OK);
	unmap(shared_page, 1);
}

/* ---- pools ---- */

/* A root pool with 2^bits bytes from the test's untyped; *range is the untyped it lives in. */
static kn_cap new_pool(unsigned bits, kn_cap *range)
{
	kn_cap pool = rig_new(KN_TYPE_POOL, 0);

	*range = rig_slot();
	check_ok(kn_untyped_retype(
	    rig_untyped, KN_TYPE_UNTYPED, (uint8_t)bits, CSPACE, (uint32_t)*range, 1));
	check_ok(kn_pool_refill(pool, *range));
	return pool;
}

static void limits_of_child_pools_hold(void)
{
	kn_cap range, root = new_pool(20, &range), child = rig_new(KN_TYPE_POOL, 0);
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	struct kn_pool_info info = {};

	check_ok(kn_pool_configure(child, root, 10));
	check_status(kn_pool_configure(child, root, 10), KN_E_BUSY);
	check_status(kn_pool_configure(root, root, 10), KN_E_BUSY);
	check_status(kn_pool_refill(child, range), KN_E_WRONG_TYPE);
	check_status(kn_pool_refill(root, range), KN_E_BUSY);
	check_ok(kn_memory_object_configure_anonymous(object, child, 100));
	check_ok(kn_memory_object_commit(object, 0, 8));
	check_status(kn_memory_object_commit(object, 8, 8), KN_E_NO_MEMORY);
	check_ok(kn_pool_info(child, &info));
	check(info.used <= 10 && info.peak <= 10 && info.limit == 10);
	check_ok(kn_pool_set_limit(child, 200));
	check_ok(kn_memory_object_commit(object, 0, 100));
	check_ok(kn_memory_object_decommit(object, 0, 100));
	check_ok(kn_pool_info(root, &info));
	check(info.used == 0);
}

static void a_dry_pool_is_refilled_by_its_handler(void)
{
	kn_cap range, more = rig_slot(), pool = new_pool(15, &range);
	kn_cap handler, pool_endpoint;

	check_ok(kn_untyped_retype(rig_untyped, KN_TYPE_UNTYPED, 20, CSPACE, (uint32_t)more, 1));

	/* 7 frames: not enough for an object of 30 pages. */
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_memory_object_configure_anonymous(object, pool, 30));
	pool_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	handler = rig_derive(pool_endpoint, KN_RIGHT_SEND, 0);
	check_ok(kn_pool_set_handler(pool, handler));

	uint64_t a = map(OWN, object, 30, RW, SHARED);

	for (unsigned i = 0; i < 6; i++)
		*at(a + i * PAGE) = 1;

	struct rig_thread *thread = faulting(write_target, (void *)5, a + 20 * PAGE);

	fault_endpoint = pool_endpoint;

	struct kn_regs regs = {};

	check_ok(kn_recv(fault_endpoint, &regs, rig_now() + 5000000000, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_POOL);
	check(regs.w[0] > 0);
	check_ok(kn_pool_refill(pool, more));
	answer_fault(KN_OK);
	rig_join(thread);
	check(*at(a + 20 * PAGE) == 5);
	unmap(a, 30);
}

static kn_status wait_status;

/* The kernel looks at the word, which is on a page that is not there. */
static void wait_at_target(void *argument)
{
	(void)argument;
	wait_status = kn_vspace_wait(OWN, (kn_word)(uintptr_t)fault_target, 1, KN_TIME_FOREVER);
}

static void the_kernel_s_own_look_asks_for_memory_too(void)
{
	kn_cap range, more = rig_slot(), pool = new_pool(15, &range);
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0), pager = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	struct kn_regs regs = {};

	check_ok(kn_untyped_retype(rig_untyped, KN_TYPE_UNTYPED, 20, CSPACE, (uint32_t)more, 1));
	check_ok(kn_memory_object_configure_anonymous(object, pool, 30));

	uint64_t a = map(OWN, object, 30, RW, SHARED);

	for (unsigned i = 0; i < 6; i++)
		*at(a + i * PAGE) = 1;

	struct rig_thread *thread = faulting(wait_at_target, nullptr, a + 20 * PAGE);

	/* Without a handler of the pool it is the thread's own fault; the access is tried again. */
	check_ok(kn_recv(fault_endpoint, &regs, rig_now() + 5000000000, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_VM && regs.w[0] == a + 20 * PAGE);
	check_ok(kn_pool_set_handler(pool, fault_endpoint));
	answer_fault(KN_OK);
	check_ok(kn_recv(fault_endpoint, &regs, rig_now() + 5000000000, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_POOL);
	check_ok(kn_pool_refill(pool, more));
	answer_fault(KN_OK);
	rig_join(thread);
	/* The page is zero, not 1. */
	check(wait_status == KN_E_WOULD_BLOCK);
	unmap(a, 30);

	/* A pager is asked in the same way, and its failure ends in the thread's handler. */
	kn_cap pager_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);

	check_ok(kn_memory_object_configure_pager(pager, pool, pager_endpoint, 4));
	a = map(OWN, pager, 4, RW, SHARED);
	wait_status = KN_OK;
	thread = faulting(wait_at_target, nullptr, a);

	kn_cap vm_endpoint = fault_endpoint;

	fault_endpoint = pager_endpoint;
	check_ok(kn_recv(fault_endpoint, &regs, rig_now() + 5000000000, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_PAGER && regs.w[0] == 0);
	answer_fault(KN_E_IO);
	fault_endpoint = vm_endpoint;
	check_ok(kn_recv(fault_endpoint, &regs, rig_now() + 5000000000, fault_reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_VM);
	answer_fault(KN_E_IO);
	rig_await(thread, KN_TCB_STATE_INACTIVE);
	check(wait_status == KN_OK);
	unmap(a, 4);
}

static void a_refused_refill_is_a_fault_of_the_thread(void)
{
	kn_cap range, pool = new_pool(15, &range), object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	kn_cap pool_endpoint = rig_new(KN_TYPE_ENDPOINT, 0);

	check_ok(kn_memory_object_configure_anonymous(object, pool, 30));
	check_ok(kn_pool_set_handler(pool, pool_endpoint));
	check_status(kn_memory_object_commit(object, 0, 30), KN_E_NO_MEMORY);

	uint64_t a = map(OWN, object, 30, RW, SHARED);

	(void)faulting(write_target, (void *)5, a + 20 * PAGE);

	kn_cap vm_endpoint = fault_endpoint;
	struct kn_regs regs = {};

	check_ok(kn_recv(pool_endpoint, &regs, rig_now() + 5000000000, fault_reply));
	answer_fault(KN_E_NO_MEMORY);
	fault_endpoint = vm_endpoint;
	expect_fault(KN_LABEL_FAULT_VM, a + 20 * PAGE, 2);
	check(fault_reason() == KN_E_NO_MEMORY);
	answer_fault(KN_E_NO_MEMORY);
	unmap(a, 30);
}

static void revoking_a_pool_s_memory_takes_it_from_everybody(void)
{
	kn_cap range, pool = new_pool(21, &range), object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	kn_cap space = new_space(pool);
	struct kn_memory_object_info info = {};
	struct kn_region_info region = {};
	uint64_t mapped, committed, tables;

	check_ok(kn_memory_object_configure_anonymous(object, pool, 300));
	check_ok(kn_memory_object_commit(object, 0, 300));

	uint64_t a = map(OWN, object, 300, RW, SHARED);

	for (unsigned i = 0; i < 300; i++)
		*at(a + i * PAGE) = i;
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)range));
	check_ok(kn_memory_object_info(object, &info));
	check(info.pages == 0 && info.committed == 0);
	check_ok(kn_vspace_query(OWN, a, &region));
	check(region.address != a);
	check_ok(kn_vspace_usage(space, &mapped, &committed, &tables));
	check(tables == 0);
	/* The range is whole again. */
	check_ok(kn_untyped_retype(range, KN_TYPE_UNTYPED, 21, CSPACE, (uint32_t)rig_slot(), 1));
}

/* ---- what it costs ---- */

static void report(const char *name, kn_time start, unsigned rounds)
{
	rig_print("# bench %s %lu\n", name, (unsigned long)((rig_now() - start) / rounds));
}

static void bench_pages(void)
{
	kn_time start = rig_now();

	for (unsigned i = 0; i < 100; i++)
		unmap(map(OWN, KN_CAP_NONE, 1, RW, PRIVATE), 1);
	report("map_unmap", start, 100);
	for (unsigned round = 0; round < 2; round++) {
		start = rig_now();

		uint64_t a = map(OWN, KN_CAP_NONE, 256, RW, PRIVATE);

		for (uint64_t i = 0; i < 256; i++)
			*at(a + i * PAGE) = 1;
		unmap(a, 256);
		if (round == 1)
			report("anonymous_page", start, 256);
	}

	uint64_t a = map(OWN, KN_CAP_NONE, 16, RW, PRIVATE);

	for (uint64_t i = 0; i < 16; i++)
		*at(a + i * PAGE) = 1;
	start = rig_now();
	for (unsigned i = 0; i < 100; i++) {
		check_ok(kn_vspace_protect(OWN, a + 4 * PAGE, 4, R));
		check_ok(kn_vspace_protect(OWN, a + 4 * PAGE, 4, RW));
	}
	report("protect_off_on", start, 100);
	unmap(a, 16);
}

static void bench_fork(void)
{
	uint64_t a = map(OWN, KN_CAP_NONE, 300, RW, PRIVATE);
	kn_cap space = new_space(KN_BOOT_SLOT_POOL);
	kn_time clone = 0, clear = 0, copy = 0;

	for (uint64_t i = 0; i < 300; i++)
		*at(a + i * PAGE) = 1;
	for (unsigned round = 0; round < 6; round++) {
		kn_time t0 = rig_now();

		check_ok(kn_vspace_clone(OWN, space));

		kn_time t1 = rig_now();

		for (uint64_t i = 0; i < 20; i++)
			*at(a + i * PAGE) = 2;

		kn_time t2 = rig_now();

		check_ok(kn_vspace_clear(space));
		if (round > 0) {
			clone += t1 - t0;
			copy += t2 - t1;
			clear += rig_now() - t2;
		}
	}
	rig_print("# bench clone_300_pages %lu\n", (unsigned long)(clone / 5));
	rig_print("# bench clear_300_pages %lu\n", (unsigned long)(clear / 5));
	rig_print("# bench copy_on_write %lu\n", (unsigned long)(copy / 100));
	unmap(a, 300);
}

const struct rig_test memory_tests[] = {
    {"fresh_memory_is_zero_and_given_back", fresh_memory_is_zero_and_given_back},
    {"discarded_memory_is_zero_again", discarded_memory_is_zero_again},
    {"shared_pages_are_one_memory", shared_pages_are_one_memory},
    {"an_object_that_dies_is_unmapped", an_object_that_dies_is_unmapped},
    {"a_clone_of_an_object_is_copied_on_write", a_clone_of_an_object_is_copied_on_write},
    {"the_archive_can_be_seen_but_not_written", the_archive_can_be_seen_but_not_written},
    {"physical_memory_is_zero_and_exclusive", physical_memory_is_zero_and_exclusive},
    {"a_fault_that_its_handler_repairs_is_retried", a_fault_that_its_handler_repairs_is_retried},
    {"protection_is_enforced", protection_is_enforced},
    {"data_cannot_be_executed", data_cannot_be_executed},
    {"kernel_addresses_are_no_memory", kernel_addresses_are_no_memory},
    {"code_runs_from_pages_with_the_authority", code_runs_from_pages_with_the_authority},
    {"a_pager_supplies_or_fails_pages", a_pager_supplies_or_fails_pages},
    {"a_cloned_space_sees_the_past_and_keeps_its_own_future",
	a_cloned_space_sees_the_past_and_keeps_its_own_future},
    {"a_space_that_dies_stops_its_threads", a_space_that_dies_stops_its_threads},
    {"a_running_thread_dies_with_its_space", a_running_thread_dies_with_its_space},
    {"protection_reaches_the_other_cpus", protection_reaches_the_other_cpus},
    {"a_fork_is_a_snapshot_while_others_write", a_fork_is_a_snapshot_while_others_write},
    {"waiters_are_woken_across_spaces", waiters_are_woken_across_spaces},
    {"limits_of_child_pools_hold", limits_of_child_pools_hold},
    {"a_dry_pool_is_refilled_by_its_handler", a_dry_pool_is_refilled_by_its_handler},
    {"the_kernel_s_own_look_asks_for_memory_too", the_kernel_s_own_look_asks_for_memory_too},
    {"a_refused_refill_is_a_fault_of_the_thread", a_refused_refill_is_a_fault_of_the_thread},
    {"revoking_a_pool_s_memory_takes_it_from_everybody",
	revoking_a_pool_s_memory_takes_it_from_everybody},
    {"pages_are_measured", bench_pages},
    {"fork_is_measured", bench_fork},
    {},
};
