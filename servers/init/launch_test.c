/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a server with each of its steps failing in turn: objects, slots, mappings, capabilities. A clear error, nothing is left of the unit, and the
 * next attempt succeeds. The kernel and the servers below are models that count.
 */
#include "check.h"

#include "boot.h"
#include "client/mmsrv.h"
#include "client/objsrv.h"
#include "events.h"
#include "fake_caps.h"
#include "fake_heap.h"
#include "kn/cnode.h"
#include "kn/console.h"
#include "kn/io_port_control.h"
#include "kn/irq_control.h"
#include "kn/memory_object.h"
#include "kn/pool.h"
#include "kn/random.h"
#include "kn/sched_context.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "launch.h"
#include "trona/elf.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "uapi/error.h"
#include "uapi/object_type.h"

#define STEPS_MAX 200

static long budget = -1;
static long mappings, objects, accounts, spaces;
static alignas(4096) char pages[LAUNCH_PAGES * KN_PAGE_SIZE], file[KN_PAGE_SIZE];
static struct unit *victim;

static kn_status try(void)
{
	if (budget == 0)
		return KN_E_NO_MEMORY;
	budget -= budget > 0;
	return KN_OK;
}

static kn_status put(kn_cap slot, uint8_t type)
{
	kn_status status = try();

	if (status != KN_OK)
		return status;
	assert_false(fake_cap(slot)->is_used);
	*fake_cap(slot) = (struct fake_cap){.is_used = true, .type = type};
	return KN_OK;
}

/* ---- what init has from the kernel ---- */

kn_status boot_make(uint8_t type, uint8_t size_bits, kn_cap slot)
{
	return put(slot, type);
}

const struct kn_boot_page *boot_page(void)
{
	static const struct kn_boot_page page = {.cpu_count = 2};

	return &page;
}

bool boot_has_fixed_places(void)
{
	return false;
}

uint64_t boot_place(struct layout_range range)
{
	return range.first;
}

kn_status boot_file(const char *path, struct cpio_entry *entry)
{
	*entry = (struct cpio_entry){.size = sizeof file};
	return KN_OK;
}

const void *boot_bytes(uint64_t offset)
{
	return file + offset;
}

kn_cap boot_images(void)
{
	return 3000;
}

kn_status boot_take_memory(unsigned bits, kn_cap *untyped)
{
	return KN_E_NO_MEMORY;
}

kn_status boot_hand_over(kn_cap cnode, uint32_t first, unsigned *count)
{
	return KN_E_NO_MEMORY;
}

kn_status boot_device(uint64_t base, uint64_t size, kn_cap *untyped, uint64_t *untyped_base)
{
	return KN_E_NOT_FOUND;
}

kn_cap events_notification(void)
{
	return 3001;
}

void log_line(const char *format, ...)
{
	(void)format;
}

const char *kn_status_text(kn_status status)
{
	(void)status;
	return "";
}

/* ---- images ---- */

kn_status elf_parse(const void *data, size_t size, uint64_t file_size, struct elf_image *image)
{
	*image = (struct elf_image){.is_pie = true};
	return KN_OK;
}

kn_status image_map_with_tail(kn_cap vspace, kn_cap object, uint64_t first_page, const struct elf_image *image, uint64_t bias,
    image_tail_fn *tail, void *context)
{
	kn_status status = try();

	return status == KN_OK ? tail(context, vspace, object, 0, 100, bias, KN_VSPACE_PROT_READ) : status;
}

kn_status image_map_zero(kn_cap vspace, uint64_t address, uint64_t end, uint32_t prot)
{
	return try();
}

/* ---- servers ---- */

kn_status objsrv_account_create(kn_cap server, uint64_t quota, uint64_t *id, kn_cap slot)
{
	kn_status status = put(slot, KN_TYPE_ENDPOINT);

	accounts += status == KN_OK;
	*id = 7;
	return status;
}

kn_status objsrv_account_destroy(kn_cap server, uint64_t id)
{
	accounts--;
	objects = 0;
	return KN_OK;
}

kn_status objsrv_alloc(kn_cap account, uint8_t type, uint8_t size_bits, uint64_t *handle, kn_cap slot)
{
	kn_status status = put(slot, type);

	objects += status == KN_OK;
	return status;
}

