/* SPDX-License-Identifier: BSD-2-Clause */
/* Slots, rights, the derivation tree, orphans. */
#include "kernel_rig.h"

#define CSPACE KN_SLOT_CSPACE
#define ENDPOINT_RIGHTS                                                                            \
	(KN_RIGHT_SEND | KN_RIGHT_RECV | KN_RIGHT_CALL | KN_RIGHT_GRANT | KN_RIGHT_REVOKE)

static struct kn_cap_info info_of(kn_cap cap)
{
	struct kn_cap_info info = {};

	check_ok(kn_cnode_info(CSPACE, (uint32_t)cap, &info));
	return info;
}

static void copy_has_rights_and_badge(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	kn_cap copy = rig_derive(endpoint, KN_RIGHT_SEND, 0),
	       minted = rig_derive(endpoint, KN_RIGHT_CALL, 77);

	check(rig_rights(endpoint) == ENDPOINT_RIGHTS);
	check(rig_rights(copy) == KN_RIGHT_SEND);
	check(info_of(minted).badge == 77 && info_of(minted).rights == KN_RIGHT_CALL);
	check(info_of(endpoint).has_children && !info_of(copy).has_children);
	check(info_of(copy).depth == info_of(endpoint).depth + 1);
}

static void copy_refuses_excess_rights(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0),
	       weak = rig_derive(endpoint, KN_RIGHT_SEND, 0), to = rig_slot();

	check_status(
	    kn_cnode_copy(CSPACE, (uint32_t)to, weak, KN_RIGHT_SEND | KN_RIGHT_CALL), KN_E_RIGHTS);
	check_status(kn_cnode_mint(CSPACE, (uint32_t)to, weak, KN_RIGHTS_ALL, 5), KN_E_RIGHTS);
	check_status(kn_cnode_copy(CSPACE, (uint32_t)to, endpoint, 0xffffffff), KN_E_RIGHTS);
	check(info_of(to).type == KN_TYPE_NONE);
}

static void copy_refuses_bad_slots(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0), other = rig_new(KN_TYPE_ENDPOINT, 0),
	       empty = rig_slot();

	check_status(
	    kn_cnode_copy(CSPACE, (uint32_t)other, endpoint, KN_RIGHT_SEND), KN_E_SLOT_IN_USE);
	check_status(kn_cnode_copy(CSPACE, 0, endpoint, KN_RIGHT_SEND), KN_E_RANGE);
	check_status(kn_cnode_copy(CSPACE, 4096, endpoint, KN_RIGHT_SEND), KN_E_RANGE);
	check_status(kn_cnode_copy(CSPACE, 0xffffffff, endpoint, KN_RIGHT_SEND), KN_E_RANGE);
	check_status(kn_cnode_copy(CSPACE, (uint32_t)empty, empty, 0), KN_E_INVALID_CAP);
	check_status(kn_cnode_copy(CSPACE, (uint32_t)empty, 1ull << 32 | 5, 0), KN_E_INVALID_CAP);
	check_status(kn_cnode_copy(CSPACE, (uint32_t)empty, ~0ull, 0), KN_E_INVALID_CAP);
	check_status(kn_cnode_copy(CSPACE, (uint32_t)empty, KN_CAP_NONE, 0), KN_E_INVALID_CAP);
}

