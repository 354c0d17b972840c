/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the start page that init filled (trona/start.h).
 */
#include "trona/start.h"

#include "start_page.h"
#include "trona/log.h"
#include "trona/string.h"
#include "trona/clock.h"

static const struct server_start *start;


void start_set_page(const struct server_start *page)
{
	start = page;
}

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
