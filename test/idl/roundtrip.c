/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs generated client stubs against the generated dispatcher of test/idl/protocol/desk.idl and the generated kernel
 * dispatcher of kernel/lamp.idl, with a kn_call that plays the kernel. Built and run natively, under ASan
 * and UBSan, by scripts/idl_test.py; prints nothing and returns 0 when all is well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/desk.h"
#include "core/invocation.h"
#include "gen/lamp_ops.h"
#include "kn/lamp.h"
#include "server/desk.h"
#include "uapi/error.h"
#include "uapi/object_type.h"
#include "uapi/trace.h"
#include "uapi/wire.h"

#define CHECK(claim) ((claim) ? (void)0 : (printf("%s:%d: %s\n", __FILE__, __LINE__, #claim), exit(1)))

enum { SERVER = 10, LAMP = 11, WALL = 12 };

static struct kn_ipc_buffer client_buffer;
static kn_word words[KN_MSG_MAX_WORDS], out_words[KN_MSG_MAX_WORDS];
static struct server_call last;
static bool is_late;           /* answer through the late reply functions */
static kn_status handler_status;
static struct kn_regs late_regs;
static struct kn_regs forged;  /* what the next call gets instead of an answer if is_forged */
static bool is_forged;
static bool is_hostile;        /* requests do not come from our stubs */
static struct lamp {
	int unused;
} lamp;
static struct slot lamp_slot, wall_slot;
static kn_time last_deadline;
static unsigned reply_length;
static uint64_t last_declared; /* errors that the handler may return */

struct kn_ipc_buffer *kn_ipc_buffer(void)
{
	return &client_buffer;
}

kn_status server_reply_send(struct server_reply *reply, struct kn_regs *regs)
{
	(void)reply;
	late_regs = *regs;
	return KN_OK;
}

static kn_status fit(struct server_call *call, uint8_t a, int8_t b, uint16_t c, int64_t d, bool e, enum desk_wood f,
    const struct desk_drawer *g, const struct kn_pair *h, uint8_t *ra, int8_t *rb, uint16_t *rc, int64_t *rd, bool *re,
    enum desk_wood *rf, struct desk_drawer *rg, struct kn_pair *rh)
{
	(void)call;
	*ra = a, *rb = b, *rc = c, *rd = d, *re = e, *rf = f, *rg = *g, *rh = *h;
	if (is_late) {
		desk_fit_reply(nullptr, handler_status, a, b, c, d, e, f, g, h);
		return KN_DEFERRED;
	}
	return handler_status;
}

static kn_status swap(struct server_call *call, const void *left, size_t left_len, uint32_t extra, const void *right,
    size_t right_len, void *near, size_t near_cap, size_t *near_len, void *far, size_t far_cap, size_t *far_len,
    uint32_t *sum)
{
	(void)call;
	for (size_t i = left_len; !is_hostile && i % 8 != 0; i++)
		CHECK(((const char *)left)[i] == 0); /* nothing leaks behind the bytes */
	*near_len = right_len < near_cap ? right_len : near_cap;
	*far_len = left_len < far_cap ? left_len : far_cap;
	memcpy(near, right, *near_len);
	memcpy(far, left, *far_len);
	*sum = extra + (uint32_t)(left_len + right_len);
	if (is_late) {
		desk_swap_reply(nullptr, handler_status, near, *near_len, far, *far_len, *sum);
		return KN_DEFERRED;
	}
	return handler_status;
}

static kn_status lend(struct server_call *call, struct server_cap pen, struct server_cap ink, struct server_cap blot,
    kn_cap *paper, kn_cap *note, uint64_t *pages)
{
	CHECK(pen.slot == 100 && ink.is_own && ink.badge == 0x77);
	*paper = pen.slot + 1;
	*note = blot.slot;
	*pages = kn_info_caps(call->info);
	return KN_OK;
}

static kn_status knock(struct server_call *call, uint32_t times, uint32_t *answers)
{
	(void)call;
	*answers = times + 1;
	return handler_status;
}

