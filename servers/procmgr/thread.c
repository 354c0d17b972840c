/* SPDX-License-Identifier: BSD-2-Clause */
/* See thread.h. Kernel objects come from the process's account, blocks' pages from its memory: it pays for its threads itself. */
#include "thread.h"

#include "client/mmsrv.h"
#include "client/objsrv.h"
#include "kn/sched_context.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "objects.h"
#include "schedule.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "trona/string.h"
#include "uapi/object_type.h"
#include "user.h"

#define FIRST_IPC_PAGE 2
#define BLOCK_PAGES (1 + THREAD_BLOCK)

static_assert(THREAD_BLOCK * sizeof(struct procmgr_signal_thread) == KN_PAGE_SIZE);

struct thread_block {
	kn_cap object;
	uint64_t address; /* where the process sees it; 0: nowhere yet */
	struct procmgr_signal_thread *records;
	uint32_t live;
	struct thread threads[THREAD_BLOCK];
};

struct thread *thread_from(struct process *process, uint32_t number)
{
	if (number == 0) {
		if (process->first.tcb)
			return &process->first;
		number = 1;
	}
	for (; number < PROCMGR_PROCESS_THREADS_MAX; number++) {
		struct thread_block *block = process->blocks[number / THREAD_BLOCK];

		if (!block || block->live == 0)
			number |= THREAD_BLOCK - 1; /* on to the next */
		else if (block->threads[number % THREAD_BLOCK].tcb)
			return &block->threads[number % THREAD_BLOCK];
	}
	return nullptr;
}

struct thread *thread_find(struct process *process, uint32_t number)
{
	struct thread *thread = number < PROCMGR_PROCESS_THREADS_MAX ? thread_from(process, number) : nullptr;

	return thread && thread->number == number ? thread : nullptr;
}

struct thread_place thread_place(const struct process *process, const struct thread *thread)
{
	const uint32_t entry = thread->number % THREAD_BLOCK;

	if (thread->number == 0)
		return (struct thread_place){
		    .object = process->pages,
		    .page = FIRST_IPC_PAGE,
		    .ipc = process->pages_address + FIRST_IPC_PAGE * KN_PAGE_SIZE,
		    .record = process->pages_address + KN_PAGE_SIZE + offsetof(struct procmgr_signal_page, first),
		};
	const struct thread_block *block = process->blocks[thread->number / THREAD_BLOCK];

	return (struct thread_place){
	    .object = block->object,
	    .page = 1 + entry,
	    .ipc = block->address + (1 + entry) * KN_PAGE_SIZE,
	    .record = block->address + entry * sizeof(struct procmgr_signal_thread),
	};
}

bool thread_blocks_upcalls(const struct process *process, const struct thread *thread)
{
	const struct thread_place place = thread_place(process, thread);
	uint64_t address;

	if (kn_vspace_map(KN_SLOT_VSPACE, place.object, place.page, 0, 1, KN_VSPACE_PROT_READ, KN_VSPACE_PROT_READ,
		KN_VSPACE_MAP_SHARED, &address) != KN_OK)
		return false;
	const struct kn_ipc_buffer *buffer = (const struct kn_ipc_buffer *)address;
	bool is_blocked = __atomic_load_n(&buffer->upcall_flags, __ATOMIC_RELAXED) & KN_UPCALL_BLOCKED;

	(void)kn_vspace_unmap(KN_SLOT_VSPACE, address, 1);
	return is_blocked;
}

uint32_t *thread_shared_word(struct process *process, uint64_t address)
{
	const uint64_t page = address & ~(uint64_t)(KN_PAGE_SIZE - 1);
	char *view = page == process->pages_address + KN_PAGE_SIZE ? (char *)process->signals : nullptr;

	for (unsigned i = 0; i < THREAD_BLOCKS && !view; i++)
		if (process->blocks[i] && process->blocks[i]->address == page)
			view = (char *)process->blocks[i]->records;
	return view && address % sizeof(uint32_t) == 0 ? (uint32_t *)(view + (address - page)) : nullptr;
}

bool thread_owns_region(const struct process *process, uint64_t address)
{
	for (unsigned i = 0; i < THREAD_BLOCKS; i++)
		if (process->blocks[i] && address - process->blocks[i]->address < BLOCK_PAGES * KN_PAGE_SIZE)
			return true;
	return false;
}

static void block_free(struct thread_block *block)
{
	if (block->records)
		(void)kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)block->records, 1);
	objects_drop(&block->object);
	heap_free(block);
}

/* The records are mapped with their page in place: we never fault for memory that a process would have to pay. */
static kn_status block_create(struct process *process, struct thread_block **created)
{
	const uint32_t write = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	struct thread_block *block = heap_calloc(1, sizeof *block);
	uint64_t records;

	if (!block)
		return KN_E_NO_MEMORY;
	kn_status status = slot_alloc(&block->object);
	if (status != KN_OK)
		goto fail_block;
	status = mmsrv_object_create(process->memory, BLOCK_PAGES, block->object);
	if (status != KN_OK) {
		slot_free(block->object);
		block->object = KN_CAP_NONE;
		goto fail_block;
	}
	status = objects_show(block->object, 0, 1, write, &records);
	if (status != KN_OK)
		goto fail_block;
	block->records = (struct procmgr_signal_thread *)records;
	status = kn_vspace_map(process->vspace, block->object, 0, 0, BLOCK_PAGES, write, write,
	    KN_VSPACE_MAP_SHARED | KN_VSPACE_MAP_NO_INHERIT, &block->address);
	if (status != KN_OK)
		goto fail_block;
	*created = block;
	return KN_OK;

fail_block:
	block_free(block);
	return status;
}

