/* SPDX-License-Identifier: BSD-2-Clause */
/* See proctext.h. Times are told in hundredths of a second, memory in KiB or pages. */
#include "proctext.h"

#include "account.h"
#include "contents.h"
#include "description.h"
#include "kn/debug.h"
#include "memory.h"
#include "mount.h"
#include "path.h"
#include "process_view.h"
#include "processor.h"
#include "trona/heap.h"
#include "trona/poll.h"
#include "trona/process_table.h"
#include "trona/server.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/string.h"
#include "uapi/object_size.h"
#include "window.h"

#define TRACE_EVENTS_MAX 4096

#define NS_PER_TICK 10000000ull
#define NS_PER_SECOND 1000000000ull
#define PAGE_KIB (KN_PAGE_SIZE / 1024)

struct totals {
	unsigned running, threads, last_pid;
};

/* As things are now: everybody is looked at. */
static struct totals count_all(void)
{
	struct totals totals = {.running = 1 /* who asks */, .last_pid = (unsigned)process_usage().last_pid};
	struct procmgr_process_entry entry;

	process_view_refresh(0);
	for (uint64_t i = 0; i < process_table_size(); i++) {
		if (!process_read(i, &entry))
			continue;
		totals.threads += entry.threads;
		totals.running += entry.state == PROCMGR_PROCESS_STATE_RUNNING ? entry.busy_threads : 0;
	}
	return totals;
}

void proctext_cpuinfo(struct text *text, const struct proctext_subject *)
{
	for (unsigned i = 0; processor_next(&i); i++)
		processor_describe(text, i);
}

void proctext_filesystems(struct text *text, const struct proctext_subject *)
{
	text_add(text, "nodev\tramfs\nnodev\tdevfs\nnodev\tprocfs\n");
}

void proctext_loadavg(struct text *text, const struct proctext_subject *)
{
	struct totals totals = count_all();
	uint32_t averages[PROCESSOR_AVERAGES];

	processor_load(averages);
	for (size_t i = 0; i < PROCESSOR_AVERAGES; i++)
		text_add(text, "%u.%02u ", averages[i] / 100, averages[i] % 100);
	text_add(text, "%u/%u %u\n", totals.running, totals.threads, totals.last_pid);
}

void proctext_meminfo(struct text *text, const struct proctext_subject *)
{
	struct memory_totals totals = memory_totals();

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

void proctext_mounts(struct text *text, const struct proctext_subject *)
{
	for (struct filesystem *at = mount_first(); at != nullptr; at = at->next) {
		char path[512];
		size_t length;

		if (path_tell(at->root, path, sizeof path, &length) == KN_OK)
			text_add(text, "%s %.*s %s %s 0 0\n", at->type, (int)length, path, at->type,
			    at->is_read_only ? "ro" : "rw");
	}
}

static void add_processor(struct text *text, const struct processor_times *times)
{
	text_add(text, " %lu 0 %lu %lu 0 0 0 0 0 0\n", (unsigned long)(times->user / NS_PER_TICK),
	    (unsigned long)(times->system / NS_PER_TICK), (unsigned long)(times->idle / NS_PER_TICK));
}

void proctext_stat(struct text *text, const struct proctext_subject *)
{
	struct totals totals = count_all();
	struct processor_times all = processor_times_all(), one;
	struct kn_kernel_stats stats = {};
	int64_t boot = start_wall() - (int64_t)start_now();

	text_add(text, "cpu ");
	add_processor(text, &all);
	for (unsigned i = 0; processor_next(&i); i++) {
		one = processor_times(i, &all);
		text_add(text, "cpu%u", i);
		add_processor(text, &one);
	}
	if (kn_debug_stats(start_cap("kernel_stats"), &stats) != KN_OK)
		stats = (struct kn_kernel_stats){};
	text_add(text, "intr %lu\nctxt %lu\nbtime %ld\nprocesses %u\nprocs_running %u\nprocs_blocked 0\n",
	    (unsigned long)stats.irqs, (unsigned long)stats.space_switches, (long)(boot / (int64_t)NS_PER_SECOND),
	    totals.last_pid, totals.running);
}

static void add_seconds(struct text *text, uint64_t time, const char *end)
{
	text_add(text, "%lu.%02lu%s", (unsigned long)(time / NS_PER_SECOND),
	    (unsigned long)(time % NS_PER_SECOND / NS_PER_TICK), end);
}

void proctext_uptime(struct text *text, const struct proctext_subject *)
{
	add_seconds(text, start_now(), " ");
	add_seconds(text, processor_times_all().idle, "\n");
}

void proctext_version(struct text *text, const struct proctext_subject *)
{
	text_add(text, "SaltyOS version 0.1.0 (kernite)\n");
}

void proctext_osrelease(struct text *text, const struct proctext_subject *)
{
	text_add(text, "0.1.0\n");
}

void proctext_ostype(struct text *text, const struct proctext_subject *)
{
	text_add(text, "SaltyOS\n");
}

void proctext_pid_max(struct text *text, const struct proctext_subject *)
{
	text_add(text, "4194304\n");
}

/* What the kernel has done since it started, for measuring: sample before and after. */
void proctext_kernel(struct text *text, const struct proctext_subject *)
{
	struct kn_kernel_stats stats = {};

	if (kn_debug_stats(start_cap("kernel_stats"), &stats) != KN_OK)
		return;
	text_add(text, "entries %lu\nspace_switches %lu\nipc_fast %lu\nipc_slow %lu\n", (unsigned long)stats.kernel_entries,
	    (unsigned long)stats.space_switches, (unsigned long)stats.ipc_fast, (unsigned long)stats.ipc_slow);
	text_add(text, "irqs %lu\npage_faults %lu\nlongest_locked_ns %lu\n", (unsigned long)stats.irqs,
	    (unsigned long)stats.page_faults, (unsigned long)stats.longest_locked);
}

/* For the command `status security`. */
void proctext_security(struct text *text, const struct proctext_subject *)
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

	if (kn_debug_protections(start_cap("kernel_stats"), &on, &possible) != KN_OK)
		return;
	for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++)
		text_add(text, "%s %s\n", lines[i].name,
		    on & lines[i].bit ? "on" : possible & lines[i].bit ? "off" : "absent");
}

