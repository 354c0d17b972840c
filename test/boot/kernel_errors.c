/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors that methods throw by themselves: those of the contracts that the other files have no occasion to meet. Every one leaves
 * things as they were, which the test of the same object shows by going on with it. kernel_methods.c says which ones are missing.
 */
#include "kernel_rig.h"

#include "kn/exec_authority.h"
#include "kn/io_port.h"
#include "kn/io_port_control.h"
#include "kn/pool.h"

static void write_null(void *unused)
{
	*(volatile int *)8 = 1;
}

static void name_makes_no_lines_in_the_log(void)
{
	struct rig_thread *thread = rig_make_thread(write_null, nullptr, KN_CAP_NONE);
	union {
		char text[16];
		uint64_t words[2];
	} name = {.text = "\nnot ok 1 - x\n"};

	/* It would fail the suite: the log goes where our results go. */
	check_ok(kn_tcb_set_name(thread->tcb, name.words[0], name.words[1]));
	check_ok(kn_tcb_resume(thread->tcb));
	rig_await(thread, KN_TCB_STATE_INACTIVE);
}

static void do_nothing(void *unused)
{
}

static void thread_needs_a_configured_address_space(void)
{
	struct rig_thread *thread = rig_make_thread(do_nothing, nullptr, KN_CAP_NONE);
	kn_cap space = rig_new(KN_TYPE_VSPACE, 0), object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_memory_object_configure_anonymous(object, KN_BOOT_SLOT_POOL, 1));
	check_ok(kn_tcb_configure(thread->tcb, space, KN_SLOT_CSPACE, object, 0, 0x100000, KN_CAP_NONE));
	check_status(kn_tcb_resume(thread->tcb), KN_E_INVALID_ARG);
	/* With page tables it runs, and faults at once: there is nothing in it. */
	check_ok(kn_vspace_configure(space, KN_BOOT_SLOT_POOL, 0x100000));
	check_ok(kn_tcb_resume(thread->tcb));
	rig_await(thread, KN_TCB_STATE_INACTIVE);
}

/* The sanitizer's kernel died of the sum. */
static void wall_clock_takes_any_time(void)
{
	static const int64_t times[] = {INT64_MIN, -1, INT64_MAX - 1000000000000};
	int64_t before, wall;
	kn_time start, end;

	check_ok(kn_clock_now(KN_BOOT_SLOT_CLOCK, &start, &before));
	for (unsigned i = 0; i < 3; i++) {
		check_ok(kn_clock_set_wall(KN_BOOT_SLOT_CLOCK, times[i]));
		check_ok(kn_clock_now(KN_BOOT_SLOT_CLOCK, &end, &wall));
		check(wall >= times[i] && (uint64_t)wall - (uint64_t)times[i] <= end - start);
	}
	check_ok(kn_clock_set_wall(KN_BOOT_SLOT_CLOCK, before + (int64_t)(end - start)));
}

#define OUTSIDE 5000 /* our CSpace has 4096 slots */
#define READ_WRITE (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE)

/* A pool under the boot pool that can pay for so many pages. */
static kn_cap small_pool(uint64_t limit)
{
	kn_cap pool = rig_new(KN_TYPE_POOL, 0);

	check_ok(kn_pool_configure(pool, KN_BOOT_SLOT_POOL, limit));
	return pool;
}

static kn_cap anonymous(uint64_t pages)
{
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_memory_object_configure_anonymous(object, KN_BOOT_SLOT_POOL, pages));
	return object;
}

static kn_cap device_untyped(void)
{
	for (unsigned i = 0; i < rig_boot->untyped_count; i++) {
		if (rig_boot->untypeds[i].is_device && rig_boot->untypeds[i].size_bits >= KN_PAGE_SHIFT)
			return KN_BOOT_SLOT_UNTYPED + i;
	}
	check(false);
	return KN_CAP_NONE;
}

