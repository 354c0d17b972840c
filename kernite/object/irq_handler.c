/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts. An interrupt is masked from its signal to the driver's ack(); the driver unmasks, and
 * nobody else does. An interrupt that nobody is bound to stays masked.
 */
#include "object/irq_handler.h"

#include "core/trace.h"
#include "arch.h"
#include "gen/irq_control_ops.h"
#include "gen/irq_handler_ops.h"

static struct irq_handler *handlers[IRQ_MAX];

void irq_handler_init(struct object *object)
{
	list_init(&container_of(object, struct irq_handler, object)->source.link);
}

kn_status irq_handler_destroy(struct object *object)
{
	struct irq_handler *handler = container_of(object, struct irq_handler, object);

	signal_source_detach(&handler->source);
	if (handler->is_claimed) {
		arch_irq_mask(handler->irq);
		handlers[handler->irq] = nullptr;
	}
	return KN_OK;
}

kn_status irq_control_claim(struct irq_control *self, const struct irq_control_claim_in *in)
{
	struct irq_handler *handler = slot_object(in->handler, irq_handler);

	if (in->irq >= IRQ_MAX || !arch_irq_is_valid(in->irq))
		return KN_E_RANGE;
	if (handler->is_claimed || handlers[in->irq])
		return KN_E_BUSY;
	handler->irq = in->irq;
	handler->is_level = in->level;
	handler->is_claimed = true;
	handlers[in->irq] = handler;
	return KN_OK;
}

void irq_handler_fire(unsigned irq)
{
	struct irq_handler *handler = irq < IRQ_MAX ? handlers[irq] : nullptr;

	kernel_stats.irqs++;
	trace_often(TRACE_IRQ, irq, 0, 0, 0);
	if (!handler || !handler->source.target)
		return;
	handler->is_masked = true;
	signal_source_fire(&handler->source);
}

kn_status irq_handler_bind(struct irq_handler *self, const struct irq_handler_bind_in *in)
{
	if (!self->is_claimed || self->source.target)
		return KN_E_BUSY;
	signal_source_attach(&self->source, in->notification, 1ull << self->irq % 64);
	self->is_masked = false;
	arch_irq_enable(self->irq, self->is_level);
	return KN_OK;
}

kn_status irq_handler_ack(struct irq_handler *self)
{
	if (!self->source.target)
		return KN_E_BUSY;
	if (self->is_masked) {
		self->is_masked = false;
		arch_irq_unmask(self->irq);
	}
	return KN_OK;
}

kn_status irq_handler_unbind(struct irq_handler *self)
{
	if (self->is_claimed)
		arch_irq_mask(self->irq);
	signal_source_detach(&self->source);
	return KN_OK;
}
