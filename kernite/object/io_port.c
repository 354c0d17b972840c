/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O ports. An access must lie whole inside the range. The machine says whether it has any. */
#include "object/io_port.h"

#include "arch.h"
#include "gen/io_port_control_ops.h"
#include "gen/io_port_ops.h"

static struct list ranges = {&ranges, &ranges};

void io_port_init(struct object *object)
{
	list_init(&container_of(object, struct io_port, object)->link);
}

kn_status io_port_destroy(struct object *object)
{
	list_remove(&container_of(object, struct io_port, object)->link);
	return KN_OK;
}

kn_status io_port_control_claim(struct io_port_control *self, const struct io_port_control_claim_in *in)
{
	struct io_port *port = slot_object(in->port, io_port);

	if (in->first > in->last)
		return KN_E_RANGE;
	if (!arch_has_ports())
		return KN_E_NOT_SUPPORTED;
	if (list_is_linked(&port->link))
		return KN_E_BUSY;
	list_each (link, &ranges) {
		const struct io_port *other = container_of(link, struct io_port, link);

		if (in->first <= other->last && other->first <= in->last)
			return KN_E_BUSY;
	}
	port->first = in->first;
	port->last = in->last;
	list_append(&ranges, &port->link);
	return KN_OK;
}

static kn_status check(const struct io_port *self, uint16_t offset, uint8_t size)
{
	if (size != 1 && size != 2 && size != 4)
		return KN_E_INVALID_ARG;
	if (!list_is_linked(&self->link) || self->first + offset + size - 1 > self->last)
		return KN_E_RANGE;
	return KN_OK;
}

kn_status io_port_read(struct io_port *self, const struct io_port_read_in *in, struct io_port_read_out *out)
{
	TRY(check(self, in->offset, in->size));
	out->value = arch_port_read((uint16_t)(self->first + in->offset), in->size);
	return KN_OK;
}

kn_status io_port_write(struct io_port *self, const struct io_port_write_in *in)
{
	TRY(check(self, in->offset, in->size));
	arch_port_write((uint16_t)(self->first + in->offset), in->size, in->value);
	return KN_OK;
}

kn_status io_port_write_bytes(struct io_port *self, const struct io_port_write_bytes_in *in)
{
	TRY(check(self, in->offset, 1));
	if (in->count > sizeof(in->data.bytes))
		return KN_E_RANGE;
	for (unsigned i = 0; i < in->count; i++)
		arch_port_write((uint16_t)(self->first + in->offset), 1, in->data.bytes[i]);
	return KN_OK;
}
