/* SPDX-License-Identifier: BSD-2-Clause */
/* See test_fakes.h. */
#include "test_fakes.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "client/mmsrv.h"
#include "client/objsrv.h"
#include "exit.h"
#include "kn/cnode.h"
#include "kn/memory_object.h"
#include "kn/random.h"
#include "kn/sched_context.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "objects.h"
#include "server/procmgr.h"
#include "start.h"
#include "trona/image.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/syscall.h"
#include "uapi/object_type.h"
#include "user.h"

#define ENTRIES 64

long fake_budget, fake_slots, fake_accounts, fake_spaces, fake_mapped, fake_deferred;
kn_time fake_now;
struct fake_answer fake_answer;
unsigned fake_upcalls, fake_suspended, fake_resumed, fake_logged;
uint32_t fake_priority, fake_bound;
struct schedule_parameters fake_parameters;
kn_status fake_image, fake_refusal, fake_admission;
uint32_t fake_memory_user;
uint64_t fake_pages[256], fake_memory_limit, fake_consumed, fake_available, fake_returned, fake_shared, fake_objects_free, fake_object_id;
unsigned fake_mended_by;

static kn_cap next_slot;
static uint64_t next_id;
static struct procmgr_process_entry entries[ENTRIES];

static kn_status try(void)
{
	if (fake_budget == 0)
		return fake_refusal;
	if (fake_budget > 0)
		fake_budget--;
	return KN_OK;
}

void fake_reset(void)
{
	fake_budget = -1;
	fake_now = 1000;
	fake_answer = (struct fake_answer){};
	fake_upcalls = fake_suspended = fake_resumed = fake_logged = 0;
	fake_image = fake_admission = KN_OK;
	fake_consumed = 0;
	fake_refusal = KN_E_NO_MEMORY;
	fake_slots = fake_accounts = fake_spaces = fake_mapped = fake_deferred = 0;
	memset(fake_pages, 0, sizeof fake_pages);
	fake_available = fake_returned = fake_shared = fake_object_id = 0;
	fake_mended_by = 0;
	fake_objects_free = 1u << 30;
	memset(entries, 0, sizeof entries);
	next_slot = 1000;
	process_memory_limit = 10000;
	services = (struct process_services){.objsrv = 1, .mmsrv = 2, .vfs = 3, .namesrv = 4};
	process_table_init(entries, ENTRIES);
}

struct process *fake_process(struct process *parent, uint32_t uid)
{
	const struct procmgr_image_args image = {.block = 0x1000, .block_pages = 1, .stack_top = 0x800000, .stack_pages = 16,
	    .sp = 0x7ff000 + 0x100, .name = "fake"};
	uint32_t pid;

	if (parent ? start_fork(parent, 1, 2, 3, 1, &pid) : start_first(&image, uid, uid, 5, 6, KN_CAP_NONE, &pid))
		abort();
	struct process *process = process_by_pid(pid);
	process->signals->first.blocked = 0;
	return process;
}

struct server_call *fake_call(const struct process *process)
{
	static struct server_call call;

	call = (struct server_call){.badge = process_badge(process)};
	return &call;
}

/* ---- slots and the loop ---- */

kn_status slot_alloc(kn_cap *slot)
{
	return slots_alloc(1, slot);
}

kn_status slots_alloc(unsigned count, kn_cap *first)
{
	kn_status status = try();

	if (status != KN_OK)
		return status;
	*first = next_slot;
	next_slot += count;
	fake_slots += count;
	return KN_OK;
}

kn_status slots_reserve(unsigned count)
{
	return try();
}

void slot_free(kn_cap slot)
{
	fake_slots -= slot != KN_CAP_NONE;
}

void slot_release(kn_cap slot)
{
	fake_slots -= slot != KN_CAP_NONE;
}

void slot_delete(kn_cap slot)
{
}

kn_status slot_duplicate(kn_cap to, kn_cap source)
{
	return try();
}

kn_status slot_mint(kn_cap to, kn_cap source, uint32_t rights, kn_word badge)
{
	return try();
}

kn_status server_take(struct server_call *call, kn_cap received, kn_cap *slot)
{
	return slot_alloc(slot);
}

struct server_reply *server_defer(struct server_call *call)
{
	struct server_reply *reply = try() == KN_OK ? calloc(1, sizeof *reply) : nullptr;

	if (reply) {
		reply->badge = call->badge;
		fake_deferred++;
	}
	return reply;
}

static void answer(struct server_reply *reply, kn_status status)
{
	fake_answer.count++;
	fake_answer.status = status;
	fake_deferred--;
	free(reply);
}

void server_reply_status(struct server_reply *reply, kn_status status)
{
	answer(reply, status);
}