kn_status objsrv_untyped(kn_cap server, uint8_t size_bits, uint64_t *handle, kn_cap slot)
{
	return KN_E_NO_MEMORY;
}

kn_status mmsrv_space_create(kn_cap server, uint64_t limit, uint64_t base, uint32_t roles, uint64_t *id, kn_cap slots)
{
	kn_status status = put(slots, KN_TYPE_VSPACE);

	if (status != KN_OK)
		return status;
	*fake_cap(slots + 1) = (struct fake_cap){.is_used = true, .type = KN_TYPE_ENDPOINT};
	spaces++;
	return KN_OK;
}

kn_status mmsrv_space_destroy(kn_cap server, uint64_t id)
{
	spaces--;
	return KN_OK;
}

kn_status mmsrv_object_create(kn_cap server, uint64_t count, kn_cap slot)
{
	return put(slot, KN_TYPE_MEMORY_OBJECT);
}

/* ---- kernel ---- */

kn_status kn_vspace_map(kn_cap self, kn_cap object, uint64_t offset, uint64_t address, uint64_t count, uint32_t prot,
    uint32_t max_prot, uint32_t flags, uint64_t *mapped)
{
	kn_status status = try();

	if (status != KN_OK)
		return status;
	mappings += self == KN_SLOT_VSPACE;
	if (self == KN_SLOT_VSPACE && count == LAUNCH_PAGES)
		memset(pages, 0, sizeof pages);
	*mapped = (uint64_t)(self != KN_SLOT_VSPACE ? (char *)address : count == LAUNCH_PAGES ? pages : file);
	return KN_OK;
}

kn_status kn_vspace_unmap(kn_cap self, uint64_t address, uint64_t count)
{
	mappings -= self == KN_SLOT_VSPACE;
	return KN_OK;
}

kn_status kn_cnode_copy(kn_cap self, uint32_t index, kn_cap source, uint32_t rights)
{
	return try();
}

kn_status kn_cnode_mint(kn_cap self, uint32_t index, kn_cap source, uint32_t rights, uint64_t badge)
{
	return try();
}

kn_status kn_cnode_delete(kn_cap self, uint32_t index)
{
	return KN_OK;
}

#define STEP(name, ...) \
	kn_status name(__VA_ARGS__) \
	{ \
		return try(); \
	}
STEP(kn_memory_object_commit, kn_cap self, uint64_t first, uint64_t count)
STEP(kn_memory_object_configure_anonymous, kn_cap self, kn_cap pool, uint64_t count)
STEP(kn_memory_object_configure_physical, kn_cap self, kn_cap source, uint64_t first, uint64_t count, uint32_t type)
STEP(kn_pool_refill, kn_cap self, kn_cap untyped)
STEP(kn_vspace_configure, kn_cap self, kn_cap pool, uint64_t base)
STEP(kn_sched_context_bind, kn_cap self, kn_cap tcb)
STEP(kn_tcb_configure, kn_cap self, kn_cap vspace, kn_cap cspace, kn_cap object, uint64_t page, uint64_t address, kn_cap fault)
STEP(kn_tcb_set_priority, kn_cap self, uint32_t priority)
STEP(kn_tcb_set_name, kn_cap self, uint64_t first, uint64_t second)
STEP(kn_tcb_start, kn_cap self, uint64_t ip, uint64_t sp, uint64_t tls, uint64_t first, uint64_t second)
STEP(kn_tcb_resume, kn_cap self)
STEP(kn_io_port_control_claim, kn_cap self, kn_cap ports, uint16_t first, uint16_t last)
STEP(kn_irq_control_claim, kn_cap self, kn_cap handler, uint32_t irq, bool is_level)

kn_status kn_tcb_suspend(kn_cap self, bool cancel)
{
	return KN_OK;
}

kn_status kn_random_get(kn_cap self, struct kn_random_data *data)
{
	*data = (struct kn_random_data){};
	return KN_OK;
}

kn_status kn_console_describe(kn_cap self, struct kn_uart_info *info)
{
	*info = (struct kn_uart_info){.kind = KN_UART_KIND_PORT_16550, .base = 0x3f8, .irq = 4};
	return KN_OK;
}

