/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for <sys/mman.h>, which the allocator includes; glue.h supplies what it uses. */
