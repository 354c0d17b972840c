/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork, spawn, exec and start. All of them build the new state completely beside the old one and let it take over in the
 * last step, which cannot fail for a reason of the caller's: an error leaves the caller as it was.
 */
#include "start.h"

#include "client/mmsrv.h"
#include "exit.h"
#include "program.h"
#include "kn/cnode.h"
#include "kn/random.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "objects.h"
#include "place.h"
#include "schedule.h"
#include "signal.h"
#include "trona/slots.h"
#include "trona/string.h"
#include "trona/start.h"
#include "user.h"

#define PAGE_VERSION 1
#define STACK_LIMIT (8ull << 20)
#define NOFILE_LIMIT 1024
#define NPROC_LIMIT 512
#define UNLIMITED (~0ull)
#define ALL_BLOCKED (~0ull)

static void default_limits(struct process *process)
{
	for (unsigned i = 0; i < LIMIT_COUNT; i++)
		process->limits[i] = (struct procmgr_limit){UNLIMITED, UNLIMITED};
	process->limits[LIMIT_STACK].current = STACK_LIMIT;
	process->limits[LIMIT_CORE] = (struct procmgr_limit){0, UNLIMITED};
	process->limits[LIMIT_NOFILE] = (struct procmgr_limit){NOFILE_LIMIT, 4 * NOFILE_LIMIT};
	process->limits[LIMIT_NICE] = process->limits[LIMIT_RTPRIO] = (struct procmgr_limit){0, 0};
	process->limits[LIMIT_NPROC] = (struct procmgr_limit){NPROC_LIMIT, 4 * NPROC_LIMIT};
}

uint64_t start_memory_limit(const struct process *process)
{
	uint64_t bytes = process->limits[LIMIT_AS].current;

	return bytes == UNLIMITED || bytes / KN_PAGE_SIZE > process_memory_limit ? process_memory_limit
										 : bytes / KN_PAGE_SIZE;
}

uint32_t start_descriptor_limit(const struct process *process)
{
	const uint64_t most = process->limits[LIMIT_NOFILE].current;

	return most < UINT32_MAX ? (uint32_t)most : UINT32_MAX;
}

/* Page 0 from the table entry. */
static void fill_page(struct process *process)
{
	struct procmgr_process_page *page = process->page;
	const struct procmgr_process_entry *entry = process->entry;
	struct kn_random_data random;

	page->version = PAGE_VERSION;
	page->pid = entry->pid;
	page->parent = entry->parent;
	page->group = entry->group;
	page->session = entry->session;
	page->uid = entry->uid;
	page->euid = entry->euid;
	page->suid = entry->suid;
	page->gid = entry->gid;
	page->egid = entry->egid;
	page->sgid = entry->sgid;
	page->group_count = entry->group_count;
	memcpy(page->groups, entry->groups, sizeof page->groups);
	page->index = process->index;
	page->signal_page = process->pages_address + KN_PAGE_SIZE;
	page->ipc_first = thread_place(process, &process->first).ipc;
	page->has_fixed_places = place_is_fixed;
	page->memory_most = start_memory_limit(process);
	page->descriptors_most = start_descriptor_limit(process);
	if (services.random && kn_random_get(services.random, &random) == KN_OK)
		memcpy(page->random, random.words, sizeof page->random);
}

/* A budget that is used up is no memory to the caller; QUOTA is only said of the number of processes. */
static kn_status memory_status(kn_status status)
{
	return status == KN_E_QUOTA ? KN_E_NO_MEMORY : status;
}

/*
 * A new process with objects, identity and family, nothing mapped and nothing running; state RUNNING in the table last. `thread` of the parent (counted
 * from 1, 0: the first) makes it.
 */
