/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc/saltyos/capabilities: every capability of every server and process, for the command capview. The kernel says what slots hold
 * (debug.slot); init gave us capabilities without rights to the servers' CSpaces, procmgr tells those of processes.
 *
 * One capability a line: holder, slot, type, object, rights, badge, depth, then the numbers of the slot itself and of the one that it was derived from.
 */
#include "client/cspaces.h"
#include "kn/cnode.h"
#include "kn/debug.h"
#include "proctext.h"
#include "trona/format.h"
#include "trona/process_table.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/string.h"
#include "uapi/object_type.h"

#define HOLDER_MAX 32

static void add_rights(struct text *text, uint32_t rights)
{
	static const char *const names[] = {"READ", "WRITE", "EXECUTE", "GRANT", "REVOKE", "SEND", "RECV", "CALL", "REPLY", "CONFIGURE",
	    "SUSPEND", "RESUME", "MAP", "UNMAP", "RETYPE"};
	const char *between = " ";

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (rights & 1u << i) {
			text_add(text, "%s%s", between, names[i]);
			between = "|";
		}
	}
	if (rights == 0)
		text_add(text, " -");
}

static void add_capability(struct text *text, const char *holder, uint64_t address, const struct kn_slot_view *view)
{
	static const char *const types[KN_TYPE_COUNT] = {"none", "untyped", "cnode", "tcb", "sched_context", "endpoint", "reply",
	    "notification", "memory_object", "vspace", "pool", "irq_handler", "io_port", "timer", "clock", "console", "power", "random",
	    "debug", "irq_control", "io_port_control", "exec_authority"};

	text_add(text, "%s %lx %s %lx", holder, (unsigned long)address, view->type < KN_TYPE_COUNT ? types[view->type] : "?",
	    (unsigned long)view->object);
	add_rights(text, view->rights);
	text_add(text, " %lx %u %lx %lx\n", (unsigned long)view->badge, view->depth, (unsigned long)view->slot,
	    (unsigned long)view->parent);
}

/* Is the CNode in that slot a CSpace of its own? Every CSpace begins with capabilities to its thread, address space and CNode. */
static bool is_cspace(kn_cap cspace, uint64_t address, uint64_t object)
{
	struct kn_slot_view view;
	uint64_t next;

	return kn_debug_slot(start_cap("kernel_stats"), cspace, address << 32 | KN_SLOT_CSPACE, &next, &view) == KN_OK &&
	       view.type == KN_TYPE_CNODE && view.object == object;
}

/* `first` 1: of the CSpace itself; slot << 32 | 1: of a further CNode in one of its slots. holder null: the kernel's name for it. */
static void add_cspace(struct text *text, kn_cap cspace, const char *holder, uint64_t first)
{
	struct kn_slot_view view;
	char name[sizeof view.name + 1];
	uint64_t next = first;

	while (kn_debug_slot(start_cap("kernel_stats"), cspace, next, &next, &view) == KN_OK) {
		if (view.type == KN_TYPE_NONE)
			continue;
		if (holder == nullptr) {
			memcpy(name, view.name, sizeof view.name);
			name[sizeof view.name] = '\0';
		}
		const char *who = holder != nullptr ? holder : name;

		add_capability(text, who, next - 1, &view);
		if (view.type == KN_TYPE_CNODE && first == 1 && !is_cspace(cspace, next - 1, view.object))
			add_cspace(text, cspace, who, (next - 1) << 32 | 1);
	}
}

static void add_servers(struct text *text)
{
	const kn_cap cspaces = start_cap("cspaces");
	uint32_t count;

	if (cspaces == KN_CAP_NONE || kn_cnode_size(cspaces, &count) != KN_OK)
		return;
	for (uint64_t i = 1; i < count; i++)
		add_cspace(text, cspaces << 32 | i, nullptr, 1);
}

static void add_processes(struct text *text)
{
	struct procmgr_process_entry entry;
	char holder[HOLDER_MAX];
	kn_cap cspace;

	if (slot_alloc(&cspace) != KN_OK)
		return;
	for (uint64_t i = 0; i < process_table_size(); i++) {
		if (!process_read(i, &entry) || cspaces_of_process(start_cap("procmgr"), entry.pid, cspace) != KN_OK)
			continue;
		format_text(holder, sizeof holder, "%u", entry.pid);
		add_cspace(text, cspace, holder, 1);
		slot_delete(cspace);
	}
	slot_free(cspace);
}

void proctext_capabilities(struct text *text, const struct proctext_subject *)
{
	add_servers(text);
	add_processes(text);
}