static kn_status label(struct server_call *call, void *text, size_t text_cap, size_t *text_len)
{
	(void)call;
	memset(text, 'x', text_cap);
	*text_len = text_cap;
	return KN_OK;
}

static const struct desk_ops ops = {.fit = fit, .swap = swap, .lend = lend, .knock = knock, .label = label};

uint64_t inv_word(struct invocation *inv, unsigned i)
{
	(void)inv;
	return words[i];
}

void inv_set_word(struct invocation *inv, unsigned i, uint64_t value)
{
	(void)inv;
	out_words[i] = value;
}

void inv_reply_length(struct invocation *inv, unsigned length)
{
	(void)inv;
	reply_length = length;
}

void inv_check_status(kn_status status, uint64_t declared)
{
	(void)status;
	last_declared = declared;
}

kn_status cspace_find(
    const struct tcb *thread, kn_cap address, enum kn_object_type type, uint32_t rights, struct slot **slot)
{
	(void)thread;
	if (address != WALL)
		return KN_E_INVALID_CAP;
	CHECK((type == KN_TYPE_LAMP && rights == (KN_RIGHT_READ | KN_RIGHT_MAP)) || (type == 0 && rights == 0));
	*slot = &wall_slot;
	return KN_OK;
}

kn_status lamp_set(struct lamp *self, const struct lamp_set_in *in, struct lamp_set_out *out)
{
	CHECK(self == &lamp && in->on && in->colour == KN_LAMP_COLOUR_DARK && in->heat == -7);
	CHECK(in->at.x == 1 && in->at.y == 2 && in->at.shades[3] == 3);
	out->previous = KN_LAMP_MAGIC;
	return handler_status;
}

kn_status lamp_plug(struct lamp *self, const struct lamp_plug_in *in, struct lamp_plug_out *out)
{
	(void)self;
	CHECK(in->wall == &wall_slot && in->other == nullptr);
	out->at = (struct kn_spot){.x = in->volts, .shades = {9, 8, 7, 6}};
	out->drift = -3;
	return KN_OK;
}

kn_status lamp_blink(struct lamp *self)
{
	(void)self;
	return KN_OK;
}

kn_status kn_call(kn_cap dest, struct kn_regs *regs, kn_time deadline)
{
	unsigned length = kn_info_words(regs->info), count = kn_info_caps(regs->info);
	last_deadline = deadline;
	if (is_forged) {
		/* client_buffer.words holds the rest already */
		*regs = forged;
		is_forged = false;
		return KN_OK;
	}
	memset(words, 0xee, sizeof words);
	memcpy(words, client_buffer.words, length * 8);
	memcpy(words, regs->w, (length < 4 ? length : 4) * 8);
	memset(client_buffer.words, 0xdd, sizeof client_buffer.words);
	if (dest == LAMP) {
		struct invocation inv = {.slot = &lamp_slot, .self = &lamp, .info = regs->info};
		memset(out_words, 0, sizeof out_words);
		reply_length = 0;
		kn_status status = lamp_dispatch(&inv);
		memcpy(regs->w, out_words, sizeof regs->w);
		memcpy(client_buffer.words, out_words, sizeof out_words);
		memset(client_buffer.words, 0xdd, sizeof regs->w);
		regs->info = status == KN_OK ? kn_info(0, 0, reply_length) : 0;
		return status;
	}
	last = (struct server_call){.badge = 1, .info = regs->info, .words = words, .out_words = out_words};
	for (unsigned i = 0; i < count; i++) {
		bool is_own = client_buffer.caps[i] == 0x77;
		last.caps[i] = is_own ? KN_CAP_NONE : client_buffer.caps[i];
		last.cap_badges[i] = client_buffer.caps[i];
		last.cap_unwrapped |= (uint32_t)is_own << i;
	}
	memset(out_words, 0xcc, sizeof out_words);
	kn_status status = desk_dispatch(&ops, &last);
	if (status == KN_DEFERRED) {
		*regs = late_regs;
		return KN_OK;
	}
	if (status != KN_OK) {
		regs->info = kn_info((uint64_t)(int64_t)status, 0, 0);
		return KN_OK;
	}
	memcpy(client_buffer.words, out_words, last.out_length * 8);
	memset(client_buffer.words, 0xdd, sizeof regs->w);
	memcpy(regs->w, out_words, sizeof regs->w);
	regs->info = kn_info(0, last.out_cap_count, last.out_length);
	return KN_OK;
}

