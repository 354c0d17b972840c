/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a fuzzing thread does (kernel_fuzz.h): picks a method, fills its operands with values that are right most of the
 * time, spoils some of it, and calls. Uses no thread pointer and no IPC buffer of the runtime: both may be gone after any call.
 */
#include "kernel_fuzz.h"

#include "trona/clock.h"
#include "trona/syscall.h"
#include "uapi/object/cnode.h"
#include "uapi/object/debug.h"
#include "uapi/object/untyped.h"
#include "uapi/object/vspace.h"

uint64_t fuzz_random(uint64_t *state)
{
	/* xorshift64*: good enough, small, and the same everywhere. */
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1d;
}

static uint64_t below(struct fuzz_thread *self, uint64_t limit)
{
	return (fuzz_random(&self->random) >> 16) % limit;
}

static bool one_in(struct fuzz_thread *self, unsigned n)
{
	return below(self, n) == 0;
}

/* A number that some code somewhere compares with. */
static uint64_t odd_number(struct fuzz_thread *self)
{
	switch (below(self, 10)) {
	case 0:
		return fuzz_random(&self->random);
	case 1:
		return 1ull << below(self, 64);
	case 2:
		return (1ull << below(self, 64)) - 1;
	case 3:
		return ~0ull - below(self, 8);
	case 4:
		return KN_USER_MAX + (below(self, 5) - 2) * KN_PAGE_SIZE;
	case 5:
		return 0xffff800000000000 + below(self, 1 << 30);
	case 6:
		return below(self, 512) * KN_PAGE_SIZE;
	default:
		return below(self, 256);
	}
}

static kn_time deadline(struct fuzz_thread *self)
{
	int64_t wall;
	kn_time now = clock_page_now(self->clock_page, &wall);

	switch (below(self, 32)) {
	case 0 ... 11:
		return KN_TIME_POLL;
	case 12 ... 27:
		return now + below(self, 200000);
	case 28:
		return now - below(self, 1000);
	case 29:
		return odd_number(self);
	case 30:
		return now + below(self, 5000000);
	default:
		return KN_TIME_FOREVER;
	}
}

/* A slot that is believed to hold this type (KN_TYPE_NONE: to be empty). */
static uint32_t slot_of_type(struct fuzz_thread *self, unsigned type)
{
	const struct fuzz_process *process = self->process;
	uint32_t first = (uint32_t)below(self, process->slot_count);

	for (uint32_t i = 0; i < process->slot_count; i++) {
		uint32_t slot = (first + i) % process->slot_count;

		if (slot > 0 && process->slots[slot].type == type)
			return slot;
	}
	return first;
}

static uint32_t used_slot(struct fuzz_thread *self)
{
	uint32_t slot = 0;

	for (unsigned tries = 0; tries < 8; tries++) {
		slot = (uint32_t)below(self, self->process->slot_count);
		if (self->process->slots[slot].type != KN_TYPE_NONE)
			break;
	}
	return slot;
}

static kn_cap pick_cap(struct fuzz_thread *self, unsigned type)
{
	uint64_t roll = below(self, 32);

	if (roll == 0)
		return odd_number(self);
	if (roll == 1) /* through a second CNode */
		return (kn_cap)slot_of_type(self, KN_TYPE_CNODE) << 32 | below(self, 20);
	return roll < 4 || type == KN_TYPE_NONE ? used_slot(self) : slot_of_type(self, type);
}

static uint64_t playground(struct fuzz_thread *self)
{
	return FUZZ_PLAYGROUND + below(self, FUZZ_PLAYGROUND_PAGES) * KN_PAGE_SIZE;
}

/* A value for an operand; the words before it are chosen already. */
static kn_word pick_word(
    struct fuzz_thread *self, const struct method *method, unsigned number, const kn_word *words)
{
	const struct operand *operand = &method->operands[number];
	uint64_t mask = operand->bits == 64 ? ~0ull : (1ull << operand->bits) - 1;