/* The kernel's event ring, one event a line, all numbers hexadecimal, for scripts/trace.py: sequence, time, CPU, kind, four arguments. */
void proctext_trace(struct text *text, const struct proctext_subject *of)
{
	struct kn_trace_event event;
	uint64_t at = 0, next;

	(void)of;
	/* Reading adds no events; should others do, this ends all the same. */
	for (unsigned i = 0; i < TRACE_EVENTS_MAX && kn_debug_trace(start_cap("kernel_stats"), at, &next, &event) == KN_OK; i++) {
		at = next;
		text_add(text, "%lx %lx %x %x %lx %lx %lx %lx\n", (unsigned long)next, (unsigned long)event.time, event.cpu, event.kind,
		    (unsigned long)event.arguments[0], (unsigned long)event.arguments[1], (unsigned long)event.arguments[2],
		    (unsigned long)event.arguments[3]);
	}
}

/*
 * What each server holds, for leak checks: after a load has gone, the numbers are those from before. What waits to be found gone is looked at
 * first, and what servers keep ready for the next load is left out.
 */
void proctext_usage(struct text *text, const struct proctext_subject *)
{
	struct procmgr_process_usage processes = process_usage();
	struct objsrv_object_usage objects;
	struct mmsrv_memory_usage memory;

	const struct server_reserve reserve = server_reserve();

	description_sweep();
	window_sweep();
	poll_sweep();
	memory_usage(&objects, &memory);
	/* For each object objsrv keeps the slot of the memory that it was made of. */
	const uint64_t ready = memory.reserve_objects + processes.reserve_objects + reserve.objects + contents_kept.objects;
	const uint64_t ready_bytes = memory.reserve_bytes + processes.reserve_bytes + reserve.bytes +
				     (contents_kept.objects << KN_OBJECT_BITS_MEMORY_OBJECT);
	const struct {
		const char *name;
		uint64_t value;
	} lines[] = {
	    {"objsrv.slots", objects.slots - ready},
	    {"objsrv.heap", objects.heap},
	    {"objsrv.objects", objects.objects - ready},
	    {"objsrv.accounts", objects.accounts},
	    {"objsrv.free_bytes", objects.free + ready_bytes},
	    {"mmsrv.slots", memory.slots},
	    {"mmsrv.heap", memory.heap},
	    {"mmsrv.clients", memory.clients},
	    {"mmsrv.pages_used", memory.used - contents_kept.pages},
	    {"mmsrv.object_pages", memory.shared - contents_kept.pages},
	    {"mmsrv.processes_limit", memory.processes_limit},
	    {"procmgr.slots", processes.slots},
	    {"procmgr.heap", processes.heap},
	    {"procmgr.processes", processes.processes},
	    {"procmgr.last_pid", processes.last_pid},
	    {"procmgr.out_of_memory", processes.out_of_memory},
	    {"vfs.slots", slots_in_use() - description_kept() - window_kept() - reserve.slots - contents_kept.slots},
	    {"vfs.heap", heap_in_use()},
	    {"vfs.descriptions", description_count()},
	    {"vfs.accounts", account_count()},
	    {"reserve.objects", ready},
	    {"reserve.bytes", ready_bytes},
	    {"reserve.pages", contents_kept.pages},
	};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		text_add(text, "%s %lu\n", lines[i].name, (unsigned long)lines[i].value);
}