static void scalars_and_structs_survive(void)
{
	const struct desk_drawer g = {.size = ~0ull, .place = {1, 2, 3, {}}, .index = 4, .kind = DESK_WOOD_OAK};
	const struct kn_pair h = {5, 6, 7, {}};
	for (int late = 0; late < 2; late++) {
		uint8_t a = 0;
		int8_t b = 0;
		uint16_t c = 0;
		int64_t d = 0;
		bool e = false;
		enum desk_wood f = DESK_WOOD_PINE;
		struct desk_drawer rg = {};
		struct kn_pair rh = {};
		is_late = late != 0;
		CHECK(desk_fit(SERVER, 255, -128, 65535, -1, true, DESK_WOOD_OAK, &g, &h, &a, &b, &c, &d, &e, &f, &rg, &rh) == KN_OK);
		CHECK(a == 255 && b == -128 && c == 65535 && d == -1 && e && f == DESK_WOOD_OAK);
		CHECK(memcmp(&g, &rg, sizeof g) == 0 && memcmp(&h, &rh, sizeof h) == 0);
		handler_status = KN_E_RANGE;
		a = 1;
		CHECK(desk_fit(SERVER, 2, 0, 0, 0, false, DESK_WOOD_OAK, &g, &h, &a, &b, &c, &d, &e, &f, &rg, &rh) == KN_E_RANGE);
		CHECK(a == 1);
		handler_status = KN_OK;
	}
	is_late = false;
}

static void buffers_of_any_size_survive(void)
{
	static char left[4096], right[4096], near[4096], far[4096];
	for (size_t i = 0; i < sizeof left; i++)
		left[i] = (char)(i * 7), right[i] = (char)(i * 13);
	static const size_t sizes[] = {0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 1000, 1700};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
			size_t near_len = 77, far_len = 77;
			uint32_t sum = 0;
			is_late = (i + k) % 2 != 0;
			CHECK(desk_swap(SERVER, left, sizes[i], 5, right, sizes[k], near, sizes[k], &near_len, far, sizes[i], &far_len, &sum) == KN_OK);
			CHECK(near_len == sizes[k] && far_len == sizes[i] && sum == 5 + sizes[i] + sizes[k]);
			CHECK(memcmp(near, right, near_len) == 0 && memcmp(far, left, far_len) == 0);
		}
	}
	is_late = false;
	/* Exactly full: extra, two capacities, two lengths and 443 words of bytes; one byte more is refused. */
	size_t near_len = 1, far_len = 2;
	uint32_t sum = 3;
	CHECK(desk_swap(SERVER, left, 3544, 0, right, 0, near, 0, &near_len, far, 0, &far_len, &sum) == KN_OK);
	CHECK(desk_swap(SERVER, left, 0, 0, right, 3544, near, 0, &near_len, far, 0, &far_len, &sum) == KN_OK);
	near_len = 1, far_len = 2, sum = 3;
	CHECK(desk_swap(SERVER, left, 3545, 0, right, 0, near, 0, &near_len, far, 0, &far_len, &sum) == KN_E_TOO_LARGE);
	CHECK(desk_swap(SERVER, left, 0, 0, right, 3545, near, 0, &near_len, far, 0, &far_len, &sum) == KN_E_TOO_LARGE);
	CHECK(desk_swap(SERVER, left, 3000, 0, right, 3000, near, 0, &near_len, far, 0, &far_len, &sum) == KN_E_TOO_LARGE);
	CHECK(desk_swap(SERVER, left, SIZE_MAX, 0, right, 0, near, 0, &near_len, far, 0, &far_len, &sum) == KN_E_TOO_LARGE);
	CHECK(desk_swap(SERVER, left, SIZE_MAX - 6, 0, right, 0, near, 0, &near_len, far, 0, &far_len, &sum) == KN_E_TOO_LARGE);
	CHECK(near_len == 1 && far_len == 2 && sum == 3);
	/* The largest result is what a message holds, whatever the caller has room for. */
	CHECK(desk_label(SERVER, near, sizeof near, &near_len) == KN_OK && near_len == (KN_MSG_MAX_WORDS - 1) * 8);
}

