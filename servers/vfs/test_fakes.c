/* SPDX-License-Identifier: BSD-2-Clause */
#include "test_fakes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kn/debug.h"
#include "kn/endpoint.h"
#include "kn/random.h"
#include "memory.h"
#include "mount.h"
#include "path.h"
#include "lock.h"
#include "process_credentials.h"
#include "process_view.h"
#include "processor.h"
#include "proctext.h"
#include "trona/process_table.h"
#include "procfs.h"
#include "server/file.h"
#include "server/vfs.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/syscall.h"
#include "uapi/object_type.h"
#include "window.h"

struct fake_answer fake_answers[64];
unsigned fake_deferred;
struct server_reply fake_replies[64];
int64_t fake_now = 1000;
kn_word fake_signals;
kn_word fake_cancelled;
long fake_objects;
long fake_pages_left = 1 << 20;
bool fake_has_children;
long fake_budget = -1;
long fake_slots;
kn_word fake_badge;
kn_time fake_boot_time = 5000000000ull;
uint64_t fake_idle[3];
unsigned fake_processors = 2, fake_offline;
uint32_t fake_refreshed;
struct procmgr_process_region fake_regions[64];
size_t fake_region_count;
uint64_t fake_descriptors[FAKE_DESCRIPTORS], fake_current;

const struct credentials root_user = {};
const struct credentials alice = {.uid = 1000, .gid = 1000, .real_uid = 1000, .real_gid = 1000, .pid = 10,
    .group_count = 1, .groups = {50}};
const struct credentials bob = {.uid = 1001, .gid = 1001, .real_uid = 1001, .real_gid = 1001, .pid = 11};

struct inode *fake_root(void)
{
	struct filesystem *filesystem;

	if (mount_root(&filesystem) != KN_OK)
		abort();
	path_set_root(filesystem->root);
	return filesystem->root;
}

struct name_at at_root(const char *path)
{
	return (struct name_at){.text = path, .length = strlen(path)};
}

int64_t inode_now(void)
{
	return fake_now++;
}

/* ---- loop ---- */

struct server_reply *server_defer(struct server_call *call)
{
	struct server_reply *reply = &fake_replies[fake_deferred];

	*reply = (struct server_reply){.slot = ++fake_deferred, .info = call != nullptr ? call->info : 0};
	return reply;
}

static struct fake_answer *answer(struct server_reply *reply, kn_status status)
{
	struct fake_answer *to = &fake_answers[reply->slot - 1];

	if (to->is_sent)
		abort();
	to->is_sent = true;
	to->status = status;
	return to;
}

void server_reply_status(struct server_reply *reply, kn_status status)
{
	(void)answer(reply, status);
}

kn_status file_read_reply(struct server_reply *reply, kn_status status, const void *data, size_t length)
{
	struct fake_answer *to = answer(reply, status);

	to->length = length;
	memcpy(to->data, data, length);
	return KN_OK;
}

kn_status file_write_reply(struct server_reply *reply, kn_status status, uint32_t written)
{
	answer(reply, status)->length = written;
	return KN_OK;
}

kn_status vfs_lock_reply(struct server_reply *reply, kn_status status, const struct vfs_lock *conflict)
{
	(void)conflict;
	(void)answer(reply, status);
	return KN_OK;
}

kn_status vfs_window_read_reply(struct server_reply *reply, kn_status status, uint32_t count)
{
	answer(reply, status)->length = count;
	return KN_OK;
}

kn_status vfs_window_write_reply(struct server_reply *reply, kn_status status, uint32_t count)
{
	answer(reply, status)->length = count;
	return KN_OK;
}

kn_status vfs_open_reply(struct server_reply *reply, kn_status status, const struct vfs_opened *opened, kn_cap file)
{
	(void)opened;
	answer(reply, status)->capability = file;
	return KN_OK;
}

kn_status vfs_socket_accept_reply(struct server_reply *reply, kn_status status, kn_cap connection)
{
	answer(reply, status)->capability = connection;
	return KN_OK;
}

kn_status vfs_socket_send_reply(struct server_reply *reply, kn_status status, uint32_t written)
{
	answer(reply, status)->length = written;
	return KN_OK;
}

kn_status vfs_socket_receive_reply(
    struct server_reply *reply, kn_status status, const void *data, size_t length, kn_cap passed)
{
	struct fake_answer *to = answer(reply, status);

