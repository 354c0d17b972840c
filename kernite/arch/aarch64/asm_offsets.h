/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that assembly shares with C: where things lie in struct arch_context and struct handoff,
 * and what the MMU is started with. context.c and boot.c assert that C agrees.
 */
#pragma once

#define CTX_LR 240
#define CTX_SP 248
#define CTX_IP 256
#define CTX_SIZE 288

#define HANDOFF_ROOT 8
#define HANDOFF_IDENTITY 16

/*
 * MAIR_EL1, indexed by enum vm_memory_type: normal write-back 0xff, device nGnRE 0x04, normal not
 * cached (write combining) 0x44.
 */
#define MAIR_VALUE 0x4404ff