static void capabilities_travel(void)
{
	bool has_note = true;
	uint64_t pages = 0;
	CHECK(desk_lend(SERVER, 100, 0x77, KN_CAP_NONE, 40, &has_note, &pages) == KN_OK);
	CHECK(!has_note && pages == 2 && last.out_caps[0] == 101 && client_buffer.recv_slot == 40);
	CHECK(client_buffer.recv_count == 0 && client_buffer.flags == KN_IPC_MOVE(1));
	CHECK(desk_lend(SERVER, 100, 0x77, 103, 40, &has_note, &pages) == KN_OK);
	CHECK(has_note && pages == 3 && last.out_caps[1] == 103 && last.out_moves == KN_IPC_MOVE(1));
}

static void forge(kn_word info, kn_word first)
{
	is_forged = true;
	forged = (struct kn_regs){.w = {first}, .info = info};
}

static void forged_replies_are_refused(void)
{
	uint32_t answers = 5;
	CHECK(desk_knock(SERVER, 1, &answers, 123) == KN_OK && answers == 2 && last_deadline == 123);
	forge(kn_info(0, 0, 1), 1ull << 32);
	CHECK(desk_knock(SERVER, 1, &answers, 0) == KN_E_BAD_MESSAGE && answers == 2);
	forge(kn_info(0, 0, 2), 0);
	CHECK(desk_knock(SERVER, 1, &answers, 0) == KN_E_BAD_MESSAGE);
	forge(kn_info(0, 1, 1), 0);
	CHECK(desk_knock(SERVER, 1, &answers, 0) == KN_E_BAD_MESSAGE);
	forge(kn_info(KN_DEFERRED, 0, 1), 0);
	CHECK(desk_knock(SERVER, 1, &answers, 0) == KN_E_BAD_MESSAGE);
	char text[16];
	size_t length = 3;
	forge(kn_info(0, 0, 4), 17);
	CHECK(desk_label(SERVER, text, sizeof text, &length) == KN_E_BAD_MESSAGE);
	forge(kn_info(0, 0, 2), 9); /* fits `text`, not the message */
	CHECK(desk_label(SERVER, text, sizeof text, &length) == KN_E_BAD_MESSAGE);
	forge(kn_info(0, 0, 1), 8);
	CHECK(desk_label(SERVER, text, sizeof text, &length) == KN_E_BAD_MESSAGE);
	forge(kn_info(0, 0, 0), 0); /* not even a length */
	CHECK(desk_label(SERVER, text, sizeof text, &length) == KN_E_BAD_MESSAGE);
	forge(kn_info(0, 0, 4095), 0); /* longer than any message */
	CHECK(desk_label(SERVER, text, sizeof text, &length) == KN_E_BAD_MESSAGE);
	forge(kn_info(0, 0, 4095), ~0ull);
	CHECK(desk_label(SERVER, text, SIZE_MAX, &length) == KN_E_BAD_MESSAGE && length == 3);
	forge(kn_info(0, 0, 3), 9);
	CHECK(desk_label(SERVER, text, sizeof text, &length) == KN_OK && length == 9);
}

static kn_status raw(uint64_t label_value, unsigned caps, unsigned length, const kn_word *w)
{
	for (unsigned i = 0; i < length && w != nullptr; i++)
		words[i] = w[i];
	last = (struct server_call){.info = kn_info(label_value, caps, length), .words = words, .out_words = out_words};
	return desk_dispatch(&ops, &last);
}