	to->length = length;
	memcpy(to->data, data, length);
	to->capability = passed;
	return KN_OK;
}

/* ---- kernel ---- */

static kn_cap next_slot = 100;

static bool is_refused(void)
{
	if (fake_budget == 0)
		return true;
	fake_budget -= fake_budget > 0;
	return false;
}

kn_status slot_alloc(kn_cap *slot)
{
	if (is_refused())
		return KN_E_NO_SLOT;
	fake_slots++;
	*slot = next_slot++;
	return KN_OK;
}

void slot_free(kn_cap slot)
{
	(void)slot;
	fake_slots--;
}

kn_status slot_mint(kn_cap to, kn_cap source, uint32_t rights, kn_word badge)
{
	(void)to, (void)source, (void)rights, (void)badge;
	return is_refused() ? KN_E_NO_MEMORY : KN_OK;
}

kn_status kn_endpoint_cancel_badge(kn_cap self, uint64_t badge)
{
	(void)self;
	fake_cancelled = badge;
	return KN_OK;
}

kn_status slot_watch(kn_cap slot)
{
	(void)slot;
	return is_refused() ? KN_E_NO_MEMORY : KN_OK;
}

kn_status server_take(struct server_call *call, kn_cap received, kn_cap *slot)
{
	(void)call, (void)received;
	return slot_alloc(slot);
}

void slot_delete(kn_cap slot)
{
	(void)slot;
}

void slot_release(kn_cap slot)
{
	(void)slot;
	fake_slots--;
}

kn_status slot_info(kn_cap slot, struct kn_cap_info *info)
{
	(void)slot;
	*info = (struct kn_cap_info){.badge = fake_badge,
	    .type = fake_badge != 0 ? KN_TYPE_ENDPOINT : KN_TYPE_NOTIFICATION, .has_children = fake_has_children};
	return KN_OK;
}

kn_status kn_send(kn_cap dest, struct kn_regs *regs, kn_time deadline)
{
	(void)dest, (void)deadline;
	fake_signals |= regs->w[0];
	return KN_OK;
}

kn_status kn_debug_protections(kn_cap self, uint32_t *on, uint32_t *possible)
{
	*on = *possible = 0;
	return KN_OK;
}

void proctext_capabilities(struct text *text, const struct proctext_subject *)
{
	text_add(text, "init 2 cnode\n");
}

kn_status kn_debug_trace(kn_cap self, uint64_t sequence, uint64_t *next, struct kn_trace_event *event)
{
	return KN_E_WOULD_BLOCK;
}

kn_status kn_debug_stats(kn_cap self, struct kn_kernel_stats *stats)
{
	*stats = (struct kn_kernel_stats){};
	return KN_OK;
}

kn_status kn_debug_cpu(kn_cap self, uint32_t cpu, bool *online, uint64_t *idle)
{
	if (cpu >= fake_processors)
		return KN_E_RANGE;
	*online = !(fake_offline >> cpu & 1);
	*idle = fake_idle[cpu];
	return KN_OK;
}

void arch_describe_processor(struct text *text, uint64_t hz)
{
	text_add(text, "a fake\n");
}

const struct server_start *start_page(void)
{
	static const struct server_start page;

	return &page;
}

void process_view_refresh(uint32_t pid)
{
	fake_refreshed = pid;
}

size_t process_view_regions(uint32_t pid, uint64_t address, struct procmgr_process_region *regions, size_t capacity)
{
	size_t count = 0;

	for (size_t i = 0; i < fake_region_count && count < capacity; i++)
		if (pid == 10 && fake_regions[i].address >= address)
			regions[count++] = fake_regions[i];
	return count;
}

size_t process_view_descriptors(uint32_t pid, uint32_t first, struct procmgr_process_descriptor *descriptors, size_t capacity)
{
	size_t count = 0;

	for (uint32_t i = first; i < FAKE_DESCRIPTORS && count < capacity; i++)
		if (pid == 10 && fake_descriptors[i] != 0)
			descriptors[count++] = (struct procmgr_process_descriptor){.number = i, .badge = fake_descriptors[i]};
	return count;
}

kn_status process_view_tell_ends(void)
{
	return KN_OK;
}