	if (one_in(self, 64))
		return odd_number(self);
	switch (operand->kind) {
	case OPERAND_OPTIONAL_CAP:
		if (one_in(self, 2))
			return KN_CAP_NONE;
		[[fallthrough]];
	case OPERAND_CAP:
		return pick_cap(self, operand->type);
	case OPERAND_ADDRESS:
		if (method->label == KN_VSPACE_WAIT || method->label == KN_VSPACE_WAKE)
			return (kn_word)&self->futexes[below(self, FUZZ_FUTEXES)];
		return one_in(self, 8) ? odd_number(self) : playground(self);
	case OPERAND_PAGES:
		return one_in(self, 32) ? odd_number(self) & mask : below(self, 9);
	case OPERAND_INDEX:
		if (method->type != KN_TYPE_CNODE && method->type != KN_TYPE_UNTYPED)
			return below(self, 10);
		return one_in(self, 2) ? slot_of_type(self, KN_TYPE_NONE) : used_slot(self);
	case OPERAND_RIGHTS: {
		/* Of the source, which is the operand before. */
		kn_word source = number > 0 ? words[number - 1] : 0;
		kn_word rights = source < FUZZ_SLOTS ? self->process->slots[source].rights : KN_RIGHTS_ALL;

		return rights & (one_in(self, 2) ? ~0ull : fuzz_random(&self->random) >> 32);
	}
	case OPERAND_PROT:
		return below(self, 8);
	case OPERAND_FLAGS:
		return below(self, 64);
	case OPERAND_TYPE:
		return one_in(self, 16) ? below(self, 256) : 1 + below(self, KN_TYPE_TIMER);
	case OPERAND_SIZE_BITS:
		if (words[0] == KN_TYPE_CNODE)
			return 4 + below(self, 4);
		return words[0] == KN_TYPE_UNTYPED ? 7 + below(self, 12) : 0;
	case OPERAND_TIME:
		return one_in(self, 8) ? odd_number(self) : below(self, 20000000);
	default:
		return one_in(self, 4) ? odd_number(self) & mask : below(self, 1u << 7) & mask;
	}
}

static void spoil_ipc_buffer(struct fuzz_thread *self)
{
	struct kn_ipc_buffer *ipc = self->ipc;

	switch (below(self, 8)) {
	case 0:
		ipc->recv_slot = one_in(self, 8) ? pick_cap(self, KN_TYPE_NONE) : slot_of_type(self, KN_TYPE_NONE);
		break;
	case 1:
		ipc->recv_count = one_in(self, 8) ? (uint32_t)odd_number(self) : (uint32_t)below(self, 5);
		break;
	case 2:
		ipc->flags = (uint32_t)(one_in(self, 2) ? 0 : fuzz_random(&self->random));
		break;
	case 3:
		ipc->upcall_flags = (uint32_t)odd_number(self);
		break;
	case 4:
		ipc->context[below(self, KN_CONTEXT_WORDS)] = odd_number(self);
		break;
	case 5:
		ipc->words[below(self, KN_MSG_MAX_WORDS)] = odd_number(self);
		break;
	default:
		ipc->caps[below(self, KN_MSG_MAX_CAPS)] = pick_cap(self, KN_TYPE_NONE);
		break;
	}
}

static kn_status invoke(struct fuzz_thread *self, kn_cap cap, struct kn_regs *regs, kn_time limit)
{
	self->cap = cap;
	self->info = regs->info;
	for (unsigned i = 0; i < KN_MSG_REGS; i++)
		self->words[i] = regs->w[i];
	self->calls++;
	return kn_call(cap, regs, limit);
}

/* Believe what the kernel says of a slot. */
static void look_at(struct fuzz_thread *self, uint32_t slot)
{
	struct kn_regs regs = {.w = {slot}, .info = kn_info(KN_CNODE_INFO, 0, 1)};
	union {
		kn_word words[2];
		struct kn_cap_info info;
	} result;

	if (invoke(self, KN_SLOT_CSPACE, &regs, KN_TIME_FOREVER) != KN_OK)
		return;
	result.words[0] = regs.w[0];
	result.words[1] = regs.w[1];
	self->process->slots[slot] =
	    (struct fuzz_slot){.type = result.info.type, .rights = (uint16_t)result.info.rights};
}

/* A call that went well changed some slots: follow the usual cases. */
static void follow(struct fuzz_thread *self, unsigned label, const kn_word *words)
{
	struct fuzz_slot *slots = self->process->slots;
	kn_word index = words[0];

	switch (label) {
	case KN_UNTYPED_RETYPE:
		for (kn_word i = words[3]; i < words[3] + words[4] && i < FUZZ_SLOTS; i++)
			look_at(self, (uint32_t)i);
		break;
	case KN_CNODE_COPY:
	case KN_CNODE_MINT:
	case KN_CNODE_MOVE:
		if (index >= FUZZ_SLOTS || words[1] >= FUZZ_SLOTS)
			break;
		slots[index] = slots[words[1]];
		if (label == KN_CNODE_MOVE)
			slots[words[1]] = (struct fuzz_slot){};
		else
			slots[index].rights &= (uint16_t)words[2];
		break;
	case KN_CNODE_DELETE:
		if (index < FUZZ_SLOTS)
			slots[index] = (struct fuzz_slot){};
		break;
	default:
		break;
	}
}