static void malformed_requests_are_refused(void)
{
	CHECK(raw(DESK_KNOCK, 0, 1, (kn_word[]){7}) == KN_OK && out_words[0] == 8 && last.out_length == 1);
	CHECK(raw(DESK_KNOCK, 0, 0, nullptr) == KN_E_BAD_MESSAGE);
	CHECK(raw(DESK_KNOCK, 0, 2, nullptr) == KN_E_BAD_MESSAGE);
	CHECK(raw(DESK_KNOCK, 1, 1, nullptr) == KN_E_BAD_MESSAGE);
	CHECK(raw(DESK_KNOCK, 0, 1, (kn_word[]){1ull << 32}) == KN_E_INVALID_ARG);
	CHECK(raw(DESK_SHUT, 0, 0, nullptr) == KN_E_INVALID_OP); /* not in the ops table */
	CHECK(raw(DESK_SHUT + 1, 0, 0, nullptr) == KN_E_INVALID_OP);
	CHECK(raw(DESK_KNOCK + 0x100, 0, 1, nullptr) == KN_E_INVALID_OP); /* another protocol's */
	CHECK(raw(DESK_LEND, 1, 0, nullptr) == KN_E_BAD_MESSAGE);
	CHECK(raw(DESK_LEND, 4, 0, nullptr) == KN_E_BAD_MESSAGE);
	kn_word w[20] = {[1] = 0, [4] = 1, [5] = 2};
	CHECK(raw(DESK_FIT, 0, 12, w) == KN_OK);
	w[4] = 2; /* bool */
	CHECK(raw(DESK_FIT, 0, 12, w) == KN_E_INVALID_ARG);
	w[4] = 1, w[5] = 3; /* no such wood */
	CHECK(raw(DESK_FIT, 0, 12, w) == KN_E_INVALID_ARG);
	w[5] = 2, w[1] = 128; /* s8 */
	CHECK(raw(DESK_FIT, 0, 12, w) == KN_E_INVALID_ARG);
	/* swap: extra, two capacities, left, right */
	CHECK(raw(DESK_SWAP, 0, 5, (kn_word[]){0, 0, 0, 0, 0}) == KN_OK);
	CHECK(raw(DESK_SWAP, 0, 4, (kn_word[]){0, 0, 0, 0}) == KN_E_BAD_MESSAGE);
	CHECK(raw(DESK_SWAP, 0, 5, (kn_word[]){0, 0, 0, 0, 1}) == KN_E_BAD_MESSAGE);
	CHECK(raw(DESK_SWAP, 0, 5, (kn_word[]){0, 0, 0, ~0ull, 0}) == KN_E_BAD_MESSAGE);
	CHECK(raw(DESK_SWAP, 0, 6, (kn_word[]){0, 0, 0, 0, 0, 0}) == KN_E_BAD_MESSAGE);
	CHECK(raw(DESK_SWAP, 0, 5, (kn_word[]){0, ~0ull, ~0ull, 0, 0}) == KN_OK);
}

static void kernel_dispatch_checks_everything(void)
{
	const struct kn_spot at = {.x = 1, .y = 2, .shades = {0, 1, 2, 3}};
	uint64_t previous = 1;
	lamp_slot.cap.rights = KN_RIGHT_WRITE;
	CHECK(kn_lamp_set(LAMP, true, KN_LAMP_COLOUR_DARK, -7, &at, &previous) == KN_E_RIGHTS && previous == 1);
	lamp_slot.cap.rights |= KN_RIGHT_CONFIGURE;
	CHECK(kn_lamp_set(LAMP, true, KN_LAMP_COLOUR_DARK, -7, &at, &previous) == KN_OK && previous == KN_LAMP_MAGIC);
	CHECK(last_declared == (1ull << -KN_E_RANGE | 1ull << -KN_E_BUSY));
	CHECK(kn_lamp_set(LAMP, true, (enum kn_lamp_colour)3, -7, &at, &previous) == KN_E_INVALID_ARG);
	struct kn_spot spot = {};
	int8_t drift = 0;
	CHECK(kn_lamp_plug(LAMP, WALL, KN_CAP_NONE, 230, &spot, &drift) == KN_OK);
	CHECK(spot.x == 230 && spot.shades[0] == 9 && drift == -3);
	CHECK(kn_lamp_plug(LAMP, KN_CAP_NONE, KN_CAP_NONE, 230, &spot, &drift) == KN_E_INVALID_CAP);
	CHECK(kn_lamp_plug(LAMP, WALL, 5, 230, &spot, &drift) == KN_E_INVALID_CAP);
	CHECK(kn_lamp_blink(LAMP, 99) == KN_OK && last_deadline == 99);
	struct invocation inv = {.slot = &lamp_slot, .self = &lamp, .info = kn_info(KN_LAMP_BLINK, 0, 1)};
	CHECK(lamp_dispatch(&inv) == KN_E_BAD_MESSAGE);
	inv.info = kn_info(KN_LAMP_BLINK, 1, 0);
	CHECK(lamp_dispatch(&inv) == KN_E_BAD_MESSAGE);
	inv.info = kn_info(KN_LAMP_BLINK + 1, 0, 0);
	CHECK(lamp_dispatch(&inv) == KN_E_INVALID_OP);
	/* A handler's positive status (restart) passes and stores nothing. */
	handler_status = 1;
	words[0] = 1, words[1] = KN_LAMP_COLOUR_DARK, words[2] = (uint64_t)-7;
	memcpy(&words[3], &at, sizeof at);
	inv.info = kn_info(KN_LAMP_SET, 0, 5);
	CHECK(lamp_dispatch(&inv) == 1 && inv.info == kn_info(KN_LAMP_SET, 0, 5));
	handler_status = KN_OK;
}

