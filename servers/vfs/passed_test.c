/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors on their way through sockets. */
#include "pipe_fixture.h"

#include "passed.h"
#include "socket.h"
#include "trona/slots.h"
#include "uapi/protocol/vfs.h"
#include "wait.h"

static void descriptors_travel_with_their_bytes(void **state)
{
	struct description *pair[2], *passed;
	struct transfer transfer = {.call = &call, .data = pattern, .length = 3};
	size_t done;

	assert_int_equal(socket_pair(0, &alice, pair), KN_OK);
	assert_int_equal(write_some(pair[0], 0, 5, &done), KN_OK);
	assert_int_equal(socket_send(pair[0], ends[0], &transfer), KN_OK);
	/* Its owner closes it meanwhile: it lives in the message. */
	close_end(ends[0]);
	assert_true(ends[0]->is_open);
	transfer = (struct transfer){.call = &call, .data = buffer, .length = 100};
	assert_int_equal(socket_receive(pair[1], false, &transfer, &passed), KN_OK);
	assert_int_equal(transfer.done, 5);
	assert_null(passed);
	transfer = (struct transfer){.call = &call, .data = buffer, .length = 100};
	assert_int_equal(socket_receive(pair[1], false, &transfer, &passed), KN_OK);
	assert_int_equal(transfer.done, 3);
	assert_ptr_equal(passed, ends[0]);
	description_let_go(passed);
	assert_false(ends[0]->is_open);
	/* Sent and never received: closed with the socket. */
	transfer = (struct transfer){.call = &call, .data = pattern, .length = 3};
	assert_int_equal(socket_send(pair[0], ends[1], &transfer), KN_OK);
	close_end(ends[1]);
	assert_true(ends[1]->is_open);
	close_end(pair[1]);
	assert_false(ends[1]->is_open);
	close_end(pair[0]);
}

/* Each keeps the other (or itself) alive by nothing but what is under way in it. */
static void sockets_that_nobody_can_reach_end(void **state)
{
	struct description *own[2], *a[2], *b[2];
	const size_t before = description_count();
	struct transfer transfer;

	assert_int_equal(socket_pair(0, &alice, own), KN_OK);
	assert_int_equal(socket_pair(0, &alice, a), KN_OK);
	assert_int_equal(socket_pair(0, &alice, b), KN_OK);
	struct description *const all[] = {own[0], own[1], a[0], a[1], b[0], b[1]};
	for (size_t i = 0; i < 6; i++)
		(void)description_give(all[i]);
	transfer = (struct transfer){.call = &call, .data = pattern, .length = 1};
	assert_int_equal(socket_send(own[0], own[1], &transfer), KN_OK);
	transfer = (struct transfer){.call = &call, .data = pattern, .length = 1};
	assert_int_equal(socket_send(a[0], b[1], &transfer), KN_OK);
	transfer = (struct transfer){.call = &call, .data = pattern, .length = 1};
	assert_int_equal(socket_send(b[0], a[1], &transfer), KN_OK);
	close_end(own[0]);
	close_end(own[1]);
	assert_int_equal(description_count(), before + 4);
	close_end(a[0]);
	close_end(b[0]);
	close_end(a[1]);
	assert_int_equal(description_count(), before + 2); /* b[1] can still be read from, and has a[1] */
	close_end(b[1]);
	assert_int_equal(description_count(), before);
	close_both(state);
}

/* As deep as a program likes: it must not cost the server's stack. */
static void a_long_chain_of_sockets_in_sockets_ends(void **state)
{
	const size_t before = description_count();
	struct description *last = ends[0], *pair[2];

	for (int i = 0; i < 20000; i++) {
		struct transfer transfer = {.call = &call, .data = pattern, .length = 1};

		assert_int_equal(socket_pair(0, &root_user, pair), KN_OK);
		assert_int_equal(socket_send(pair[0], last, &transfer), KN_OK);
		last->has_copies = false; /* as if ORPHAN had come */
		close_end(pair[0]);
		last = pair[1];
	}
	close_end(last);
	assert_int_equal(description_count(), before - 1);
	close_end(ends[1]);
}

static void a_waiting_receiver_gets_the_descriptor_too(void **state)
{
	struct description *pair[2], *passed;
	struct server_call receive = {.info = (uint64_t)VFS_SOCKET_RECEIVE << 16};
	struct transfer transfer = {.call = &receive, .data = buffer, .length = 100};

	assert_int_equal(socket_pair(0, &alice, pair), KN_OK);
	assert_int_equal(socket_receive(pair[1], false, &transfer, &passed), KN_DEFERRED);
	transfer = (struct transfer){.call = &call, .data = pattern, .length = 3};
	assert_int_equal(socket_send(pair[0], ends[0], &transfer), KN_OK);
	assert_int_equal(fake_answers[0].length, 3);
	assert_int_equal(fake_answers[0].capability, ends[0]->slot);
	assert_int_equal(ends[0]->in_flight, 0);
	close_end(pair[0]);
	close_end(pair[1]);
	close_both(state);
}

