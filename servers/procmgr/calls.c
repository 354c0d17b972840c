/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The protocol's methods: find the caller by its badge, check what it says, hand over to the noun that does it.
 */
#include "calls.h"

#include "exit.h"
#include "program.h"
#include "kn/cnode.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "objects.h"
#include "server/procmgr.h"
#include "signal.h"
#include "start.h"
#include "timer.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "trona/string.h"
#include "trona/start.h"
#include "wait.h"

#define UNCHANGED 0xffffffffu
#define SPAWN_CAPS_MAX 200
#define NICE_MIN (-20)
#define NICE_MAX 19
#define PRIORITY_USER 100

kn_cap process_table_object;
uint64_t process_table_entries;

#define CALLER(name)                                                                                                \
	struct process *name = process_by_badge(call->badge);                                                       \
	if (!name)                                                                                                  \
		return KN_E_NO_PROCESS

static bool has_role(const struct server_call *call, unsigned role)
{
	return (call->badge & KN_BADGE_UNIT) && (call->badge & KN_BADGE_ROLE(role));
}

static kn_status on_exit(struct server_call *call, uint32_t status)
{
	CALLER(caller);
	process_end(caller, PROCMGR_EVENT_EXITED, status & 255);
	return KN_OK; /* to nobody */
}

static kn_status on_fork(struct server_call *call, uint64_t ip, uint64_t sp, uint64_t tls, uint32_t *pid)
{
	CALLER(caller);
	return start_fork(caller, ip, sp, tls, pid);
}

static kn_status on_exec(struct server_call *call, const struct procmgr_image_args *image, struct server_cap object)
{
	CALLER(caller);
	if (object.slot == KN_CAP_NONE)
		return KN_E_INVALID_CAP;
	return start_exec(caller, image, object.slot);
}

static kn_status on_spawn(struct server_call *call, const struct procmgr_image_args *image,
    const struct procmgr_spawn_args *args, struct server_cap object, const void *caps, size_t caps_len, uint32_t *pid)
{
	CALLER(caller);
	if (object.slot == KN_CAP_NONE)
		return KN_E_INVALID_CAP;
	if (caps_len % sizeof(struct procmgr_spawn_cap) || caps_len / sizeof(struct procmgr_spawn_cap) > SPAWN_CAPS_MAX)
		return KN_E_INVALID_ARG;
	return start_spawn(caller, image, args, object.slot, caps, caps_len / sizeof(struct procmgr_spawn_cap), pid);
}

static kn_status on_wait(struct server_call *call, int32_t which, uint32_t options, struct procmgr_process_event *event)
{
	CALLER(caller);
	return wait_for(caller, call, which, options, event);
}

static kn_status kill_one(struct process *caller, struct process *target, uint32_t thread,
    const struct procmgr_signal_record *record)
{
	if (!target)
		return KN_E_NO_PROCESS;
	if (!may_signal(caller, target, record->signal))
		return KN_E_PERMISSION;
	if (record->signal && is_alive(target))
		signal_send(target, thread, record);
	return KN_OK;
}

/* A group (0: every process but the caller); success if anybody could be signalled. */
static kn_status kill_many(struct process *caller, uint32_t group, const struct procmgr_signal_record *record)
{
	kn_status result = KN_E_NO_PROCESS;
	bool is_own_turn = false;

	for (struct process *p = process_next(nullptr); p; p = process_next(p)) {
		if (group ? p->entry->group != group : p == caller)
			continue;
		if (p == caller) { /* last: it may end here */
			is_own_turn = true;
			continue;
		}
		kn_status status = kill_one(caller, p, ANY_THREAD, record);
		if (status == KN_OK || result == KN_E_NO_PROCESS)
			result = result == KN_OK ? KN_OK : status;
	}
	return is_own_turn ? kill_one(caller, caller, ANY_THREAD, record) : result;
}

static kn_status on_kill(struct server_call *call, uint32_t target, int32_t id, uint32_t signal, uint64_t value)
{
	CALLER(caller);
	if (signal > SIGNAL_COUNT || id < 0)
		return KN_E_INVALID_ARG;
	struct procmgr_signal_record record = {
	    .signal = signal,
	    .code = value ? (uint32_t)CODE_QUEUE : CODE_USER,
	    .sender = caller->entry->pid,
	    .uid = caller->entry->uid,
	    .value = value,
	};
	switch (target) {
	case PROCMGR_TARGET_PROCESS:
		return kill_one(caller, process_by_pid((uint32_t)id), ANY_THREAD, &record);
	case PROCMGR_TARGET_GROUP:
		return kill_many(caller, id ? (uint32_t)id : caller->entry->group, &record);
	case PROCMGR_TARGET_ALL:
		return kill_many(caller, 0, &record);
	case PROCMGR_TARGET_THREAD:
		if (id < 1 || id > PROCMGR_PROCESS_THREADS_MAX || !caller->threads[id - 1].tcb)
			return KN_E_NO_PROCESS;
		return kill_one(caller, caller, (uint32_t)id - 1, &record);
	default:
		return KN_E_INVALID_ARG;
	}
}

