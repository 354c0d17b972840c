/* SPDX-License-Identifier: BSD-2-Clause */
/* The derivation tree against a model with parent pointers, and reference counting. */
#include "check.h"

#include "core/work.h"
#include "object/cnode.h"
#include "object/derivation.h"
#include "object/endpoint.h"
#include "object/reaper.h"

#define SLOTS 60

/* ---- the kernel around it ---- */

static kn_status nothing(struct object *object)
{
	(void)object;
	return KN_OK;
}

static unsigned severed;

static kn_status sever(struct object *object, struct slot *slot)
{
	(void)object;
	(void)slot;
	return severed++ == 0 ? KN_RESTART : KN_OK;
}

const struct object_class object_classes[KN_TYPE_COUNT] = {
    [KN_TYPE_ENDPOINT] = {.destroy = nothing},
    [KN_TYPE_CNODE] = {.destroy = nothing},
    [KN_TYPE_POOL] = {.destroy = nothing, .sever = sever},
};
uint32_t object_counts[KN_TYPE_COUNT];

static unsigned died, orphaned;

void reaper_add(struct object *object)
{
	object->is_dying = true;
	died++;
}

void endpoint_orphan_queue(struct slot *slot)
{
	slot->cap.flags |= SLOT_ORPHANED;
	orphaned++;
}

void endpoint_orphan_dequeue(struct slot *slot)
{
	slot->cap.flags &= (uint8_t)~SLOT_ORPHANED;
	slot->child = nullptr;
	slot->last = nullptr;
}

/* ---- the model ---- */

static struct slot slots[SLOTS];
static int parent[SLOTS]; /* index, -1: root, -2: empty */
static struct object endpoint;

static int setup(void **state)
{
	(void)state;
	memset(slots, 0, sizeof(slots));
	derivation_root = (struct slot){};
	derivation_root = (struct slot){.next = &derivation_root, .prev = &derivation_root};
	for (unsigned i = 0; i < SLOTS; i++)
		parent[i] = -2;
	endpoint = (struct object){.type = KN_TYPE_ENDPOINT};
	died = orphaned = severed = 0;
	this_cpu()->work = 1 << 30;
	return 0;
}

static bool is_below(int slot, int ancestor)
{
	for (; slot >= 0; slot = parent[slot]) {
		if (parent[slot] == ancestor)
			return true;
	}
	return false;
}

static unsigned used(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < SLOTS; i++)
		count += parent[i] != -2;
	return count;
}

static void compare(void)
{
	unsigned children[SLOTS + 1] = {};

	assert_int_equal(derivation_check(nullptr), used());
	assert_int_equal(endpoint.references, used());
	for (unsigned i = 0; i < SLOTS; i++) {
		assert_int_equal(slot_is_empty(&slots[i]), parent[i] == -2);
		if (parent[i] >= -1)
			children[parent[i] + 1]++;
	}
	for (int i = -1; i < SLOTS; i++) {
		struct slot *slot = i < 0 ? &derivation_root : &slots[i];
		unsigned count = 0;

		if (slot_has_children(slot)) {
			for (struct slot *child = slot->child; child != slot; child = child->next) {
				assert_int_equal(parent[child - slots], i);
				count++;
			}
		}
		assert_int_equal(count, children[i + 1]);
	}
}

static void random_operations_equal_the_model(void **state)
{
	(void)state;
	srand(7);
	for (unsigned round = 0; round < 30000; round++) {
		int a = rand() % SLOTS, b = rand() % SLOTS;

		switch (rand() % 8) {
		case 0 ... 3: /* copy a to b */
			if (parent[a] == -2 || parent[b] != -2)
				break;
			slot_derive(&slots[b], &slots[a], 0, 0);
			parent[b] = a;
			break;
		case 4: /* a new original */
			if (parent[b] != -2 || used() > SLOTS / 2)
				break;
			slot_fill(&slots[b], nullptr, &endpoint, 0);
			parent[b] = -1;
			break;
		case 5: /* move */
			if (parent[a] == -2 || parent[b] != -2)
				break;
			slot_move(&slots[b], &slots[a]);
			parent[b] = parent[a];
			parent[a] = -2;
			for (unsigned i = 0; i < SLOTS; i++) {
				if (parent[i] == a)
					parent[i] = b;
			}
			break;
		case 6: /* delete: children go to the grandparent */
			assert_int_equal(slot_delete(&slots[a]), KN_OK);
			for (unsigned i = 0; i < SLOTS && parent[a] != -2; i++) {
				if (parent[i] == a)
					parent[i] = parent[a];
			}
			parent[a] = -2;
			break;
		default: { /* revoke, now and then */
			bool gone[SLOTS] = {};

			if (parent[a] == -2 || rand() % 8)
				break;
			assert_int_equal(slot_revoke(&slots[a]), KN_OK);
			for (int i = 0; i < SLOTS; i++)
				gone[i] = parent[i] != -2 && is_below(i, a);
			for (unsigned i = 0; i < SLOTS; i++) {
				if (gone[i])
					parent[i] = -2;
			}
			break;
		}
		}
		compare();
		endpoint.is_dying = false;
	}
}