static void drop_if_unused(struct process *process, struct thread_block **block)
{
	if ((*block)->live != 0)
		return;
	(void)kn_vspace_unmap(process->vspace, (*block)->address, BLOCK_PAGES);
	block_free(*block);
	*block = nullptr;
}

/* TCB and scheduling context of a thread whose number and place are set. */
static kn_status make(struct process *process, struct thread *thread)
{
	const struct thread_place place = thread_place(process, thread);
	kn_cap fault;
	kn_status status = slot_alloc(&fault);

	if (status != KN_OK)
		return status;
	status = slot_mint(fault, process_endpoint, KN_RIGHT_SEND | KN_RIGHT_CALL,
	    process_badge(process) | BADGE_FAULT | (uint64_t)thread->number << BADGE_THREAD_SHIFT);
	if (status != KN_OK) {
		slot_free(fault);
		return status;
	}
	status = objects_make(process, KN_TYPE_TCB, 0, &thread->tcb, &thread->tcb_handle);
	if (status == KN_OK)
		status = objects_make(process, KN_TYPE_SCHED_CONTEXT, 0, &thread->sched_context, &thread->sched_handle);
	if (status == KN_OK)
		status = kn_tcb_configure(thread->tcb, process->vspace, process->cnode, place.object, place.page,
		    place.ipc, fault);
	if (status == KN_OK)
		status = kn_sched_context_bind(thread->sched_context, thread->tcb);
	if (status == KN_OK)
		status = schedule_apply(process, thread);
	slot_release(fault); /* the TCB holds a copy */
	return status;
}

/* What make() made, also half of it. */
static void unmake(struct process *process, struct thread *thread)
{
	if (thread->tcb) {
		(void)kn_tcb_suspend(thread->tcb, true);
		(void)objsrv_free(process->account, thread->tcb_handle);
	}
	if (thread->sched_context)
		(void)objsrv_free(process->account, thread->sched_handle);
	objects_drop(&thread->tcb);
	objects_drop(&thread->sched_context);
	*thread = (struct thread){};
}

kn_status thread_create_first(struct process *process)
{
	process->first.record = &process->signals->first;
	return make(process, &process->first);
}

static uint32_t lowest_free(const struct process *process)
{
	uint32_t number = 1;

	for (; number < PROCMGR_PROCESS_THREADS_MAX; number++) {
		const struct thread_block *block = process->blocks[number / THREAD_BLOCK];

		if (!block || !block->threads[number % THREAD_BLOCK].tcb)
			break;
		if (block->live == THREAD_BLOCK - (number < THREAD_BLOCK))
			number |= THREAD_BLOCK - 1;
	}
	return number;
}

kn_status thread_create(struct process *process, struct thread **created)
{
	const uint32_t number = lowest_free(process);

	if (number >= PROCMGR_PROCESS_THREADS_MAX)
		return KN_E_QUOTA;
	struct thread_block **block = &process->blocks[number / THREAD_BLOCK];
	if (!*block) {
		kn_status status = block_create(process, block);

		if (status != KN_OK)
			return status;
	}
	struct thread *thread = &(*block)->threads[number % THREAD_BLOCK];
	thread->number = number;
	thread->record = &(*block)->records[number % THREAD_BLOCK];
	kn_status status = make(process, thread);
	if (status != KN_OK) {
		unmake(process, thread);
		drop_if_unused(process, block);
		return status;
	}
	(*block)->live++;
	user_add_threads(process, 1);
	*created = thread;
	return KN_OK;
}

void thread_destroy(struct process *process, struct thread *thread)
{
	thread->record->thread = 0;
	process->blocks[thread->number / THREAD_BLOCK]->live--;
	unmake(process, thread);
	user_add_threads(process, -1);
}

void thread_discard(struct process *process, struct thread *thread)
{
	struct thread_block **block = &process->blocks[thread->number / THREAD_BLOCK];

	thread_destroy(process, thread);
	drop_if_unused(process, block);
}

static void free_blocks(struct process *process)
{
	for (unsigned i = 0; i < THREAD_BLOCKS; i++) {
		if (process->blocks[i])
			block_free(process->blocks[i]);
		process->blocks[i] = nullptr;
	}
}

void thread_destroy_further(struct process *process)
{
	for (struct thread *thread; (thread = thread_from(process, 1)) != nullptr;)
		thread_destroy(process, thread);
	free_blocks(process);
}

void thread_forget_all(struct process *process)
{
	for_each_thread(thread, process) {
		objects_drop(&thread->tcb);
		objects_drop(&thread->sched_context);
	}
	objects_drop(&process->first.sched_context); /* of a first thread that was not finished */
	user_add_threads(process, -(int)process->further_threads);
	free_blocks(process);
}