static void errors_of_cnode(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	struct kn_cap_info info;

	check_status(kn_cnode_clear(KN_SLOT_CSPACE, 4000, 200), KN_E_RANGE);
	check_status(kn_cnode_delete(KN_SLOT_CSPACE, OUTSIDE), KN_E_RANGE);
	check_status(kn_cnode_info(KN_SLOT_CSPACE, OUTSIDE, &info), KN_E_RANGE);
	check_status(kn_cnode_move(KN_SLOT_CSPACE, OUTSIDE, endpoint), KN_E_RANGE);
	check_status(kn_cnode_revoke(KN_SLOT_CSPACE, OUTSIDE), KN_E_RANGE);
	check_status(kn_cnode_mint(KN_SLOT_CSPACE, OUTSIDE, endpoint, KN_RIGHT_SEND, 1), KN_E_RANGE);
	check_status(kn_cnode_mint(KN_SLOT_CSPACE, (uint32_t)endpoint, endpoint, KN_RIGHT_SEND, 1), KN_E_SLOT_IN_USE);
	check(rig_rights(endpoint) != 0);
}

static void errors_of_untyped(void)
{
	if (rig_is_shared())
		return;
	const uint32_t free = (uint32_t)rig_slot(), used = (uint32_t)rig_new(KN_TYPE_ENDPOINT, 0);

	check_status(kn_untyped_retype(rig_untyped, 200, 0, KN_SLOT_CSPACE, free, 1), KN_E_INVALID_ARG);
	check_status(kn_untyped_retype(rig_untyped, KN_TYPE_ENDPOINT, 0, KN_SLOT_CSPACE, free, 0), KN_E_RANGE);
	check_status(kn_untyped_retype(rig_untyped, KN_TYPE_ENDPOINT, 0, KN_SLOT_CSPACE, used, 1), KN_E_SLOT_IN_USE);
	check_status(kn_untyped_retype(device_untyped(), KN_TYPE_ENDPOINT, 0, KN_SLOT_CSPACE, free, 1), KN_E_NOT_SUPPORTED);
	check_ok(kn_untyped_retype(rig_untyped, KN_TYPE_ENDPOINT, 0, KN_SLOT_CSPACE, free, 1));
}

static void errors_of_console_and_exec_authority(void)
{
	if (rig_is_shared())
		return;
	const struct kn_console_data data = {};
	kn_cap object = anonymous(1);

	check_status(kn_console_write(KN_BOOT_SLOT_CONSOLE, 65, &data), KN_E_RANGE);
	check_status(kn_exec_authority_grant(KN_BOOT_SLOT_EXEC_AUTHORITY, object, KN_SLOT_CSPACE, OUTSIDE), KN_E_RANGE);
	check_status(
	    kn_exec_authority_grant(KN_BOOT_SLOT_EXEC_AUTHORITY, object, KN_SLOT_CSPACE, (uint32_t)object), KN_E_SLOT_IN_USE);
	/* On a CPU that has no random instruction (random_waits_for_its_seed). */
	method_saw_error("kn_random_get(", KN_E_WOULD_BLOCK);
}

static void errors_of_io_ports(void)
{
	if (rig_is_shared())
		return;
	kn_cap port = rig_new(KN_TYPE_IO_PORT, 0), other = rig_new(KN_TYPE_IO_PORT, 0);
	const struct kn_port_data data = {};
	uint32_t value;

	check_status(kn_io_port_control_claim(KN_BOOT_SLOT_IO_PORT_CONTROL, port, 2, 1), KN_E_RANGE);
	if (kn_io_port_control_claim(KN_BOOT_SLOT_IO_PORT_CONTROL, port, 0x80, 0x80) == KN_OK) {
		check_status(kn_io_port_control_claim(KN_BOOT_SLOT_IO_PORT_CONTROL, other, 0x7f, 0x81), KN_E_BUSY);
		method_saw_error("kn_io_port_control_claim(", KN_E_NOT_SUPPORTED);
	} else {
		check_status(kn_io_port_control_claim(KN_BOOT_SLOT_IO_PORT_CONTROL, port, 0x80, 0x80), KN_E_NOT_SUPPORTED);
		method_saw_error("kn_io_port_control_claim(", KN_E_BUSY);
	}
	check_status(kn_io_port_read(port, 0, 3, &value), KN_E_INVALID_ARG);
	check_status(kn_io_port_write(port, 0, 3, 0), KN_E_INVALID_ARG);
	check_status(kn_io_port_read(port, 1, 1, &value), KN_E_RANGE);
	check_status(kn_io_port_write(port, 1, 1, 0), KN_E_RANGE);
	check_status(kn_io_port_write_bytes(port, 1, 1, &data), KN_E_RANGE);
}

