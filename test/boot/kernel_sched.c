/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling contexts: reservations, shares, donation along calls and what becomes of it when
 * somebody dies. Where a test measures shares or deadlines it needs exact time (icount) and is
 * skipped without.
 */
#include "kernel_rig.h"

#define CSPACE KN_SLOT_CSPACE
#define FOREVER KN_TIME_FOREVER
#define MS 1000000ull
#define RESERVATION 1
#define LABEL 0x7701

/* ---- work ---- */

static uint64_t loops_per_ms;

/* Straight-line code, which an emulator is quick with. */
static void loops(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		__asm__ volatile(".rept 200\n\tnop\n\t.endr");
}

/* Use up that much time of the CPU, whatever the clock does. */
static void burn(kn_time ns)
{
	loops(ns * loops_per_ms / MS);
}

static kn_time time_loops(uint64_t count)
{
	kn_time start = rig_now();

	loops(count);
	return rig_now() - start;
}

/* Learn how fast we are at best. true: time is exact, for an instruction takes a nanosecond. */
static bool calibrate(void)
{
	enum { COUNT = 5000, TRIES = 6 };
	unsigned exact = 0;

	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t time = time_loops(COUNT);

		exact += time > COUNT * 200 && time < COUNT * 206;
		if (loops_per_ms < COUNT * MS / time)
			loops_per_ms = COUNT * MS / time;
	}
	return exact >= TRIES / 2;
}

static bool needs_exact_time(void)
{
	bool is_exact = calibrate();

	if (!is_exact)
		rig_skip("needs icount");
	return is_exact;
}

static kn_time consumed(const struct rig_thread *thread)
{
	uint64_t time = 0;

	check_ok(kn_sched_context_consumed(thread->sched_context, &time));
	return time;
}

static struct rig_thread *make(void (*entry)(void *), void *argument, uint32_t priority)
{
	struct rig_thread *thread = rig_make_thread(entry, argument, KN_CAP_NONE);

	check_ok(kn_tcb_set_priority(thread->tcb, priority));
	return thread;
}

/* The same on CPU 0. */
static struct rig_thread *make_here(void (*entry)(void *), void *argument, uint32_t priority)
{
	struct rig_thread *thread = make(entry, argument, priority);

	check_ok(kn_tcb_set_affinity(thread->tcb, 0));
	return thread;
}

static void reserve(const struct rig_thread *thread, kn_time budget, kn_time period)
{
	check_ok(kn_sched_context_configure(
	    thread->sched_context, budget, period, 0, RESERVATION));
}

static void start(const struct rig_thread *thread)
{
	check_ok(kn_tcb_resume(thread->tcb));
}

static void stop(const struct rig_thread *thread)
{
	check_ok(kn_tcb_suspend(thread->tcb, true));
}

static void spin(void *argument)
{
	(void)argument;
	for (;;)
		loops(1000);
}

/* ---- a server that works for its callers ---- */

struct service {
	kn_cap endpoint, reply;
	kn_time work;          /* for each call; FOREVER: until `go` */
	struct service *below; /* called for each call, or null */
	volatile unsigned taken, done, ticks;
	volatile bool go;
};

static void call_service(struct service *service, kn_status *status)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 0)};

	*status = kn_call(service->endpoint, &regs, FOREVER);
}

static void serve(void *argument)
{
	struct service *self = argument;
	struct kn_regs regs = {};
	kn_status status = kn_recv(self->endpoint, &regs, FOREVER, self->reply), ignored;

	while (status == KN_OK) {
		if (kn_info_label(regs.info) == LABEL) {
			self->taken++;
			if (self->work != FOREVER)
				burn(self->work);
			while (self->work == FOREVER && !self->go) {
				loops(10);
				self->ticks++;
			}
			if (self->below)
				call_service(self->below, &ignored);
			self->done++;
			regs.info = kn_info(0, 0, 0);
			status = kn_reply_recv(self->endpoint, &regs, FOREVER, self->reply);
		} else {
			/* CANCEL and the like. */
			status = kn_recv(self->endpoint, &regs, FOREVER, self->reply);
		}
	}
}

