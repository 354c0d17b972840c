/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces: a long random run against a model. */
#include "fake_vspace.h"

#define ARENA 96
#define SPACES 3
#define ARENA_BASE (BASE - 40 * PAGE_SIZE) /* across a boundary of three levels of tables */

enum content { NOTHING, ANONYMOUS, OBJECT_PRIVATE, OBJECT_SHARED };

struct model_page {
	enum content content;
	uint8_t prot;
	bool is_private; /* has a private page with `value` */
	uint8_t value;
	uint8_t page; /* of the object */
};

static struct model_page model[SPACES][ARENA];
static uint8_t model_object[64];

static uint8_t model_value(const struct model_page *page)
{
	if (page->is_private)
		return page->value;
	return page->content == ANONYMOUS ? 0 : model_object[page->page];
}

static void model_access(struct vspace *target, struct model_page *pages, unsigned i)
{
	uint64_t address = ARENA_BASE + i * PAGE_SIZE + (uint64_t)rand() % PAGE_SIZE / PAGE_SIZE;
	struct model_page *page = &pages[i];
	uint8_t value = (uint8_t)rand(), seen = 0;

	if (rand() & 1) {
		kn_status status = fake_write(target, address, value);

		if (page->content == NOTHING) {
			assert_int_equal(status, KN_E_BAD_ADDRESS);
		} else if (!(page->prot & KN_VSPACE_PROT_WRITE)) {
			assert_int_equal(status, KN_E_RIGHTS);
		} else {
			assert_int_equal(status, KN_OK);
			if (page->content == OBJECT_SHARED) {
				model_object[page->page] = value;
			} else {
				page->is_private = true;
				page->value = value;
			}
		}
	} else {
		kn_status status = fake_read(target, address, &seen);

		if (page->content == NOTHING) {
			assert_int_equal(status, KN_E_BAD_ADDRESS);
		} else if (page->prot == 0) {
			assert_int_equal(status, KN_E_RIGHTS);
		} else {
			assert_int_equal(status, KN_OK);
			assert_int_equal(seen, model_value(page));
			/* Reading anonymous memory makes the page. */
			if (page->content == ANONYMOUS && !page->is_private) {
				page->is_private = true;
				page->value = 0;
			}
		}
	}
}

static void model_map(
    struct vspace *target, struct model_page *pages, unsigned from, unsigned count)
{
	enum content content = (enum content)(1 + rand() % 3);
	uint32_t prot = (uint32_t[]){0, 1, RW, RW}[rand() % 4];
	unsigned offset = content == ANONYMOUS ? 0 : (unsigned)rand() % 32;

	if (count > 32)
		count = 32;
	assert_int_equal(map_raw(target, content == ANONYMOUS ? nullptr : &object_slot, offset,
			     ARENA_BASE + from * PAGE_SIZE, count, prot, RW,
			     (content == OBJECT_SHARED ? SHARED : PRIVATE) | FIXED, nullptr),
	    KN_OK);
	for (unsigned i = 0; i < count; i++)
		pages[from + i] = (struct model_page){
		    .content = content, .prot = (uint8_t)prot, .page = (uint8_t)(offset + i)};
}

static void model_protect(
    struct vspace *target, struct model_page *pages, unsigned from, unsigned count)
{
	uint32_t prot = (uint32_t[]){0, 1, RW}[rand() % 3];
	bool has_hole = false;

	for (unsigned i = from; i < from + count; i++)
		has_hole |= pages[i].content == NOTHING;
	assert_int_equal(protect(target, ARENA_BASE + from * PAGE_SIZE, count, prot),
	    has_hole ? KN_E_BAD_ADDRESS : KN_OK);
	for (unsigned i = from; i < from + count && !has_hole; i++)
		pages[i].prot = (uint8_t)prot;
}

static void model_decommit(unsigned from, unsigned count)
{
	const struct memory_object_decommit_in in = {from, count};

	assert_int_equal(FAKE_RUN(memory_object_decommit(&object, &in)), KN_OK);
	memset(model_object + from, 0, count);
}

static void random_use_agrees_with_a_model(void **state)
{
	struct vspace third, *spaces[SPACES] = {&space, &other, &third};

	srand(4711);
	memset(model, 0, sizeof(model));
	memset(model_object, 0, sizeof(model_object));
	configure(&third);
	for (int round = 0; round < 12000; round++) {
		unsigned who = (unsigned)rand() % SPACES, whom = (unsigned)rand() % SPACES;
		unsigned from = (unsigned)rand() % ARENA;
		unsigned count = 1 + (unsigned)rand() % (ARENA - from);
		uint64_t address = ARENA_BASE + from * PAGE_SIZE;
		struct vspace *target = spaces[who];

		fake_work_limit(rand() % 3 ? 0 : 1 + rand() % 200);
		switch (rand() % 24) {
		case 0:
		case 1:
			model_map(target, model[who], from, count > ARENA - from ? 1 : count);
			break;
		case 2:
			count = 1 + count % 12;
			if (from + count > ARENA)
				count = ARENA - from;
			assert_int_equal(unmap(target, address, count), KN_OK);
			memset(&model[who][from], 0, count * sizeof(struct model_page));
			break;
		case 3:
			model_protect(target, model[who], from, count);
			break;
		case 4:
			count = 1 + count % 12;
			if (from + count > ARENA)
				count = ARENA - from;
			assert_int_equal(discard(target, address, count), KN_OK);
			for (unsigned i = from; i < from + count; i++)
				model[who][i].is_private = false;
			break;
		case 5:
			if (who == whom || rand() % 3)
				break;
			assert_int_equal(FAKE_RUN(vspace_clear(spaces[whom])), KN_OK);
			assert_int_equal(clone(target, spaces[whom]), KN_OK);
			memcpy(model[whom], model[who], sizeof(model[who]));
			break;
		case 6:
			from %= 60;
			model_decommit(from, 1 + (unsigned)rand() % 4);
			break;
		case 7:
			fake_tlb_evict();
			break;
		default:
			model_access(target, model[who], from);
			break;
		}
		fake_work_limit(0);
		for (unsigned i = 0; i < SPACES; i++)
			fake_check(spaces[i]);
	}
	for (unsigned who = 0; who < SPACES; who++)
		for (unsigned i = 0; i < ARENA; i++)
			model_access(spaces[who], model[who], i);
	assert_true(fake_restarts > 100);
	assert_int_equal(FAKE_RUN(vspace_destroy(&third.object)), KN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(random_use_agrees_with_a_model),
	};

	return cmocka_run_group_tests_name("vspace model", tests, nullptr, nullptr);
}
