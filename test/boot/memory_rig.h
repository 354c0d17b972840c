/* SPDX-License-Identifier: BSD-2-Clause */
/* What the memory tests share: mapping, and threads that fault at a word. */
#pragma once

#include "kernel_rig.h"

#include "kn/exec_authority.h"
#include "kn/pool.h"
#include "uapi/object/memory_object.h"
#include "uapi/object/vspace.h"

#define CSPACE KN_SLOT_CSPACE
#define OWN KN_SLOT_VSPACE
#define FOREVER KN_TIME_FOREVER
#define PAGE KN_PAGE_SIZE
#define R KN_VSPACE_PROT_READ
#define RW (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE)
#define RX (KN_VSPACE_PROT_READ | KN_VSPACE_PROT_EXECUTE)
#define PRIVATE KN_VSPACE_MAP_PRIVATE
#define SHARED KN_VSPACE_MAP_SHARED
#define FIXED KN_VSPACE_MAP_FIXED

typedef volatile uint32_t word;

/* Where a thread of faulting() looks, and what it saw; whom its fault is told. */
extern kn_cap fault_endpoint, fault_reply;
extern word *fault_target;
extern volatile uint32_t fault_seen;

uint64_t map(kn_cap space, kn_cap object, uint64_t pages, uint32_t prot, uint32_t flags);
void unmap(uint64_t address, uint64_t pages);
word *at(uint64_t address);
kn_cap new_object(uint64_t pages);
kn_cap new_space(kn_cap pool);
/* A root pool with 2^bits bytes from the test's untyped; *range is the untyped it lives in. */
kn_cap new_pool(unsigned bits, kn_cap *range);
uint64_t pool_used(void);
void read_target(void *argument);
void write_target(void *argument);
void call_target(void *argument);
struct rig_thread *faulting(void (*entry)(void *), void *argument, uint64_t address);
/* Receive the fault message and check what it says. */
struct kn_regs expect_fault(uint64_t label, uint64_t word0, uint64_t word1);
void answer_fault(kn_status status);
int32_t fault_reason(void);