static struct rig_thread *start_service(struct service *service, kn_time work, struct service *below)
{
	*service = (struct service){.endpoint = rig_new(KN_TYPE_ENDPOINT, 0),
	    .reply = rig_new(KN_TYPE_REPLY, 0),
	    .work = work,
	    .below = below};
	struct rig_thread *thread = make_here(serve, service, 150);

	start(thread);
	rig_await(thread, KN_TCB_STATE_RECEIVING);
	return thread;
}

struct client {
	struct service *service;
	kn_status status;
};

static void call_once(void *argument)
{
	struct client *self = argument;

	call_service(self->service, &self->status);
}

static void call_forever(void *argument)
{
	struct client *self = argument;

	do
		call_service(self->service, &self->status);
	while (self->status == KN_OK);
}

static void await_count(const volatile unsigned *count, unsigned value)
{
	for (kn_time limit = rig_now() + 20000 * MS; *count < value && rig_now() < limit;)
		rig_sleep(100000);
	check(*count >= value);
}

/* ---- shares ---- */

static void check_share(kn_time part, kn_time whole, unsigned permille, unsigned tolerance)
{
	uint64_t got = part * 1000 / whole;

	if (!check(got + tolerance >= permille && got <= permille + tolerance))
		rig_print("# %lu of 1000 instead of %u\n", (unsigned long)got, permille);
}

static void many_equal_threads_get_equal_shares(void)
{
	enum { COUNT = 64 };
	struct rig_thread *threads[COUNT];
	unsigned on_cpu[64] = {}, cpus = rig_boot->cpu_count;
	kn_time used[COUNT], sum = 0;

	if (!needs_exact_time())
		return;
	for (unsigned i = 0; i < COUNT; i++) {
		threads[i] = make(spin, nullptr, 100);
		check_ok(kn_sched_context_configure(threads[i]->sched_context, MS, 0, 0, 0));
	}
	for (unsigned i = 0; i < COUNT; i++)
		start(threads[i]);
	/* Until they have spread over the CPUs. */
	rig_sleep(300 * MS);
	for (unsigned i = 0; i < COUNT; i++) {
		struct kn_tcb_info info = {};

		used[i] = consumed(threads[i]);
		check_ok(kn_tcb_info(threads[i]->tcb, &info));
		on_cpu[info.cpu % 64]++;
	}
	for (unsigned i = 0; i < cpus; i++)
		check(on_cpu[i] + 1 >= COUNT / cpus && on_cpu[i] <= COUNT / cpus + 1);
	rig_sleep(cpus == 1 ? 3000 * MS : MS);
	for (unsigned i = 0; i < COUNT; i++) {
		used[i] = consumed(threads[i]) - used[i];
		sum += used[i];
		stop(threads[i]);
	}
	/* The emulator's CPUs take turns, and who is away with its thread has it charged: their
	 * shares are not exact. */
	for (unsigned i = 0; i < COUNT && cpus == 1; i++)
		check_share(used[i] * COUNT, sum, 1000, 50);
}

static void shares_are_as_weights(void)
{
	static const unsigned weights[] = {1, 2, 4, 1};
	struct rig_thread *threads[4];
	kn_time used[4], sum = 0;

	if (!needs_exact_time())
		return;
	for (unsigned i = 0; i < 4; i++) {
		threads[i] = make_here(spin, nullptr, 100);
		check_ok(kn_sched_context_configure(
		    threads[i]->sched_context, MS, 400 * MS / weights[i], 0, 0));
		start(threads[i]);
	}
	rig_sleep(1600 * MS);
	for (unsigned i = 0; i < 4; i++) {
		stop(threads[i]);
		used[i] = consumed(threads[i]);
		sum += used[i];
	}
	for (unsigned i = 0; i < 4; i++)
		check_share(used[i], sum, 1000 * weights[i] / 8, 10);
}

/* ---- reservations ---- */