static kn_status create(struct process *parent, uint32_t thread, struct process **out)
{
	const uint32_t uid = parent ? parent->entry->uid : 0;
	const struct thread *maker = parent ? thread_find(parent, thread ? thread - 1 : 0) : nullptr;

	if (parent && !maker)
		return KN_E_INVALID_ARG;
	if (maker && !schedule_may_fork(maker))
		return KN_E_QUOTA;
	if (uid != 0 && user_count(uid) >= parent->limits[LIMIT_NPROC].current)
		return KN_E_QUOTA;
	struct process *process = process_take_entry();
	if (!process)
		return KN_E_QUOTA;
	if (parent)
		memcpy(process->limits, parent->limits, sizeof process->limits);
	else
		default_limits(process);
	if (parent)
		process->entry->nice = parent->entry->nice;
	kn_status status = user_enter(process, uid);
	if (status == KN_OK)
		status = objects_create(process, start_memory_limit(process));
	if (status == KN_OK && uid != 0)
		status = mmsrv_set_user(services.mmsrv, process->memory_id, uid);
	if (status == KN_OK && parent)
		status = schedule_inherit(process, &process->first, parent, maker);
	if (status != KN_OK) {
		objects_destroy(process);
		process_free_entry(process);
		return memory_status(status);
	}
	process_assign_pid(process);
	struct procmgr_process_entry *entry = process->entry;
	process_entry_begin(process);
	if (parent) {
		const struct procmgr_process_entry *from = parent->entry;

		entry->group = from->group;
		entry->session = from->session;
		entry->uid = from->uid;
		entry->euid = from->euid;
		entry->suid = from->suid;
		entry->gid = from->gid;
		entry->egid = from->egid;
		entry->sgid = from->sgid;
		entry->group_count = from->group_count;
		memcpy(entry->groups, from->groups, sizeof entry->groups);
		entry->terminal = from->terminal;
		memcpy(entry->name, from->name, sizeof entry->name);
		memcpy(entry->command_line, from->command_line, sizeof entry->command_line);
	} else {
		entry->group = entry->session = entry->pid;
		process->is_leader = true;
	}
	entry->threads = 1;
	entry->start_time = start_now();
	entry->state = PROCMGR_PROCESS_STATE_RUNNING;
	process_entry_end(process);
	if (parent)
		process_adopt(parent, process);
	*out = process;
	return KN_OK;
}

/* Undo create() for a process that never ran. */
static void discard(struct process *process)
{
	objects_destroy(process);
	process_orphan(process);
	process_free_entry(process);
}

/* A capability of our own to the image, in place of the one before. */
static kn_status keep_image(struct process *process, kn_cap object)
{
	kn_cap kept;
	kn_status status = slot_alloc(&kept);

	if (status != KN_OK)
		return status;
	status = slot_duplicate(kept, object);
	if (status != KN_OK) {
		slot_free(kept);
		return status;
	}
	if (process->image != KN_CAP_NONE)
		slot_release(process->image);
	process->image = kept;
	return KN_OK;
}

static kn_status copy_cspace(struct process *parent, struct process *child)
{
	uint32_t copied;
	kn_status status = kn_cnode_clone(child->cnode, parent->cnode, PROCMGR_PROCESS_SLOT_FIRST_FREE,
	    (1u << CNODE_BITS) - PROCMGR_PROCESS_SLOT_FIRST_FREE, &copied);

	for (unsigned i = 0; i < EXTRA_CNODES_MAX && status == KN_OK; i++) {
		if (!parent->extra_slots[i])
			continue;
		/* The clone brought a capability to the parent's CNode: the child gets one of its own. */
		status = kn_cnode_delete(child->cnode, parent->extra_slots[i]);
		if (status == KN_OK)
			status = objects_expand(child, parent->extra_slots[i]);
		if (status == KN_OK)
			status = kn_cnode_clone(child->extra_cnodes[i], parent->extra_cnodes[i], 1,
			    (1u << CNODE_BITS) - 1, &copied); /* slot 0 is empty for ever */
	}
	return status;
}

static struct procmgr_signal_thread first_record(const struct process *process, uint64_t blocked)
{
	return (struct procmgr_signal_thread){
	    .thread = 1, .blocked = blocked, .ipc = thread_place(process, &process->first).ipc};
}

/* The kernel's log calls the thread what ps calls the process. */
static void name_thread(const struct process *process)
{
	uint64_t name[2];

	memcpy(name, process->entry->name, sizeof name);
	(void)kn_tcb_set_name(process->first.tcb, name[0], name[1]);
}