kn_status procmgr_wait_reply(struct server_reply *reply, kn_status status, const struct procmgr_process_event *event)
{
	if (event)
		fake_answer.event = *event;
	answer(reply, status);
	return KN_OK;
}

kn_status procmgr_signal_wait_reply(struct server_reply *reply, kn_status status, uint32_t signal, uint32_t code, uint32_t sender, uint64_t value)
{
	fake_answer.signal = signal;
	answer(reply, status);
	return KN_OK;
}

kn_time start_now(void)
{
	return fake_now;
}

void log_line(const char *format, ...)
{
	fake_logged++;
}

void log_status(const char *what, kn_status status)
{
	fake_logged++;
}

/* ---- servers ---- */

kn_status objsrv_account_create(kn_cap server, uint64_t quota, uint64_t *id, kn_cap slot)
{
	kn_status status = try();

	if (status != KN_OK)
		return status;
	*id = ++next_id;
	fake_accounts++;
	return KN_OK;
}

kn_status objsrv_account_destroy(kn_cap server, uint64_t id)
{
	fake_accounts--;
	return KN_OK;
}

kn_status objsrv_alloc(kn_cap server, uint8_t type, uint8_t size_bits, uint64_t *handle, kn_cap slot)
{
	*handle = ++next_id;
	return try();
}

kn_status objsrv_free(kn_cap server, uint64_t handle)
{
	return KN_OK;
}

kn_status mmsrv_space_create(kn_cap server, uint64_t limit, uint64_t base, uint32_t roles, uint64_t *id, kn_cap slots)
{
	kn_status status = try();

	if (status != KN_OK)
		return status;
	*id = ++next_id;
	fake_spaces++;
	return KN_OK;
}

kn_status mmsrv_space_renew(kn_cap server, uint64_t id, uint64_t base, kn_cap slot)
{
	return try();
}

kn_status mmsrv_space_destroy(kn_cap server, uint64_t id)
{
	fake_spaces--;
	fake_available += fake_returned;
	if (fake_mended_by > 0 && --fake_mended_by == 0)
		fake_budget = -1;
	return KN_OK;
}

kn_status mmsrv_set_limit(kn_cap server, uint64_t id, uint64_t pages)
{
	fake_memory_limit = pages;
	return KN_OK;
}

kn_status mmsrv_object_create(kn_cap server, uint64_t pages, kn_cap slot)
{
	return try();
}

kn_status mmsrv_info(kn_cap server, struct mmsrv_memory_info *info)
{
	*info = (struct mmsrv_memory_info){.limit = 10000, .used = fake_pages[0], .available = fake_available, .objects = 1000 - fake_shared};
	return KN_OK;
}

kn_status mmsrv_set_user(kn_cap server, uint64_t id, uint32_t uid)
{
	kn_status status = try();

	if (status == KN_OK)
		fake_memory_user = uid;
	return status;
}

kn_status mmsrv_reserve(kn_cap server, uint64_t pages)
{
	return fake_available >= pages ? KN_OK : KN_E_NO_MEMORY;
}

kn_status objsrv_available(kn_cap server, uint64_t *bytes, uint64_t *total)
{
	*bytes = *total = fake_objects_free;
	return KN_OK;
}

/* ---- kernel ---- */

kn_status kn_vspace_map(kn_cap self, kn_cap object, uint64_t offset, uint64_t address, uint64_t pages, uint32_t prot,
    uint32_t max_prot, uint32_t flags, uint64_t *mapped)
{
	kn_status status = try();

	if (status != KN_OK)
		return status;
	*mapped = address ? address : 0x7000000;
	if (self == KN_SLOT_VSPACE) {
		*mapped = (uint64_t)calloc(pages, KN_PAGE_SIZE);
		fake_mapped++;
	}
	return KN_OK;
}

kn_status kn_vspace_unmap(kn_cap self, uint64_t address, uint64_t pages)
{
	if (self == KN_SLOT_VSPACE) {
		free((void *)address);
		fake_mapped--;
	}
	return KN_OK;
}

kn_status kn_vspace_usage(kn_cap self, uint64_t *mapped, uint64_t *committed, uint64_t *tables)
{
	*mapped = *tables = 0;
	*committed = fake_pages[self % 256];
	return KN_OK;
}

/* Two regions, at 0x4000 and 0x8000. */
kn_status kn_vspace_query(kn_cap self, uint64_t address, struct kn_region_info *info)
{
	*info = (struct kn_region_info){};
	if (address < 0x9000)
		*info = (struct kn_region_info){.address = address < 0x5000 ? 0x4000 : 0x8000, .pages = 1, .object_id = fake_object_id};
	return KN_OK;
}

kn_status kn_vspace_clear(kn_cap self)
{
	return KN_OK;
}

kn_status kn_vspace_clone(kn_cap self, kn_cap child)
{
	return try();
}

