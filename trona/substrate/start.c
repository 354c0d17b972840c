/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the entry point of a server to its main(): the start page that init filled, slots, heap and log
 * (trona/start.h). init, which nobody starts in this way, has its own start_main().
 */
#include "trona/start.h"

#include "client/objsrv.h"
#include "heap_map.h"
#include "kn/tcb.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "trona/string.h"
#include "trona/clock.h"
#include "uapi/object_type.h"

static const struct server_start *start;
static kn_cap objsrv;


[[noreturn]] void start_main(const struct server_start *page);

const struct server_start *start_page(void)
{
	return start;
}

kn_cap start_cap(const char *name)
{
	for (uint32_t i = 0; i < start->cap_count; i++) {
		if (strncmp(start->caps[i].name, name, sizeof(start->caps[i].name)) == 0)
			return start->caps[i].slot;
	}
	return KN_CAP_NONE;
}

kn_cap start_need(const char *name)
{
	kn_cap slot = start_cap(name);

	if (slot == KN_CAP_NONE) {
		log_line("the manifest does not give the capability \"%s\"", name);
		start_exit("incomplete start page");
	}
	return slot;
}

const char *start_option(const char *key)
{
	size_t length = strlen(key);

	for (const char *at = start->text; *at != '\0'; at += strlen(at) + 1) {
		if (strncmp(at, key, length) == 0 && at[length] == '=')
			return at + length + 1;
	}
	return nullptr;
}

void start_exit(const char *why)
{
	log_line("ends: %s", why);
	/* init hears of it as a fault. */
	for (;;)
		__builtin_trap();
}

static kn_status grow_slots(kn_cap root_slot)
{
	uint64_t handle;

	return objsrv_alloc(objsrv, KN_TYPE_CNODE, SLOTS_GROW_BITS, &handle, root_slot);
}

void start_main(const struct server_start *page)
{
	start = page;
	log_init(start_cap("log"), page->name);
	heap_randomise(page->random[0]);
	objsrv = start_cap("objsrv");
	slots_init(page->slots_first, page->slots_count, objsrv == KN_CAP_NONE ? nullptr : grow_slots);
	main();
	start_exit("main() has returned");
}

kn_time start_now(void)
{
	int64_t offset;

	return start->clock_page == 0 ? 0 : clock_page_now((const void *)start->clock_page, &offset);
}

int64_t start_wall(void)
{
	int64_t offset;

	if (start->clock_page == 0)
		return 0;
	kn_time now = clock_page_now((const void *)start->clock_page, &offset);

	return (int64_t)now + offset;
}