/* What the thread gets in a second, in parts of 1000. */
static void check_gets(const struct rig_thread *thread, unsigned permille)
{
	kn_time before = consumed(thread), start_time = rig_now();

	rig_sleep(1000 * MS);
	check_share(consumed(thread) - before, rig_now() - start_time, permille, 10);
}

static void reservation_is_kept_against_a_hog(void)
{
	if (!needs_exact_time())
		return;
	struct rig_thread *hog = make_here(spin, nullptr, 199);
	struct rig_thread *victim = make_here(spin, nullptr, 50);

	reserve(victim, 3 * MS, 10 * MS);
	start(hog);
	start(victim);
	check_gets(victim, 300);
	/* And no more than that when nobody else wants the CPU. */
	stop(hog);
	check_gets(victim, 300);
	stop(victim);
}

static kn_cap storm_notification;

static void chase_interrupts(void *argument)
{
	kn_word bits;

	(void)argument;
	while (kn_wait(storm_notification, &bits, FOREVER) == KN_OK)
		;
}

static void reservation_is_kept_in_an_interrupt_storm(void)
{
	if (!needs_exact_time())
		return;
	struct rig_thread *victim = make_here(spin, nullptr, 50);

	storm_notification = rig_new(KN_TYPE_NOTIFICATION, 0);
	struct rig_thread *handler = make_here(chase_interrupts, nullptr, 199);
	start(handler);
	for (unsigned i = 0; i < 8; i++) {
		kn_cap timer = rig_new(KN_TYPE_TIMER, 0);

		check_ok(kn_timer_bind(timer, storm_notification));
		check_ok(kn_timer_set(timer, rig_now() + i * 12000, 100000));
	}
	reserve(victim, 3 * MS, 10 * MS);
	start(victim);
	check_gets(victim, 300);
	/* It has got work done for that: the interrupts' own time is not charged to it. */
	stop(victim);
}

static void reservation_is_kept_in_a_priority_inversion(void)
{
	static struct service service;
	static struct client low, high;

	if (!needs_exact_time())
		return;
	struct rig_thread *server = start_service(&service, 2 * MS, nullptr);
	struct rig_thread *hog = make_here(spin, nullptr, 199);
	struct rig_thread *other = make_here(call_forever, &low, 50);
	struct rig_thread *victim = make_here(call_forever, &high, 40);

	low.service = high.service = &service;
	/* The lowest has the server busy when the hog comes. */
	start(other);
	await_count(&service.taken, 1);
	start(hog);
	reserve(victim, 3 * MS, 10 * MS);
	start(victim);
	check_gets(victim, 300);
	check(service.done > 100);
	stop(victim);
	stop(hog);
	stop(other);
	check(rig_state(server) != KN_TCB_STATE_INACTIVE);
}

struct periodic {
	kn_time period, work;
	struct rig_thread *thread;
	kn_time first, end;
	volatile unsigned jobs, misses;
};

static kn_cap periodic_sleeper;

static void run_periodic(void *argument)
{
	struct periodic *self = argument;
	kn_word bits;

	for (kn_time release = self->first; release < self->end; release += self->period) {
		(void)kn_wait(periodic_sleeper, &bits, release);
		burn(self->work);
		self->misses += rig_now() > release + self->period;
		self->jobs++;
	}
}

/* 95 % of a CPU: every job uses its budget but for what the system calls around it need. */
static void periodic_tasks_miss_no_deadline(void)
{
	static struct periodic tasks[] = {{.period = 10 * MS, .work = 2 * MS},
	    {.period = 20 * MS, .work = 5 * MS},
	    {.period = 35 * MS, .work = 7 * MS},
	    {.period = 40 * MS, .work = 8 * MS},
	    {.period = 100 * MS, .work = 10 * MS}};
	enum { COUNT = sizeof(tasks) / sizeof(tasks[0]), OWN = 30000 };

	if (!needs_exact_time())
		return;
	periodic_sleeper = rig_new(KN_TYPE_NOTIFICATION, 0);
	struct rig_thread *hog = make_here(spin, nullptr, 199);
	kn_time first = rig_now() + 20 * MS;

	for (unsigned i = 0; i < COUNT; i++) {
		struct periodic *task = &tasks[i];

		task->jobs = task->misses = 0;
		task->first = first;
		task->end = first + 10000 * MS;
		task->thread = make_here(run_periodic, task, 50);
		reserve(task->thread, task->work, task->period);
		task->work -= OWN;
		start(task->thread);
	}
	start(hog);
	rig_sleep(10100 * MS);
	stop(hog);
	for (unsigned i = 0; i < COUNT; i++) {
		rig_join(tasks[i].thread);
		check(tasks[i].jobs >= 10000 * MS / tasks[i].period);
		if (!check(tasks[i].misses == 0))
			rig_print("# period %lu: %u of %u missed\n", (unsigned long)tasks[i].period,
			    tasks[i].misses, tasks[i].jobs);
		tasks[i].work += OWN;
	}
}

