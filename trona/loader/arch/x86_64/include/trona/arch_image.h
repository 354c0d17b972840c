/* SPDX-License-Identifier: BSD-2-Clause */
/* What images for this machine say of themselves. */
#pragma once

#define ELF_NATIVE_MACHINE 62
/* In the property note: GNU_PROPERTY_X86_FEATURE_1_AND, IBT. */
#define ELF_FEATURES 0xc0000002
#define ELF_FEATURE_LANDING_PADS 1u