kn_status start_fork(struct process *parent, uint64_t ip, uint64_t sp, uint64_t tls, uint32_t thread, uint32_t *pid)
{
	struct process *child;
	kn_status status = create(parent, thread, &child);

	if (status != KN_OK)
		return status;
	child->pages_address = parent->pages_address;
	status = keep_image(child, parent->image);
	if (status == KN_OK)
		status = kn_vspace_clone(parent->vspace, child->vspace);
	if (status == KN_OK)
		status = objects_map_pages(child, child->vspace);
	if (status == KN_OK)
		status = copy_cspace(parent, child);
	if (status == KN_OK) {
		memcpy(child->page, parent->page, sizeof *child->page);
		fill_page(child);
		child->signals->caught = parent->signals->caught;
		child->signals->ignored = parent->signals->ignored;
		child->signals->no_child_wait = parent->signals->no_child_wait;
		child->signals->no_child_stop = parent->signals->no_child_stop;
		child->signals->guard_first = parent->signals->guard_first;
		child->signals->guard_end = parent->signals->guard_end;
		/* Until the child's first instructions have put its mask there. */
		child->signals->first = first_record(child, ALL_BLOCKED);
		status = kn_tcb_start(child->first.tcb, ip, sp, tls, child->pages_address, sp);
	}
	name_thread(child);
	if (status == KN_OK)
		status = kn_tcb_resume(child->first.tcb);
	if (status != KN_OK) {
		discard(child);
		return memory_status(status);
	}
	*pid = child->entry->pid;
	return KN_OK;
}

/* Let thread 0 begin the image in `vspace`. */
static kn_status begin_image(struct process *process, const struct program_layout *layout)
{
	kn_cap tcb = process->first.tcb;
	kn_status status = kn_tcb_set_upcall(tcb, 0);

	if (status == KN_OK)
		status = kn_tcb_start(tcb, layout->entry, layout->sp, 0, process->pages_address, layout->sp);
	name_thread(process);
	return status == KN_OK ? kn_tcb_resume(tcb) : status;
}

/* Copy between two CNodes: the source one is looked through from a root slot of ours, which two-level addresses need. */
static kn_status copy_from(kn_cap to, uint32_t target, kn_cap from, uint32_t source, uint32_t rights)
{
	kn_status status = slot_duplicate(objects_window, from);

	if (status != KN_OK)
		return status;
	status = kn_cnode_copy(to, target, objects_window << 32 | source, rights);
	slot_delete(objects_window);
	return status;
}

static kn_status copy_caps(struct process *parent, struct process *child, const struct procmgr_spawn_cap *caps,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const uint64_t source_root = caps[i].source >> 32, target_root = caps[i].target >> 32;
		kn_cap from = parent->cnode, to = child->cnode;

		for (unsigned k = 0; k < EXTRA_CNODES_MAX && source_root; k++)
			if (parent->extra_slots[k] == source_root)
				from = parent->extra_cnodes[k];
		if (source_root && from == parent->cnode)
			return KN_E_INVALID_CAP;
		if (target_root) {
			unsigned k = 0;

			while (k < EXTRA_CNODES_MAX && child->extra_slots[k] != target_root)
				k++;
			if (k == EXTRA_CNODES_MAX) {
				kn_status status = objects_expand(child, (uint32_t)target_root);

				if (status != KN_OK)
					return status;
				for (k = 0; child->extra_slots[k] != target_root; k++)
					;
			}
			to = child->extra_cnodes[k];
		} else if ((uint32_t)caps[i].target < PROCMGR_PROCESS_SLOT_FIRST_FREE) {
			return KN_E_RANGE;
		}
		struct kn_cap_info info;
		kn_status status = kn_cnode_info(from, (uint32_t)caps[i].source, &info);
		if (status != KN_OK)
			return status;
		if (!(info.rights & KN_RIGHT_GRANT))
			return KN_E_RIGHTS;
		status = copy_from(to, (uint32_t)caps[i].target, from, (uint32_t)caps[i].source,
		    info.rights);
		if (status != KN_OK)
			return status;
	}
	return KN_OK;
}

