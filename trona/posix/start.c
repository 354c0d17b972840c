/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first instructions of a program after crt1: thread area, signals, descriptors. Compiled
 * without the stack protector, whose canary is made here.
 */

#include "posix.h"

#include "trona/relocate.h"

void sys_start(const void *page, uintptr_t sp, struct sys_startup *startup)
{
	uintptr_t *block = (uintptr_t *)sp;
	const struct posix_fd_block *descriptors = nullptr;

	const struct procmgr_process_page *about = page;

	/* A program with fixed addresses has an image_base of 0. */
	if (about->image_base != 0)
		relocate(about->image_base, (const void *)about->image_headers, about->image_headers ? about->image_header_count : 0);
	threads_start(page);
	slots_start();
	startup->argc = (int)block[0];
	startup->argv = (char **)&block[1];
	startup->envp = (char **)&block[2 + block[0]];
	char **end = startup->envp;
	while (*end)
		end++;
	for (const uintptr_t *aux = (const uintptr_t *)(end + 1); aux[0] != 0; aux += 2)
		if (aux[0] == AT_SALTYOS_FDS)
			descriptors = (const struct posix_fd_block *)aux[1];
	table_start(descriptors);
	signals_start();
}

const unsigned char *sys_random_seed(void)
{
	return process.page->random;
}