static void last_capability_ends_the_object(void **state)
{
	(void)state;
	slot_fill(&slots[0], nullptr, &endpoint, 0);
	slot_derive(&slots[1], &slots[0], 0, 0);
	assert_int_equal(slot_delete(&slots[0]), KN_OK);
	assert_int_equal(died, 0);
	assert_int_equal(slot_delete(&slots[1]), KN_OK);
	assert_int_equal(died, 1);
	assert_int_equal(slot_delete(&slots[1]), KN_OK);
	assert_int_equal(died, 1);
}

static void self_references_do_not_count(void **state)
{
	static struct slot table[16];
	struct cnode *cnode = (struct cnode *)table;

	(void)state;
	memset(table, 0, sizeof(table));
	cnode->object.type = KN_TYPE_CNODE;
	cnode->slot_count = 16;
	slot_fill(&slots[0], nullptr, &cnode->object, 0);
	slot_derive(&table[3], &slots[0], 0, 0);
	slot_derive(&table[15], &table[3], 0, 0);
	assert_int_equal(cnode->self_references, 2);
	slot_move(&slots[1], &table[15]);
	assert_int_equal(cnode->self_references, 1);
	assert_int_equal(slot_delete(&slots[1]), KN_OK);
	assert_int_equal(died, 0);
	assert_int_equal(slot_delete(&slots[0]), KN_OK);
	assert_int_equal(died, 1);
	assert_false(slot_is_copyable(&table[3]));
}

static void losing_the_last_child_is_reported(void **state)
{
	(void)state;
	slot_fill(&slots[0], nullptr, &endpoint, 0);
	slot_derive(&slots[1], &slots[0], 0, 5);
	slots[1].cap.flags |= SLOT_WATCHED;
	slot_derive(&slots[2], &slots[1], 0, 5);
	slot_derive(&slots[3], &slots[2], 0, 5);
	assert_int_equal(slot_delete(&slots[2]), KN_OK);
	assert_int_equal(orphaned, 0);
	assert_int_equal(slot_delete(&slots[3]), KN_OK);
	assert_int_equal(orphaned, 1);
	assert_true(slots[1].cap.flags & SLOT_ORPHANED);
	slot_derive(&slots[2], &slots[1], 0, 5);
	assert_false(slots[1].cap.flags & SLOT_ORPHANED);
}

static void revoke_stops_at_its_budget(void **state)
{
	unsigned restarts = 0;

	(void)state;
	slot_fill(&slots[0], nullptr, &endpoint, 0);
	for (unsigned i = 1; i < SLOTS; i++)
		slot_derive(&slots[i], &slots[i - 1], 0, 0);
	do {
		this_cpu()->work = 40;
		restarts++;
	} while (slot_revoke(&slots[0]) == KN_RESTART);
	assert_in_range(restarts, 5, SLOTS);
	assert_int_equal(derivation_check(nullptr), 1);
}

static void internal_slot_is_severed_before_it_goes(void **state)
{
	struct object pool = {.type = KN_TYPE_POOL};

	(void)state;
	slot_fill_untyped(&slots[0], nullptr, 0x100000, 20, false);
	slot_fill_internal(&slots[1], &slots[0], &pool);
	assert_int_equal(pool.references, 0);
	assert_int_equal(slot_revoke(&slots[0]), KN_RESTART);
	assert_false(slot_is_empty(&slots[1]));
	assert_int_equal(slot_revoke(&slots[0]), KN_OK);
	assert_true(slot_is_empty(&slots[1]) && !slot_has_children(&slots[0]));
	assert_int_equal(died, 0);
	slot_fill_internal(&slots[1], &slots[0], &pool);
	slot_drop_internal(&slots[1]);
	slot_drop_internal(&slots[1]);
	assert_int_equal(severed, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(random_operations_equal_the_model, setup),
	    cmocka_unit_test_setup(last_capability_ends_the_object, setup),
	    cmocka_unit_test_setup(self_references_do_not_count, setup),
	    cmocka_unit_test_setup(losing_the_last_child_is_reported, setup),
	    cmocka_unit_test_setup(revoke_stops_at_its_budget, setup),
	    cmocka_unit_test_setup(internal_slot_is_severed_before_it_goes, setup),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
