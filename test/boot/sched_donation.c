/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls carry the scheduling context: who pays, and what becomes of it when somebody dies. */
#include "sched_rig.h"

static void calls_are_charged_to_the_client(void)
{
	static struct service lower, upper;
	static struct client client;

	calibrate();
	struct rig_thread *below = start_service(&lower, 10 * MS, nullptr);
	struct rig_thread *server = start_service(&upper, 5 * MS, &lower);
	kn_time before = consumed(server) + consumed(below);

	client.service = &upper;
	struct rig_thread *thread = make_here(call_once, &client, 100);

	start(thread);
	rig_join(thread);
	check_ok(client.status);
	check(consumed(thread) > 0);
	/* The two receive on their own. (Elsewhere the emulator's host takes CPUs away, from anybody.) */
	if (rig_counts_instructions)
		check_share(consumed(thread), consumed(thread) + consumed(server) + consumed(below) - before, 1000, 10);
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
	await_count(&service.taken, 1);
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

/* A server of another kind. */
static struct juggler {
	kn_cap endpoint, replies[2];
	volatile unsigned taken, ticks;
	volatile bool go;
} juggler;

static void new_juggler(void)
{
	juggler = (struct juggler){.endpoint = rig_new(KN_TYPE_ENDPOINT, 0),
	    .replies = {rig_new(KN_TYPE_REPLY, 0), rig_new(KN_TYPE_REPLY, 0)}};
	service.endpoint = juggler.endpoint;
}

/* The second lender takes the place of the first, whose going then ends no loan. */
static void a_loan_is_the_last_lenders(void)
{
	static struct client clients[2];
	struct rig_thread *server, *thread, *lenders[2];

	make_pair(&server, &thread);
	for (unsigned i = 0; i < 2; i++) {
		lenders[i] = make_client(&clients[i], &service);
		reserve(lenders[i], 5 * MS, (40 - 20 * i) * MS);
		start(lenders[i]);
		rig_await(lenders[i], KN_TCB_STATE_SENDING);
	}
	check_pays(lenders[1], &service);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)lenders[0]->tcb));
	check_pays(lenders[1], &service);
	finish(&service);
	rig_join(thread);
	rig_join(lenders[1]);
	check_ok(client.status);
	check_ok(clients[1].status);
}

/* Empty, and the next one far away: with another one its server goes on at once. */
static void a_new_budget_reaches_who_runs_on_it(void)
{
	struct rig_thread *server, *thread;

	make_pair(&server, &thread);
	kn_time before = consumed(thread);

	reserve(thread, MS, 1000000 * MS);
	rig_until(consumed(thread) >= before + MS);
	reserve(thread, 5 * MS, 50 * MS);
	check_pays(thread, &service);
	finish(&service);
	rig_join(thread);
	check_ok(client.status);
	check_ok(kn_cnode_delete(CSPACE, (uint32_t)server->tcb));
}

static void take_a_call_and_a_message(void *argument)
{
	struct juggler *self = argument;
	struct kn_regs regs = {};

	check_ok(kn_recv(self->endpoint, &regs, FOREVER, self->replies[0]));
	self->taken++;
	check_ok(kn_recv(self->endpoint, &regs, FOREVER, self->replies[1]));
	for (; !self->go; self->ticks++)
		burn(MS / 10);
	regs = (struct kn_regs){};
	check_ok(kn_reply(self->replies[0], &regs));
}

/* It has put the call off; what it does next is not for that caller. */
static void who_receives_again_works_on_his_own_time(void)
{
	struct kn_regs regs = {.info = kn_info(LABEL, 0, 0)};

	calibrate();
	new_juggler();
	struct rig_thread *server = make_here(take_a_call_and_a_message, &juggler, 100), *thread = make_here(call_once, &client, 100);

	client = (struct client){.service = &service, .status = 1};
	start(server);
	rig_await(server, KN_TCB_STATE_RECEIVING);
	start(thread);
	await_count(&juggler.taken, 1);
	check_ok(kn_send(juggler.endpoint, &regs, FOREVER));
	kn_time before = consumed(server), other = consumed(thread);

	await_count(&juggler.ticks, juggler.ticks + 10);
	check(consumed(server) > before && consumed(thread) == other);
	juggler.go = true;
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
	check_ok(kn_recv(endpoint, &regs, rig_now() + RIG_PATIENCE, reply));
	check(kn_info_label(regs.info) == KN_LABEL_FAULT_TIMEOUT && regs.badge == 77);
	check(regs.w[0] >= 5 * MS && regs.w[1] > 50 * MS && service.done == 0);
	/* Patience: it waits for the next period and is heard of again at its end. */
	regs.info = kn_info(0, 0, 0);
	check_ok(kn_reply_recv(endpoint, &regs, rig_now() + RIG_PATIENCE, reply));
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

/* A server with two calls in hand answers the first of them and then, out of its loop, the second. */
static void juggle(void *argument)
{
	struct juggler *self = argument;
	struct kn_regs regs = {};

	check_ok(kn_recv(self->endpoint, &regs, FOREVER, self->replies[0]));
	self->taken++;
	check_ok(kn_recv(self->endpoint, &regs, FOREVER, self->replies[1]));
	self->taken++;
	regs = (struct kn_regs){};
	check_ok(kn_reply_recv(self->endpoint, &regs, FOREVER, self->replies[0]));
	self->taken++;
	regs = (struct kn_regs){};
	check_ok(kn_reply(self->replies[1], &regs));
	for (; !self->go; self->ticks++)
		burn(MS / 10);
	check_ok(kn_reply(self->replies[0], &regs));
}

/* The second call's caller did not pay any more when it was answered: who pays is the third. */
static void an_old_answer_leaves_the_newest_caller_to_pay(void)
{
	static struct client clients[3];
	struct rig_thread *threads[3];

	calibrate();
	new_juggler();
	struct rig_thread *server = make_here(juggle, &juggler, 100);

	start(server);
	for (unsigned i = 0; i < 3; i++) {
		rig_await(server, KN_TCB_STATE_RECEIVING);
		clients[i] = (struct client){.service = &service, .status = 1};
		threads[i] = make_here(call_once, &clients[i], 100);
		start(threads[i]);
		await_count(&juggler.taken, i + 1);
	}
	rig_join(threads[0]);
	rig_join(threads[1]);
	kn_time before = consumed(threads[2]), own = consumed(server);

	await_count(&juggler.ticks, juggler.ticks + 10);
	check(consumed(threads[2]) > before && consumed(server) == own);
	juggler.go = true;
	rig_join(threads[2]);
	rig_join(server);
	for (unsigned i = 0; i < 3; i++)
		check_ok(clients[i].status);
}

const struct rig_test donation_tests[] = {
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
    {"a_loan_is_the_last_lenders", a_loan_is_the_last_lenders},
    {"a_new_budget_reaches_who_runs_on_it", a_new_budget_reaches_who_runs_on_it},
    {"who_receives_again_works_on_his_own_time", who_receives_again_works_on_his_own_time},
    {"an_empty_donated_budget_is_a_fault", an_empty_donated_budget_is_a_fault},
    {"an_old_answer_leaves_the_newest_caller_to_pay", an_old_answer_leaves_the_newest_caller_to_pay},
    {},
};