static void set_group(struct process *process, uint32_t group)
{
	process_entry_begin(process);
	process->entry->group = group;
	process_entry_end(process);
	process->page->group = group;
}

static kn_status on_set_group(struct server_call *call, uint32_t pid, uint32_t group)
{
	CALLER(caller);
	struct process *target = pid ? process_by_pid(pid) : caller;

	if (!target || !is_alive(target) || (target != caller && target->parent != caller))
		return KN_E_NO_PROCESS;
	if (group == 0)
		group = target->entry->pid;
	if (group > INT32_MAX)
		return KN_E_INVALID_ARG;
	if (target->entry->session != caller->entry->session || target->is_leader)
		return KN_E_PERMISSION;
	if (target != caller && target->has_execed)
		return KN_E_ACCESS;
	if (group != target->entry->pid && !group_exists(group, target->entry->session))
		return KN_E_PERMISSION;
	set_group(target, group);
	return KN_OK;
}

static kn_status on_new_session(struct server_call *call, uint32_t *session)
{
	CALLER(caller);
	uint32_t pid = caller->entry->pid;

	for (struct process *p = process_next(nullptr); p; p = process_next(p))
		if (p->entry->group == pid)
			return KN_E_PERMISSION;
	process_entry_begin(caller);
	caller->entry->session = pid;
	caller->entry->terminal = 0;
	process_entry_end(caller);
	caller->page->session = pid;
	caller->is_leader = true;
	set_group(caller, pid);
	*session = pid;
	return KN_OK;
}

static kn_status on_ids(struct server_call *call, uint32_t pid, uint32_t *parent, uint32_t *group, uint32_t *session)
{
	CALLER(caller);
	struct process *target = pid ? process_by_pid(pid) : caller;

	if (!target)
		return KN_E_NO_PROCESS;
	*parent = target->entry->parent;
	*group = target->entry->group;
	*session = target->entry->session;
	return KN_OK;
}

/* May an unprivileged process take `id`, given the three it has? */
static bool may_become(uint32_t id, uint32_t real, uint32_t effective, uint32_t saved)
{
	return id == UNCHANGED || id == real || id == effective || id == saved;
}

static void publish_ids(struct process *process)
{
	const struct procmgr_process_entry *entry = process->entry;

	process->page->uid = entry->uid;
	process->page->euid = entry->euid;
	process->page->suid = entry->suid;
	process->page->gid = entry->gid;
	process->page->egid = entry->egid;
	process->page->sgid = entry->sgid;
}

static kn_status on_set_users(struct server_call *call, uint32_t real, uint32_t effective, uint32_t saved)
{
	CALLER(caller);
	struct procmgr_process_entry *entry = caller->entry;

	if (entry->euid != 0 && (!may_become(real, entry->uid, entry->euid, entry->suid) ||
				    !may_become(effective, entry->uid, entry->euid, entry->suid) ||
				    !may_become(saved, entry->uid, entry->euid, entry->suid)))
		return KN_E_PERMISSION;
	process_entry_begin(caller);
	entry->uid = real == UNCHANGED ? entry->uid : real;
	entry->euid = effective == UNCHANGED ? entry->euid : effective;
	entry->suid = saved == UNCHANGED ? entry->suid : saved;
	process_entry_end(caller);
	publish_ids(caller);
	return KN_OK;
}

static kn_status on_set_groups(struct server_call *call, uint32_t real, uint32_t effective, uint32_t saved)
{
	CALLER(caller);
	struct procmgr_process_entry *entry = caller->entry;

	if (entry->euid != 0 && (!may_become(real, entry->gid, entry->egid, entry->sgid) ||
				    !may_become(effective, entry->gid, entry->egid, entry->sgid) ||
				    !may_become(saved, entry->gid, entry->egid, entry->sgid)))
		return KN_E_PERMISSION;
	process_entry_begin(caller);
	entry->gid = real == UNCHANGED ? entry->gid : real;
	entry->egid = effective == UNCHANGED ? entry->egid : effective;
	entry->sgid = saved == UNCHANGED ? entry->sgid : saved;
	process_entry_end(caller);
	publish_ids(caller);
	return KN_OK;
}

