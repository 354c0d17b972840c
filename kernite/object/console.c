/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot console: polled output, byte for byte as it comes. */
#include "arch.h"
#include "gen/console_ops.h"

kn_status console_write(struct console *self, const struct console_write_in *in)
{
	if (in->count > sizeof(in->data.bytes))
		return KN_E_RANGE;
	for (unsigned i = 0; i < in->count; i++)
		arch_console_put((char)in->data.bytes[i]);
	return KN_OK;
}

kn_status console_describe(struct console *self, struct console_describe_out *out)
{
	arch_console_describe(&out->info.kind, &out->info.base, &out->info.irq);
	return KN_OK;
}