/* A new program cannot go back to who the old one was (POSIX, exec). Within process_entry_begin(). */
static void save_ids(struct process *process)
{
	process->entry->suid = process->entry->euid;
	process->entry->sgid = process->entry->egid;
}

static void apply_spawn_args(struct process *child, const struct procmgr_spawn_args *args)
{
	process_entry_begin(child);
	if (args->flags & PROCMGR_SPAWN_NEW_SESSION) {
		child->entry->session = child->entry->group = child->entry->pid;
		child->entry->terminal = 0;
		child->is_leader = true;
	} else if (args->flags & (PROCMGR_SPAWN_NEW_GROUP | PROCMGR_SPAWN_SET_GROUP)) {
		/* Only the group of SET_GROUP was checked. */
		child->entry->group = (args->flags & PROCMGR_SPAWN_SET_GROUP) && args->group ? args->group : child->entry->pid;
	}
	if (args->flags & PROCMGR_SPAWN_RESET_IDS) {
		child->entry->euid = child->entry->uid;
		child->entry->egid = child->entry->gid;
	}
	save_ids(child);
	process_entry_end(child);
	child->signals->first.blocked = args->blocked;
	if (args->flags & PROCMGR_SPAWN_SET_SIGNALS)
		child->signals->ignored &= ~args->defaulted;
}

static kn_status check_spawn_group(const struct process *parent, const struct procmgr_spawn_args *args)
{
	if (!(args->flags & PROCMGR_SPAWN_SET_GROUP) || args->group == 0)
		return KN_OK;
	return group_exists(args->group, parent->entry->session) ? KN_OK : KN_E_PERMISSION;
}

kn_status start_spawn(struct process *parent, const struct procmgr_image_args *image,
    const struct procmgr_spawn_args *args, kn_cap object, const struct procmgr_spawn_cap *caps, size_t count,
    uint32_t *pid)
{
	struct process *child;
	struct program_layout layout;
	kn_status status = program_check(image);

	if (status == KN_OK)
		status = check_spawn_group(parent, args);
	if (status == KN_OK)
		status = create(parent, args->thread, &child);
	if (status != KN_OK)
		return status;
	status = schedule_spawned(parent, child, args);
	if (status == KN_OK)
		status = objects_map_pages(child, child->vspace);
	if (status == KN_OK)
		status = keep_image(child, object);
	if (status == KN_OK)
		status = program_map(child->vspace, object, image, &layout);
	if (status == KN_OK)
		status = copy_caps(parent, child, caps, count);
	if (status == KN_OK)
		status = program_take_block(child->vspace, parent->vspace, image);
	if (status == KN_OK) {
		child->signals->ignored = parent->signals->ignored;
		child->signals->first = first_record(child, 0);
		apply_spawn_args(child, args);
		fill_page(child);
		program_publish(child, &layout, image);
		status = begin_image(child, &layout);
	}
	if (status != KN_OK) {
		discard(child);
		return memory_status(status);
	}
	*pid = child->entry->pid;
	return KN_OK;
}

/* Point of no return of exec: the old threads and address space go, thread 0 starts in the new one. */
static kn_status take_over(struct process *process, kn_cap vspace, const struct program_layout *layout,
    const struct procmgr_image_args *args)
{
	kn_cap fault, old = process->vspace;
	kn_status status = slot_alloc(&fault);

	if (status != KN_OK) {
		slot_release(vspace);
		return status;
	}
	status = slot_mint(fault, process_endpoint, KN_RIGHT_SEND | KN_RIGHT_CALL,
	    process_badge(process) | BADGE_FAULT);
	thread_destroy_further(process);
	const kn_cap tcb = process->first.tcb;
	const struct thread_place place = thread_place(process, &process->first);
	if (status == KN_OK)
		status = kn_tcb_suspend(tcb, true);
	if (status == KN_OK)
		status = kn_tcb_configure(tcb, vspace, process->cnode, place.object, place.page, place.ipc, fault);
	slot_release(fault);
	if (status == KN_OK)
		status = kn_cnode_delete(process->cnode, KN_SLOT_VSPACE);
	if (status == KN_OK)
		status = kn_cnode_copy(process->cnode, KN_SLOT_VSPACE, vspace,
		    KN_RIGHT_READ | KN_RIGHT_MAP | KN_RIGHT_UNMAP);
	process->vspace = vspace;
	(void)kn_vspace_clear(old);
	slot_release(old);
	process->signals->caught = 0;
	process->signals->guard_first = process->signals->guard_end = 0;
	process->signals->current = process->signals->further = 0;
	memset(process->signals->descriptors, 0, sizeof process->signals->descriptors);
	process->signals->first.ipc = place.ipc; /* what it blocks and what is pending stay */
	process_entry_begin(process);
	process->entry->threads = 1;
	save_ids(process);
	process_entry_end(process);
	process->has_execed = true;
	fill_page(process);
	program_publish(process, layout, args);
	return status == KN_OK ? begin_image(process, layout) : status;
}

