/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server loop (trona/server.h): receive, dispatch, answer and receive again in one system call.
 *
 * `current` is the reply object that the next receive binds; while a call is being handled it is that call's. Deferring gives it
 * away and takes another from the pool, so the pool is filled up *before* a deferral is promised. A message of at most four
 * words leaves the IPC buffer alone. The receive slots are set once and after every call that a handler made itself
 * (generated stubs set recv_count to 0 behind them).
 *
 * An answer that the kernel refuses (a capability without GRANT, a caller without free slots) becomes a plain status: the
 * caller is never left waiting.
 */
#include "trona/server.h"

#include "client/objsrv.h"
#include "kn/tcb.h"
#include "trona/hash.h"
#include "trona/heap.h"
#include "trona/log.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/syscall.h"
#include "uapi/object_size.h"
#include "uapi/object_type.h"

#define REPLY_BATCH 16

static const struct server *server;
static struct server_reply *pool;
static unsigned pool_count;
static struct hash replies_by_slot;
static struct server_reply *current;
static kn_cap receive_slots;
static kn_word words[KN_MSG_MAX_WORDS];
static kn_word out_words[KN_MSG_MAX_WORDS];

static kn_status make_by_objsrv(kn_cap first, unsigned count)
{
	kn_cap objsrv = start_cap("objsrv");
	uint64_t handles[REPLY_BATCH];
	kn_status status = KN_OK;
	unsigned made = 0;

	while (made < count && status == KN_OK) {
		status = objsrv_alloc(objsrv, KN_TYPE_REPLY, 0, &handles[made], first + made);
		if (status == KN_OK)
			made++;
	}
	/* free() takes the capabilities with the objects. */
	while (status != KN_OK && made-- > 0)
		(void)!objsrv_free(objsrv, handles[made]);
	return status;
}

static kn_status grow_pool(void)
{
	kn_cap first;
	struct server_reply *batch = heap_calloc(REPLY_BATCH, sizeof(*batch));

	if (batch == nullptr)
		return KN_E_NO_MEMORY;
	kn_status status = slots_alloc(REPLY_BATCH, &first);

	if (status != KN_OK)
		goto fail_batch;
	for (unsigned i = 0; i < REPLY_BATCH; i++) {
		batch[i].slot = first + i;
		if (!hash_insert(&replies_by_slot, first + i, &batch[i])) {
			status = KN_E_NO_MEMORY;
			goto fail_hash;
		}
	}
	status = (server->make_replies != nullptr ? server->make_replies : make_by_objsrv)(first, REPLY_BATCH);
	if (status != KN_OK)
		goto fail_hash;
	for (unsigned i = 0; i < REPLY_BATCH; i++) {
		batch[i].next = pool;
		pool = &batch[i];
	}
	pool_count += REPLY_BATCH;
	return KN_OK;

fail_hash:
	for (unsigned i = 0; i < REPLY_BATCH; i++)
		hash_remove(&replies_by_slot, first + i);
	slots_free(first, REPLY_BATCH);
fail_batch:
	heap_free(batch);
	return status;
}

kn_status server_reserve_replies(unsigned count)
{
	while (pool_count < count) {
		kn_status status = grow_pool();

		if (status != KN_OK)
			return status;
	}
	return KN_OK;
}

struct server_reserve server_reserve(void)
{
	const uint64_t cnodes = slots_cnodes();

	return (struct server_reserve){
	    .slots = pool_count,
	    .objects = pool_count + cnodes,
	    .bytes = ((uint64_t)pool_count << KN_OBJECT_BITS_REPLY) + (cnodes << (SLOTS_GROW_BITS + KN_SLOT_BITS)),
	};
}

static struct server_reply *take_reply(void)
{
	if (server_reserve_replies(1) != KN_OK)
		return nullptr;
	struct server_reply *reply = pool;

	pool = reply->next;
	pool_count--;
	reply->next = nullptr;
	return reply;
}

static void give_reply(struct server_reply *reply)
{
	reply->is_deferred = false;
	reply->context = nullptr;
	reply->next = pool;
	pool = reply;
	pool_count++;
}

kn_status server_init(const struct server *what)
{
	server = what;
	kn_status status = slots_alloc(KN_MSG_MAX_CAPS, &receive_slots);

	if (status != KN_OK)
		return status;
	current = take_reply();
	return current == nullptr ? KN_E_NO_MEMORY : KN_OK;
}