/* The kernel's view of a slot, for holders of the debug capability. */
static void debug_shows_slots_and_their_parents(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0), copy = rig_derive(endpoint, KN_RIGHT_CALL, 77);
	kn_cap cnode = rig_new(KN_TYPE_CNODE, 10), weak = rig_derive(CSPACE, 0, 0), blind = rig_derive(KN_BOOT_SLOT_DEBUG, KN_RIGHT_WRITE, 0);
	struct kn_slot_view from, view;
	uint64_t next;

	check_ok(kn_debug_slot(KN_BOOT_SLOT_DEBUG, CSPACE, endpoint, &next, &from));
	check(next == endpoint + 1 && from.type == KN_TYPE_ENDPOINT && from.badge == 0 && from.rights == ENDPOINT_RIGHTS);
	/* No right to the CNode is needed. */
	check_ok(kn_debug_slot(KN_BOOT_SLOT_DEBUG, weak, copy, &next, &view));
	check(next == copy + 1 && view.badge == 77 && view.rights == KN_RIGHT_CALL && view.depth == from.depth + 1);
	check(view.parent == from.slot && view.object == from.object && view.slot != from.slot);
	/* A further CNode: empty, then with one capability behind more slots than one call looks at. */
	check_ok(kn_debug_slot(KN_BOOT_SLOT_DEBUG, CSPACE, cnode << 32 | 1, &next, &view));
	check(view.type == KN_TYPE_NONE && next == (cnode << 32 | 257));
	check_ok(kn_cnode_copy(cnode, 300, copy, 0));
	check_ok(kn_debug_slot(KN_BOOT_SLOT_DEBUG, CSPACE, next, &next, &view));
	check(view.type == KN_TYPE_ENDPOINT && view.rights == 0 && next == (cnode << 32 | 301));
	check_status(kn_debug_slot(KN_BOOT_SLOT_DEBUG, CSPACE, cnode << 32 | 1000, &next, &view), KN_E_RANGE);
	check_status(kn_debug_slot(KN_BOOT_SLOT_DEBUG, CSPACE, endpoint << 32 | 1, &next, &view), KN_E_RANGE);
	check_status(kn_debug_slot(KN_BOOT_SLOT_DEBUG, CSPACE, 0, &next, &view), KN_E_RANGE);
	check_status(kn_debug_slot(KN_BOOT_SLOT_DEBUG, CSPACE, ~0ull, &next, &view), KN_E_RANGE);
	check_status(kn_debug_slot(KN_BOOT_SLOT_DEBUG, endpoint, 1, &next, &view), KN_E_WRONG_TYPE);
	check_status(kn_debug_slot(blind, CSPACE, 1, &next, &view), KN_E_RIGHTS);
}

static void invocation_refuses_wrong_capabilities(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0), empty = rig_slot();
	kn_cap weak = rig_derive(CSPACE, KN_RIGHT_READ, 0);
	kn_cap notification = rig_new(KN_TYPE_NOTIFICATION, 0);

	check_status(kn_cnode_copy(weak, (uint32_t)empty, endpoint, 0), KN_E_RIGHTS);
	check_status(kn_cnode_delete(empty, 5), KN_E_INVALID_CAP);
	check_status(kn_cnode_delete(KN_CAP_NONE, 5), KN_E_INVALID_CAP);
	/* A method of another type, and an operand of another type. */
	check_status(kn_cnode_delete(notification, 5), KN_E_INVALID_OP);
	check_status(kn_untyped_retype(rig_untyped, KN_TYPE_ENDPOINT, 0, notification, 5, 1),
	    KN_E_WRONG_TYPE);
	/* Words missing, words too many, unknown label. */
	struct kn_regs regs = {.info = kn_info(KN_CNODE_DELETE, 0, 0)};
	check_status(kn_call(CSPACE, &regs, KN_TIME_FOREVER), KN_E_BAD_MESSAGE);
	regs.info = kn_info(KN_CNODE_DELETE, 0, 449);
	check_status(kn_call(CSPACE, &regs, KN_TIME_FOREVER), KN_E_BAD_MESSAGE);
	regs.info = kn_info(0x2ff, 0, 0);
	check_status(kn_call(CSPACE, &regs, KN_TIME_FOREVER), KN_E_INVALID_OP);
	regs.info = kn_info(KN_CNODE_DELETE, 0, 1);
	regs.w[0] = 1ull << 32;
	check_status(kn_call(CSPACE, &regs, KN_TIME_FOREVER), KN_E_INVALID_ARG);
}

static void mint_refuses_second_badge(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0),
	       minted = rig_derive(endpoint, ENDPOINT_RIGHTS, 3), to = rig_slot();

	check_status(
	    kn_cnode_mint(CSPACE, (uint32_t)to, minted, KN_RIGHT_SEND, 4), KN_E_INVALID_ARG);
	check_status(
	    kn_cnode_mint(CSPACE, (uint32_t)to, endpoint, KN_RIGHT_SEND, 0), KN_E_INVALID_ARG);
	check_status(
	    kn_cnode_mint(CSPACE, (uint32_t)to, CSPACE, KN_RIGHT_READ, 4), KN_E_INVALID_ARG);
	/* A copy keeps the badge. */
	check_ok(kn_cnode_copy(CSPACE, (uint32_t)to, minted, KN_RIGHT_SEND));
	check(info_of(to).badge == 3);
}

