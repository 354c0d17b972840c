/* SPDX-License-Identifier: BSD-2-Clause */
/* See file.h. */
#include "file.h"

#include "kn/endpoint.h"
#include "trona/array.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "uapi/protocol/tty.h"
#include "waiter.h"

kn_cap file_endpoint;

static struct file **table;
static size_t capacity, count;
static struct file *free_list;

static struct file *find(kn_word badge)
{
	const uint32_t index = (uint32_t)badge;

	return index < count && table[index]->is_open && table[index]->badge == badge ? table[index] : nullptr;
}

struct file *file_by_badge(kn_word badge)
{
	struct file *file = find(badge);

	if (file != nullptr)
		file->is_young = false;
	return file;
}

static kn_word badge_of(const struct terminal *terminal, bool is_master, uint32_t index)
{
	const uint64_t device = !terminal->is_pty ? (uint64_t)TTY_DEVICE_CONSOLE
				: is_master       ? (uint64_t)TTY_DEVICE_MASTER
						  : TTY_DEVICE_PTS + (uint64_t)terminal->number;

	return BADGE_FILE | (device & BADGE_DEVICE_MASK) << BADGE_DEVICE_SHIFT | index;
}

/* The entry's capability, for the terminal that it is of now. */
static kn_status mint(struct file *file, kn_word badge)
{
	if (file->badge == badge)
		return KN_OK;
	slot_delete(file->slot);
	file->badge = 0;
	kn_status status = slot_mint(file->slot, file_endpoint, SLOT_CLIENT_RIGHTS, badge);
	if (status != KN_OK)
		return status;
	status = slot_watch(file->slot);
	if (status == KN_OK)
		file->badge = badge;
	return status;
}

static kn_status add_entry(struct file **added)
{
	if (!array_reserve(&table, &capacity, count + 1))
		return KN_E_NO_MEMORY;
	struct file *file = heap_calloc(1, sizeof *file);

	if (file == nullptr)
		return KN_E_NO_MEMORY;
	kn_status status = slot_alloc(&file->slot);
	if (status != KN_OK) {
		heap_free(file);
		return status;
	}
	file->index = (uint32_t)count;
	table[count++] = file;
	*added = file;
	return KN_OK;
}

static void put_free(struct file *file)
{
	file->next_free = free_list;
	free_list = file;
}

static void end(struct file *file)
{
	struct terminal *terminal = file->terminal;

	/* Calls that are queued, of threads whose process closed it meanwhile, must not come to whoever is next with this badge. */
	(void)!kn_endpoint_cancel_badge(file_endpoint, file->badge);
	file->is_open = false;
	put_free(file);
	waiters_drop(terminal, file);
	poll_forget(file->is_master ? &terminal->master_source : &terminal->source, file);
	if (file->is_master) {
		terminal->has_master = false;
		terminal_hang_up(terminal);
	} else {
		terminal->opens--;
		terminal_pump(terminal); /* the master may see the end */
	}
	terminal_release(terminal);
}

static bool is_alone(const struct file *file)
{
	struct kn_cap_info info;

	return slot_info(file->slot, &info) != KN_OK || !info.has_children;
}

void file_sweep(void)
{
	for (size_t i = 0; i < count; i++)
		if (table[i]->is_open && table[i]->is_young && is_alone(table[i]))
			end(table[i]);
}

static bool has_too_many(uint32_t uid)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		used += table[i]->is_open && table[i]->uid == uid;
	return uid != 0 && used >= FILES_PER_USER;
}

kn_status file_create(struct terminal *terminal, bool is_master, uint32_t flags, uint32_t uid, struct file **made)
{
	struct file *file = free_list;

	if (has_too_many(uid))
		return KN_E_TOO_MANY_FILES;
	if (file != nullptr) {
		free_list = file->next_free;
	} else {
		kn_status status = add_entry(&file);

		if (status != KN_OK)
			return status;
	}
	kn_status status = mint(file, badge_of(terminal, is_master, file->index));
	if (status != KN_OK) {
		put_free(file);
		return status;
	}
	*file = (struct file){
	    .slot = file->slot,
	    .badge = file->badge,
	    .index = file->index,
	    .flags = flags,
	    .epoch = terminal->epoch,
	    .uid = uid,
	    .is_open = true,
	    .is_master = is_master,
	    .is_young = true,
	    .terminal = terminal,
	};
	if (!is_master) {
		terminal->opens++;
		terminal->was_opened = true;
	}
	*made = file;
	return KN_OK;
}

void file_orphan(kn_word badge)
{
	struct file *file = find(badge);

	if (file != nullptr && is_alone(file))
		end(file);
}
