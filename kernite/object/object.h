/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head of every kernel object, capabilities and slots.
 *
 * A capability is 32 bytes; a slot is a capability plus its place in the derivation tree, 64 bytes
 * (object/derivation.h). Copy, mint and retype make children; deleting a slot gives its children to
 * its parent; revoke removes exactly the subtree below a slot.
 *
 * Lifetime: `references` counts capabilities and nothing else. When the last capability is gone the
 * object dies: it goes onto the reaper's queue (object/reaper.h), which runs the type's destroy in
 * restartable steps. The kernel's own pointers to an object (a thread's address space, a region's
 * memory object ...) never keep it alive; each is kept on an intrusive list of the object so that
 * destroy can sever it. So when every capability below an untyped is gone and the reaper's queue is
 * empty, nothing of the kernel points into that range any more.
 *
 * An untyped has no object: its capability says everything, as in seL4 (object/untyped.h). It
 * can be moved, never copied.
 */
#pragma once

#include "kernite/types.h"
#include "core/list.h"
#include "uapi/object_type.h"

struct object {
	uint32_t references; /* capabilities */
	enum kn_object_type type;
	uint8_t size_bits; /* log2 of the block it was retyped from */
	bool is_dying : 1; /* no capability is left; the reaper has it */
	/* debug.check() only: */
	bool is_visited : 1;
	uint8_t capabilities;
	struct list reaper; /* link in the reaper's queue */
};

struct cap {
	union {
		struct object *object;
		uint64_t zeroed; /* untyped: bytes [used, zeroed) of the range are known to be zero */
	};
	uint64_t badge; /* untyped: physical base address */
	uint32_t rights;
	enum kn_object_type type; /* KN_TYPE_NONE: empty */
	uint8_t depth;            /* derivations since the original, saturated; for information */
	uint8_t flags;            /* SLOT_* */
	uint8_t size_bits;        /* untyped: log2 of the range */
	uint64_t payload;         /* untyped: bytes used from the base; else 0 */
};

#define SLOT_WATCHED 1 /* losing the last child raises ORPHAN at the endpoint */
#define SLOT_ORPHANED 2 /* queued at its endpoint */
#define SLOT_DEVICE 4 /* untyped: no RAM */
/*
 * Embedded in its own object (a pool's or physical memory object's hold on an untyped range): not
 * counted in `references`; deleting it runs the type's sever(), which lets go of the range.
 */
#define SLOT_INTERNAL 8

struct slot {
	struct cap cap;
	union {
		struct {
			struct slot *child; /* first child, or null */
			struct slot *last;  /* last child, or null */
		};
		struct list orphan_link; /* SLOT_ORPHANED: in its endpoint's list */
	};
	struct slot *next;  /* next sibling; of the last one: the parent */
	struct slot *prev;  /* previous sibling; of the first one: the parent */
};

static_assert(sizeof(struct cap) == 32);
static_assert(sizeof(struct slot) == 64);

static inline bool slot_is_empty(const struct slot *slot)
{
	return slot->cap.type == KN_TYPE_NONE;
}

/* The object of a capability whose type is known: slot_object(slot, cnode). */
#define slot_object(slot, type) container_of((slot)->cap.object, struct type, object)

struct invocation;

/* One row a type; the table is in object.c. */
struct object_class {
	const char *name;
	kn_status (*dispatch)(struct invocation *inv);
	/* Fills in a fresh object; its memory is zero and its head is set. Null: cannot be retyped.
	 */
	void (*init)(struct object *object);
	/*
	 * Sever everything that points here and let go of everything held. One bounded step: KN_OK
	 * when done, KN_RESTART when it must be called again. Null: never destroyed.
	 */
	kn_status (*destroy)(struct object *object);
	/* The range behind `slot` (SLOT_INTERNAL) is being revoked: stop using it. As destroy. */
	kn_status (*sever)(struct object *object, struct slot *slot);
	uint32_t rights;        /* that a fresh capability carries */
	uint16_t object_offset; /* of the head inside the block (a TCB starts with its context) */
	uint8_t size_bits;      /* KN_OBJECT_BITS_*, 0: variable or never retyped */
};

extern const struct object_class object_classes[KN_TYPE_COUNT];
/* Objects alive by type, for debug.objects(). */
extern uint32_t object_counts[KN_TYPE_COUNT];

/* Make the zeroed block at `memory` an object of `type`. No capability yet. */
struct object *object_create(enum kn_object_type type, void *memory, unsigned size_bits);
/* For objects outside untyped memory (boot, singletons): only the head. */
void object_init(struct object *object, enum kn_object_type type, unsigned size_bits);
