/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page faults of user threads: one classifier. What the address space cannot resolve by itself
 * becomes a message to whoever is responsible: the object's pager, the pool's handler, or the
 * thread's fault handler.
 */
#pragma once

#include "kernite/types.h"

struct tcb;
struct vspace;

/*
 * The current thread has accessed, or made the kernel access, memory of `space` that was not there.
 * access: VM_READ, VM_WRITE or VM_EXECUTE.
 * Either the thread can go on (the access is tried again) or it is blocked on a fault message, or
 * stopped.
 */
void page_fault(struct tcb *thread, struct vspace *space, vaddr_t address, unsigned access);
