/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grant.h. Most grants are a capability that the kernel left in a well-known slot, with fewer rights. The others are made for the
 * unit: a notification, the serial port, an endpoint to mint from, init's ear for requests to shut down. A grant that nobody knows is an error of the manifest.
 */
#include "grant.h"

#include "boot.h"
#include "events.h"
#include "kn/console.h"
#include "kn/io_port_control.h"
#include "kn/irq_control.h"
#include "kn/memory_object.h"
#include "trona/format.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "trona/string.h"
#include "uapi/error.h"
#include "uapi/object_type.h"

#define UART_PORTS 8

struct plain_grant {
	const char *name;
	kn_cap source;
	uint32_t rights;
};

static const struct plain_grant plain[] = {
    {"log", KN_BOOT_SLOT_CONSOLE, KN_RIGHT_WRITE},
    {"power", KN_BOOT_SLOT_POWER, KN_RIGHT_WRITE},
    {"random", KN_BOOT_SLOT_RANDOM, KN_RIGHT_READ | KN_RIGHT_GRANT},
    {"debug", KN_BOOT_SLOT_DEBUG, KN_RIGHT_READ | KN_RIGHT_WRITE},
    {"kernel_stats", KN_BOOT_SLOT_DEBUG, KN_RIGHT_READ},
    {"clock", KN_BOOT_SLOT_CLOCK, KN_RIGHT_READ | KN_RIGHT_WRITE},
    {"clock_page", KN_BOOT_SLOT_CLOCK_PAGE, KN_RIGHT_READ | KN_RIGHT_MAP | KN_RIGHT_GRANT},
    {"exec_authority", KN_BOOT_SLOT_EXEC_AUTHORITY, KN_RIGHT_CONFIGURE},
    {"archive", KN_BOOT_SLOT_ARCHIVE, KN_RIGHT_READ | KN_RIGHT_MAP | KN_RIGHT_GRANT},
    {"acpi_tables", KN_BOOT_SLOT_ACPI_TABLES, KN_RIGHT_READ | KN_RIGHT_MAP},
};

static kn_status give_notification(struct launch *launch)
{
	kn_cap *notification = &launch->unit->notification;
	kn_status status = launch_make(launch->unit, KN_TYPE_NOTIFICATION, 0, notification);

	return status == KN_OK
	           ? launch_give(launch, "notification", *notification, KN_RIGHT_SEND | KN_RIGHT_RECV | KN_RIGHT_GRANT, 0)
	           : status;
}

static kn_status give_ports(struct launch *launch, const struct kn_uart_info *uart)
{
	kn_cap ports;
	kn_status status = launch_make(launch->unit, KN_TYPE_IO_PORT, 0, &ports);

	if (status != KN_OK)
		return status;
	status = kn_io_port_control_claim(KN_BOOT_SLOT_IO_PORT_CONTROL, ports, (uint16_t)uart->base,
	    (uint16_t)(uart->base + UART_PORTS - 1));
	if (status == KN_OK)
		status = launch_give(launch, "uart.ports", ports, KN_RIGHT_READ | KN_RIGHT_WRITE, 0);
	slot_release(ports);
	return status;
}

static kn_status give_registers(struct launch *launch, const struct kn_uart_info *uart)
{
	uint64_t range_base;
	kn_cap range, memory;
	kn_status status = boot_device(uart->base, KN_PAGE_SIZE, &range, &range_base);

	if (status == KN_OK)
		status = launch_make(launch->unit, KN_TYPE_MEMORY_OBJECT, 0, &memory);
	if (status != KN_OK)
		return status;
	status = kn_memory_object_configure_physical(
	    memory, range, (uart->base - range_base) / KN_PAGE_SIZE, 1, KN_MEMORY_TYPE_DEVICE);
	if (status == KN_OK)
		status = launch_give(launch, "uart.memory", memory, KN_RIGHT_READ | KN_RIGHT_WRITE | KN_RIGHT_MAP, 0);
	slot_release(memory);
	return status;
}

static kn_status give_uart(struct launch *launch)
{
	struct kn_uart_info uart;
	kn_cap handler;
	kn_status status = kn_console_describe(KN_BOOT_SLOT_CONSOLE, &uart);

	if (status != KN_OK)
		return status;
	bool is_port = uart.kind == KN_UART_KIND_PORT_16550;

	if (!is_port && uart.kind != KN_UART_KIND_PL011)
		return KN_E_NO_DEVICE;
	status = is_port ? give_ports(launch, &uart) : give_registers(launch, &uart);
	if (status == KN_OK)
		status = launch_option(launch, is_port ? "uart=16550" : "uart=pl011");
	if (status == KN_OK)
		status = launch_make(launch->unit, KN_TYPE_IRQ_HANDLER, 0, &handler);
	if (status != KN_OK)
		return status;
	/* An ISA interrupt is edge-triggered, a PL011's is level. */
	status = kn_irq_control_claim(KN_BOOT_SLOT_IRQ_CONTROL, handler, uart.irq, !is_port);
	if (status == KN_OK)
		status = launch_give(launch, "uart.irq", handler, KN_RIGHT_WRITE | KN_RIGHT_CONFIGURE, 0);
	slot_release(handler);
	return status;
}

static kn_status give_mint(struct launch *launch, const char *grant)
{
	kn_cap endpoint;

	/* A server that this system does not have: its user does without. */
	if (unit_provider(grant + 5, &endpoint) == nullptr)
		return KN_OK;
	return launch_give(launch, grant, endpoint, SLOT_CLIENT_RIGHTS, 0);
}

kn_status grant_plain(const char *grant, kn_cap *source, uint32_t *rights)
{
	for (unsigned i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (strcmp(plain[i].name, grant) == 0) {
			*source = plain[i].source;
			*rights = plain[i].rights;
			return KN_OK;
		}
	}
	return KN_E_NOT_FOUND;
}

kn_status grant_give(struct launch *launch, const char *grant)
{
	uint32_t rights;
	kn_cap source;

	if (grant_plain(grant, &source, &rights) == KN_OK)
		return launch_give(launch, grant, source, rights, 0);
	if (strcmp(grant, "notification") == 0)
		return give_notification(launch);
	if (strcmp(grant, "console") == 0)
		return give_uart(launch);
	if (strcmp(grant, "shutdown") == 0)
		return launch_give(launch, grant, events_notification(), KN_RIGHT_SEND, 0);
	if (strcmp(grant, "cspaces") == 0)
		return launch_give(launch, grant, launch_cspaces(), KN_RIGHT_READ, 0);
	if (strncmp(grant, "mint.", 5) == 0)
		return give_mint(launch, grant);
	log_line("%s: there is no grant \"%s\"", launch->unit->manifest.name, grant);
	return KN_E_NOT_FOUND;
}