kn_status start_exec(struct process *process, const struct procmgr_image_args *image, kn_cap object)
{
	struct program_layout layout;
	kn_cap vspace;
	kn_status status = program_check(image);

	if (status != KN_OK)
		return status;
	status = slot_alloc(&vspace);
	if (status != KN_OK)
		return status;
	status = mmsrv_space_renew(services.mmsrv, process->memory_id, place(layout_map), vspace);
	if (status != KN_OK) {
		slot_free(vspace);
		return memory_status(status);
	}
	const uint64_t old_pages = process->pages_address;

	process->pages_address = place(layout_pages);
	status = objects_map_pages(process, vspace);
	if (status == KN_OK)
		status = program_map(vspace, object, image, &layout);
	if (status == KN_OK)
		status = slots_reserve(2);
	if (status == KN_OK)
		status = program_take_block(vspace, process->vspace, image);
	if (status != KN_OK) {
		process->pages_address = old_pages;
		(void)kn_vspace_clear(vspace);
		slot_release(vspace);
		return memory_status(status);
	}
	if (take_over(process, vspace, &layout, image) != KN_OK || keep_image(process, object) != KN_OK)
		process_end(process, PROCMGR_EVENT_KILLED, SIGNAL_KILL);
	return KN_OK;
}

kn_status start_first(const struct procmgr_image_args *image, uint32_t uid, uint32_t gid, kn_cap object,
    kn_cap block, kn_cap first, uint32_t *pid)
{
	struct process *process;
	struct program_layout layout;
	uint64_t address;
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	kn_status status = program_check(image);

	if (status == KN_OK)
		status = create(nullptr, 0, &process);
	if (status != KN_OK)
		return status;
	status = mmsrv_set_user(services.mmsrv, process->memory_id, uid);
	if (status == KN_OK)
		status = user_enter(process, uid);
	if (status != KN_OK) {
		discard(process);
		return status;
	}
	process_entry_begin(process);
	process->entry->uid = process->entry->euid = process->entry->suid = uid;
	process->entry->gid = process->entry->egid = process->entry->sgid = gid;
	process_entry_end(process);
	status = objects_map_pages(process, process->vspace);
	if (status == KN_OK)
		status = keep_image(process, object);
	if (status == KN_OK)
		status = program_map(process->vspace, object, image, &layout);
	if (status == KN_OK)
		status = kn_vspace_map(process->vspace, block, 0,
		    image->stack_top - image->block_pages * KN_PAGE_SIZE, image->block_pages, rw, rw,
		    KN_VSPACE_MAP_PRIVATE | KN_VSPACE_MAP_FIXED | KN_VSPACE_MAP_NO_REPLACE, &address);
	if (status == KN_OK && first != KN_CAP_NONE)
		status = kn_cnode_move(process->cnode, PROCMGR_PROCESS_SLOT_FIRST_FREE, first);
	if (status == KN_OK) {
		process->signals->first = first_record(process, 0);
		fill_page(process);
		program_publish(process, &layout, image);
		status = begin_image(process, &layout);
	}
	if (status != KN_OK) {
		discard(process);
		return status;
	}
	*pid = process->entry->pid;
	return KN_OK;
}