static void delete_reparents_children(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	kn_cap child = rig_derive(endpoint, ENDPOINT_RIGHTS, 0);
	kn_cap grandchildren[20];

	for (unsigned i = 0; i < 20; i++)
		grandchildren[i] = rig_derive(child, KN_RIGHT_SEND, 0);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)child));
	check(info_of(grandchildren[0]).type == KN_TYPE_ENDPOINT &&
	      info_of(grandchildren[19]).type == KN_TYPE_ENDPOINT);
	/* They hang below the grandparent now. */
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)endpoint));
	for (unsigned i = 0; i < 20; i++)
		check(info_of(grandchildren[i]).type == KN_TYPE_NONE);
	check(info_of(endpoint).type == KN_TYPE_ENDPOINT);
}

static void revoke_spares_siblings(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	kn_cap a = rig_derive(endpoint, ENDPOINT_RIGHTS, 0),
	       b = rig_derive(endpoint, ENDPOINT_RIGHTS, 0);
	kn_cap a1 = rig_derive(a, ENDPOINT_RIGHTS, 0), a2 = rig_derive(a1, ENDPOINT_RIGHTS, 0),
	       b1 = rig_derive(b, 0, 0);

	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)a));
	check(info_of(a).type && info_of(b).type && info_of(b1).type);
	check(!info_of(a1).type && !info_of(a2).type);
	check_status(kn_cnode_revoke(CSPACE, (uint32_t)b1), KN_E_RIGHTS);
	check_status(kn_cnode_revoke(CSPACE, (uint32_t)a1), KN_E_INVALID_CAP);
}

static void move_keeps_the_place_in_the_tree(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0),
	       child = rig_derive(endpoint, ENDPOINT_RIGHTS, 9);
	kn_cap grandchild = rig_derive(child, KN_RIGHT_SEND, 0), to = rig_slot();

	check_ok(kn_cnode_move(CSPACE, (uint32_t)to, child));
	check(info_of(to).badge == 9 && info_of(to).has_children && !info_of(child).type);
	check_status(kn_cnode_move(CSPACE, (uint32_t)endpoint, to), KN_E_SLOT_IN_USE);
	check_status(kn_cnode_move(CSPACE, (uint32_t)to, to), KN_E_SLOT_IN_USE);
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)to));
	check(!info_of(grandchild).type && info_of(to).type);
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)endpoint));
	check(!info_of(to).type);
}

static void second_level_addresses_work(void)
{
	kn_cap cnode = rig_new(KN_TYPE_CNODE, 4), endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	kn_cap notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	uint32_t slots;
	uint64_t bits = 1;

	check_ok(kn_cnode_copy(cnode, 7, notification, KN_RIGHT_SEND | KN_RIGHT_RECV));
	check_ok(kn_cnode_copy(cnode, 15, endpoint, KN_RIGHT_SEND));
	check_status(kn_cnode_copy(cnode, 16, endpoint, KN_RIGHT_SEND), KN_E_RANGE);
	check_ok(kn_cnode_size(cnode, &slots));
	check(slots == 16);
	check_ok(kn_signal(cnode << 32 | 7, 4));
	check_ok(kn_notification_peek(cnode << 32 | 7, &bits));
	check(bits == 4);
	check_status(kn_notification_peek(cnode << 32 | 8, &bits), KN_E_INVALID_CAP);
	check_status(kn_notification_peek(cnode << 32 | 16, &bits), KN_E_INVALID_CAP);
	check_status(kn_notification_peek(endpoint << 32 | 7, &bits), KN_E_INVALID_CAP);
	check_status(kn_notification_peek(cnode << 32, &bits), KN_E_INVALID_CAP);
}