static void configure_itself(void *argument)
{
	check_status(kn_sched_context_configure((kn_cap)argument, MS, 10 * MS, 0, RESERVATION),
	    KN_E_RIGHTS);
}

static void reservations_are_admitted(void)
{
	unsigned count = 0, cpus = rig_boot->cpu_count;
	kn_cap contexts[16];
	kn_status status;

	do {
		contexts[count] = rig_new(KN_TYPE_SCHED_CONTEXT, 0);
		status = kn_sched_context_configure(
		    contexts[count], 9 * MS, 10 * MS, 0, RESERVATION);
	} while (status == KN_OK && ++count < 15);
	check_status(status, KN_E_QUOTA);
	check(count == cpus * 96 / 90);
	/* A density counts, not the share; what is given back can be had again. */
	check_status(kn_sched_context_configure(contexts[count], 4 * MS, 10 * MS, 4 * MS, 1),
	    KN_E_QUOTA);
	check_ok(kn_sched_context_configure(contexts[0], 9 * MS, 10 * MS, 0, 0));
	check_ok(kn_sched_context_configure(contexts[count], 9 * MS, 10 * MS, 0, RESERVATION));
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)contexts[count]));
	check_ok(kn_sched_context_configure(contexts[0], 9 * MS, 10 * MS, 0, RESERVATION));
	/* Nobody gives himself what outranks every priority. */
	struct rig_thread *thread =
	    make(configure_itself, (void *)rig_new(KN_TYPE_SCHED_CONTEXT, 0), 100);

	start(thread);
	rig_join(thread);
}

/* ---- donation ---- */

static void calls_are_charged_to_the_client(void)
{
	static struct service lower, upper;
	static struct client client;

	(void)calibrate();
	struct rig_thread *below = start_service(&lower, 10 * MS, nullptr);
	struct rig_thread *server = start_service(&upper, 5 * MS, &lower);
	kn_time before = consumed(server) + consumed(below);

	client.service = &upper;
	struct rig_thread *thread = make_here(call_once, &client, 100);

	start(thread);
	rig_join(thread);
	check_ok(client.status);
	check(consumed(thread) > 2 * (consumed(server) + consumed(below) - before));
}

/* A client with a reservation. */
static struct rig_thread *make_client(struct client *client, struct service *service)
{
	struct rig_thread *thread = make_here(call_once, client, 100);

	client->service = service;
	client->status = 1;
	reserve(thread, 5 * MS, 50 * MS);
	return thread;
}

static struct service service;
static struct client client;

/* `server` works for `thread` until it is told to go. */
static void make_pair(struct rig_thread **server, struct rig_thread **thread)
{
	*server = start_service(&service, FOREVER, nullptr);
	*thread = make_client(&client, &service);
	start(*thread);
	await_count(&service.taken, 1);
}

/* What `worker` does is charged to `payer` now. */
static void check_pays(const struct rig_thread *payer, const struct service *worker)
{
	kn_time before = consumed(payer);

	await_count(&worker->ticks, worker->ticks + 10);
	check(consumed(payer) > before);
}

static void finish(struct service *worker)
{
	worker->go = true;
	await_count(&worker->done, worker->taken);
}

