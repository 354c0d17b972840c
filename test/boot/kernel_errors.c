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

const struct rig_test error_tests[] = {
    {"name_makes_no_lines_in_the_log", name_makes_no_lines_in_the_log},
    {"thread_needs_a_configured_address_space", thread_needs_a_configured_address_space},
    {},
};
