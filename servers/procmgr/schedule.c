/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See schedule.h.
 *
 * Which CPUs there are is asked of the kernel, with a thread that never runs: it refuses to bind it to one that is not. The kernel binds a thread to one CPU or to none,
 * so of several CPUs the one with the fewest bound threads is taken, and left again when FIFO, RR and DEADLINE take all of it.
 */
#include "schedule.h"

#include "calls.h"
#include "client/objsrv.h"
#include "kn/sched_context.h"
#include "kn/tcb.h"
#include "objects.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "uapi/object/tcb.h"
#include "uapi/object_type.h"
#include "user.h"

#define CPUS_MAX 64u
#define MS 1000000ull
#define RESERVATION 1u
#define ORDINARY_BUDGET (5 * MS)
#define ROUND_ROBIN_BUDGET (100 * MS)
/* Not for ever, which no budget is. An equal has to wait that long. */
#define FIFO_BUDGET (1000000 * MS)
/* What is asked of FIFO, RR and DEADLINE together on each CPU: to leave `HELD` of `WATCHED` + `HELD` to others. */
#define WATCHED (950 * MS)
#define HELD (50 * MS)
#define PRIORITY_HELD 1
/* DEADLINE, as Linux has them: ns. Its least runtime is the kernel's least budget. */
#define RUNTIME_MIN (100000ull)
#define PERIOD_MAX (1ull << 32)

/* What CPU time each nice value is worth, -20 first: 1.25 times the next one's (Linux's table, so that shares are as there). */
static const uint32_t weights[40] = {88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906,
    3121, 2501, 1991, 1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15};
#define NICE_0 20

static kn_cap probe; /* a thread that never runs */
static kn_time next_look = KN_TIME_FOREVER;
static bool is_holding; /* the next look lets them go */

kn_status schedule_init(void)
{
	uint64_t handle;
	kn_status status = slot_alloc(&probe);

	return status == KN_OK ? objsrv_alloc(services.objsrv, KN_TYPE_TCB, 0, &handle, probe) : status;
}

static bool is_real_time(const struct procmgr_schedule *asked)
{
	return asked->policy == PROCMGR_POLICY_FIFO || asked->policy == PROCMGR_POLICY_RR;
}

static struct schedule_parameters parameters_of(const struct process *process, const struct schedule *schedule)
{
	const struct procmgr_schedule *asked = &schedule->asked;
	struct schedule_parameters p = {.priority = SCHEDULE_ORDINARY + asked->priority};

	switch (asked->policy) {
	case PROCMGR_POLICY_FIFO:
		p.budget = p.period = FIFO_BUDGET;
		break;
	case PROCMGR_POLICY_RR:
		p.budget = p.period = ROUND_ROBIN_BUDGET;
		break;
	case PROCMGR_POLICY_DEADLINE:
		p.budget = asked->runtime;
		p.deadline = asked->deadline;
		p.period = asked->period;
		p.flags = RESERVATION;
		break;
	default:
		p.priority = user_priority(process);
		p.budget = ORDINARY_BUDGET;
		/* The kernel's own for a nice value of 0. */
		p.period = 100 * ORDINARY_BUDGET * weights[NICE_0] / weights[process->entry->nice + NICE_0];
		break;
	}
	if (schedule->is_held)
		p.priority = PRIORITY_HELD;
	return p;
}

kn_status schedule_apply(struct process *process, struct thread *thread)
{
	struct schedule_parameters *given = &thread->schedule.given;
	const struct schedule_parameters p = parameters_of(process, &thread->schedule);
	const bool is_new = given->budget == 0;
	kn_status status = KN_OK;

	/* Only what changes: whoever is configured gets a new budget, and could be so again and again. */
	if (is_new ? p.flags != 0 || p.budget != ORDINARY_BUDGET || p.period != 100 * ORDINARY_BUDGET
		   : p.budget != given->budget || p.period != given->period || p.deadline != given->deadline ||
			 p.flags != given->flags)
		status = kn_sched_context_configure(thread->sched_context, p.budget, p.period, p.deadline, p.flags);
	if (status == KN_OK && (is_new || p.priority != given->priority))
		status = kn_tcb_set_priority(thread->tcb, p.priority);
	if (status == KN_OK)
		*given = p;
	return status;
}