static kn_status on_set_supplementary(struct server_call *call, const void *groups, size_t groups_len)
{
	CALLER(caller);
	if (caller->entry->euid != 0)
		return KN_E_PERMISSION;
	if (groups_len % sizeof(uint32_t) || groups_len / sizeof(uint32_t) > PROCMGR_PROCESS_GROUPS)
		return KN_E_INVALID_ARG;
	process_entry_begin(caller);
	caller->entry->group_count = (uint32_t)(groups_len / sizeof(uint32_t));
	memcpy(caller->entry->groups, groups, groups_len);
	process_entry_end(caller);
	return KN_OK;
}

static kn_status on_thread_create(struct server_call *call, uint64_t ip, uint64_t sp, uint64_t tls, uint64_t argument,
    uint64_t blocked, uint32_t *thread, uint64_t *ipc, kn_cap *tcb)
{
	CALLER(caller);
	unsigned number = 1;

	while (number < PROCMGR_PROCESS_THREADS_MAX && caller->threads[number].tcb)
		number++;
	if (number == PROCMGR_PROCESS_THREADS_MAX)
		return KN_E_QUOTA;
	kn_status status = objects_create_thread(caller, number);
	if (status != KN_OK)
		return status;
	caller->signals->threads[number] = (struct procmgr_signal_thread){
	    .thread = number + 1, .blocked = blocked, .ipc = objects_ipc_address(caller, number)};
	status = kn_tcb_start(caller->threads[number].tcb, ip, sp, tls, argument,
	    (uint64_t)&((struct procmgr_signal_page *)(caller->pages_address + KN_PAGE_SIZE))->threads[number]);
	if (status == KN_OK)
		status = kn_tcb_resume(caller->threads[number].tcb);
	if (status != KN_OK) {
		objects_destroy_thread(caller, number);
		caller->signals->threads[number].thread = 0;
		return status;
	}
	process_entry_begin(caller);
	caller->entry->threads++;
	process_entry_end(caller);
	*thread = number + 1;
	*ipc = objects_ipc_address(caller, number);
	*tcb = caller->threads[number].tcb;
	return KN_OK;
}

static void clear_word(struct process *process, uint64_t address);

static kn_status on_thread_exit(struct server_call *call, uint32_t thread, uint64_t clear, uint64_t stack, uint64_t pages)
{
	CALLER(caller);
	if (thread < 1 || thread > PROCMGR_PROCESS_THREADS_MAX || !caller->threads[thread - 1].tcb)
		return KN_E_INVALID_ARG;
	unsigned live = 0;
	for (unsigned i = 0; i < PROCMGR_PROCESS_THREADS_MAX; i++)
		live += caller->threads[i].tcb != KN_CAP_NONE;
	if (live == 1) {
		process_end(caller, PROCMGR_EVENT_EXITED, 0);
		return KN_OK;
	}
	struct kn_tcb_info info;
	if (kn_tcb_info(caller->threads[thread - 1].tcb, &info) == KN_OK)
		caller->ended_time += info.cpu_time;
	objects_destroy_thread(caller, thread - 1);
	caller->signals->threads[thread - 1].thread = 0;
	process_entry_begin(caller);
	caller->entry->threads--;
	process_entry_end(caller);
	if (pages)
		(void)kn_vspace_unmap(caller->vspace, stack, pages);
	if (clear)
		clear_word(caller, clear);
	return KN_OK;
}

/* The word a joiner waits on lies in the process's own shared pages (signal_thread.zero), so that we can write it: wake its waiters. */
static void clear_word(struct process *process, uint64_t address)
{
	const uint64_t base = process->pages_address + KN_PAGE_SIZE;
	uint32_t woken;

	if (address >= base && address + 4 <= base + sizeof *process->signals && address % 4 == 0)
		__atomic_store_n((uint32_t *)((char *)process->signals + (address - base)), 0, __ATOMIC_RELEASE);
	(void)kn_vspace_wake(process->vspace, address, UINT32_MAX, &woken);
}

static kn_status on_signal_default(struct server_call *call, uint32_t signal)
{
	CALLER(caller);
	if (signal < 1 || signal > SIGNAL_COUNT)
		return KN_E_INVALID_ARG;
	signal_perform_default(caller, signal);
	return KN_OK;
}