static void server_goes_on_when_its_client_dies(void)
{
	struct rig_thread *server, *thread;

	make_pair(&server, &thread);
	check_pays(thread, &service);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)thread->tcb));
	check_pays(server, &service);
	finish(&service);
}

static void server_goes_on_when_its_client_is_stopped(void)
{
	struct rig_thread *server, *thread;

	make_pair(&server, &thread);
	stop(thread);
	check_pays(server, &service);
	finish(&service);
	start(thread);
	rig_join(thread);
	check_status(client.status, KN_E_INTERRUPTED);
}

static void server_goes_on_when_the_context_dies(void)
{
	struct rig_thread *server, *thread;

	make_pair(&server, &thread);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)thread->sched_context));
	check_pays(server, &service);
	finish(&service);
	check_status(kn_tcb_resume(thread->tcb), KN_E_INVALID_ARG);
}

static void server_goes_on_when_its_reply_is_abandoned(void)
{
	struct rig_thread *server, *thread;

	make_pair(&server, &thread);
	check_ok(kn_reply_abandon(service.reply));
	/* The client has its context back. */
	rig_join(thread);
	check_status(client.status, KN_E_PEER_GONE);
	check_pays(server, &service);
	finish(&service);
	rig_await(server, KN_TCB_STATE_RECEIVING);
}

static void client_goes_on_when_its_server_dies(void)
{
	struct rig_thread *server, *thread;

	make_pair(&server, &thread);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)server->tcb));
	check(rig_state(thread) == KN_TCB_STATE_WAITING_REPLY);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)service.reply));
	rig_join(thread);
	check_status(client.status, KN_E_PEER_GONE);
}

static void server_without_its_own_context_stops(void)
{
	struct rig_thread *server, *thread;

	make_pair(&server, &thread);
	check_ok(kn_sched_context_unbind(server->sched_context));
	rig_await(server, KN_TCB_STATE_INACTIVE);
	check_status(kn_tcb_resume(server->tcb), KN_E_INVALID_ARG);
	check_ok(kn_sched_context_bind(server->sched_context, server->tcb));
	check_ok(kn_tcb_resume(server->tcb));
	check_pays(server, &service);
	finish(&service);
}

static void call_with_deadline(void *argument)
{
	struct client *self = argument;
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 0)};

	self->status = kn_call(self->service->endpoint, &regs, rig_now() + 1000 * MS);
}

static void context_comes_back_at_the_deadline(void)
{
	struct rig_thread *server = start_service(&service, FOREVER, nullptr);
	struct rig_thread *thread = make_here(call_with_deadline, &client, 100);

	client.service = &service;
	start(thread);
	rig_await(thread, KN_TCB_STATE_WAITING_REPLY);
	rig_await(thread, KN_TCB_STATE_READY);
	check_pays(server, &service);
	finish(&service);
	rig_join(thread);
	check_status(client.status, KN_E_TIMED_OUT);
}

static void a_chain_survives_its_ends(void)
{
	static struct service lower, upper;
	struct rig_thread *below, *server, *thread;

	below = start_service(&lower, FOREVER, nullptr);
	server = start_service(&upper, 0, &lower);
	thread = make_client(&client, &upper);
	start(thread);
	await_count(&lower.taken, 1);
	check_pays(thread, &lower);
	/* The one below works on the time of the one in the middle now. */
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)thread->tcb));
	check_pays(server, &lower);
	finish(&lower);
	await_count(&upper.done, 1);
	/* And when the middle dies, on its own. */
	lower.go = false;
	thread = make_client(&client, &upper);
	start(thread);
	await_count(&lower.taken, 2);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)server->tcb));
	check_pays(below, &lower);
	finish(&lower);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)upper.reply));
	rig_join(thread);
	check_status(client.status, KN_E_PEER_GONE);
}