static void errors_of_pools(void)
{
	if (rig_is_shared())
		return;
	kn_cap pool = KN_BOOT_SLOT_POOL, deep = rig_new(KN_TYPE_POOL, 0);

	for (unsigned depth = 1; depth < 4; depth++) {
		kn_cap child = rig_new(KN_TYPE_POOL, 0);

		check_ok(kn_pool_configure(child, pool, 10));
		pool = child;
	}
	check_status(kn_pool_configure(deep, pool, 10), KN_E_TOO_DEEP);
	check_status(kn_pool_refill(deep, device_untyped()), KN_E_NOT_SUPPORTED);
	check_status(kn_pool_refill(deep, rig_new(KN_TYPE_UNTYPED, KN_PAGE_SHIFT - 1)), KN_E_ALIGNMENT);
}

static void errors_of_configuring_memory(void)
{
	kn_cap used = anonymous(4), fresh = rig_new(KN_TYPE_MEMORY_OBJECT, 0), untyped = rig_new(KN_TYPE_UNTYPED, 14);
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0), physical = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_memory_object_commit(used, 0, 4));
	check_status(kn_memory_object_configure_anonymous(used, KN_BOOT_SLOT_POOL, 1), KN_E_BUSY);
	check_status(kn_memory_object_configure_anonymous(fresh, KN_BOOT_SLOT_POOL, 1ull << 40), KN_E_RANGE);
	check_status(kn_memory_object_configure_pager(used, KN_BOOT_SLOT_POOL, endpoint, 1), KN_E_BUSY);
	check_status(kn_memory_object_configure_pager(fresh, KN_BOOT_SLOT_POOL, endpoint, 1ull << 40), KN_E_RANGE);
	check_status(kn_memory_object_configure_clone(used, KN_BOOT_SLOT_POOL, fresh), KN_E_BUSY);
	check_status(kn_memory_object_configure_clone(fresh, KN_BOOT_SLOT_POOL, endpoint), KN_E_WRONG_TYPE);
	check_status(kn_memory_object_configure_clone(fresh, small_pool(3), used), KN_E_NO_MEMORY);
	check_status(kn_memory_object_configure_physical(fresh, untyped, 0, 5, KN_MEMORY_TYPE_NORMAL), KN_E_RANGE);
	check_status(kn_memory_object_configure_physical(fresh, untyped, 0, 4, KN_MEMORY_TYPE_DEVICE), KN_E_INVALID_ARG);
	check_ok(kn_memory_object_configure_physical(physical, untyped, 0, 4, KN_MEMORY_TYPE_NORMAL));
	check_status(kn_memory_object_configure_slice(used, physical, 0, 1), KN_E_BUSY);
	check_status(kn_memory_object_configure_slice(fresh, physical, 3, 2), KN_E_RANGE);
	check_status(kn_memory_object_configure_slice(fresh, used, 0, 1), KN_E_WRONG_TYPE);
	check_status(kn_memory_object_resize(physical, 1), KN_E_WRONG_TYPE);
	check_ok(kn_memory_object_configure_slice(fresh, physical, 0, 4));
}

