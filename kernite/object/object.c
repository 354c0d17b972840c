/* SPDX-License-Identifier: BSD-2-Clause */
/* The type table: one row for every type of kernel object, and nothing else that knows them all. */
#include "object/object.h"

#include "gen/dispatch.h"
#include "object/cnode.h"
#include "object/endpoint.h"
#include "object/io_port.h"
#include "object/irq_handler.h"
#include "object/memory_object.h"
#include "object/notification.h"
#include "object/pool.h"
#include "object/reply.h"
#include "object/sched_context.h"
#include "object/tcb.h"
#include "object/timer.h"
#include "object/vspace.h"
#include "uapi/object_size.h"

#define PASS_ON (KN_RIGHT_GRANT | KN_RIGHT_REVOKE)

/* clang-format off */
#define OBJECT(TYPE, type, more_rights, ...) [KN_TYPE_##TYPE] = {.name = #type, .dispatch = type##_dispatch, \
	.init = type##_init, .destroy = type##_destroy, .object_offset = offsetof(struct type, object), \
	.rights = PASS_ON | (more_rights), __VA_ARGS__}
/* KN_OBJECT_BITS_*, and a struct without members that compiles if the object fits into so many. */
#define FITTING_BITS(TYPE, type) KN_OBJECT_BITS_##TYPE + \
	0 * sizeof(struct {static_assert(sizeof(struct type) <= 1u << KN_OBJECT_BITS_##TYPE); })
#define SIZED_OBJECT(TYPE, type, more_rights, ...) \
	OBJECT(TYPE, type, more_rights, .size_bits = FITTING_BITS(TYPE, type), __VA_ARGS__)
#define SINGLETON(TYPE, type, more_rights) \
	[KN_TYPE_##TYPE] = {.name = #type, .dispatch = type##_dispatch, .rights = PASS_ON | (more_rights)}

const struct object_class object_classes[KN_TYPE_COUNT] = {
	SINGLETON(UNTYPED, untyped, KN_RIGHT_READ | KN_RIGHT_RETYPE),
	OBJECT(CNODE, cnode, KN_RIGHT_READ | KN_RIGHT_WRITE),
	SIZED_OBJECT(TCB, tcb, KN_RIGHT_READ | KN_RIGHT_CONFIGURE | KN_RIGHT_SUSPEND | KN_RIGHT_RESUME),
	SIZED_OBJECT(SCHED_CONTEXT, sched_context, KN_RIGHT_READ | KN_RIGHT_CONFIGURE),
	SIZED_OBJECT(ENDPOINT, endpoint, KN_RIGHT_SEND | KN_RIGHT_RECV | KN_RIGHT_CALL),
	SIZED_OBJECT(REPLY, reply, KN_RIGHT_REPLY),
	SIZED_OBJECT(NOTIFICATION, notification, KN_RIGHT_SEND | KN_RIGHT_RECV),
	SIZED_OBJECT(MEMORY_OBJECT, memory_object, KN_RIGHT_READ | KN_RIGHT_WRITE | KN_RIGHT_MAP | KN_RIGHT_CONFIGURE,
		.sever = memory_object_sever),
	SIZED_OBJECT(VSPACE, vspace, KN_RIGHT_READ | KN_RIGHT_MAP | KN_RIGHT_UNMAP | KN_RIGHT_CONFIGURE),
	SIZED_OBJECT(POOL, pool, KN_RIGHT_READ | KN_RIGHT_WRITE | KN_RIGHT_CONFIGURE, .sever = pool_sever),
	SIZED_OBJECT(IRQ_HANDLER, irq_handler, KN_RIGHT_WRITE | KN_RIGHT_CONFIGURE),
	SIZED_OBJECT(IO_PORT, io_port, KN_RIGHT_READ | KN_RIGHT_WRITE | KN_RIGHT_CONFIGURE),
	SIZED_OBJECT(TIMER, timer, KN_RIGHT_WRITE | KN_RIGHT_CONFIGURE),
	SINGLETON(CLOCK, clock, KN_RIGHT_READ | KN_RIGHT_WRITE),
	SINGLETON(CONSOLE, console, KN_RIGHT_READ | KN_RIGHT_WRITE),
	SINGLETON(POWER, power, KN_RIGHT_WRITE | KN_RIGHT_CONFIGURE),
	SINGLETON(RANDOM, random, KN_RIGHT_READ | KN_RIGHT_WRITE),
	SINGLETON(DEBUG, debug, KN_RIGHT_READ | KN_RIGHT_WRITE),
	SINGLETON(IRQ_CONTROL, irq_control, KN_RIGHT_CONFIGURE),
	SINGLETON(IO_PORT_CONTROL, io_port_control, KN_RIGHT_CONFIGURE),
	SINGLETON(EXEC_AUTHORITY, exec_authority, KN_RIGHT_CONFIGURE),
};
/* clang-format on */

uint32_t object_counts[KN_TYPE_COUNT];

static_assert(sizeof(struct slot) == 1u << KN_SLOT_BITS);

void object_init(struct object *object, enum kn_object_type type, unsigned size_bits)
{
	*object = (struct object){.type = type, .size_bits = (uint8_t)size_bits};
	list_init(&object->reaper);
	object_counts[type]++;
}

struct object *object_create(enum kn_object_type type, void *memory, unsigned size_bits)
{
	struct object *object = (struct object *)((char *)memory + object_classes[type].object_offset);

	object_init(object, type, size_bits);
	object_classes[type].init(object);
	return object;
}
