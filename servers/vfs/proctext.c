/* SPDX-License-Identifier: BSD-2-Clause */
/* See proctext.h. Times are told in hundredths of a second, memory in KiB or pages. */
#include "proctext.h"

#include "description.h"
#include "kn/debug.h"
#include "memory.h"
#include "mount.h"
#include "path.h"
#include "trona/heap.h"
#include "trona/poll.h"
#include "trona/process_table.h"
#include "trona/server.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/string.h"
#include "window.h"

#define NS_PER_TICK 10000000ull
#define NS_PER_SECOND 1000000000ull
#define PAGE_KIB (KN_PAGE_SIZE / 1024)

static bool find_entry(uint32_t pid, struct procmgr_process_entry *entry)
{
	uint64_t index;

	return process_find(pid, &index) && process_read(index, entry);
}

static unsigned cpu_count(void)
{
	const char *option = start_option("cpus");
	unsigned count = 0;

	for (; option != nullptr && *option >= '0' && *option <= '9' && count < 1000; option++)
		count = count * 10 + (unsigned)(*option - '0');
	return count != 0 ? count : 1;
}

struct totals {
	uint64_t user, system;
	unsigned processes, running, threads, last_pid;
};

static struct totals count_all(void)
{
	struct totals totals = {};
	struct procmgr_process_entry entry;

	for (uint64_t i = 0; i < process_table_size(); i++) {
		if (!process_read(i, &entry))
			continue;
		totals.user += entry.user_time;
		totals.system += entry.system_time;
		totals.processes++;
		totals.threads += entry.threads;
		totals.running += entry.state == PROCMGR_PROCESS_STATE_RUNNING;
		if (entry.pid > totals.last_pid)
			totals.last_pid = entry.pid;
	}
	return totals;
}

void proctext_cpuinfo(struct text *text, uint32_t pid)
{
	(void)pid;
	for (unsigned i = 0; i < cpu_count(); i++)
		text_add(text, "processor\t: %u\n\n", i);
}

void proctext_filesystems(struct text *text, uint32_t pid)
{
	(void)pid;
	text_add(text, "nodev\tramfs\nnodev\tdevfs\nnodev\tprocfs\n");
}

void proctext_loadavg(struct text *text, uint32_t pid)
{
	struct totals totals = count_all();

	(void)pid;
	text_add(text, "0.00 0.00 0.00 %u/%u %u\n", totals.running, totals.threads, totals.last_pid);
}

void proctext_meminfo(struct text *text, uint32_t pid)
{
	struct memory_totals totals = memory_totals();

	(void)pid;
	const struct {
		const char *name;
		uint64_t kib;
	} lines[] = {
	    {"MemTotal", totals.total * PAGE_KIB},
	    {"MemFree", totals.free * PAGE_KIB},
	    {"MemAvailable", totals.available * PAGE_KIB},
	    {"Buffers", 0},
	    {"Cached", 0},
	    {"SwapCached", 0},
	    {"Active", 0},
	    {"Inactive", 0},
	    {"SwapTotal", 0},
	    {"SwapFree", 0},
	    {"Dirty", 0},
	    {"Shmem", 0},
	    {"Slab", 0},
	    {"SReclaimable", 0},
	};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		text_add(text, "%s:%*s%8lu kB\n", lines[i].name, (int)(15 - strlen(lines[i].name)), "",
		    (unsigned long)lines[i].kib);
}

void proctext_mounts(struct text *text, uint32_t pid)
{
	(void)pid;
	for (struct filesystem *at = mount_first(); at != nullptr; at = at->next) {
		char path[512];
		size_t length;

		if (path_tell(at->root, path, sizeof path, &length) == KN_OK)
			text_add(text, "%s %.*s %s %s 0 0\n", at->type, (int)length, path, at->type,
			    at->is_read_only ? "ro" : "rw");
	}
}

void proctext_stat(struct text *text, uint32_t pid)
{
	struct totals totals = count_all();
	uint64_t now = start_now(), busy = totals.user + totals.system, all = now * cpu_count();
	int64_t boot = start_wall() - (int64_t)now;

	(void)pid;
	text_add(text, "cpu  %lu 0 %lu %lu 0 0 0 0 0 0\n", (unsigned long)(totals.user / NS_PER_TICK),
	    (unsigned long)(totals.system / NS_PER_TICK), (unsigned long)((all > busy ? all - busy : 0) / NS_PER_TICK));
	text_add(text, "intr 0\nctxt 0\nbtime %ld\nprocesses %u\nprocs_running %u\nprocs_blocked 0\n",
	    (long)(boot / (int64_t)NS_PER_SECOND), totals.last_pid, totals.running);
}

