/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts of /proc/<pid>, see proctext.h. */
#include "proctext.h"

#include "trona/string.h"

#define NS_PER_TICK 10000000ull
#define PAGE_KIB (KN_PAGE_SIZE / 1024)

void proctext_process_cmdline(struct text *text, const struct proctext_subject *of)
{
	const struct procmgr_process_entry *entry = &of->entry;
	size_t length = sizeof entry->command_line;

	while (length != 0 && entry->command_line[length - 1] == 0)
		length--;
	if (length == 0)
		return;
	text_add_bytes(text, (const char *)entry->command_line, length);
	text_add_bytes(text, "", 1);
}

static int name_length(const struct procmgr_process_entry *entry)
{
	return (int)strnlen((const char *)entry->name, 15);
}

void proctext_process_comm(struct text *text, const struct proctext_subject *of)
{
	const struct procmgr_process_entry *entry = &of->entry;

	text_add(text, "%.*s\n", name_length(entry), (const char *)entry->name);
}

/* Whoever reads runs, though it waits for the text just now. */
static char state_letter(const struct proctext_subject *of)
{
	switch (of->entry.state) {
	case PROCMGR_PROCESS_STATE_STOPPED:
		return 'T';
	case PROCMGR_PROCESS_STATE_ZOMBIE:
		return 'Z';
	default:
		return of->entry.busy_threads != 0 || of->entry.pid == of->reader ? 'R' : 'S';
	}
}

void proctext_process_stat(struct text *text, const struct proctext_subject *of)
{
	const struct procmgr_process_entry *entry = &of->entry;

	/* Fields 1 to 52 of proc(5). */
	text_add(text, "%u (%.*s) %c %u %u %u %lu -1 0 0 0 0 0 %lu %lu 0 0 %d %d %u 0 %lu %lu %lu ", entry->pid,
	    name_length(entry), (const char *)entry->name, state_letter(of), entry->parent, entry->group, entry->session,
	    (unsigned long)entry->terminal, (unsigned long)(entry->user_time / NS_PER_TICK),
	    (unsigned long)(entry->system_time / NS_PER_TICK), 20 + entry->nice, entry->nice, entry->threads,
	    (unsigned long)(entry->start_time / NS_PER_TICK), (unsigned long)(entry->pages_mapped * KN_PAGE_SIZE),
	    (unsigned long)entry->pages_used);
	text_add(text, "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 %u\n",
	    entry->exit_value);
}

void proctext_process_statm(struct text *text, const struct proctext_subject *of)
{
	const struct procmgr_process_entry *entry = &of->entry;

	text_add(text, "%lu %lu 0 0 0 %lu 0\n", (unsigned long)entry->pages_mapped,
		    (unsigned long)entry->pages_used, (unsigned long)entry->pages_used);
}

void proctext_process_status(struct text *text, const struct proctext_subject *of)
{
	static const char *const words[] = {
	    ['R'] = "running", ['S'] = "sleeping", ['T'] = "stopped", ['Z'] = "zombie"};
	const struct procmgr_process_entry *entry = &of->entry;
	char state = state_letter(of);

	text_add(text, "Name:\t%.*s\nState:\t%c (%s)\nTgid:\t%u\nPid:\t%u\nPPid:\t%u\n", name_length(entry),
	    (const char *)entry->name, state, words[(unsigned char)state], entry->pid, entry->pid, entry->parent);
	text_add(text, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nGroups:\t", entry->uid, entry->euid, entry->suid,
	    entry->euid, entry->gid, entry->egid, entry->sgid, entry->egid);
	for (uint32_t i = 0; i < entry->group_count && i < PROCMGR_PROCESS_GROUPS; i++)
		text_add(text, "%u ", entry->groups[i]);
	text_add(text, "\nNSpgid:\t%u\nNSsid:\t%u\nVmSize:\t%8lu kB\nVmRSS:\t%8lu kB\nThreads:\t%u\n", entry->group,
	    entry->session, (unsigned long)(entry->pages_mapped * PAGE_KIB), (unsigned long)(entry->pages_used * PAGE_KIB),
	    entry->threads);
}