static void errors_of_using_memory(void)
{
	kn_cap object = anonymous(4), pager = rig_new(KN_TYPE_MEMORY_OBJECT, 0), fresh = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	kn_cap tcb = rig_new(KN_TYPE_TCB, 0), poor = rig_new(KN_TYPE_MEMORY_OBJECT, 0);

	check_ok(kn_memory_object_configure_pager(pager, KN_BOOT_SLOT_POOL, rig_new(KN_TYPE_ENDPOINT, 0), 4));
	check_ok(kn_memory_object_configure_pager(poor, small_pool(0), rig_new(KN_TYPE_ENDPOINT, 0), 1 << 20));
	check_status(kn_memory_object_commit(object, 4, 1), KN_E_RANGE);
	check_status(kn_memory_object_commit(pager, 0, 1), KN_E_WRONG_TYPE);
	check_status(kn_memory_object_decommit(object, 3, 2), KN_E_RANGE);
	check_status(kn_memory_object_decommit(fresh, 0, 0), KN_E_WRONG_TYPE);
	check_ok(kn_tcb_configure(tcb, KN_SLOT_VSPACE, KN_SLOT_CSPACE, object, 2, 0x100000, KN_CAP_NONE));
	check_status(kn_memory_object_decommit(object, 0, 4), KN_E_BUSY);
	check_status(kn_memory_object_resize(object, 2), KN_E_BUSY);
	check_status(kn_memory_object_resize(object, 1ull << 40), KN_E_RANGE);
	check_status(kn_memory_object_fail(object, 0, 1, KN_E_IO), KN_E_WRONG_TYPE);
	check_status(kn_memory_object_fail(pager, 4, 1, KN_E_IO), KN_E_RANGE);
	check_status(kn_memory_object_fail(pager, 0, 1, KN_OK), KN_E_INVALID_ARG);
	check_status(kn_memory_object_fail(poor, 1000, 1, KN_E_IO), KN_E_NO_MEMORY);
	check_status(kn_memory_object_supply(pager, 0, object, 2, 1), KN_E_BUSY);
	check_status(kn_memory_object_supply(pager, 0, object, 0, 1), KN_E_RANGE);
	check_status(kn_memory_object_supply(object, 0, object, 0, 1), KN_E_WRONG_TYPE);
	check_ok(kn_memory_object_commit(object, 0, 1));
	check_status(kn_memory_object_supply(poor, 0, object, 0, 1), KN_E_NO_MEMORY);
	check_ok(kn_memory_object_supply(pager, 0, object, 0, 1));
}

static void spin(void *unused)
{
	for (;;)
		kn_yield(KN_CAP_NONE);
}

static kn_cap stopped_thread, its_buffer;
static kn_status read_status;

/* Who has lost his IPC buffer has nowhere to read to. */
static void read_without_a_buffer(void *unused)
{
	check_ok(kn_cnode_delete(KN_SLOT_CSPACE, (uint32_t)its_buffer));
	read_status = kn_tcb_read_context(stopped_thread);
}

static void errors_of_a_thread_without_a_buffer(void)
{
	struct rig_thread *thread = rig_make_thread(read_without_a_buffer, nullptr, KN_CAP_NONE);

	stopped_thread = rig_new(KN_TYPE_TCB, 0);
	its_buffer = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	check_status(kn_tcb_configure(thread->tcb, KN_SLOT_VSPACE, KN_SLOT_CSPACE, its_buffer, 0, (kn_word)thread->ipc, KN_CAP_NONE),
	    KN_E_WRONG_TYPE);
	check_ok(kn_memory_object_configure_anonymous(its_buffer, KN_BOOT_SLOT_POOL, 1));
	check_ok(kn_tcb_configure(thread->tcb, KN_SLOT_VSPACE, KN_SLOT_CSPACE, its_buffer, 0, (kn_word)thread->ipc, KN_CAP_NONE));
	check_ok(kn_tcb_resume(thread->tcb));
	rig_join(thread);
	check(read_status == KN_E_INVALID_ARG);
	method_saw_error("kn_tcb_read_context(", read_status);
}

