/* SPDX-License-Identifier: BSD-2-Clause */
/* The type table: one row for every type of kernel object, and nothing else that knows them all. */
#include "object/object.h"

#include "gen/clock_ops.h"
#include "gen/cnode_ops.h"
#include "gen/console_ops.h"
#include "gen/debug_ops.h"
#include "gen/endpoint_ops.h"
#include "gen/exec_authority_ops.h"
#include "gen/io_port_control_ops.h"
#include "gen/io_port_ops.h"
#include "gen/irq_control_ops.h"
#include "gen/irq_handler_ops.h"
#include "gen/memory_object_ops.h"
#include "gen/notification_ops.h"
#include "gen/pool_ops.h"
#include "gen/power_ops.h"
#include "gen/random_ops.h"
#include "gen/reply_ops.h"
#include "gen/sched_context_ops.h"
#include "gen/tcb_ops.h"
#include "gen/timer_ops.h"
#include "gen/untyped_ops.h"
#include "gen/vspace_ops.h"
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
#include "object/untyped.h"
#include "object/vspace.h"
#include "uapi/object_size.h"
#include "uapi/object_type.h"

#define PASS_ON (KN_RIGHT_GRANT | KN_RIGHT_REVOKE)

const struct object_class object_classes[TYPE_COUNT] = {
	[TYPE_UNTYPED] = {.name = "untyped",
	                  .dispatch = untyped_dispatch,
	                  .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_RETYPE},
	[TYPE_CNODE] = {.name = "cnode",
	                .dispatch = cnode_dispatch,
	                .init = cnode_init,
	                .destroy = cnode_destroy,
	                .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_WRITE},
	[TYPE_TCB] = {.name = "tcb",
	              .dispatch = tcb_dispatch,
	              .init = tcb_init,
	              .destroy = tcb_destroy,
	              .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_CONFIGURE | KN_RIGHT_SUSPEND | KN_RIGHT_RESUME,
	              .object_offset = offsetof(struct tcb, object),
	              .size_bits = KN_OBJECT_BITS_TCB},
	[TYPE_SCHED_CONTEXT] = {.name = "sched_context",
	                        .dispatch = sched_context_dispatch,
	                        .init = sched_context_init,
	                        .destroy = sched_context_destroy,
	                        .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_CONFIGURE,
	                        .size_bits = KN_OBJECT_BITS_SCHED_CONTEXT},
	[TYPE_ENDPOINT] = {.name = "endpoint",
	                   .dispatch = endpoint_dispatch,
	                   .init = endpoint_init,
	                   .destroy = endpoint_destroy,
	                   .rights = PASS_ON | KN_RIGHT_SEND | KN_RIGHT_RECV | KN_RIGHT_CALL,
	                   .size_bits = KN_OBJECT_BITS_ENDPOINT},
	[TYPE_REPLY] = {.name = "reply",
	                .dispatch = reply_dispatch,
	                .init = reply_init,
	                .destroy = reply_destroy,
	                .rights = PASS_ON | KN_RIGHT_REPLY,
	                .size_bits = KN_OBJECT_BITS_REPLY},
	[TYPE_NOTIFICATION] = {.name = "notification",
	                       .dispatch = notification_dispatch,
	                       .init = notification_init,
	                       .destroy = notification_destroy,
	                       .rights = PASS_ON | KN_RIGHT_SEND | KN_RIGHT_RECV,
	                       .size_bits = KN_OBJECT_BITS_NOTIFICATION},
	[TYPE_MEMORY_OBJECT] = {.name = "memory_object",
	                        .dispatch = memory_object_dispatch,
	                        .init = memory_object_init,
	                        .destroy = memory_object_destroy,
	                        .sever = memory_object_sever,
	                        .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_WRITE | KN_RIGHT_MAP |
	                                  KN_RIGHT_CONFIGURE,
	                        .size_bits = KN_OBJECT_BITS_MEMORY_OBJECT},
	[TYPE_VSPACE] = {.name = "vspace",
	                 .dispatch = vspace_dispatch,
	                 .init = vspace_init,
	                 .destroy = vspace_destroy,
	                 .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_MAP | KN_RIGHT_UNMAP | KN_RIGHT_CONFIGURE,
	                 .size_bits = KN_OBJECT_BITS_VSPACE},
	[TYPE_POOL] = {.name = "pool",
	               .dispatch = pool_dispatch,
	               .init = pool_init,
	               .destroy = pool_destroy,
	               .sever = pool_sever,
	               .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_WRITE | KN_RIGHT_CONFIGURE,
	               .size_bits = KN_OBJECT_BITS_POOL},
	[TYPE_IRQ_HANDLER] = {.name = "irq_handler",
	                      .dispatch = irq_handler_dispatch,
	                      .init = irq_handler_init,
	                      .destroy = irq_handler_destroy,
	                      .rights = PASS_ON | KN_RIGHT_WRITE | KN_RIGHT_CONFIGURE,
	                      .size_bits = KN_OBJECT_BITS_IRQ_HANDLER},
	[TYPE_IO_PORT] = {.name = "io_port",
	                  .dispatch = io_port_dispatch,
	                  .init = io_port_init,
	                  .destroy = io_port_destroy,
	                  .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_WRITE | KN_RIGHT_CONFIGURE,
	                  .size_bits = KN_OBJECT_BITS_IO_PORT},
	[TYPE_TIMER] = {.name = "timer",
	                .dispatch = timer_dispatch,
	                .init = timer_init,
	                .destroy = timer_destroy,
	                .rights = PASS_ON | KN_RIGHT_WRITE | KN_RIGHT_CONFIGURE,
	                .size_bits = KN_OBJECT_BITS_TIMER},
	[TYPE_CLOCK] = {.name = "clock",
	                .dispatch = clock_dispatch,
	                .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_WRITE},
	[TYPE_CONSOLE] = {.name = "console",
	                  .dispatch = console_dispatch,
	                  .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_WRITE},
	[TYPE_POWER] = {.name = "power", .dispatch = power_dispatch, .rights = PASS_ON | KN_RIGHT_WRITE},
	[TYPE_RANDOM] = {.name = "random",
	                 .dispatch = random_dispatch,
	                 .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_WRITE},
	[TYPE_DEBUG] = {.name = "debug",
	                .dispatch = debug_dispatch,
	                .rights = PASS_ON | KN_RIGHT_READ | KN_RIGHT_WRITE},
	[TYPE_IRQ_CONTROL] = {.name = "irq_control",
	                      .dispatch = irq_control_dispatch,
	                      .rights = PASS_ON | KN_RIGHT_CONFIGURE},
	[TYPE_IO_PORT_CONTROL] = {.name = "io_port_control",
	                          .dispatch = io_port_control_dispatch,
	                          .rights = PASS_ON | KN_RIGHT_CONFIGURE},
	[TYPE_EXEC_AUTHORITY] = {.name = "exec_authority",
	                         .dispatch = exec_authority_dispatch,
	                         .rights = PASS_ON | KN_RIGHT_CONFIGURE},
};