void schedule_apply_all(struct process *process)
{
	for_each_thread(thread, process)
		(void)schedule_apply(process, thread);
}

/* ---- CPUs ---- */

static uint64_t cpus_online(void)
{
	uint64_t online = 0;

	for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++)
		if (kn_tcb_set_affinity(probe, cpu) == KN_OK)
			online |= 1ull << cpu;
	return online;
}

/* Processes of which some thread is not as programs begin, after `process` (null: from the first). */
static struct process *next_scheduled(struct process *process)
{
	do
		process = process_next(process);
	while (process && !(is_alive(process) && process->page->is_scheduled));
	return process;
}

static unsigned least_bound(uint64_t cpus)
{
	unsigned count[CPUS_MAX + 1] = {}, best = (unsigned)__builtin_ctzll(cpus);

	for (struct process *p = next_scheduled(nullptr); p; p = next_scheduled(p))
		for_each_thread(thread, p)
			count[thread->schedule.bound]++;
	for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++)
		if (cpus >> cpu & 1 && count[cpu + 1] < count[best + 1])
			best = cpu;
	return best;
}

static kn_status set_cpus(struct process *process, struct thread *thread, uint64_t cpus)
{
	const uint64_t online = cpus_online();
	const uint32_t before = thread->schedule.bound;
	uint32_t bound = 0;

	if (!(cpus & online))
		return KN_E_INVALID_ARG;
	process->page->is_scheduled = 1;
	thread->schedule.bound = 0;
	if (online & ~cpus)
		bound = least_bound(cpus & online) + 1;
	kn_status status = kn_tcb_set_affinity(thread->tcb, bound ? bound - 1 : KN_TCB_ANY_CPU);
	if (status != KN_OK) {
		thread->schedule.bound = before;
		return KN_E_INVALID_ARG; /* offline since we asked */
	}
	thread->schedule.cpus = cpus;
	thread->schedule.bound = bound;
	return KN_OK;
}

/* ---- policies ---- */

/* CPU time since the last look. */
static uint64_t used(struct thread *thread)
{
	uint64_t now = 0, before = thread->schedule.consumed;

	if (kn_sched_context_consumed(thread->sched_context, &now) != KN_OK)
		return 0;
	thread->schedule.consumed = now;
	return now - before;
}

/* A thread is not as programs begin any more: watch it. */
static void note(struct process *process, struct thread *thread)
{
	process->page->is_scheduled = 1;
	if (thread->schedule.asked.policy == PROCMGR_POLICY_OTHER)
		return;
	(void)used(thread);
	if (next_look == KN_TIME_FOREVER)
		next_look = start_now() + WATCHED;
}

bool schedule_may_fork(const struct thread *thread)
{
	const struct procmgr_schedule *asked = &thread->schedule.asked;

	return asked->policy != PROCMGR_POLICY_DEADLINE || asked->flags & PROCMGR_SCHEDULE_FLAG_RESET_ON_FORK;
}

kn_status schedule_inherit(struct process *process, struct thread *thread, const struct process *from, const struct thread *maker)
{
	const struct schedule *parent = &maker->schedule;
	struct schedule *own = &thread->schedule;
	const bool is_reset = parent->asked.flags & PROCMGR_SCHEDULE_FLAG_RESET_ON_FORK;

	if (!from->page->is_scheduled)
		return KN_OK;
	if (!schedule_may_fork(maker))
		return KN_E_QUOTA;
	own->asked = is_reset ? (struct procmgr_schedule){} : parent->asked;
	if (is_reset && process != from && process->entry->nice < 0) {
		process_entry_begin(process);
		process->entry->nice = 0;
		process_entry_end(process);
	}
	kn_status status = schedule_apply(process, thread);
	note(process, thread);
	if (status == KN_OK && parent->cpus != own->cpus)
		status = set_cpus(process, thread, parent->cpus ? parent->cpus : ~0ull);
	return status;
}

