/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debug.check(): is the kernel whole? Everything that has a capability is visited by a walk over the derivation tree; what is
 * counted on the way is compared with the counts that the kernel keeps: capabilities with an object's references, owners of
 * user pages with their frames' counts, free lists with a pool's number of free frames. Waiting threads, and what they wait
 * for, must agree about each other. No page of a user or of the kernel is writable and executable. Panics on the first thing
 * that is wrong.
 *
 * It goes in bounded steps. In between, interrupts are taken and other CPUs go on: they may wake threads and end waits, so no
 * step ends inside a queue. What changes capabilities, objects or page tables (system calls but the fast path's, page faults)
 * does nothing and begins again until the check is over. The reaper, which works for itself, has nothing to do.
 */
#include "core/self_check.h"

#include "core/scheduler.h"
#include "core/work.h"
#include "mm/page_table.h"
#include "object/derivation.h"
#include "object/endpoint.h"
#include "object/memory_object.h"
#include "object/notification.h"
#include "object/pool.h"
#include "object/reply.h"

/* What a step looks at of a queue that changes between steps. */
#define CHECK_LOOKS 256

bool kernel_is_checked;

static void step(unsigned units)
{
	if (work_step(units))
		scheduler_pause(this_cpu(), arch_take_interrupts);
}

static bool owns_mapped(pte_t entry)
{
	invariant(!pte_is_writable_code(entry));
	return pte_is_private(entry);
}

static bool owns_kept(pte_t entry)
{
	return entry.raw & PAGE_PRESENT;
}

/* The pages below these entries, page tables' or page maps', that are owned: how many. */
static uint64_t count_pages(const pte_t *entry, unsigned count, unsigned level, bool (*owns)(pte_t))
{
	uint64_t owned = 0;

	for (; count > 0; count--, entry++) {
		step(3);
		if (level > 0 && pte_is_present(*entry) && !pte_is_leaf(*entry, level)) {
			owned += count_pages(phys_to_virt(pte_paddr(*entry)), TABLE_ENTRIES, level - 1, owns);
		} else if (owns(*entry)) {
			struct frame *frame = frame_of(pte_paddr(*entry));

			invariant(frame->kind == FRAME_USER);
			frame->owners++;
			owned++;
		}
	}
	return owned;
}

static void check_vspace(const struct vspace *space)
{
	const struct table_tree *tree = &space->tables;

	invariant(space->committed == (tree->root.raw == 0 ? 0 :
	    count_pages(phys_to_virt(tree->root), TABLE_ENTRIES / 2, TABLE_LEVELS - 1, owns_mapped)));
}

static void check_memory_object(const struct memory_object *object)
{
	const struct table_tree *tree = &object->map.tree;
	uint64_t committed = count_pages(object->map.direct, PAGE_MAP_DIRECT, 0, owns_kept), regions = 0;

	if (tree->root.raw != 0)
		committed += count_pages(phys_to_virt(tree->root), TABLE_ENTRIES, tree->levels - 1, owns_kept);
	invariant(object->committed == committed);
	if (object->replaced.raw != 0)
		frame_of(object->replaced)->owners++;
	list_each (link, &object->regions) {
		if (link == &object->cursor)
			continue;
		invariant(container_of(link, struct region, object_link)->object == object);
		regions++;
		step(2);
	}
	invariant(object->region_count == regions);
}

static uint64_t count_free(uint32_t head, const struct frame_home *home)
{
	uint64_t count = 0;

	for (; head != 0; head = frame_table[head - 1].next, count++) {
		invariant(frame_table[head - 1].kind == FRAME_POOL_FREE && frame_table[head - 1].home == home);
		step(3);
	}
	return count;
}

static void check_pool(const struct pool *pool)
{
	uint64_t free = count_free(pool->home.dirty, &pool->home) + count_free(pool->home.zeroed, &pool->home);

	list_each (link, &pool->ranges) {
		const struct pool_range *range = container_of(link, struct pool_range, link);

		free += range->pages - range->taken;
		step(1);
	}
	invariant(pool->is_emptying || pool->home.free == free);
}

static void check_thread(const struct tcb *thread)
{
	switch (thread->state) {
	case THREAD_READY:
		invariant(thread_is_current(thread) != (thread->run.kind == DEADLINE_RUN ||
						    thread->timeout.kind == DEADLINE_BUDGET));
		invariant(thread->vspace && thread->cspace && !list_is_linked(&thread->link));
		break;
	case THREAD_WAITING_REPLY:
		invariant(thread->reply && thread->reply->caller == thread);
		break;
	case THREAD_SENDING:
	case THREAD_RECEIVING:
	case THREAD_WAITING_SIGNAL:
	case THREAD_WAITING_ADDRESS:
		invariant(list_is_linked(&thread->link));
		break;
	default:
		invariant(!list_is_linked(&thread->link) && thread->run.kind == DEADLINE_NONE);
		break;
	}
	/* Nobody has a capability to the object that init's buffer is in. */
	if (thread->ipc_object && thread->ipc_object->object.references == 0)
		check_memory_object(thread->ipc_object);
	invariant(!thread->bound_notification || thread->bound_notification->bound == thread);
}

static void check_queue(const struct list *queue, enum thread_state state)
{
	unsigned looks = 0;

	list_each (link, queue) {
		invariant(container_of(link, struct tcb, link)->state == state);
		if (++looks == CHECK_LOOKS)
			return;
	}
}

/* Of threads that wait for their turn, all of one step: the first ones. */
static void check_ready(const struct cpu *cpu, struct deadline *node, bool is_bound)
{
	for (unsigned looks = 0; node && looks < CHECK_LOOKS; node = heap_next(node), looks++) {
		const struct tcb *thread = container_of(node, struct tcb, run);

		invariant(thread->state == THREAD_READY && !thread_is_current(thread) && thread->cpu == cpu->index);
		invariant((thread->affinity != TCB_ANY_CPU) == is_bound && !deadline_is_before(node, cpu->run));
		invariant(!node->parent || (!deadline_is_before(node, node->parent) && node->rank <= node->parent->left->rank));
	}
}

static void check_cpus(void)
{
	for (unsigned i = 0; i < cpu_count; i++) {
		const struct cpu *cpu = &cpus[i];

		invariant(cpu->current->cpu == i && (cpu->run || !cpu->bound));
		invariant(cpu->state != CPU_OFFLINE || (cpu->current == cpu->idle && !cpu->run && !(idle_cpus >> i & 1)));
		check_ready(cpu, cpu->bound ? cpu->free : cpu->run, false);
		check_ready(cpu, cpu->bound, true);
	}
}

static void check_reply(const struct reply *reply)
{
	if (reply->caller)
		invariant(reply->caller->state == THREAD_WAITING_REPLY && reply->caller->reply == reply);
	if (reply->receiver && !reply->caller)
		invariant(reply->receiver->state == THREAD_RECEIVING && reply->receiver->reply == reply);
	invariant(!reply->caller || !reply->receiver || reply->receiver->donor == reply);
}

static void check_object(struct object *object)
{
	switch (object->type) {
	case KN_TYPE_TCB:
		return check_thread(container_of(object, struct tcb, object));
	case KN_TYPE_ENDPOINT: {
		const struct endpoint *endpoint = container_of(object, struct endpoint, object);

		check_queue(&endpoint->senders, THREAD_SENDING);
		check_queue(&endpoint->receivers, THREAD_RECEIVING);
		invariant(list_is_empty(&endpoint->senders) || list_is_empty(&endpoint->receivers));
		return;
	}
	case KN_TYPE_NOTIFICATION: {
		const struct notification *notification = container_of(object, struct notification, object);

		check_queue(&notification->waiters, THREAD_WAITING_SIGNAL);
		invariant(notification->bits == 0 || list_is_empty(&notification->waiters));
		return;
	}
	case KN_TYPE_REPLY:
		return check_reply(container_of(object, struct reply, object));
	case KN_TYPE_VSPACE:
		return check_vspace(container_of(object, struct vspace, object));
	case KN_TYPE_MEMORY_OBJECT:
		return check_memory_object(container_of(object, struct memory_object, object));
	case KN_TYPE_POOL:
		return check_pool(container_of(object, struct pool, object));
	default:
		return;
	}
}

/* Capabilities are counted modulo 256, which finds what counting by one too many or too few does. */
static void visit(struct slot *slot)
{
	struct object *object = slot->cap.object;

	step(20);
	if (!slot_is_counted(slot))
		return;
	if (!object->is_visited) {
		object->is_visited = true;
		check_object(object);
	}
	object->capabilities++;
}

static void compare(struct slot *slot)
{
	struct object *object = slot->cap.object;

	step(8);
	if (!slot_is_counted(slot) || !object->is_visited)
		return;
	/* The kernel itself holds init's CNode. */
	uint8_t held = (uint8_t)(object->references - object->capabilities);

	invariant(held == 0 || (held == 1 && object->type == KN_TYPE_CNODE));
	object->capabilities = 0;
	object->is_visited = false;
}

static uint64_t check_frames(void)
{
	uint64_t owned = 0;

	for (uint64_t i = 0; i < frame_count; i++) {
		struct frame *frame = &frame_table[i];

		step(3);
		if (frame->kind <= FRAME_UNTYPED)
			continue;
		invariant(frame->home != nullptr);
		if (frame->kind == FRAME_USER)
			invariant(frame->count > 0 && (uint16_t)frame->count == frame->owners);
		else
			invariant(frame->owners == 0);
		invariant(frame->kind != FRAME_TABLE || frame->count <= TABLE_ENTRIES);
		frame->owners = 0;
		owned++;
	}
	return owned;
}

uint64_t kernel_check(void)
{
	check_cpus();
	kernel_is_checked = true;

	uint64_t checked = derivation_check(visit) + check_frames();

	(void)derivation_check(compare);
	invariant(count_pages(phys_to_virt(kernel_root), TABLE_ENTRIES, TABLE_LEVELS - 1, owns_mapped) == 0);
	kernel_is_checked = false;
	return checked;
}