uint32_t object_counts[TYPE_COUNT];

/* Both tables of numbers, the contract's and the kernel's, are one. */
static_assert((int)TYPE_TIMER == (int)KN_TYPE_TIMER && (int)TYPE_UNTYPED == (int)KN_TYPE_UNTYPED);
static_assert((int)TYPE_EXEC_AUTHORITY == (int)KN_TYPE_EXEC_AUTHORITY && (int)TYPE_POOL == (int)KN_TYPE_POOL);
static_assert(sizeof(struct slot) == 1u << KN_SLOT_BITS);
static_assert(sizeof(struct tcb) <= 1u << KN_OBJECT_BITS_TCB);
static_assert(sizeof(struct sched_context) <= 1u << KN_OBJECT_BITS_SCHED_CONTEXT);
static_assert(sizeof(struct endpoint) <= 1u << KN_OBJECT_BITS_ENDPOINT);
static_assert(sizeof(struct reply) <= 1u << KN_OBJECT_BITS_REPLY);
static_assert(sizeof(struct notification) <= 1u << KN_OBJECT_BITS_NOTIFICATION);
static_assert(sizeof(struct memory_object) <= 1u << KN_OBJECT_BITS_MEMORY_OBJECT);
static_assert(sizeof(struct vspace) <= 1u << KN_OBJECT_BITS_VSPACE);
static_assert(sizeof(struct pool) <= 1u << KN_OBJECT_BITS_POOL);
static_assert(sizeof(struct irq_handler) <= 1u << KN_OBJECT_BITS_IRQ_HANDLER);
static_assert(sizeof(struct io_port) <= 1u << KN_OBJECT_BITS_IO_PORT);
static_assert(sizeof(struct timer) <= 1u << KN_OBJECT_BITS_TIMER);

void object_init(struct object *object, enum object_type type, unsigned size_bits)
{
	*object = (struct object){.type = type, .size_bits = (uint8_t)size_bits};
	list_init(&object->reaper);
	object_counts[type]++;
}

struct object *object_create(enum object_type type, void *memory, unsigned size_bits)
{
	struct object *object = (struct object *)((char *)memory + object_classes[type].object_offset);

	object_init(object, type, size_bits);
	object_classes[type].init(object);
	return object;
}