static void clone_copies_a_range(void)
{
	kn_cap from = rig_new(KN_TYPE_CNODE, 5), to = rig_new(KN_TYPE_CNODE, 5),
	       endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	uint32_t copied = 0;

	check_ok(kn_cnode_copy(from, 4, endpoint, KN_RIGHT_SEND | KN_RIGHT_GRANT));
	check_ok(kn_cnode_copy(from, 6, endpoint, KN_RIGHT_SEND));
	check_ok(kn_cnode_copy(from, 9, endpoint, KN_RIGHT_CALL | KN_RIGHT_GRANT));
	check_ok(kn_cnode_clone(to, from, 4, 28, &copied));
	check(copied == 2);
	struct kn_cap_info info = {};
	check_ok(kn_cnode_info(to, 9, &info));
	check(info.type == KN_TYPE_ENDPOINT && info.rights == (KN_RIGHT_CALL | KN_RIGHT_GRANT));
	check_ok(kn_cnode_info(to, 6, &info));
	check(info.type == KN_TYPE_NONE);
	check_status(kn_cnode_clone(to, from, 4, 29, &copied), KN_E_RANGE);
	check_status(kn_cnode_clone(to, from, 0, 2, &copied), KN_E_RANGE);
	check_status(kn_cnode_clone(from, from, 4, 2, &copied), KN_E_INVALID_ARG);
	check_ok(kn_cnode_copy(from, 10, endpoint, KN_RIGHT_GRANT));
	check_ok(kn_cnode_copy(to, 10, CSPACE, 0));
	check_status(kn_cnode_clone(to, from, 10, 1, &copied), KN_E_SLOT_IN_USE);
}

static void cnode_with_a_capability_to_itself_dies(void)
{
	struct kn_object_counts before = {}, after = {};

	check_ok(kn_debug_objects(KN_BOOT_SLOT_DEBUG, &before));
	kn_cap cnode = rig_new(KN_TYPE_CNODE, 6);

	for (uint32_t i = 1; i < 8; i++)
		check_ok(kn_cnode_copy(
		    cnode, i, cnode, KN_RIGHT_READ | KN_RIGHT_WRITE | KN_RIGHT_GRANT));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)cnode));
	check_ok(kn_debug_objects(KN_BOOT_SLOT_DEBUG, &after));
	check(after.counts[KN_TYPE_CNODE] == before.counts[KN_TYPE_CNODE]);
	/* Moving the only capability into the table itself ends it as well. */
	cnode = rig_new(KN_TYPE_CNODE, 6);
	check_ok(kn_cnode_move(cnode, 9, cnode));
	check_ok(kn_debug_objects(KN_BOOT_SLOT_DEBUG, &after));
	check(after.counts[KN_TYPE_CNODE] == before.counts[KN_TYPE_CNODE]);
}

static void process_cycle_is_undone_by_revoke(void)
{
	struct kn_object_counts before = {}, after = {};
	kn_cap untyped = rig_slot();

	check_ok(kn_debug_objects(KN_BOOT_SLOT_DEBUG, &before));
	check_ok(kn_untyped_retype(rig_untyped, KN_TYPE_UNTYPED, 20, CSPACE, (uint32_t)untyped, 1));
	uint32_t tcb = (uint32_t)rig_slot(), cnode = (uint32_t)rig_slot(),
		 object = (uint32_t)rig_slot();

	check_ok(kn_untyped_retype(untyped, KN_TYPE_TCB, 0, CSPACE, tcb, 1));
	check_ok(kn_untyped_retype(untyped, KN_TYPE_CNODE, 6, CSPACE, cnode, 1));
	check_ok(kn_untyped_retype(untyped, KN_TYPE_MEMORY_OBJECT, 0, CSPACE, object, 1));
	check_ok(kn_memory_object_configure_anonymous(object, KN_BOOT_SLOT_POOL, 1));
	check_ok(kn_tcb_configure(tcb, KN_SLOT_VSPACE, cnode, object, 0, 0x100000, KN_CAP_NONE));
	check_ok(kn_cnode_move(cnode, KN_SLOT_TCB, tcb));
	check_ok(kn_cnode_copy(cnode, KN_SLOT_CSPACE, cnode, KN_RIGHT_READ | KN_RIGHT_WRITE));
	check_ok(kn_cnode_move(cnode, 5, cnode));
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)untyped));
	check_ok(kn_debug_objects(KN_BOOT_SLOT_DEBUG, &after));
	check(after.counts[KN_TYPE_TCB] == before.counts[KN_TYPE_TCB]);
	check(after.counts[KN_TYPE_CNODE] == before.counts[KN_TYPE_CNODE]);
}