static const struct method *pick_method(struct fuzz_thread *self)
{
	/* What makes capabilities comes more often, or there are soon none. */
	uint64_t roll = below(self, 16);

	for (unsigned i = 0; roll < 3 && i < method_count; i++) {
		static const uint16_t makers[] = {KN_UNTYPED_RETYPE, KN_CNODE_COPY, KN_CNODE_MINT};

		if (methods[i].label == makers[roll])
			return &methods[i];
	}
	return &methods[below(self, method_count)];
}

static void call_method(struct fuzz_thread *self)
{
	const struct method *method = pick_method(self);
	kn_word words[METHOD_WORDS] = {};
	struct kn_regs regs = {};
	unsigned count = method->words;
	kn_cap cap = pick_cap(self, method->type);

	/* The whole check is slow, and the supervisor does it. A process that clears its own memory is over. */
	if (method->label == KN_DEBUG_CHECK && !one_in(self, 64))
		return;
	if (method->label == KN_VSPACE_CLEAR && cap == KN_SLOT_VSPACE && !one_in(self, 64))
		return;
	for (unsigned i = 0; i < count; i++) {
		words[i] = pick_word(self, method, i, words);
		if (i < KN_MSG_REGS)
			regs.w[i] = words[i];
		else
			self->ipc->words[i] = words[i];
	}
	if (one_in(self, 64))
		count = (unsigned)(one_in(self, 2) ? below(self, 13) : odd_number(self) & 4095);
	regs.info = kn_info(method->label, one_in(self, 64) ? (unsigned)below(self, 16) : 0, count);

	kn_status status = invoke(self, cap, &regs, deadline(self));

	if (status == KN_OK)
		follow(self, method->label, words);
	else if (status == KN_E_INVALID_CAP || status == KN_E_WRONG_TYPE || status == KN_E_SLOT_IN_USE)
		look_at(self, (uint32_t)(cap < self->process->slot_count && one_in(self, 2)
					     ? cap
					     : below(self, self->process->slot_count)));
}

static void random_message(struct fuzz_thread *self, struct kn_regs *regs)
{
	unsigned words = (unsigned)(one_in(self, 4) ? below(self, 460) : below(self, 8));
	unsigned caps = (unsigned)(one_in(self, 3) ? below(self, 6) : 0);
	/* A protocol's label; with type 0 it would be a forgery. */
	uint64_t label = one_in(self, 32) ? odd_number(self) : (1 + below(self, 40)) << 8 | below(self, 8);

	for (unsigned i = 0; i < KN_MSG_REGS; i++)
		regs->w[i] = odd_number(self);
	for (unsigned i = 0; i < caps; i++)
		spoil_ipc_buffer(self);
	regs->info = kn_info(label, caps, words);
}

/* The other system calls, on an endpoint most of the time. */
static void pass_messages(struct fuzz_thread *self)
{
	struct kn_regs regs;
	kn_cap cap = pick_cap(self, one_in(self, 4) ? KN_TYPE_NOTIFICATION : KN_TYPE_ENDPOINT);
	kn_cap reply = one_in(self, 4) ? KN_CAP_NONE : pick_cap(self, KN_TYPE_REPLY);
	kn_time limit = deadline(self);

	random_message(self, &regs);
	self->cap = cap;
	self->info = regs.info;
	self->calls++;
	switch (below(self, 6)) {
	case 0:
		(void)!kn_call(cap, &regs, limit);
		break;
	case 1:
		(void)!kn_send(cap, &regs, limit);
		break;
	case 2:
		(void)!kn_recv(cap, &regs, limit, reply);
		break;
	case 3:
		(void)!kn_reply_recv(cap, &regs, limit, reply);
		break;
	case 4:
		(void)!kn_reply(reply, &regs);
		break;
	default:
		kn_yield(cap);
		break;
	}
}

static void call_anything(struct fuzz_thread *self)
{
	struct kn_regs regs;

	random_message(self, &regs);
	if (one_in(self, 2))
		regs.info = fuzz_random(&self->random);
	(void)!invoke(self, pick_cap(self, KN_TYPE_NONE), &regs, deadline(self));
}

/* Faults more often than not: the fault path is worth it. */
static void touch(struct fuzz_thread *self)
{
	volatile uint64_t *word = (uint64_t *)(playground(self) + below(self, 512) * 8);

	if (one_in(self, 2))
		*word = self->random;
	else
		(void)*word;
}

void fuzz_work(struct fuzz_thread *self, kn_word unused)
{
	for (;;) {
		uint64_t roll = below(self, 128);

		if (one_in(self, 4))
			spoil_ipc_buffer(self);
		if (roll < 88)
			call_method(self);
		else if (roll < 122)
			pass_messages(self);
		else if (roll < 124)
			call_anything(self);
		else if (roll < 126 || !one_in(self, 8))
			look_at(self, (uint32_t)below(self, self->process->slot_count));
		else
			touch(self);
	}
}