/* What `id` and `number` of a call mean (procmgr.idl). */
static kn_status find(struct process *caller, uint32_t id, uint32_t number, struct process **process, struct thread **thread)
{
	*process = caller;
	*thread = thread_find(caller, id ? id - caller->entry->pid : number - 1);
	if (*thread)
		return KN_OK;
	if (id == 0)
		return KN_E_INVALID_ARG;
	*process = process_by_pid(id);
	if (*process) {
		*thread = &(*process)->first;
		return is_alive(*process) ? KN_OK : KN_E_NO_PROCESS;
	}
	for (struct process *p = process_next(nullptr); p; p = process_next(p)) {
		*process = p;
		*thread = is_alive(p) ? thread_find(p, id - p->entry->pid) : nullptr;
		if (*thread)
			return KN_OK;
	}
	return KN_E_NO_PROCESS;
}

static bool may_schedule(const struct process *caller, const struct process *target)
{
	const uint32_t euid = caller->entry->euid;

	return euid == 0 || euid == target->entry->uid || euid == target->entry->euid;
}

static bool is_valid(const struct procmgr_schedule *new)
{
	if (new->flags & ~(uint32_t)PROCMGR_SCHEDULE_FLAG_RESET_ON_FORK)
		return false;
	switch (new->policy) {
	case PROCMGR_POLICY_OTHER:
		return new->priority == 0 && new->nice >= -NICE_0 && new->nice < NICE_0;
	case PROCMGR_POLICY_FIFO:
	case PROCMGR_POLICY_RR:
		return new->priority >= 1 && new->priority <= SCHEDULE_REAL_TIME_MAX;
	case PROCMGR_POLICY_DEADLINE:
		return new->priority == 0 && new->runtime >= RUNTIME_MIN && new->runtime <= new->deadline &&
		       new->period <= PERIOD_MAX && new->deadline <= (new->period ? new->period : PERIOD_MAX);
	default:
		return false;
	}
}

/* May an ordinary user's thread go from one to the other? */
static bool may_become(const struct process *target, const struct procmgr_schedule *old, const struct procmgr_schedule *new)
{
	const uint64_t highest = target->limits[LIMIT_RTPRIO].current;

	if (old->flags & ~new->flags)
		return false;
	if (new->policy == PROCMGR_POLICY_DEADLINE)
		return false;
	if (is_real_time(new))
		return new->priority <= highest ||
		       (new->policy == old->policy && new->priority <= old->priority);
	return new->nice >= target->entry->nice || (uint64_t)(NICE_0 - new->nice) <= target->limits[LIMIT_NICE].current;
}

static kn_status change(const struct process *caller, struct process *target, struct thread *thread, const struct procmgr_schedule *new)
{
	const struct procmgr_schedule old = thread->schedule.asked;

	if (!is_valid(new))
		return KN_E_INVALID_ARG;
	if (!may_schedule(caller, target) || (caller->entry->euid != 0 && !may_become(target, &old, new)))
		return KN_E_PERMISSION;
	thread->schedule.asked = *new;
	if (new->policy == PROCMGR_POLICY_DEADLINE && new->period == 0)
		thread->schedule.asked.period = new->deadline;
	kn_status status = schedule_apply(target, thread);
	if (status != KN_OK) {
		thread->schedule.asked = old;
		return status == KN_E_QUOTA ? KN_E_BUSY : KN_E_INVALID_ARG;
	}
	note(target, thread);
	if (new->policy == PROCMGR_POLICY_OTHER && new->nice != target->entry->nice) {
		process_entry_begin(target);
		target->entry->nice = new->nice;
		process_entry_end(target);
		schedule_apply_all(target);
	}
	return KN_OK;
}

kn_status on_set_schedule(struct server_call *call, uint32_t id, uint32_t number, const struct procmgr_schedule *new)
{
	CALLER(caller);
	struct process *target;
	struct thread *thread;

	if (!is_valid(new))
		return KN_E_INVALID_ARG;
	kn_status status = find(caller, id, number, &target, &thread);
	return status == KN_OK ? change(caller, target, thread, new) : status;
}

kn_status schedule_spawned(const struct process *parent, struct process *child, const struct procmgr_spawn_args *args)
{
	struct procmgr_schedule new = child->first.schedule.asked;

	if (!(args->flags & (PROCMGR_SPAWN_SET_POLICY | PROCMGR_SPAWN_SET_PRIORITY)))
		return KN_OK;
	if (args->flags & PROCMGR_SPAWN_SET_POLICY)
		new = (struct procmgr_schedule){.policy = args->policy, .flags = new.flags};
	new.priority = args->priority;
	new.nice = child->entry->nice;
	return change(parent, child, &child->first, &new);
}