static void errors_of_threads(void)
{
	struct rig_thread *running = rig_spawn(spin, nullptr);
	kn_cap stopped = rig_new(KN_TYPE_TCB, 0), object = rig_new(KN_TYPE_MEMORY_OBJECT, 0);
	struct kn_ipc_buffer *ipc = kn_thread_self()->ipc;

	check_ok(kn_memory_object_configure_anonymous(object, small_pool(0), 1));
	check_status(
	    kn_tcb_configure(stopped, KN_SLOT_VSPACE, KN_SLOT_CSPACE, object, 0, 0x100000, KN_CAP_NONE), KN_E_NO_MEMORY);
	check_status(kn_tcb_copy_fpu(stopped, running->tcb), KN_E_BUSY);
	check_status(kn_tcb_write_context(running->tcb), KN_E_BUSY);
	__builtin_memset(ipc->context, 0, sizeof(ipc->context));
	ipc->context[0] = KN_USER_MAX;
	check_status(kn_tcb_write_context(stopped), KN_E_BAD_ADDRESS);
	check_status(kn_tcb_upcall_return(KN_SLOT_TCB), KN_E_BAD_ADDRESS);
	check_ok(kn_tcb_suspend(running->tcb, true));
}

static uint32_t word;

static void wait_interrupted(void *unused)
{
	check_status(kn_vspace_wait(KN_SLOT_VSPACE, (kn_word)&word, word, KN_TIME_FOREVER), KN_E_INTERRUPTED);
}

static void errors_of_waiting_on_memory(void)
{
	struct rig_thread *thread = rig_spawn(wait_interrupted, nullptr);
	uint32_t woken;

	check_status(kn_vspace_wake(KN_SLOT_VSPACE, (kn_word)&word + 1, 1, &woken), KN_E_ALIGNMENT);
	check_status(kn_vspace_wake(KN_SLOT_VSPACE, KN_USER_MAX, 1, &woken), KN_E_BAD_ADDRESS);
	rig_await(thread, KN_TCB_STATE_WAITING_ADDRESS);
	check_ok(kn_tcb_suspend(thread->tcb, true));
	check_ok(kn_tcb_resume(thread->tcb));
	rig_join(thread);
}

static void errors_of_a_space_without_tables(void)
{
	kn_cap space = rig_new(KN_TYPE_VSPACE, 0), pool = rig_new(KN_TYPE_POOL, 0);
	kn_word mapped;

	check_status(kn_vspace_map(space, KN_CAP_NONE, 0, 0, 1, READ_WRITE, READ_WRITE, KN_VSPACE_MAP_PRIVATE, &mapped), KN_E_BUSY);
	check_status(kn_vspace_unmap(space, 0x100000, 1), KN_E_BUSY);
	check_status(kn_vspace_protect(space, 0x100000, 1, 0), KN_E_BUSY);
	check_status(kn_vspace_clear(space), KN_E_BUSY);
	check_status(kn_vspace_take(space, KN_SLOT_VSPACE, 0x100000, 0x200000, 1), KN_E_BUSY);
	/* Frames of another root pool. */
	check_ok(kn_pool_refill(pool, rig_new(KN_TYPE_UNTYPED, 16)));
	check_ok(kn_vspace_configure(space, pool, 0x100000));
	check_status(kn_vspace_clone(KN_SLOT_VSPACE, space), KN_E_INVALID_ARG);
	check_status(kn_vspace_take(space, KN_SLOT_VSPACE, 0x100000, 0x200000, 5000), KN_E_RANGE);
	check_ok(kn_vspace_clear(space));
}