static void add_seconds(struct text *text, uint64_t time, const char *end)
{
	text_add(text, "%lu.%02lu%s", (unsigned long)(time / NS_PER_SECOND),
	    (unsigned long)(time % NS_PER_SECOND / NS_PER_TICK), end);
}

void proctext_uptime(struct text *text, uint32_t pid)
{
	struct totals totals = count_all();
	uint64_t now = start_now(), all = now * cpu_count(), busy = totals.user + totals.system;

	(void)pid;
	add_seconds(text, now, " ");
	add_seconds(text, all > busy ? all - busy : 0, "\n");
}

void proctext_version(struct text *text, uint32_t pid)
{
	(void)pid;
	text_add(text, "SaltyOS version 0.1.0 (kernite)\n");
}

void proctext_osrelease(struct text *text, uint32_t pid)
{
	(void)pid;
	text_add(text, "0.1.0\n");
}

void proctext_ostype(struct text *text, uint32_t pid)
{
	(void)pid;
	text_add(text, "SaltyOS\n");
}

void proctext_pid_max(struct text *text, uint32_t pid)
{
	(void)pid;
	text_add(text, "4194304\n");
}

/* What the kernel has done since it started, for measuring: sample before and after. */
void proctext_kernel(struct text *text, uint32_t pid)
{
	struct kn_kernel_stats stats = {};

	(void)pid;
	if (kn_debug_stats(start_cap("kernel_stats"), &stats) != KN_OK)
		return;
	text_add(text, "entries %lu\nspace_switches %lu\nipc_fast %lu\nipc_slow %lu\n", (unsigned long)stats.kernel_entries,
	    (unsigned long)stats.space_switches, (unsigned long)stats.ipc_fast, (unsigned long)stats.ipc_slow);
	text_add(text, "irqs %lu\npage_faults %lu\nlongest_locked_ns %lu\n", (unsigned long)stats.irqs,
	    (unsigned long)stats.page_faults, (unsigned long)stats.longest_locked);
}

/* For the command `status security`. */
void proctext_security(struct text *text, uint32_t pid)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} lines[] = {
	    {"kernel_execute", KN_PROTECTION_KERNEL_EXECUTE},
	    {"kernel_access", KN_PROTECTION_KERNEL_ACCESS},
	    {"no_execute", KN_PROTECTION_NO_EXECUTE},
	    {"descriptors", KN_PROTECTION_DESCRIPTORS},
	    {"read_only", KN_PROTECTION_READ_ONLY},
	    {"place", KN_PROTECTION_PLACE},
	    {"stack", KN_PROTECTION_STACK},
	    {"branch", KN_PROTECTION_BRANCH},
	    {"return", KN_PROTECTION_RETURN},
	    {"user_branch", KN_PROTECTION_USER_BRANCH},
	    {"user_return", KN_PROTECTION_USER_RETURN},
	};
	uint32_t on, possible;

	(void)pid;
	if (kn_debug_protections(start_cap("kernel_stats"), &on, &possible) != KN_OK)
		return;
	for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++)
		text_add(text, "%s %s\n", lines[i].name,
		    on & lines[i].bit ? "on" : possible & lines[i].bit ? "off" : "absent");
}

/*
 * What each server holds, for leak checks: after a load has gone, the numbers are those from before. What waits to be found gone is looked at
 * first, and what servers keep ready for the next load is left out.
 */
void proctext_usage(struct text *text, uint32_t pid)
{
	struct procmgr_process_usage processes = process_usage();
	struct objsrv_object_usage objects;
	struct mmsrv_memory_usage memory;

	const struct server_reserve reserve = server_reserve();

	(void)pid;
	description_sweep();
	window_sweep();
	poll_sweep();
	memory_usage(&objects, &memory);
	const struct {
		const char *name;
		uint64_t value;
	} lines[] = {
	    {"objsrv.slots", objects.slots},
	    {"objsrv.heap", objects.heap},
	    {"objsrv.objects",
		objects.objects - memory.reserve_objects - processes.reserve_objects - reserve.objects},
	    {"objsrv.accounts", objects.accounts},
	    {"objsrv.free_bytes", objects.free + memory.reserve_bytes + processes.reserve_bytes + reserve.bytes},
	    {"mmsrv.slots", memory.slots},
	    {"mmsrv.heap", memory.heap},
	    {"mmsrv.clients", memory.clients},
	    {"mmsrv.pages_used", memory.used},
	    {"mmsrv.object_pages", memory.shared},
	    {"mmsrv.processes_limit", memory.processes_limit},
	    {"procmgr.slots", processes.slots},
	    {"procmgr.heap", processes.heap},
	    {"procmgr.processes", processes.processes},
	    {"procmgr.last_pid", processes.last_pid},
	    {"procmgr.out_of_memory", processes.out_of_memory},
	    {"vfs.slots", slots_in_use() - description_kept() - window_kept() - reserve.slots},
	    {"vfs.heap", heap_in_use()},
	    {"vfs.descriptions", description_count()},
	    {"reserve.objects", memory.reserve_objects + processes.reserve_objects + reserve.objects},
	    {"reserve.bytes", memory.reserve_bytes + processes.reserve_bytes + reserve.bytes},
	};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		text_add(text, "%s %lu\n", lines[i].name, (unsigned long)lines[i].value);
}