static uint64_t next_random(void)
{
	static uint64_t state = 88172645463325252ull;
	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

/* Mostly small or extreme values: those that lengths and capacities are made of. */
static kn_word random_word(void)
{
	uint64_t r = next_random();
	return r % 4 == 0 ? r : r % 4 == 1 ? ~(r >> 60) : r >> (40 + r % 24);
}

/* Any message at all gives a status and touches nothing outside the two arrays (the sanitizers watch). */
static void random_messages_harm_nothing(void)
{
	static char buffer[KN_MSG_MAX_WORDS * 8];
	unsigned accepted = 0;
	is_hostile = true;
	for (unsigned round = 0; round < 200000; round++) {
		unsigned length = (unsigned)(next_random() % (round % 16 == 0 ? KN_MSG_MAX_WORDS + 1 : 16));
		kn_word w[KN_MSG_MAX_WORDS];
		memset(w, 0, sizeof forged.w);
		for (unsigned i = 0; i < length; i++)
			w[i] = random_word();
		uint64_t label_value = DESK_FIT + next_random() % 8;
		if (label_value == DESK_LEND)
			continue; /* its handler checks what the test sent */
		kn_status status = raw(label_value, (unsigned)(next_random() % 16) / 15, length, w);
		CHECK(status <= KN_OK && (status != KN_OK || last.out_length <= KN_MSG_MAX_WORDS));
		accepted += status == KN_OK;
		/* The same words as an answer. */
		size_t near_len = 0, far_len = 0;
		uint32_t sum = 0;
		forge(kn_info(round % 32 == 0 ? next_random() : 0, 0, length), 0);
		memcpy(forged.w, w, sizeof forged.w);
		memcpy(client_buffer.words, w, sizeof w[0] * length);
		status = desk_swap(SERVER, buffer, 0, 0, buffer, 0, buffer, 64, &near_len, buffer, 8, &far_len, &sum);
		CHECK(near_len <= 64 && far_len <= 8);
	}
	CHECK(accepted > 1000);
}

int main(void)
{
	scalars_and_structs_survive();
	buffers_of_any_size_survive();
	capabilities_travel();
	forged_replies_are_refused();
	malformed_requests_are_refused();
	kernel_dispatch_checks_everything();
	random_messages_harm_nothing();
	CHECK(strcmp(kn_status_text(KN_E_NOT_FOUND), "not found") == 0 && strcmp(kn_status_name(KN_OK), "OK") == 0);
	CHECK(strcmp(kn_protocol_label_name(DESK_SWAP), "desk.swap") == 0 && kn_object_label_name(1) == nullptr);
	CHECK(DESK_SIGNAL_OPENED == 1 && DESK_SIGNAL_SLAMMED == 1ull << 63 && DESK_DRAWERS == 8);
	return 0;
}
