/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head of every kernel object, capabilities and slots.
 *
 * A capability is 32 bytes; a slot is a capability plus its place in the derivation tree (parent, first
 * child, siblings), 64 bytes. Copy and mint make children; deleting a slot gives its children to its
 * parent; revoke removes exactly the subtree below a slot.
 *
 * Lifetime: `references` counts capabilities and the kernel's own pointers (a TCB's VSpace, a
 * region's memory object ...). Release is shallow: at zero the object goes onto the reaper's queue
 * (object/reaper.c), which runs the type's destroy in restartable steps and gives the memory back to
 * the untyped it came from.
 */
#pragma once

#include "kernite/types.h"
#include "core/list.h"

enum object_type : uint8_t {
	TYPE_NONE = 0,
	TYPE_UNTYPED = 1,
	TYPE_CNODE = 2,
	TYPE_TCB = 3,
	TYPE_SCHED_CONTEXT = 4,
	TYPE_ENDPOINT = 5,
	TYPE_REPLY = 6,
	TYPE_NOTIFICATION = 7,
	TYPE_MEMORY_OBJECT = 8,
	TYPE_VSPACE = 9,
	TYPE_POOL = 10,
	TYPE_IRQ_HANDLER = 11,
	TYPE_IO_PORT = 12,
	TYPE_TIMER = 13,
	/* Singletons, created at boot, never retyped: */
	TYPE_CLOCK = 14,
	TYPE_CONSOLE = 15,
	TYPE_POWER = 16,
	TYPE_RANDOM = 17,
	TYPE_DEBUG = 18,
	TYPE_IRQ_CONTROL = 19,
	TYPE_IO_PORT_CONTROL = 20,
	TYPE_EXEC_AUTHORITY = 21,
	TYPE_COUNT,
};

struct object {
	uint32_t references;
	enum object_type type;
	uint8_t size_bits;      /* log2 of the block it was retyped from */
	bool is_dying;          /* on the reaper's queue */
	uint8_t reserved;
	struct list reaper;     /* link in the reaper's queue */
	struct untyped *source; /* where the memory goes back to; null for boot objects */
};

struct cap {
	struct object *object; /* null: empty */
	uint64_t badge;
	uint32_t rights;
	enum object_type type;
	uint8_t depth;
	uint8_t flags;         /* SLOT_* */
	uint8_t reserved;
	uint64_t payload;      /* untyped: range is in the object; io_port: first | last << 16; else 0 */
};

#define SLOT_WATCHED 1     /* losing the last child raises ORPHAN at the endpoint */
#define SLOT_ORPHANED 2    /* queued at its endpoint: `child` is the queue link */
#define CAP_DEPTH_MAX 255

struct slot {
	struct cap cap;
	struct slot *parent;
	struct slot *child;    /* first child; while SLOT_ORPHANED: next in the endpoint's orphan queue */
	struct slot *next;
	struct slot *prev;     /* null for a first child */
};

static_assert(sizeof(struct cap) == 32);
static_assert(sizeof(struct slot) == 64);

static inline bool slot_is_empty(const struct slot *slot)
{
	return slot->cap.object == nullptr;
}

void object_acquire(struct object *object);
/* Drops a reference; the last one queues the object for the reaper. */
void object_release(struct object *object);
