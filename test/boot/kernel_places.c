/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In init's place: says where its image, stack, boot page and first mapping are, and lets the kernel panic, which says where that
 * is. places_test.py boots it many times.
 */
#include "kn/debug.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "trona/log.h"
#include "trona/relocate.h"
#include "trona/thread.h"
#include "uapi/object/boot.h"
#include "uapi/object/vspace.h"

[[noreturn]] void start_main(kn_word boot_page, struct kn_ipc_buffer *ipc);

int main(void)
{
	return 0;
}

[[gnu::no_stack_protector]] void start_main(kn_word boot_page, struct kn_ipc_buffer *ipc)
{
	static alignas(16) struct {
		struct kn_thread thread;
		uint64_t tail[2];
	} area;
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	uint64_t mapped = 0;

	relocate_self();
	kn_thread_init(&area.thread, ipc, KN_SLOT_TCB, 0);
	(void)!kn_tcb_set_tls(KN_SLOT_TCB, kn_thread_pointer(&area.thread));
	log_init(KN_BOOT_SLOT_CONSOLE, "places");
	(void)!kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, 0, 1, rw, rw, KN_VSPACE_MAP_PRIVATE, &mapped);
	log_line("image %lx stack %lx page %lx map %lx", (unsigned long)&main, (unsigned long)__builtin_frame_address(0),
	    (unsigned long)boot_page, (unsigned long)mapped);
	(void)!kn_debug_panic(KN_BOOT_SLOT_DEBUG);
	for (;;)
		;
}