struct server_reply *server_defer(struct server_call *call)
{
	struct server_reply *spare = call->reply == current && !current->is_deferred ? take_reply() : nullptr;

	if (spare == nullptr)
		return nullptr;
	struct server_reply *kept = current;

	kept->badge = call->badge;
	kept->info = call->info;
	kept->is_deferred = true;
	current = spare;
	return kept;
}

kn_status server_reply_send(struct server_reply *reply, struct kn_regs *regs)
{
	kn_status status = kn_reply(reply->slot, regs);

	if (status != KN_OK && status != KN_E_PEER_GONE) {
		regs->info = kn_info((uint64_t)(int64_t)status, 0, 0);
		(void)!kn_reply(reply->slot, regs);
	}
	give_reply(reply);
	return status;
}

void server_reply_status(struct server_reply *reply, kn_status status)
{
	struct kn_regs regs = {.info = kn_info((uint64_t)(int64_t)status, 0, 0)};

	(void)!server_reply_send(reply, &regs);
}

kn_status server_take(struct server_call *call, kn_cap received, kn_cap *slot)
{
	kn_cap own;
	kn_status status = slot_alloc(&own);

	if (status != KN_OK)
		return status;
	status = slot_move(own, received);
	if (status != KN_OK) {
		slot_free(own);
		return status;
	}
	for (unsigned i = 0; i < KN_MSG_MAX_CAPS; i++) {
		if (call->caps[i] == received)
			call->caps[i] = KN_CAP_NONE;
	}
	*slot = own;
	return KN_OK;
}

kn_status server_bind_notification(kn_cap notification)
{
	return kn_tcb_bind_notification(KN_SLOT_TCB, notification);
}

/* Copies what a message has in the IPC buffer. */
static void load(struct server_call *call, const struct kn_regs *regs)
{
	unsigned length = kn_info_words(regs->info), caps = kn_info_caps(regs->info);

	__builtin_memcpy(words, regs->w, sizeof(regs->w));
	call->badge = regs->badge;
	call->info = regs->info;
	call->words = words;
	call->out_words = out_words;
	call->cap_unwrapped = 0;
	call->out_length = 0;
	call->out_cap_count = 0;
	call->out_moves = 0;
	call->reply = current;
	call->release_after = KN_CAP_NONE;
	if (length <= KN_MSG_REGS && caps == 0)
		return;
	const struct kn_ipc_buffer *buffer = kn_ipc_buffer();

	if (length > KN_MSG_REGS)
		__builtin_memcpy(&words[KN_MSG_REGS], &buffer->words[KN_MSG_REGS], (length - KN_MSG_REGS) * sizeof(kn_word));
	if (caps > 0) {
		call->cap_unwrapped = buffer->cap_unwrapped;
		for (unsigned i = 0; i < caps; i++) {
			call->caps[i] = buffer->caps[i];
			call->cap_badges[i] = buffer->cap_badges[i];
		}
	}
}

/* Fills the registers and the IPC buffer with the answer. */
static void store(const struct server_call *call, struct kn_regs *regs, kn_status status)
{
	if (status != KN_OK) {
		regs->info = kn_info((uint64_t)(int64_t)status, 0, 0);
		return;
	}
	unsigned length = call->out_length, caps = call->out_cap_count;

	regs->info = kn_info(0, caps, length);
	__builtin_memcpy(regs->w, out_words, sizeof(regs->w));
	if (length <= KN_MSG_REGS && caps == 0)
		return;
	struct kn_ipc_buffer *buffer = kn_ipc_buffer();

	if (length > KN_MSG_REGS)
		__builtin_memcpy(&buffer->words[KN_MSG_REGS], &out_words[KN_MSG_REGS], (length - KN_MSG_REGS) * sizeof(kn_word));
	for (unsigned i = 0; i < caps; i++)
		buffer->caps[i] = call->out_caps[i];
	buffer->flags = call->out_moves;
}

static void drop_caps(struct server_call *call)
{
	unsigned caps = kn_info_caps(call->info);

	for (unsigned i = 0; i < caps && i < KN_MSG_MAX_CAPS; i++) {
		if (call->caps[i] != KN_CAP_NONE)
			slot_delete(call->caps[i]);
	}
}

