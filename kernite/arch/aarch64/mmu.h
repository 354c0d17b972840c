/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user half of this CPU's address space.
 */
#pragma once

#include "arch.h"

/* Null: no user half. Takes effect at the next context synchronisation, at the latest on leaving
 * the kernel. */
void space_switch(const struct arch_space *space);
