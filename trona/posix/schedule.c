/* SPDX-License-Identifier: BSD-2-Clause */
/* How threads are scheduled: procmgr does it. A process whose threads are as programs begin asks nobody when it makes another. */

#include "posix.h"

#include "client/procmgr.h"
#include "kn/tcb.h"

int sys_get_schedule(pid_t id, struct sys_schedule *now)
{
	struct procmgr_schedule s;
	kn_status status = PERSIST(procmgr_get_schedule(SLOT(PROCMGR), (uint32_t)id, thread_self()->number, &s));

	if (status == KN_OK)
		*now = (struct sys_schedule){.policy = (int)s.policy, .priority = (int)s.priority, .nice = s.nice, .flags = s.flags,
		    .runtime = s.runtime, .deadline = s.deadline, .period = s.period};
	return to_errno(status);
}

int sys_set_schedule(pid_t id, const struct sys_schedule *schedule)
{
	const struct procmgr_schedule s = {.policy = (uint32_t)schedule->policy, .priority = (uint32_t)schedule->priority,
	    .nice = schedule->nice, .flags = schedule->flags, .runtime = schedule->runtime, .deadline = schedule->deadline,
	    .period = schedule->period};

	return to_errno(PERSIST(procmgr_set_schedule(SLOT(PROCMGR), (uint32_t)id, thread_self()->number, &s)));
}

int sys_get_affinity(pid_t id, uint64_t *cpus)
{
	return to_errno(PERSIST(procmgr_get_affinity(SLOT(PROCMGR), (uint32_t)id, thread_self()->number, cpus)));
}

int sys_set_affinity(pid_t id, uint64_t cpus)
{
	return to_errno(PERSIST(procmgr_set_affinity(SLOT(PROCMGR), (uint32_t)id, thread_self()->number, cpus)));
}

int sys_cpu(void)
{
	struct kn_tcb_info info;
	kn_status status = kn_tcb_info(thread_self()->area->tcb, &info);

	return status == KN_OK ? info.cpu : to_errno(status);
}

static bool is_scheduled(void)
{
	return ((const volatile struct procmgr_process_page *)process.page)->is_scheduled != 0;
}

void schedule_keep(void)
{
	if (is_scheduled() && thread_self()->number != 1)
		(void)PERSIST(procmgr_inherit(SLOT(PROCMGR), 1, thread_self()->number));
}

int schedule_thread(const struct __pthread *thread, const struct sys_thread_options *options)
{
	const pid_t id = sys_thread_number((pthread_t)thread);
	int error = 0;

	/* One that has ended before still is as it was then. */
	if (is_scheduled() && PERSIST(procmgr_inherit(SLOT(PROCMGR), thread->number, thread_self()->number)) != KN_OK)
		error = -EAGAIN;
	if (error == 0 && options->schedule)
		error = sys_set_schedule(id, options->schedule);
	if (error == 0 && options->cpus)
		error = sys_set_affinity(id, options->cpus);
	return error;
}
