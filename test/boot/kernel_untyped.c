/* SPDX-License-Identifier: BSD-2-Clause */
/* Retype: refusals, exhaustion, reuse. */
#include "kernel_rig.h"

#define CSPACE KN_SLOT_CSPACE

static kn_status retype(kn_cap untyped, unsigned type, unsigned bits, kn_cap to, uint32_t count)
{
	return kn_untyped_retype(
	    untyped, (uint8_t)type, (uint8_t)bits, CSPACE, (uint32_t)to, count);
}

static kn_cap child_untyped(unsigned bits)
{
	return rig_new(KN_TYPE_UNTYPED, bits);
}

static void retype_refuses_bad_arguments(void)
{
	kn_cap to = rig_slot();

	check_status(retype(rig_untyped, KN_TYPE_ENDPOINT, 0, to, 0), KN_E_RANGE);
	check_status(retype(rig_untyped, KN_TYPE_ENDPOINT, 0, to, 257), KN_E_RANGE);
	check_status(retype(rig_untyped, KN_TYPE_ENDPOINT, 0, to, 0xffffffff), KN_E_RANGE);
	check_status(retype(rig_untyped, KN_TYPE_ENDPOINT, 5, to, 1), KN_E_INVALID_ARG);
	check_status(retype(rig_untyped, KN_TYPE_NONE, 0, to, 1), KN_E_INVALID_ARG);
	check_status(retype(rig_untyped, 200, 0, to, 1), KN_E_INVALID_ARG);
	check_status(retype(rig_untyped, KN_TYPE_CNODE, 3, to, 1), KN_E_RANGE);
	check_status(retype(rig_untyped, KN_TYPE_CNODE, 17, to, 1), KN_E_RANGE);
	check_status(
	    retype(rig_untyped, KN_TYPE_UNTYPED, KN_UNTYPED_BITS_MIN - 1, to, 1), KN_E_RANGE);
	check_status(retype(rig_untyped, KN_TYPE_UNTYPED, 64, to, 1), KN_E_RANGE);
	check_status(retype(rig_untyped, KN_TYPE_UNTYPED, 40, to, 1), KN_E_NO_MEMORY);
	check_status(retype(rig_untyped, KN_TYPE_ENDPOINT, 0, 0, 1), KN_E_RANGE);
	check_status(retype(rig_untyped, KN_TYPE_ENDPOINT, 0, 4095, 2), KN_E_RANGE);
	check_status(retype(rig_untyped, KN_TYPE_ENDPOINT, 0, CSPACE, 1), KN_E_SLOT_IN_USE);
}

static void singletons_cannot_be_made(void)
{
	for (unsigned type = KN_TYPE_CLOCK; type <= KN_TYPE_EXEC_AUTHORITY; type++)
		check_status(retype(rig_untyped, type, 0, rig_slot(), 1), KN_E_INVALID_ARG);
}

static void exhausted_untyped_says_so(void)
{
	kn_cap untyped = child_untyped(12), to = RIG_SLOT + 100;
	struct kn_untyped_info info = {};

	check_ok(retype(untyped, KN_TYPE_ENDPOINT, 0, to, 32));
	check_status(retype(untyped, KN_TYPE_ENDPOINT, 0, to + 32, 1), KN_E_NO_MEMORY);
	check_ok(kn_untyped_info(untyped, &info));
	check(info.size == 4096 && info.used == 4096 && info.has_children);
}

static void memory_is_used_again_when_all_children_are_gone(void)
{
	kn_cap untyped = child_untyped(12), to = RIG_SLOT + 100;
	struct kn_untyped_info info = {};

	check_ok(retype(untyped, KN_TYPE_ENDPOINT, 0, to, 32));
	check_ok(kn_cnode_clear(CSPACE, (uint32_t)to, 31));
	check_status(retype(untyped, KN_TYPE_ENDPOINT, 0, to, 1), KN_E_NO_MEMORY);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)to + 31));
	check_ok(retype(untyped, KN_TYPE_NOTIFICATION, 0, to, 32));
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)untyped));
	check_ok(kn_untyped_info(untyped, &info));
	check(!info.has_children);
	check_ok(retype(untyped, KN_TYPE_CNODE, 6, to, 1));
}

static void objects_are_zero_when_reused(void)
{
	kn_cap untyped = child_untyped(14), to = RIG_SLOT + 100;
	uint64_t bits = 1;

	for (unsigned round = 0; round < 3; round++) {
		check_ok(retype(untyped, KN_TYPE_NOTIFICATION, 0, to, 128));
		check_ok(kn_notification_peek(to + 127, &bits));
		check(bits == 0);
		check_ok(kn_signal(to + 127, ~0ull));
		check_ok(kn_cnode_revoke(CSPACE, (uint32_t)untyped));
		check_ok(retype(untyped, KN_TYPE_CNODE, 8, to, 1));
		for (uint32_t i = 1; i < 256; i++)
			check_ok(kn_cnode_copy(to, i, to, KN_RIGHT_READ));
		check_ok(kn_cnode_revoke(CSPACE, (uint32_t)untyped));
	}
}

