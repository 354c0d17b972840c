/* SPDX-License-Identifier: BSD-2-Clause */
/* Device numbers. */
#pragma once

#define major(d) ((unsigned)((d) >> 8 & 0xfff))
#define minor(d) ((unsigned)(((d) & 0xff) | ((d) >> 12 & 0xfff00)))
#define makedev(a, b) ((((unsigned long)(a) & 0xfff) << 8) | ((b) & 0xff) | (((unsigned long)(b) & 0xfff00) << 12))
