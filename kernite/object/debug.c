/* SPDX-License-Identifier: BSD-2-Clause */
/* The debug object: counters, the event ring, invariant checks, and panicking on purpose. */
#include "core/cspace.h"
#include "core/self_check.h"
#include "core/scheduler.h"
#include "core/slide.h"
#include "gen/debug_ops.h"
#include "object/derivation.h"
#include "object/clock.h"
#include "object/reaper.h"

kn_status debug_objects(struct debug *self, struct debug_objects_out *out)
{
	static_assert((int)KN_TYPE_COUNT <= (int)(sizeof(out->counts.counts) / sizeof(out->counts.counts[0])));
	memcpy(out->counts.counts, object_counts, sizeof(object_counts));
	return KN_OK;
}

kn_status debug_stats(struct debug *self, struct debug_stats_out *out)
{
	out->stats = kernel_stats;
	for (unsigned i = 0; i < cpu_count; i++) {
		uint64_t locked = cycles_to_ns(cpus[i].longest_locked);

		out->stats.kernel_entries += cpus[i].kernel_entries;
		if (locked > out->stats.longest_locked)
			out->stats.longest_locked = locked;
	}
	return KN_OK;
}

kn_status debug_trace(struct debug *self, const struct debug_trace_in *in, struct debug_trace_out *out)
{
	return trace_read(in->sequence, &out->next, &out->event) ? KN_OK : KN_E_WOULD_BLOCK;
}

kn_status debug_check(struct debug *self, struct debug_check_out *out)
{
	TRY(reaper_drain());
	out->checked = kernel_check();
	return KN_OK;
}

kn_status debug_cpu(struct debug *self, const struct debug_cpu_in *in, struct debug_cpu_out *out)
{
	if (in->cpu >= cpu_count)
		return KN_E_RANGE;
	struct cpu *cpu = &cpus[in->cpu];

	out->online = cpu->state == CPU_ONLINE;
	scheduler_charge(cpu, cpu->current);
	out->idle_time = cycles_to_ns(cpu->idle->cycles);
	return KN_OK;
}

kn_status debug_protections(struct debug *self, struct debug_protections_out *out)
{
	out->on = arch_protections(&out->possible) | KN_PROTECTION_STACK | (kernel_slide() ? KN_PROTECTION_PLACE : 0);
	out->possible |= KN_PROTECTION_STACK | KN_PROTECTION_PLACE;
	return KN_OK;
}

/* Where the kernel lies is not to be seen. */
static uint64_t identity(const void *thing)
{
	return (uint64_t)thing - ((uint64_t)thing >= SLIDE_WINDOW ? kernel_slide() : 0);
}

kn_status debug_slot(struct debug *self, const struct debug_slot_in *in, struct debug_slot_out *out)
{
	struct cnode *cspace = slot_object(in->cspace, cnode);
	const struct slot *slot;

	out->next = in->at;
	do
		slot = out->next >> 32 ? cspace_lookup_deep(cspace, out->next) : cnode_slot_checked(cspace, (uint32_t)out->next);
	while (out->next++ - in->at < 255 && slot && slot_is_empty(slot));
	if (!slot)
		return KN_E_RANGE;
	if (slot_is_empty(slot))
		return KN_OK;
	const struct cap *cap = &slot->cap;

	out->view = (struct kn_slot_view){.slot = identity(slot), .parent = identity(slot_parent(slot)),
	    .object = cap->type == KN_TYPE_UNTYPED ? 0 : identity(cap->object), .badge = cap->badge,
	    .rights = cap->rights, .type = cap->type, .depth = cap->depth};
	if (!list_is_empty(&cspace->threads))
		memcpy(out->view.name, container_of(list_first(&cspace->threads), struct tcb, cspace_link)->name,
		    sizeof(out->view.name));
	return KN_OK;
}

kn_status debug_panic(struct debug *self)
{
	panic("asked for through the debug capability");
}