/* Handles a message; true: `regs` holds the answer, which has not been sent. */
static bool handle(struct kn_regs *regs)
{
	uint64_t label = kn_info_label(regs->info);
	struct server_call call;
	kn_status status;

	if (label == KN_LABEL_ORPHAN) {
		if (server->orphan != nullptr)
			server->orphan(regs->badge);
		return false;
	}
	if (label == KN_LABEL_SIGNAL) {
		if (server->signal != nullptr)
			server->signal(regs->badge);
		return false;
	}
	if (label == KN_LABEL_CANCEL) {
		struct server_reply *reply = hash_find(&replies_by_slot, regs->w[0]);

		if (reply != nullptr && reply->is_deferred && server->cancel != nullptr)
			server->cancel(reply);
		return false;
	}
	load(&call, regs);
	if ((label >> 8 & 0xff) == 0)
		status = server->fault == nullptr ? KN_E_INVALID_OP : server->fault(&call);
	else
		status = server->dispatch == nullptr ? KN_E_INVALID_OP : server->dispatch(&call);
	drop_caps(&call);
	if (status == KN_DEFERRED)
		return false;
	store(&call, regs, status);
	if (call.release_after == KN_CAP_NONE && (call.out_moves == 0 || status != KN_OK))
		return true;
	/* The capability must have gone out before its slot can be used again. */
	kn_status sent = kn_reply(current->slot, regs);

	if (sent != KN_OK && sent != KN_E_PEER_GONE) {
		regs->info = kn_info((uint64_t)(int64_t)sent, 0, 0);
		(void)!kn_reply(current->slot, regs);
	}
	for (unsigned i = 0; i < call.out_cap_count && status == KN_OK; i++)
		if (call.out_moves & KN_IPC_MOVE(i))
			slot_release(call.out_caps[i]);
	slot_release(call.release_after);
	return false;
}

static void open_receive_slots(void)
{
	struct kn_ipc_buffer *buffer = kn_ipc_buffer();

	if (buffer->recv_slot != receive_slots || buffer->recv_count != KN_MSG_MAX_CAPS) {
		buffer->recv_slot = receive_slots;
		buffer->recv_count = KN_MSG_MAX_CAPS;
	}
}

static bool is_receive_status(kn_status status)
{
	return status == KN_OK || status == KN_E_TIMED_OUT || status == KN_E_WOULD_BLOCK || status == KN_E_INTERRUPTED;
}

/* Sends the answer if there is one, and waits for a message. */
static kn_status exchange(struct kn_regs *regs, bool has_answer, kn_time deadline)
{
	open_receive_slots();
	if (has_answer) {
		kn_status status = kn_reply_recv(server->endpoint, regs, deadline, current->slot);

		if (is_receive_status(status))
			return status;
		regs->info = kn_info((uint64_t)(int64_t)status, 0, 0);
		(void)!kn_reply(current->slot, regs);
	}
	return kn_recv(server->endpoint, regs, deadline, current->slot);
}

void server_run(void)
{
	struct kn_regs regs = {};
	bool has_answer = false;

	for (;;) {
		kn_time deadline = server->next_timeout == nullptr ? KN_TIME_FOREVER : server->next_timeout();
		kn_status status = exchange(&regs, has_answer, deadline);

		has_answer = false;
		if (status == KN_OK)
			has_answer = handle(&regs);
		else if (!is_receive_status(status))
			start_exit(kn_status_text(status));
		else if (status != KN_E_INTERRUPTED && server->timeout != nullptr)
			server->timeout();
		if (server->after != nullptr && (status != KN_OK || server->has_work == nullptr || server->has_work())) {
			if (has_answer)
				(void)!kn_reply(current->slot, &regs);
			has_answer = false;
			server->after();
		}
	}
}

kn_status server_step(kn_time deadline)
{
	struct kn_regs regs = {};
	kn_status status = exchange(&regs, false, deadline);

	if (status != KN_OK || !handle(&regs))
		return status;
	kn_status sent = kn_reply(current->slot, &regs);

	if (sent != KN_OK && sent != KN_E_PEER_GONE) {
		regs.info = kn_info((uint64_t)(int64_t)sent, 0, 0);
		(void)!kn_reply(current->slot, &regs);
	}
	return KN_OK;
}
