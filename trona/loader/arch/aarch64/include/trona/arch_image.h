/* SPDX-License-Identifier: BSD-2-Clause */
/* What images for this machine say of themselves. */
#pragma once

#define ELF_NATIVE_MACHINE 183
/* In the property note: GNU_PROPERTY_AARCH64_FEATURE_1_AND, BTI. */
#define ELF_FEATURES 0xc0000000
#define ELF_FEATURE_LANDING_PADS 1u