kn_status kn_vspace_take(kn_cap self, kn_cap source, uint64_t from, uint64_t to, uint64_t pages)
{
	return try();
}

kn_status kn_vspace_wake(kn_cap self, uint64_t address, uint32_t count, uint32_t *woken)
{
	*woken = 0;
	return KN_OK;
}

struct fake_copy fake_copied;

kn_status slot_copy(kn_cap to, kn_cap source, uint32_t rights)
{
	fake_copied = (struct fake_copy){to, source, rights};
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

kn_status kn_cnode_move(kn_cap self, uint32_t index, kn_cap source)
{
	return try();
}

kn_status kn_cnode_delete(kn_cap self, uint32_t index)
{
	return KN_OK;
}

kn_status kn_cnode_clone(kn_cap self, kn_cap source, uint32_t first, uint32_t count, uint32_t *copied)
{
	*copied = 0;
	if (first == 0 || first + count > 1u << CNODE_BITS)
		return KN_E_RANGE;
	return try();
}

kn_status kn_cnode_info(kn_cap self, uint32_t index, struct kn_cap_info *info)
{
	*info = (struct kn_cap_info){.rights = KN_RIGHTS_ALL, .type = KN_TYPE_ENDPOINT,
	    .badge = index < 100 ? PROCMGR_BADGE_CLASS_OPEN | index : index};
	return KN_OK;
}

kn_status kn_memory_object_commit(kn_cap self, uint64_t first, uint64_t pages)
{
	return try();
}

kn_status kn_memory_object_info(kn_cap self, struct kn_memory_object_info *info)
{
	*info = (struct kn_memory_object_info){.pages = 10};
	return KN_OK;
}

kn_status kn_random_get(kn_cap self, struct kn_random_data *data)
{
	*data = (struct kn_random_data){};
	return KN_OK;
}

kn_status kn_sched_context_bind(kn_cap self, kn_cap thread)
{
	return try();
}

kn_status kn_sched_context_configure(kn_cap self, uint64_t budget, uint64_t period, uint64_t deadline, uint32_t flags)
{
	if (fake_admission == KN_OK)
		fake_parameters = (struct schedule_parameters){.budget = budget, .period = period, .deadline = deadline, .flags = flags};
	return fake_admission;
}

kn_status kn_sched_context_consumed(kn_cap self, uint64_t *time)
{
	*time = fake_consumed;
	return KN_OK;
}

kn_status kn_tcb_set_affinity(kn_cap self, uint32_t cpu)
{
	if (cpu >= FAKE_CPUS && cpu != KN_TCB_ANY_CPU)
		return KN_E_RANGE;
	fake_bound = cpu;
	return KN_OK;
}

kn_status kn_tcb_configure(kn_cap self, kn_cap vspace, kn_cap cspace, kn_cap object, uint64_t page, uint64_t address, kn_cap handler)
{
	return try();
}

kn_status kn_tcb_start(kn_cap self, uint64_t ip, uint64_t sp, uint64_t tls, uint64_t argument0, uint64_t argument1)
{
	return try();
}

kn_status kn_tcb_resume(kn_cap self)
{
	fake_resumed++;
	return try();
}

kn_status kn_tcb_suspend(kn_cap self, bool cancel)
{
	fake_suspended++;
	return KN_OK;
}

kn_status kn_tcb_set_priority(kn_cap self, uint32_t priority)
{
	fake_priority = priority;
	return KN_OK;
}

kn_status kn_tcb_set_name(kn_cap self, uint64_t name0, uint64_t name1)
{
	return KN_OK;
}

kn_status kn_tcb_set_upcall(kn_cap self, uint64_t entry)
{
	return KN_OK;
}

kn_status kn_tcb_upcall(kn_cap self, uint64_t bits)
{
	fake_upcalls++;
	return KN_OK;
}

kn_status kn_tcb_info(kn_cap self, struct kn_tcb_info *info)
{
	*info = (struct kn_tcb_info){.cpu_time = 10};
	return KN_OK;
}

kn_status kn_send(kn_cap dest, struct kn_regs *regs, kn_time deadline)
{
	return KN_OK;
}

/* ---- loader ---- */

kn_status elf_parse(const void *data, size_t size, uint64_t file_size, struct elf_image *image)
{
	*image = (struct elf_image){.entry = 0x401000, .segment_count = 1};
	return fake_image;
}

kn_status image_map(kn_cap vspace, kn_cap object, uint64_t first_page, const struct elf_image *image, uint64_t bias)
{
	return try();
}

kn_status image_map_zero(kn_cap vspace, uint64_t address, uint64_t end, uint32_t prot)
{
	return try();
}

kn_cap start_cap(const char *name)
{
	return KN_CAP_NONE;
}