static kn_status on_signal_wait(struct server_call *call, uint32_t thread, uint64_t mask, uint64_t timeout,
    uint32_t *signal, uint32_t *code, uint32_t *sender, uint64_t *value)
{
	CALLER(caller);
	if (thread < 1 || thread > PROCMGR_PROCESS_THREADS_MAX || !caller->threads[thread - 1].tcb)
		return KN_E_INVALID_ARG;
	struct procmgr_signal_thread *own = &caller->signals->threads[thread - 1];
	uint64_t *sources[2] = {&own->pending, &caller->signals->pending};
	for (int i = 0; i < 2; i++) {
		uint64_t ready = __atomic_load_n(sources[i], __ATOMIC_ACQUIRE) & mask;

		if (!ready)
			continue;
		unsigned number = (unsigned)__builtin_ctzll(ready);
		__atomic_and_fetch(sources[i], ~(1ull << number), __ATOMIC_ACQ_REL);
		const struct procmgr_signal_record *record = &caller->signals->info[number];
		*signal = number + 1;
		*code = record->code;
		*sender = record->sender;
		*value = record->value;
		return KN_OK;
	}
	if (timeout == 0)
		return KN_E_TIMED_OUT;
	struct signal_waiter *waiter = heap_alloc(sizeof *waiter);
	if (!waiter)
		return KN_E_NO_MEMORY;
	kn_time now = start_now();
	*waiter = (struct signal_waiter){
	    .next = caller->signal_waiters,
	    .thread = thread - 1,
	    .mask = mask,
	    .deadline = timeout > KN_TIME_FOREVER - now ? KN_TIME_FOREVER : now + timeout,
	};
	waiter->reply = server_defer(call);
	if (!waiter->reply) {
		heap_free(waiter);
		return KN_E_NO_MEMORY;
	}
	caller->signal_waiters = waiter;
	timer_note_deadline(waiter->deadline);
	return KN_DEFERRED;
}

static kn_status on_set_timer(struct server_call *call, uint32_t which, const struct procmgr_interval *new,
    struct procmgr_interval *old)
{
	CALLER(caller);
	return timer_set(caller, which, new, old);
}

static kn_status on_get_timer(struct server_call *call, uint32_t which, struct procmgr_interval *now)
{
	CALLER(caller);
	return timer_get(caller, which, now);
}

static kn_status on_limit(struct server_call *call, uint32_t pid, uint32_t resource, bool set,
    const struct procmgr_limit *new, struct procmgr_limit *old)
{
	CALLER(caller);
	struct process *target = pid ? process_by_pid(pid) : caller;

	if (!target || !is_alive(target))
		return KN_E_NO_PROCESS;
	if (resource >= LIMIT_COUNT)
		return KN_E_INVALID_ARG;
	if (target != caller && !may_signal(caller, target, 0))
		return KN_E_PERMISSION;
	*old = target->limits[resource];
	if (!set)
		return KN_OK;
	if (new->current > new->maximum)
		return KN_E_INVALID_ARG;
	if (new->maximum > old->maximum && caller->entry->euid != 0)
		return KN_E_PERMISSION;
	target->limits[resource] = *new;
	return KN_OK;
}

static kn_status on_expand_cspace(struct server_call *call, uint32_t slot)
{
	CALLER(caller);
	return objects_expand(caller, slot);
}

static kn_status on_times(struct server_call *call, uint32_t kind, uint32_t thread, uint64_t *user, uint64_t *system,
    uint64_t *max_pages)
{
	CALLER(caller);
	struct kn_tcb_info info;

	*system = 0; /* servers run on their own scheduling contexts until calls donate time */
	*max_pages = caller->entry->pages_used;
	switch (kind) {
	case 0:
		*user = process_time(caller);
		return KN_OK;
	case 1:
		*user = caller->child_user_time;
		*system = caller->child_system_time;
		*max_pages = caller->child_max_pages;
		return KN_OK;
	case 2:
		if (thread < 1 || thread > PROCMGR_PROCESS_THREADS_MAX || !caller->threads[thread - 1].tcb)
			return KN_E_INVALID_ARG;
		*user = kn_tcb_info(caller->threads[thread - 1].tcb, &info) == KN_OK ? info.cpu_time : 0;
		return KN_OK;
	default:
		return KN_E_INVALID_ARG;
	}
}

static kn_status on_set_nice(struct server_call *call, uint32_t pid, int32_t nice)
{
	CALLER(caller);
	struct process *target = pid ? process_by_pid(pid) : caller;

	if (!target || !is_alive(target))
		return KN_E_NO_PROCESS;
	if (nice < NICE_MIN || nice > NICE_MAX)
		return KN_E_RANGE;
	if (!may_signal(caller, target, 0) || (nice < target->entry->nice && caller->entry->euid != 0))
		return KN_E_PERMISSION;
	process_entry_begin(target);
	target->entry->nice = nice;
	process_entry_end(target);
	for (unsigned i = 0; i < PROCMGR_PROCESS_THREADS_MAX; i++)
		if (target->threads[i].tcb)
			(void)kn_tcb_set_priority(target->threads[i].tcb, (uint32_t)(PRIORITY_USER - nice));
	return KN_OK;
}