static void deep_and_wide_trees_are_revoked(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0), last = endpoint;

	/* Deeper than the depth field counts. */
	for (unsigned i = 0; i < 600; i++)
		last = rig_derive(last, ENDPOINT_RIGHTS, 0);
	for (unsigned i = 0; i < 600; i++)
		(void)rig_derive(last, KN_RIGHT_SEND, 0);
	check(info_of(last).depth == 255);
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)endpoint));
	check(!info_of(last).type && !info_of(endpoint).has_children);
}

#define DESCENDANTS 100000

static _Atomic bool is_revoked;

static void revoke(void *slot)
{
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)(uintptr_t)slot));
	is_revoked = true;
}

/* Ten times 1 ms of instructions: whoever sleeps for one wakes up in the middle of it. */
static void a_long_revoke_is_interrupted_and_goes_on(void)
{
	const kn_cap tables[] = {rig_new(KN_TYPE_CNODE, 16), rig_new(KN_TYPE_CNODE, 15), rig_new(KN_TYPE_CNODE, 14)};
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	uint32_t left = DESCENDANTS, slots = 0, used = 0;

	for (unsigned i = 0; i < 3; i++) {
		check_ok(kn_cnode_size(tables[i], &slots));
		for (uint32_t index = 1; index < slots && left > 0; index++, left--) {
			if (kn_cnode_copy(tables[i], index, endpoint, KN_RIGHT_SEND) != KN_OK)
				break;
		}
	}
	check(left == 0);
	is_revoked = false;
	struct rig_thread *thread = rig_make_thread(revoke, (void *)(uintptr_t)endpoint, KN_CAP_NONE);

	check_ok(kn_tcb_set_priority(thread->tcb, 50));
	check_ok(kn_tcb_resume(thread->tcb));
	rig_sleep(1000000);
	/* Another CPU, or a timer of the emulator that is late, and it may be done before this one gets to look. */
	if (rig_boot->cpu_count == 1 && rig_counts_instructions)
		check(!is_revoked && info_of(endpoint).has_children);
	check(rig_join(thread) && is_revoked && !info_of(endpoint).has_children);
	for (uint32_t index = 1; index < slots; index++) {
		struct kn_cap_info info = {};

		check_ok(kn_cnode_info(tables[2], index, &info));
		used += info.type != 0;
	}
	check(used == 0);
}

static void orphan_is_reported_once(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0),
	       session = rig_derive(endpoint, ENDPOINT_RIGHTS, 42);
	kn_cap a = rig_derive(session, KN_RIGHT_CALL, 0), b = rig_derive(session, KN_RIGHT_CALL, 0);
	struct kn_regs regs = {};

	check_ok(kn_cnode_watch(CSPACE, (uint32_t)session));
	check(info_of(session).is_watched);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)a));
	check_status(kn_recv(endpoint, &regs, KN_TIME_POLL, KN_CAP_NONE), KN_E_WOULD_BLOCK);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)b));
	check_ok(kn_recv(endpoint, &regs, KN_TIME_POLL, KN_CAP_NONE));
	check(regs.badge == 42 && kn_info_label(regs.info) == KN_LABEL_ORPHAN);
	check_status(kn_recv(endpoint, &regs, KN_TIME_POLL, KN_CAP_NONE), KN_E_WOULD_BLOCK);
	/* A new child takes the event back, losing it raises it again. */
	check_ok(kn_cnode_copy(CSPACE, (uint32_t)a, session, KN_RIGHT_CALL));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)a));
	check_ok(kn_cnode_copy(CSPACE, (uint32_t)a, session, KN_RIGHT_CALL));
	check_status(kn_recv(endpoint, &regs, KN_TIME_POLL, KN_CAP_NONE), KN_E_WOULD_BLOCK);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)a));
	/* The event moves with its slot and dies with it. */
	kn_cap moved = rig_slot();
	check_ok(kn_cnode_move(CSPACE, (uint32_t)moved, session));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)moved));
	check_status(kn_recv(endpoint, &regs, KN_TIME_POLL, KN_CAP_NONE), KN_E_WOULD_BLOCK);
}