/* ---- the test ---- */

static int system_of_three(void **state)
{
	static char objsrv[] = "name = \"objsrv\"\nbinary = \"/sbin/objsrv\"\nslots = 8\n",
		    mmsrv[] = "name = \"mmsrv\"\nbinary = \"/sbin/mmsrv\"\nneeds = [\"objsrv\"]\nslots = 8\nroles = [\"manager\"]\n",
		    last[] = "name = \"victim\"\nbinary = \"/sbin/victim\"\nneeds = [\"objsrv\", \"mmsrv:manager\"]\n"
			     "grants = [\"notification\", \"console\", \"cspaces\", \"random\", \"shutdown\", \"mint.objsrv\"]\n"
			     "options = [\"a=b\"]\nslots = 8\n";

	(void)state;
	fake_caps_reset();
	slots_init(32, 900, nullptr);
	unit_add("etc/units/objsrv.toml", objsrv, sizeof objsrv - 1);
	unit_add("etc/units/mmsrv.toml", mmsrv, sizeof mmsrv - 1);
	unit_add("etc/units/victim.toml", last, sizeof last - 1);
	assert_int_equal(unit_count(), 3);
	victim = unit_by_name("victim");
	assert_int_equal(launch_make_endpoints(), KN_OK);
	return 0;
}

static void nothing_is_there_of_it(void)
{
	const kn_cap parts[] = {victim->account, victim->vspace, victim->memory, victim->cnode, victim->tcb, victim->sched_context,
	    victim->pages, victim->notification};

	for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++)
		assert_int_equal(parts[i], KN_CAP_NONE);
	assert_int_equal(mappings, 0);
	assert_int_equal(objects, 0);
	assert_int_equal(accounts, 0);
	assert_int_equal(spaces, 0);
}

/* `limit` is what fails; until the server starts. `is_exact`: what init keeps for itself is made. */
static void sweep(long *limit, bool is_exact)
{
	kn_status status = KN_E_NO_MEMORY;

	for (long n = 0; status != KN_OK; n++) {
		const unsigned slots = slots_available(), used = fake_caps_used();

		assert_true(n < STEPS_MAX);
		*limit = n;
		status = launch_server(victim);
		*limit = -1;
		if (status == KN_OK) {
			assert_int_equal(victim->state, INIT_STATE_WAITING);
			launch_destroy(victim);
		} else if (status != KN_E_NO_MEMORY) {
			fail_msg("step %ld: status %d", n, status);
		}
		nothing_is_there_of_it();
		if (is_exact && (slots_available() != slots || fake_caps_used() != used))
			fail_msg("step %ld, status %d: %d slots, %d capabilities more", n, status, (int)(slots - slots_available()),
			    (int)(fake_caps_used() - used));
		/* init's own capabilities to servers may be made by any attempt, but with a slot each. */
		assert_int_equal(slots - slots_available(), fake_caps_used() - used);
	}
}

static void nothing_is_left_of_a_server_that_cannot_start(void **state)
{
	(void)state;
	sweep(&fake_caps_budget, false);
	sweep(&budget, false);
	sweep(&fake_caps_budget, true);
	sweep(&budget, true);
}

/* Slots run out: taken away one less each time. */
static void without_slots_it_cannot_start_either(void **state)
{
	kn_cap taken[1024];
	unsigned count = 0;
	kn_status status = KN_E_NO_SLOT;

	(void)state;
	while (slot_alloc(&taken[count]) == KN_OK)
		count++;
	for (unsigned steps = 0; status != KN_OK; steps++) {
		assert_true(steps < STEPS_MAX && count > 0);
		const unsigned slots = slots_available();

		status = launch_server(victim);
		if (status == KN_OK)
			launch_destroy(victim);
		else
			assert_int_equal(status, KN_E_NO_SLOT);
		nothing_is_there_of_it();
		assert_int_equal(slots_available(), slots);
		slot_free(taken[--count]);
	}
	while (count > 0)
		slot_free(taken[--count]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_left_of_a_server_that_cannot_start),
	    cmocka_unit_test(without_slots_it_cannot_start_either),
	};

	return cmocka_run_group_tests(tests, system_of_three, nullptr);
}