static kn_status on_signal_group(struct server_call *call, uint32_t group, uint32_t signal)
{
	if (!has_role(call, ROLE_SIGNAL))
		return KN_E_PERMISSION;
	if (signal < 1 || signal > SIGNAL_COUNT)
		return KN_E_INVALID_ARG;
	return signal_group(group, &(struct procmgr_signal_record){.signal = signal, .code = CODE_KERNEL})
		   ? KN_OK
		   : KN_E_NO_PROCESS;
}

static kn_status on_background(struct server_call *call, uint32_t pid, uint32_t signal, uint32_t *verdict)
{
	if (!has_role(call, ROLE_SIGNAL))
		return KN_E_PERMISSION;
	if (signal != SIGNAL_TTIN && signal != SIGNAL_TTOU)
		return KN_E_INVALID_ARG;
	struct process *process = process_by_pid(pid);
	if (!process || !is_alive(process))
		return KN_E_NO_PROCESS;
	if (signal_is_refused(process, signal)) {
		*verdict = PROCMGR_BACKGROUND_IGNORED;
	} else if (group_is_orphaned(process->entry->group, nullptr)) {
		*verdict = PROCMGR_BACKGROUND_ORPHANED;
	} else {
		*verdict = PROCMGR_BACKGROUND_SIGNALLED;
		signal_group(process->entry->group,
		    &(struct procmgr_signal_record){.signal = signal, .code = CODE_KERNEL});
	}
	return KN_OK;
}

static kn_status on_set_terminal(struct server_call *call, uint32_t session, uint64_t terminal)
{
	if (!has_role(call, ROLE_SIGNAL))
		return KN_E_PERMISSION;
	for (struct process *p = process_next(nullptr); p; p = process_next(p)) {
		if (p->entry->session != session)
			continue;
		process_entry_begin(p);
		p->entry->terminal = terminal;
		process_entry_end(p);
	}
	return KN_OK;
}

static kn_status on_table(struct server_call *call, struct server_cap notification, uint64_t *entries, kn_cap *table)
{
	if (!has_role(call, ROLE_TABLE))
		return KN_E_PERMISSION;
	if (notification.slot != KN_CAP_NONE) {
		size_t i = 0;
		kn_cap kept;

		while (i < PROCESS_LISTENERS && process_listeners[i])
			i++;
		if (i == PROCESS_LISTENERS)
			return KN_E_QUOTA;
		kn_status status = server_take(call, notification.slot, &kept);
		if (status != KN_OK)
			return status;
		process_listeners[i] = kept;
	}
	*entries = process_table_entries;
	*table = process_table_object;
	return KN_OK;
}

static kn_status on_start(struct server_call *call, const struct procmgr_image_args *image, uint32_t uid, uint32_t gid,
    struct server_cap object, struct server_cap block, struct server_cap first, uint32_t *pid)
{
	if (!has_role(call, ROLE_START))
		return KN_E_PERMISSION;
	if (object.slot == KN_CAP_NONE || block.slot == KN_CAP_NONE)
		return KN_E_INVALID_CAP;
	return start_first(image, uid, gid, object.slot, block.slot, first.slot, pid);
}

static kn_status on_notification(struct server_call *call, kn_cap *notification)
{
	CALLER(caller);
	kn_status status = objects_notification(caller, notification);

	if (status == KN_OK)
		call->release_after = *notification;
	return status;
}

const struct procmgr_ops procmgr_methods = {
    .exit = on_exit,
    .fork = on_fork,
    .exec = on_exec,
    .spawn = on_spawn,
    .wait = on_wait,
    .kill = on_kill,
    .set_group = on_set_group,
    .new_session = on_new_session,
    .ids = on_ids,
    .set_users = on_set_users,
    .set_groups = on_set_groups,
    .set_supplementary = on_set_supplementary,
    .thread_create = on_thread_create,
    .thread_exit = on_thread_exit,
    .signal_default = on_signal_default,
    .signal_wait = on_signal_wait,
    .set_timer = on_set_timer,
    .get_timer = on_get_timer,
    .limit = on_limit,
    .expand_cspace = on_expand_cspace,
    .times = on_times,
    .set_nice = on_set_nice,
    .signal_group = on_signal_group,
    .table = on_table,
    .start = on_start,
    .notification = on_notification,
    .background = on_background,
    .set_terminal = on_set_terminal,
};