/* MSG_PEEK: what comes then is still the next one's, with what comes with it. */
static void a_peek_that_waits_takes_nothing(void **state)
{
	struct description *pair[2], *passed;
	struct server_call receive = {.info = (uint64_t)VFS_SOCKET_RECEIVE << 16};
	struct transfer transfer = {.call = &receive, .data = buffer, .length = 2};

	assert_int_equal(socket_pair(0, &alice, pair), KN_OK);
	assert_int_equal(socket_receive(pair[1], true, &transfer, &passed), KN_DEFERRED);
	transfer = (struct transfer){.call = &call, .data = pattern, .length = 3};
	assert_int_equal(socket_send(pair[0], ends[0], &transfer), KN_OK);
	assert_true(fake_answers[0].is_sent);
	assert_int_equal(fake_answers[0].length, 2);
	assert_memory_equal(fake_answers[0].data, pattern, 2);
	assert_int_equal(ends[0]->in_flight, 1);
	transfer = (struct transfer){.call = &receive, .data = buffer, .length = 100};
	assert_int_equal(socket_receive(pair[1], false, &transfer, &passed), KN_OK);
	assert_int_equal(transfer.done, 3);
	assert_ptr_equal(passed, ends[0]);
	description_let_go(passed);
	/* The end comes to those who peek as to those who read; so does shutdown() of their own side. */
	transfer = (struct transfer){.call = &receive, .data = buffer, .length = 2};
	assert_int_equal(socket_receive(pair[0], true, &transfer, &passed), KN_DEFERRED);
	assert_int_equal(socket_receive(pair[1], true, &transfer, &passed), KN_DEFERRED);
	assert_int_equal(socket_shutdown(pair[1], 1), KN_OK);
	assert_true(fake_answers[2].is_sent);
	close_end(pair[1]);
	assert_true(fake_answers[1].is_sent);
	assert_int_equal(fake_answers[1].length, 0);
	close_end(pair[0]);
	close_both(state);
}

/* MSG_DONTWAIT is one call's: the description, and whoever shares it, stays as it is. */
static void a_call_that_never_waits_changes_nobody_elses(void **state)
{
	struct description *pair[2], *passed;
	struct server_call receive = {.info = (uint64_t)VFS_SOCKET_RECEIVE << 16};
	struct transfer now = {.call = &receive, .data = buffer, .length = 9, .is_now = true}, later = {.call = &receive, .data = buffer, .length = 9};

	assert_int_equal(socket_pair(0, &alice, pair), KN_OK);
	assert_int_equal(socket_receive(pair[1], false, &now, &passed), KN_E_WOULD_BLOCK);
	now = (struct transfer){.call = &call, .data = pattern, .length = sizeof pattern, .is_now = true};
	assert_int_equal(socket_send(pair[0], nullptr, &now), KN_OK);
	assert_int_equal(now.done, PIPE_CAPACITY);
	now.done = 0;
	assert_int_equal(socket_send(pair[0], nullptr, &now), KN_E_WOULD_BLOCK);
	assert_int_equal(fake_deferred, 0);
	assert_int_equal(socket_receive(pair[0], false, &later, &passed), KN_DEFERRED);
	close_end(pair[0]);
	close_end(pair[1]);
	close_both(state);
}

