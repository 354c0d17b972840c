/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial line over a UART that takes what the test lets it take. */
#include "check.h"
#include "fake_caps.h"
#include "line.h"
#include "queue.h"
#include "trona/slots.h"
#include "trona/syscall.h"

#define NOTIFICATION 20
#define LISTENER 5
#define REPLIES 4

static size_t room;            /* what the hardware takes at once */
static uint8_t sent[2 * QUEUE_SIZE];
static size_t sent_count;
static const char *arriving = "";
static long budget = -1;       /* of replies and slots to take */
static struct server_reply replies[REPLIES];
static unsigned deferred, answered;
static kn_status last_answer;
static kn_word told;
static struct server_call call = {.badge = LISTENER};

static bool receive(uint8_t *byte)
{
	if (*arriving == '\0')
		return false;
	*byte = (uint8_t)*arriving++;
	return true;
}

static size_t transmit(const uint8_t *data, size_t size)
{
	const size_t taken = size < room ? size : room;

	memcpy(sent + sent_count, data, taken);
	sent_count += taken;
	room -= taken;
	return taken;
}

static void enable(bool transmit_room, bool received)
{
}

static const struct uart uart = {.name = "fake", .receive = receive, .transmit = transmit, .enable = enable};

static kn_status try(void)
{
	if (budget == 0)
		return KN_E_NO_MEMORY;
	budget -= budget > 0;
	return KN_OK;
}

struct server_reply *server_defer(struct server_call *of)
{
	return try() == KN_OK ? &replies[deferred++ % REPLIES] : nullptr;
}

void server_reply_status(struct server_reply *reply, kn_status status)
{
	answered++;
	last_answer = status;
}

kn_status server_take(struct server_call *from, kn_cap received, kn_cap *slot)
{
	kn_status status = try();

	return status == KN_OK ? slot_alloc(slot) : status;
}

kn_status kn_send(kn_cap notification, struct kn_regs *regs, kn_time deadline)
{
	told |= regs->w[0];
	return KN_OK;
}

static int fresh(void **state)
{
	static bool has_slots;

	if (!has_slots)
		slots_init(32, 900, nullptr);
	has_slots = true;
	line_uart = &uart;
	room = sizeof sent;
	line_pump(); /* what the test before left */
	room = sent_count = 0;
	deferred = answered = 0;
	budget = -1;
	return 0;
}

static kn_status listen(kn_word badge)
{
	call.badge = badge;
	return line_methods.listen(&call, (struct server_cap){.slot = NOTIFICATION});
}

static void one_listens_and_reads(void **state)
{
	char text[8];
	size_t length;

	call.badge = LISTENER;
	assert_int_equal(line_methods.read(&call, text, sizeof text, &length), KN_E_ACCESS);
	assert_int_equal(line_methods.listen(&call, (struct server_cap){}), KN_E_INVALID_CAP);
	assert_int_equal(listen(LISTENER), KN_OK);
	assert_int_equal(listen(LISTENER + 1), KN_E_BUSY);
	assert_int_equal(line_methods.read(&call, text, sizeof text, &length), KN_E_ACCESS);
	assert_int_equal(listen(LISTENER), KN_OK); /* again: with another notification */
	arriving = "hello";
	line_pump();
	assert_true(told & CONSOLE_SIGNAL_INPUT);
	assert_int_equal(line_methods.read(&call, text, sizeof text, &length), KN_OK);
	assert_int_equal(length, 5);
	assert_memory_equal(text, "hello", 5);
}

static void a_full_queue_makes_a_write_short(void **state)
{
	static const char much[QUEUE_SIZE + 100];
	uint32_t written;

	assert_int_equal(listen(LISTENER), KN_OK);
	assert_int_equal(line_methods.write(&call, much, sizeof much, &written), KN_OK);
	assert_int_equal(written, QUEUE_SIZE);
	assert_int_equal(line_methods.write(&call, "x", 1, &written), KN_OK);
	assert_int_equal(written, 0);
	told = 0;
	room = QUEUE_SIZE / 2;
	line_pump();
	assert_true(told & CONSOLE_SIGNAL_OUTPUT);
	assert_int_equal(sent_count, QUEUE_SIZE / 2);
}

static void who_waits_for_the_line_is_answered_when_it_is_empty(void **state)
{
	uint32_t written;

	assert_int_equal(line_methods.drain(&call), KN_OK);
	assert_int_equal(line_methods.write(&call, "abc", 3, &written), KN_OK);
	assert_int_equal(line_methods.drain(&call), KN_DEFERRED);
	assert_int_equal(line_methods.drain(&call), KN_DEFERRED);
	room = 2;
	line_pump();
	assert_int_equal(answered, 0);
	room = 1;
	line_pump();
	assert_int_equal(answered, 2);
	assert_int_equal(last_answer, KN_OK);
}

static void who_waits_for_a_line_that_stands_still_is_called_back(void **state)
{
	uint32_t written;

	assert_int_equal(line_methods.write(&call, "abc", 3, &written), KN_OK);
	assert_int_equal(line_methods.drain(&call), KN_DEFERRED);
	assert_int_equal(line_methods.drain(&call), KN_DEFERRED);
	line_cancel(&replies[0]);
	assert_int_equal(answered, 1);
	assert_int_equal(last_answer, KN_E_INTERRUPTED);
	line_cancel(&replies[0]); /* answered already */
	assert_int_equal(answered, 1);
	room = 3;
	line_pump();
	assert_int_equal(answered, 2);
	assert_int_equal(last_answer, KN_OK);
}

static void nothing_is_lost_when_memory_runs_out(void **state)
{
	uint32_t written;

	assert_int_equal(listen(LISTENER), KN_OK);
	const unsigned slots = slots_available();

	budget = 0;
	assert_int_equal(listen(LISTENER), KN_E_NO_MEMORY); /* the listener of before stays */
	assert_int_equal(slots_available(), slots);
	arriving = "x";
	told = 0;
	line_pump();
	assert_int_not_equal(told, 0);
	assert_int_equal(line_methods.write(&call, "abc", 3, &written), KN_OK);
	assert_int_equal(line_methods.drain(&call), KN_E_NO_MEMORY);
	room = 3;
	line_pump();
	assert_int_equal(answered, 0);
	assert_memory_equal(sent, "abc", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(one_listens_and_reads, fresh),
	    cmocka_unit_test_setup(a_full_queue_makes_a_write_short, fresh),
	    cmocka_unit_test_setup(who_waits_for_the_line_is_answered_when_it_is_empty, fresh),
	    cmocka_unit_test_setup(who_waits_for_a_line_that_stands_still_is_called_back, fresh),
	    cmocka_unit_test_setup(nothing_is_lost_when_memory_runs_out, fresh),
	};
	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
