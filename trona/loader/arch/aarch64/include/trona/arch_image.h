/* SPDX-License-Identifier: BSD-2-Clause */
/* What images for this machine say of themselves. */
#pragma once

#define ELF_NATIVE_MACHINE 183
