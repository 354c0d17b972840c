/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the entry point of a server to its main(): start page, slots, heap and log. A file of its own, because
 * init, which nobody starts in this way, has another start_main().
 */
#include "client/mmsrv.h"
#include "client/objsrv.h"
#include "heap_map.h"
#include "start_page.h"
#include "trona/canary.h"
#include "trona/log.h"
#include "trona/relocate.h"
#include "trona/slots.h"
#include "uapi/object_type.h"

[[noreturn]] void start_main(const struct server_start *page);

static kn_status grow_slots(kn_cap root_slot)
{
	uint64_t handle;

	return objsrv_alloc(start_cap("objsrv"), KN_TYPE_CNODE, SLOTS_GROW_BITS, &handle, root_slot);
}

/* Only for servers with a memory manager below them. */
static bool get_frames(size_t pages)
{
	return mmsrv_reserve(start_cap("mmsrv"), pages + 64) == KN_OK;
}

[[gnu::no_stack_protector]] void start_main(const struct server_start *page)
{
	relocate_self();
	__stack_chk_guard = page->thread.canary;
	start_set_page(page);
	log_init(start_cap("log"), page->name);
	heap_randomise(start_option("aslr") ? 0 : page->random[0]);
	if (start_cap("mmsrv") != KN_CAP_NONE)
		heap_set_more(get_frames);
	slots_init(page->slots_first, page->slots_count, start_cap("objsrv") == KN_CAP_NONE ? nullptr : grow_slots);
	main();
	start_exit("main() has returned");
}