static void a_more_urgent_caller_lends(void)
{
	static struct client urgent;
	struct rig_thread *server, *thread;

	make_pair(&server, &thread);
	struct rig_thread *lender = make_client(&urgent, &service);

	reserve(thread, MS, 10000 * MS);
	reserve(lender, 20 * MS, 100 * MS);
	start(lender);
	rig_await(lender, KN_TCB_STATE_SENDING);
	/* The first call is worked for on the second caller's time. */
	check_pays(lender, &service);
	service.go = true;
	rig_join(lender);
	check_ok(urgent.status);
	reserve(thread, MS, 10 * MS);
	rig_join(thread);
	check_ok(client.status);
	/* A loan ends with the lender. */
	service.go = false;
	thread = make_client(&client, &service);
	start(thread);
	await_count(&service.taken, 3);
	lender = make_client(&urgent, &service);
	reserve(lender, 5 * MS, 20 * MS);
	start(lender);
	rig_await(lender, KN_TCB_STATE_SENDING);
	check_pays(lender, &service);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)lender->tcb));
	check_pays(thread, &service);
	finish(&service);
	rig_join(thread);
	check_ok(client.status);
}

static void an_empty_donated_budget_is_a_fault(void)
{
	struct kn_regs regs = {};

	kn_cap endpoint = rig_new(KN_TYPE_ENDPOINT, 0), reply = rig_new(KN_TYPE_REPLY, 0);
	kn_cap badged = rig_derive(endpoint, KN_RIGHT_SEND, 77);
	struct rig_thread *server = start_service(&service, FOREVER, nullptr);

	check_status(kn_tcb_set_timeout_handler(server->tcb, server->tcb), KN_E_WRONG_TYPE);
	check_ok(kn_tcb_set_timeout_handler(server->tcb, badged));
	struct rig_thread *thread = make_client(&client, &service);

	start(thread);
	check_ok(kn_recv(endpoint, &regs, rig_now() + 20000 * MS, reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_TIMEOUT && regs.badge == 77);
	check(regs.w[0] >= 5 * MS && regs.w[1] > 50 * MS && service.done == 0);
	/* Patience: it waits for the next period and is heard of again at its end. */
	regs.info = kn_info(0, 0, 0);
	check_ok(kn_reply_recv(endpoint, &regs, rig_now() + 20000 * MS, reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_TIMEOUT && service.done == 0);
	/* None: the client loses its call and the server finishes in its own time. */
	check_ok(kn_reply_abandon(service.reply));
	regs.info = kn_info(0, 0, 0);
	check_ok(kn_reply(reply, &regs));
	check_pays(server, &service);
	finish(&service);
	rig_join(thread);
	check_status(client.status, KN_E_PEER_GONE);
}

const struct rig_test sched_tests[] = {
    {"reservations_are_admitted", reservations_are_admitted},
    {"calls_are_charged_to_the_client", calls_are_charged_to_the_client},
    {"server_goes_on_when_its_client_dies", server_goes_on_when_its_client_dies},
    {"server_goes_on_when_its_client_is_stopped", server_goes_on_when_its_client_is_stopped},
    {"server_goes_on_when_the_context_dies", server_goes_on_when_the_context_dies},
    {"server_goes_on_when_its_reply_is_abandoned", server_goes_on_when_its_reply_is_abandoned},
    {"client_goes_on_when_its_server_dies", client_goes_on_when_its_server_dies},
    {"server_without_its_own_context_stops", server_without_its_own_context_stops},
    {"context_comes_back_at_the_deadline", context_comes_back_at_the_deadline},
    {"a_chain_survives_its_ends", a_chain_survives_its_ends},
    {"a_more_urgent_caller_lends", a_more_urgent_caller_lends},
    {"an_empty_donated_budget_is_a_fault", an_empty_donated_budget_is_a_fault},
    {"many_equal_threads_get_equal_shares", many_equal_threads_get_equal_shares},
    {"shares_are_as_weights", shares_are_as_weights},
    {"reservation_is_kept_against_a_hog", reservation_is_kept_against_a_hog},
    {"reservation_is_kept_in_an_interrupt_storm", reservation_is_kept_in_an_interrupt_storm},
    {"reservation_is_kept_in_a_priority_inversion", reservation_is_kept_in_a_priority_inversion},
    {"periodic_tasks_miss_no_deadline", periodic_tasks_miss_no_deadline},
    {},
};