/* Nobody has been told yet that the session is over when its capability moves. */
static void an_orphan_moves_with_its_slot(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0), session = rig_derive(endpoint, ENDPOINT_RIGHTS, 42);
	kn_cap child = rig_derive(session, KN_RIGHT_CALL, 0), moved = rig_slot();
	struct kn_regs regs = {};

	check_ok(kn_cnode_watch(CSPACE, (uint32_t)session));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)child));
	check_ok(kn_cnode_move(CSPACE, (uint32_t)moved, session));
	check_ok(kn_recv(endpoint, &regs, KN_TIME_POLL, KN_CAP_NONE));
	check(kn_info_label(regs.info) == KN_LABEL_ORPHAN && regs.badge == 42);
}

static void a_table_that_may_not_be_read_leads_nowhere(void)
{
	kn_cap inner = rig_new(KN_TYPE_CNODE, 4), endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	kn_cap blind = rig_derive(inner, KN_RIGHT_WRITE, 0), seeing = rig_derive(inner, KN_RIGHT_READ, 0);

	check_ok(kn_cnode_copy(inner, 3, endpoint, ENDPOINT_RIGHTS));
	check_ok(kn_endpoint_cancel_badge(seeing << 32 | 3, 5));
	check_status(kn_endpoint_cancel_badge(blind << 32 | 3, 5), KN_E_INVALID_CAP);
}

static void watch_refuses_what_has_no_badge(void)
{
	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0),
	       notification = rig_new(KN_TYPE_NOTIFICATION, 0);

	check_status(kn_cnode_watch(CSPACE, (uint32_t)endpoint), KN_E_WRONG_TYPE);
	check_status(kn_cnode_watch(CSPACE, (uint32_t)notification), KN_E_WRONG_TYPE);
	check_status(kn_cnode_watch(CSPACE, (uint32_t)rig_slot()), KN_E_INVALID_CAP);
	check_status(kn_cnode_watch(CSPACE, 0), KN_E_RANGE);
}

static void exec_authority_strips_write(void)
{
	/* tested through mapping rights in memory tests; here: nobody else can make EXECUTE */
	kn_cap object = rig_new(KN_TYPE_MEMORY_OBJECT, 0), to = rig_slot();

	check(!(rig_rights(object) & KN_RIGHT_EXECUTE));
	check_status(kn_cnode_copy(CSPACE, (uint32_t)to, object, KN_RIGHT_EXECUTE), KN_E_RIGHTS);
}

const struct rig_test cnode_tests[] = {
    {"copy_has_rights_and_badge", copy_has_rights_and_badge},
    {"debug_shows_slots_and_their_parents", debug_shows_slots_and_their_parents},
    {"copy_refuses_excess_rights", copy_refuses_excess_rights},
    {"copy_refuses_bad_slots", copy_refuses_bad_slots},
    {"invocation_refuses_wrong_capabilities", invocation_refuses_wrong_capabilities},
    {"mint_refuses_second_badge", mint_refuses_second_badge},
    {"delete_reparents_children", delete_reparents_children},
    {"revoke_spares_siblings", revoke_spares_siblings},
    {"move_keeps_the_place_in_the_tree", move_keeps_the_place_in_the_tree},
    {"second_level_addresses_work", second_level_addresses_work},
    {"clone_copies_a_range", clone_copies_a_range},
    {"cnode_with_a_capability_to_itself_dies", cnode_with_a_capability_to_itself_dies},
    {"process_cycle_is_undone_by_revoke", process_cycle_is_undone_by_revoke},
    {"deep_and_wide_trees_are_revoked", deep_and_wide_trees_are_revoked},
    {"a_long_revoke_is_interrupted_and_goes_on", a_long_revoke_is_interrupted_and_goes_on},
    {"orphan_is_reported_once", orphan_is_reported_once},
    {"an_orphan_moves_with_its_slot", an_orphan_moves_with_its_slot},
    {"a_table_that_may_not_be_read_leads_nowhere", a_table_that_may_not_be_read_leads_nowhere},
    {"watch_refuses_what_has_no_badge", watch_refuses_what_has_no_badge},
    {"execute_comes_from_exec_authority_only", exec_authority_strips_write},
    {},
};