static void untyped_cannot_be_copied(void)
{
	kn_cap untyped = child_untyped(12), to = rig_slot();

	check_status(
	    kn_cnode_copy(CSPACE, (uint32_t)to, untyped, KN_RIGHT_READ), KN_E_NOT_SUPPORTED);
	check_ok(kn_cnode_move(CSPACE, (uint32_t)to, untyped));
	check_ok(retype(to, KN_TYPE_ENDPOINT, 0, untyped, 1));
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)to));
	struct kn_cap_info info = {};
	check_ok(kn_cnode_info(CSPACE, (uint32_t)untyped, &info));
	check(info.type == KN_TYPE_NONE);
}

static void nested_untypeds_are_revoked(void)
{
	kn_cap a = child_untyped(18), b = rig_slot(), c = rig_slot(), to = RIG_SLOT + 100;
	struct kn_cap_info info = {};

	check_ok(retype(a, KN_TYPE_UNTYPED, 16, b, 1));
	check_ok(retype(b, KN_TYPE_UNTYPED, 13, c, 1));
	check_ok(retype(c, KN_TYPE_ENDPOINT, 0, to, 64));
	check_ok(kn_cnode_revoke(CSPACE, (uint32_t)a));
	check_ok(kn_cnode_info(CSPACE, (uint32_t)to + 63, &info));
	check(info.type == KN_TYPE_NONE);
	check_ok(kn_cnode_info(CSPACE, (uint32_t)b, &info));
	check(info.type == KN_TYPE_NONE);
}

static void device_untypeds_yield_only_untypeds(void)
{
	if (rig_is_shared())
		return;
	for (unsigned i = 0; i < rig_boot->untyped_count; i++) {
		if (!rig_boot->untypeds[i].is_device || rig_boot->untypeds[i].size_bits < 13)
			continue;
		kn_cap to = rig_slot(), below = rig_slot();

		check_status(retype(KN_BOOT_SLOT_UNTYPED + i, KN_TYPE_ENDPOINT, 0, to, 1),
		    KN_E_NOT_SUPPORTED);
		check_ok(retype(KN_BOOT_SLOT_UNTYPED + i, KN_TYPE_UNTYPED, 12, to, 1));
		check_status(retype(to, KN_TYPE_TCB, 0, below, 1), KN_E_NOT_SUPPORTED);
		return;
	}
	check(!"no device untyped");
}

static void boot_untypeds_are_aligned_and_disjoint(void)
{
	check(rig_boot->untyped_count > 0 && rig_boot->magic == KN_BOOT_MAGIC);
	for (unsigned i = 0; i < rig_boot->untyped_count; i++) {
		const struct kn_boot_untyped *a = &rig_boot->untypeds[i];

		check(a->size_bits >= 12 && a->base % (1ull << a->size_bits) == 0);
		for (unsigned j = 0; j < i; j++) {
			const struct kn_boot_untyped *b = &rig_boot->untypeds[j];

			check(a->base + (1ull << a->size_bits) <= b->base ||
			      b->base + (1ull << b->size_bits) <= a->base);
		}
	}
}

static void every_type_can_be_made_and_destroyed(void)
{
	for (unsigned round = 0; round < 3; round++) {
		kn_cap to = RIG_SLOT + 100;

		for (unsigned type = KN_TYPE_CNODE; type <= KN_TYPE_TIMER; type++)
			check_ok(
			    retype(rig_untyped, type, type == KN_TYPE_CNODE ? 4 : 0, to + type, 1));
		check_ok(kn_cnode_revoke(CSPACE, (uint32_t)rig_untyped));
	}
}

const struct rig_test untyped_tests[] = {
    {"retype_refuses_bad_arguments", retype_refuses_bad_arguments},
    {"singletons_cannot_be_made", singletons_cannot_be_made},
    {"exhausted_untyped_says_so", exhausted_untyped_says_so},
    {"memory_is_used_again_when_all_children_are_gone",
	memory_is_used_again_when_all_children_are_gone},
    {"objects_are_zero_when_reused", objects_are_zero_when_reused},
    {"untyped_cannot_be_copied", untyped_cannot_be_copied},
    {"nested_untypeds_are_revoked", nested_untypeds_are_revoked},
    {"device_untypeds_yield_only_untypeds", device_untypeds_yield_only_untypeds},
    {"boot_untypeds_are_aligned_and_disjoint", boot_untypeds_are_aligned_and_disjoint},
    {"every_type_can_be_made_and_destroyed", every_type_can_be_made_and_destroyed},
    {},
};