static void errors_of_mapping(void)
{
	const uint32_t private = KN_VSPACE_MAP_PRIVATE, fixed = private | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_NO_REPLACE;
	kn_cap space = rig_new(KN_TYPE_VSPACE, 0), object = anonymous(2);
	kn_word mapped;

	check_status(kn_vspace_configure(KN_SLOT_VSPACE, KN_BOOT_SLOT_POOL, 0x100000), KN_E_BUSY);
	check_status(kn_vspace_configure(space, KN_BOOT_SLOT_POOL, 1), KN_E_BAD_ADDRESS);
	check_status(kn_vspace_configure(space, small_pool(0), 0x100000), KN_E_NO_MEMORY);
	check_status(kn_vspace_discard(space, 0x100000, 1), KN_E_BUSY);
	check_status(kn_vspace_clone(KN_SLOT_VSPACE, KN_SLOT_VSPACE), KN_E_BUSY);
	check_ok(kn_vspace_configure(space, KN_BOOT_SLOT_POOL, 0x100000));
	check_status(kn_vspace_map(space, object, 1, 0, 2, READ_WRITE, READ_WRITE, private, &mapped), KN_E_RANGE);
	check_status(kn_vspace_map(space, KN_CAP_NONE, 0, 1, 1, READ_WRITE, READ_WRITE, private, &mapped), KN_E_ALIGNMENT);
	check_status(kn_vspace_map(space, KN_CAP_NONE, 0, KN_USER_MAX, 1, READ_WRITE, READ_WRITE, fixed, &mapped), KN_E_BAD_ADDRESS);
	check_ok(kn_vspace_map(space, KN_CAP_NONE, 0, 0x200000, 4, READ_WRITE, READ_WRITE, fixed, &mapped));
	check_status(kn_vspace_map(space, KN_CAP_NONE, 0, 0x201000, 1, READ_WRITE, READ_WRITE, fixed, &mapped), KN_E_OVERLAP);
	check_status(kn_vspace_protect(space, 0x200001, 1, 0), KN_E_ALIGNMENT);
	check_status(kn_vspace_protect(space, 0x300000, 1, 0), KN_E_BAD_ADDRESS);
	check_status(kn_vspace_protect(space, 0x200000, 1, KN_VSPACE_PROT_EXECUTE), KN_E_RIGHTS);
	check_status(kn_vspace_protect(space, 0x200000, 1, 8), KN_E_INVALID_ARG);
	check_status(kn_vspace_protect(space, 0x200000, 1, KN_VSPACE_PROT_READ | KN_VSPACE_PROT_BRANCH), KN_E_INVALID_ARG);
	check_status(kn_vspace_discard(space, 0x200001, 1), KN_E_ALIGNMENT);
	check_status(kn_vspace_discard(space, 0, 1), KN_E_BAD_ADDRESS);
	check_status(kn_vspace_unmap(space, 0x200001, 1), KN_E_ALIGNMENT);
	check_status(kn_vspace_unmap(space, 0, 1), KN_E_BAD_ADDRESS);
	check_status(kn_vspace_take(space, space, 0x200001, 0x300000, 1), KN_E_ALIGNMENT);
	check_status(kn_vspace_take(space, space, 0x300000, 0x400000, 1), KN_E_BAD_ADDRESS);
	check_status(kn_vspace_take(space, space, 0x200000, 0x201000, 1), KN_E_OVERLAP);
	check_ok(kn_vspace_take(space, space, 0x200000, 0x300000, 1));
}

const struct rig_test error_tests[] = {
    {"name_makes_no_lines_in_the_log", name_makes_no_lines_in_the_log},
    {"thread_needs_a_configured_address_space", thread_needs_a_configured_address_space},
    {"wall_clock_takes_any_time", wall_clock_takes_any_time},
    {"errors_of_cnode", errors_of_cnode},
    {"errors_of_untyped", errors_of_untyped},
    {"errors_of_console_and_exec_authority", errors_of_console_and_exec_authority},
    {"errors_of_io_ports", errors_of_io_ports},
    {"errors_of_pools", errors_of_pools},
    {"errors_of_configuring_memory", errors_of_configuring_memory},
    {"errors_of_using_memory", errors_of_using_memory},
    {"errors_of_threads", errors_of_threads},
    {"errors_of_a_thread_without_a_buffer", errors_of_a_thread_without_a_buffer},
    {"errors_of_waiting_on_memory", errors_of_waiting_on_memory},
    {"errors_of_a_space_without_tables", errors_of_a_space_without_tables},
    {"errors_of_mapping", errors_of_mapping},
    {},
};
