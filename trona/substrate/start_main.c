/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the entry point of a server to its main(): start page, slots, heap and log. A file of its own, because
 * init, which nobody starts in this way, has another start_main().
 */
#include "client/objsrv.h"
#include "heap_map.h"
#include "start_page.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "uapi/object_type.h"

[[noreturn]] void start_main(const struct server_start *page);

static kn_status grow_slots(kn_cap root_slot)
{
	uint64_t handle;

	return objsrv_alloc(start_cap("objsrv"), KN_TYPE_CNODE, SLOTS_GROW_BITS, &handle, root_slot);
}

void start_main(const struct server_start *page)
{
	start_set_page(page);
	log_init(start_cap("log"), page->name);
	heap_randomise(page->random[0]);
	slots_init(page->slots_first, page->slots_count, start_cap("objsrv") == KN_CAP_NONE ? nullptr : grow_slots);
	main();
	start_exit("main() has returned");
}
