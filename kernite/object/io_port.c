/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O ports. An access must lie whole inside the range. The machine says whether it has any. */
#include "object/io_port.h"

#include "core/invocation.h"
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

kn_status io_port_claim(struct io_port *port, uint16_t first, uint16_t last)
{
	if (first > last)
		return KN_E_RANGE;
	if (!arch_has_ports())
		return KN_E_NOT_SUPPORTED;
	if (list_is_linked(&port->link))
		return KN_E_BUSY;
	list_each(link, &ranges) {
		const struct io_port *other = container_of(link, struct io_port, link);

		if (first <= other->last && other->first <= last)
			return KN_E_BUSY;
	}
	port->first = first;
	port->last = last;
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

kn_status io_port_read(struct io_port *self, struct invocation *inv,
    const struct io_port_read_in *in, struct io_port_read_out *out)
{
	kn_status status = check(self, in->offset, in->size);

	(void)inv;
	if (status != KN_OK)
		return status;
	return arch_port_read((uint16_t)(self->first + in->offset), in->size, &out->value);
}

kn_status io_port_write(
    struct io_port *self, struct invocation *inv, const struct io_port_write_in *in)
{
	kn_status status = check(self, in->offset, in->size);

	(void)inv;
	if (status != KN_OK)
		return status;
	return arch_port_write((uint16_t)(self->first + in->offset), in->size, in->value);
}

kn_status io_port_write_bytes(
    struct io_port *self, struct invocation *inv, const struct io_port_write_bytes_in *in)
{
	kn_status status = check(self, in->offset, 1);

	(void)inv;
	if (status != KN_OK)
		return status;
	if (in->count > sizeof(in->data.bytes))
		return KN_E_RANGE;
	for (unsigned i = 0; i < in->count && status == KN_OK; i++)
		status =
		    arch_port_write((uint16_t)(self->first + in->offset), 1, in->data.bytes[i]);
	return status;
}