/* Else whoever tries again passes two, and the first goes with somebody else's byte. */
static void a_send_that_fails_passes_nothing(void **state)
{
	struct description *pair[2];
	struct server_call send = {.info = (uint64_t)VFS_SOCKET_SEND << 16};
	struct transfer transfer = {.call = &send, .data = pattern, .length = 3};
	size_t done;

	for (int i = 0; i < 2; i++)
		(void)description_give(ends[i]);
	assert_int_equal(socket_pair(FILE_FLAG_NONBLOCK, &alice, pair), KN_OK);
	assert_int_equal(socket_send(pair[0], ends[1], &transfer), KN_OK);
	while (write_some(pair[0], 0, 1, &done) == KN_OK)
		;
	transfer = (struct transfer){.call = &send, .data = pattern, .length = 3};
	assert_int_equal(socket_send(pair[0], ends[0], &transfer), KN_E_WOULD_BLOCK);
	assert_int_equal(ends[0]->in_flight, 0);
	pair[0]->flags &= ~FILE_FLAG_NONBLOCK;
	transfer = (struct transfer){.call = &send, .data = pattern, .length = 3};
	assert_int_equal(socket_send(pair[0], ends[0], &transfer), KN_DEFERRED);
	assert_int_equal(ends[0]->in_flight, 1);
	/* Somebody else's bytes behind it bring nothing, so they take nothing back. */
	transfer = (struct transfer){.call = &send, .data = pattern, .length = 3};
	assert_int_equal(socket_send(pair[0], nullptr, &transfer), KN_DEFERRED);
	wait_cancel(&fake_replies[fake_deferred - 1]);
	assert_int_equal(fake_answers[fake_deferred - 1].status, KN_E_INTERRUPTED);
	assert_int_equal(ends[0]->in_flight, 1);
	wait_cancel(&fake_replies[fake_deferred - 2]);
	assert_int_equal(fake_answers[fake_deferred - 2].status, KN_E_INTERRUPTED);
	assert_int_equal(ends[0]->in_flight, 0);
	assert_int_equal(ends[1]->in_flight, 1); /* what went stays on its way */
	close_end(pair[0]);
	close_end(pair[1]);
	assert_int_equal(ends[1]->in_flight, 0);
	close_both(state);
}

/* It is another server's: a copy of its capability travels, and none stays behind. */
static void a_terminal_travels_like_a_file(void **state)
{
	struct description *pair[2], *terminal, *passed;
	const size_t open = description_count();
	const long slots = fake_slots;

	assert_int_equal(passed_terminal(&call, 7, 0, &terminal), KN_E_NOT_SUPPORTED); /* a process's own capability, say */
	fake_badge = BADGE_FILE | 3;
	assert_int_equal(passed_terminal(&call, 7, 0, &terminal), KN_E_NOT_SUPPORTED);
	assert_int_equal(fake_slots, slots);
	fake_badge = BADGE_OBJECT | PROCMGR_BADGE_CLASS_TERMINAL | 3;
	assert_int_equal(socket_pair(0, &alice, pair), KN_OK);
	/* Whatever is kept for later journeys is there. */
	assert_int_equal(passed_terminal(&call, 7, 0, &terminal), KN_OK);
	description_let_go(terminal);
	const long used = fake_slots;
	for (int i = 0; i < 3; i++) {
		struct transfer transfer = {.call = &call, .data = pattern, .length = 1};
		struct server_call receive = {.info = (uint64_t)VFS_SOCKET_RECEIVE << 16};
		struct transfer into = {.call = &receive, .data = buffer, .length = 100};

		/* The receiver waits already; it comes later; it never comes. */
		if (i == 0)
			assert_int_equal(socket_receive(pair[1], false, &into, &passed), KN_DEFERRED);
		assert_int_equal(passed_terminal(&call, 7, 0, &terminal), KN_OK);
		const kn_cap kept = terminal->terminal;
		assert_int_equal(socket_send(pair[0], terminal, &transfer), KN_OK);
		description_let_go(terminal);
		if (i == 0) {
			assert_int_equal(fake_answers[0].capability, kept);
		} else if (i == 1) {
			assert_int_equal(socket_receive(pair[1], false, &into, &passed), KN_OK);
			assert_ptr_equal(passed, terminal);
			assert_int_equal(passed_give(passed, &receive), kept);
			assert_int_equal(receive.release_after, kept); /* after the answer */
			description_let_go(passed);
			slot_release(receive.release_after);
		} else {
			assert_true(terminal->is_open);
		}
	}
	close_end(pair[0]);
	close_end(pair[1]);
	assert_int_equal(description_count(), open);
	assert_int_equal(fake_slots, used);
	fake_badge = 0;
	close_both(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(descriptors_travel_with_their_bytes, fresh),
	    cmocka_unit_test_setup(sockets_that_nobody_can_reach_end, fresh),
	    cmocka_unit_test_setup(a_long_chain_of_sockets_in_sockets_ends, fresh),
	    cmocka_unit_test_setup(a_waiting_receiver_gets_the_descriptor_too, fresh),
	    cmocka_unit_test_setup(a_peek_that_waits_takes_nothing, fresh),
	    cmocka_unit_test_setup(a_call_that_never_waits_changes_nobody_elses, fresh),
	    cmocka_unit_test_setup(a_send_that_fails_passes_nothing, fresh),
	    cmocka_unit_test_setup(a_terminal_travels_like_a_file, fresh),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