kn_status on_get_schedule(struct server_call *call, uint32_t id, uint32_t number, struct procmgr_schedule *now)
{
	CALLER(caller);
	struct process *target;
	struct thread *thread;
	kn_status status = find(caller, id, number, &target, &thread);

	if (status != KN_OK)
		return status;
	*now = thread->schedule.asked;
	now->nice = target->entry->nice;
	return KN_OK;
}

kn_status on_set_affinity(struct server_call *call, uint32_t id, uint32_t number, uint64_t cpus)
{
	CALLER(caller);
	struct process *target;
	struct thread *thread;
	kn_status status = find(caller, id, number, &target, &thread);

	if (status != KN_OK)
		return status;
	return may_schedule(caller, target) ? set_cpus(target, thread, cpus) : KN_E_PERMISSION;
}

kn_status on_get_affinity(struct server_call *call, uint32_t id, uint32_t number, uint64_t *cpus)
{
	CALLER(caller);
	struct process *target;
	struct thread *thread;
	kn_status status = find(caller, id, number, &target, &thread);

	if (status != KN_OK)
		return status;
	*cpus = cpus_online() & (thread->schedule.cpus ? thread->schedule.cpus : ~0ull);
	return KN_OK;
}

kn_status on_inherit(struct server_call *call, uint32_t number, uint32_t from)
{
	CALLER(caller);
	struct thread *thread = thread_find(caller, number - 1), *maker = thread_find(caller, from - 1);

	return thread && maker ? schedule_inherit(caller, thread, caller, maker) : KN_E_INVALID_ARG;
}

/* ---- what is left to others ---- */

kn_time schedule_next(void)
{
	return next_look;
}

static bool hold(struct process *process, struct thread *thread, bool is_held)
{
	if (thread->schedule.is_held != is_held) {
		thread->schedule.is_held = is_held;
		(void)schedule_apply(process, thread);
	}
	return is_held;
}

static unsigned cpu_of(const struct thread *thread)
{
	struct kn_tcb_info info;

	return kn_tcb_info(thread->tcb, &info) == KN_OK && info.cpu < CPUS_MAX ? info.cpu : 0;
}

/* Threads are counted where they are now: those that go from CPU to CPU leave others behind anyhow. */
static bool count_busy(uint64_t busy[CPUS_MAX])
{
	bool is_needed = false;

	for (struct process *p = next_scheduled(nullptr); p; p = next_scheduled(p)) {
		for_each_thread(thread, p) {
			if (thread->schedule.asked.policy == PROCMGR_POLICY_OTHER)
				continue;
			is_needed = true;
			busy[cpu_of(thread)] += used(thread);
		}
	}
	return is_needed;
}

/* Which of its CPUs an ordinary thread is bound to was our choice: it must not wait behind those who keep one of them busy. */
static void give_way(struct process *process, struct thread *thread, const uint64_t busy[CPUS_MAX])
{
	const struct schedule *schedule = &thread->schedule;
	const uint64_t asked = schedule->cpus;
	uint64_t others = 0;

	if (schedule->bound == 0 || schedule->asked.policy != PROCMGR_POLICY_OTHER || busy[schedule->bound - 1] <= WATCHED - HELD)
		return;
	for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++)
		if (busy[cpu] <= WATCHED - HELD)
			others |= asked & 1ull << cpu;
	/* Refused if none of them is online. */
	if (others != 0 && set_cpus(process, thread, others) == KN_OK)
		thread->schedule.cpus = asked;
}

void schedule_run(kn_time now)
{
	uint64_t busy[CPUS_MAX] = {};
	const bool is_let_go = is_holding;

	if (now < next_look)
		return;
	is_holding = false;
	next_look = KN_TIME_FOREVER;
	if (!count_busy(busy))
		return;
	for (struct process *p = next_scheduled(nullptr); p; p = next_scheduled(p))
		for_each_thread(thread, p) {
			if (!is_let_go)
				give_way(p, thread, busy);
			is_holding |= hold(p, thread, !is_let_go && is_real_time(&thread->schedule.asked) &&
							  busy[cpu_of(thread)] > WATCHED - HELD);
		}
	next_look = now + (is_holding ? HELD : WATCHED);
}