void proctext_process_cmdline(struct text *text, uint32_t pid)
{
	struct procmgr_process_entry entry;

	if (!find_entry(pid, &entry))
		return;
	size_t length = sizeof entry.command_line;
	while (length != 0 && entry.command_line[length - 1] == 0)
		length--;
	if (length == 0)
		return;
	text_add_bytes(text, (const char *)entry.command_line, length);
	text_add_bytes(text, "", 1);
}

static int name_length(const struct procmgr_process_entry *entry)
{
	return (int)strnlen((const char *)entry->name, 15);
}

void proctext_process_comm(struct text *text, uint32_t pid)
{
	struct procmgr_process_entry entry;

	if (find_entry(pid, &entry))
		text_add(text, "%.*s\n", name_length(&entry), (const char *)entry.name);
}

static char state_letter(const struct procmgr_process_entry *entry)
{
	switch (entry->state) {
	case PROCMGR_PROCESS_STATE_STOPPED:
		return 'T';
	case PROCMGR_PROCESS_STATE_ZOMBIE:
		return 'Z';
	case PROCMGR_PROCESS_STATE_SLEEPING:
		return 'S';
	default:
		return 'R';
	}
}

void proctext_process_stat(struct text *text, uint32_t pid)
{
	struct procmgr_process_entry entry;

	if (!find_entry(pid, &entry))
		return;
	/* Fields 1 to 52 of proc(5). */
	text_add(text, "%u (%.*s) %c %u %u %u %lu -1 0 0 0 0 0 %lu %lu 0 0 %d %d %u 0 %lu %lu %lu ", entry.pid,
	    name_length(&entry), (const char *)entry.name, state_letter(&entry), entry.parent, entry.group, entry.session,
	    (unsigned long)entry.terminal, (unsigned long)(entry.user_time / NS_PER_TICK),
	    (unsigned long)(entry.system_time / NS_PER_TICK), 20 + entry.nice, entry.nice, entry.threads,
	    (unsigned long)(entry.start_time / NS_PER_TICK), (unsigned long)(entry.pages_mapped * KN_PAGE_SIZE),
	    (unsigned long)entry.pages_used);
	text_add(text, "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 %u\n",
	    entry.exit_value);
}

void proctext_process_statm(struct text *text, uint32_t pid)
{
	struct procmgr_process_entry entry;

	if (find_entry(pid, &entry))
		text_add(text, "%lu %lu 0 0 0 %lu 0\n", (unsigned long)entry.pages_mapped,
		    (unsigned long)entry.pages_used, (unsigned long)entry.pages_used);
}

void proctext_process_status(struct text *text, uint32_t pid)
{
	static const char *const words[] = {
	    ['R'] = "running", ['S'] = "sleeping", ['T'] = "stopped", ['Z'] = "zombie"};
	struct procmgr_process_entry entry;

	if (!find_entry(pid, &entry))
		return;
	char state = state_letter(&entry);

	text_add(text, "Name:\t%.*s\nState:\t%c (%s)\nTgid:\t%u\nPid:\t%u\nPPid:\t%u\n", name_length(&entry),
	    (const char *)entry.name, state, words[(unsigned char)state], entry.pid, entry.pid, entry.parent);
	text_add(text, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nGroups:\t", entry.uid, entry.euid, entry.suid,
	    entry.euid, entry.gid, entry.egid, entry.sgid, entry.egid);
	for (uint32_t i = 0; i < entry.group_count && i < PROCMGR_PROCESS_GROUPS; i++)
		text_add(text, "%u ", entry.groups[i]);
	text_add(text, "\nNSpgid:\t%u\nNSsid:\t%u\nVmSize:\t%8lu kB\nVmRSS:\t%8lu kB\nThreads:\t%u\n", entry.group,
	    entry.session, (unsigned long)(entry.pages_mapped * PAGE_KIB), (unsigned long)(entry.pages_used * PAGE_KIB),
	    entry.threads);
}
