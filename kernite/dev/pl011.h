/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PL011 boot console, where ACPI's SPCR says it is.
 */
#pragma once

/* Needs acpi_init(). Without a PL011 the kernel's log goes nowhere. */
void pl011_init(void);