uint64_t process_view_current(uint32_t pid)
{
	return pid == 10 ? fake_current : 0;
}

uint64_t memory_id(kn_cap object)
{
	return object;
}

long fake_random_left = -1;

kn_status kn_random_get(kn_cap self, struct kn_random_data *data)
{
	(void)self;
	if (fake_random_left-- == 0)
		return KN_E_WOULD_BLOCK;
	memset(data, 0x5a, sizeof *data);
	return KN_OK;
}

kn_cap start_cap(const char *name)
{
	(void)name;
	return 1;
}

const char *start_option(const char *key)
{
	(void)key;
	return nullptr;
}

kn_time start_now(void)
{
	return fake_boot_time;
}

int64_t start_wall(void)
{
	return fake_now;
}

/* ---- memory: an object is a sparse host array of pages that were committed ---- */

#define PAGES_MAX 4096

struct object {
	uint8_t *data;
	bool committed[PAGES_MAX];
};

static struct object *objects[256];

kn_status memory_create(uint32_t uid, uint64_t pages, kn_cap *object)
{
	(void)pages;
	if (is_refused())
		return KN_E_NO_SPACE;
	for (kn_cap i = 1; i < 256; i++) {
		if (objects[i] == nullptr) {
			objects[i] = calloc(1, sizeof(struct object));
			objects[i]->data = calloc(PAGES_MAX, KN_PAGE_SIZE);
			fake_objects++;
			*object = i;
			return KN_OK;
		}
	}
	return KN_E_NO_SPACE;
}

kn_status memory_map(kn_cap object, uint64_t pages, uint8_t **data)
{
	(void)pages;
	if (is_refused())
		return KN_E_NO_SPACE;
	*data = objects[object]->data;
	return KN_OK;
}

void memory_unmap(uint8_t *data, uint64_t pages)
{
	(void)data, (void)pages;
}

kn_status memory_commit(kn_cap object, uint64_t first, uint64_t pages)
{
	for (uint64_t i = first; i < first + pages; i++) {
		if (objects[object]->committed[i])
			continue;
		if (fake_pages_left == 0)
			return KN_E_NO_SPACE;
		fake_pages_left--;
		objects[object]->committed[i] = true;
	}
	return KN_OK;
}

kn_status memory_reserve_tables(uint64_t tables)
{
	return is_refused() ? KN_E_NO_SPACE : KN_OK;
}

void memory_decommit(kn_cap object, uint64_t first, uint64_t pages)
{
	for (uint64_t i = first; i < first + pages; i++) {
		fake_pages_left += objects[object]->committed[i];
		objects[object]->committed[i] = false;
		memset(objects[object]->data + i * KN_PAGE_SIZE, 0, KN_PAGE_SIZE);
	}
}

kn_status memory_resize(kn_cap object, uint64_t pages)
{
	(void)object, (void)pages;
	return KN_OK;
}

kn_status memory_slice(const uint8_t *data, uint64_t pages, kn_cap *object)
{
	(void)data, (void)pages;
	*object = 300;
	return KN_OK;
}

kn_status memory_executable(kn_cap object, kn_cap *image)
{
	(void)object;
	*image = 301;
	return KN_OK;
}

kn_status memory_for_client(kn_cap object, bool writable, kn_cap *copy)
{
	(void)object;
	if (is_refused())
		return KN_E_NO_SPACE;
	*copy = writable ? 303 : 302;
	return KN_OK;
}

uint32_t memory_mappings(kn_cap object)
{
	(void)object;
	return 1;
}

void memory_release(kn_cap slot)
{
	if (slot >= 256)
		return;
	memory_decommit(slot, 0, PAGES_MAX);
	free(objects[slot]->data);
	free(objects[slot]);
	objects[slot] = nullptr;
	fake_objects--;
}

struct memory_totals memory_totals(void)
{
	return (struct memory_totals){.total = 1000, .available = 500, .free = 600};
}

void memory_usage(struct objsrv_object_usage *objects, struct mmsrv_memory_usage *memory)
{
	*objects = (struct objsrv_object_usage){.slots = 1};
	*memory = (struct mmsrv_memory_usage){.slots = 2};
}

struct server_reserve server_reserve(void)
{
	return (struct server_reserve){.slots = 1};
}

unsigned slots_in_use(void)
{
	return 0;
}
