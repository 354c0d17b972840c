/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "pipe_fixture.h"

#include "fake_heap.h"
#include "fifo.h"
#include "mode.h"
#include "open.h"
#include "trona/poll.h"
#include "socket.h"

static kn_status read_some(struct description *description, size_t length, size_t *done)
{
	struct transfer transfer = {.call = &call, .data = buffer, .length = length};
	kn_status status = description->class->read(description, &transfer);

	*done = transfer.done;
	return status;
}

static int done_with(void **state)
{
	close_both(state);
	return 0;
}

static void bytes_come_out_in_order(void **state)
{
	size_t done;
	size_t in = 0, out = 0;

	for (int round = 0; round < 50; round++) {
		assert_int_equal(write_some(ends[1], in % 1000, 1000, &done), KN_OK);
		assert_int_equal(done, 1000);
		assert_int_equal(read_some(ends[0], 777, &done), KN_OK);
		assert_int_equal(done, 777);
		for (size_t i = 0; i < done; i++, out++)
			assert_int_equal(buffer[i], pattern[out % 1000]);
		assert_int_equal(ends[0]->pipe->count, (round + 1) * 223);
	}
}

static void a_reader_waits_for_the_first_byte_and_gets_what_is_there(void **state)
{
	size_t done;

	assert_int_equal(read_some(ends[0], 100, &done), KN_DEFERRED);
	assert_false(fake_answers[0].is_sent);
	assert_int_equal(write_some(ends[1], 0, 10, &done), KN_OK);
	assert_int_equal(done, 10);
	assert_true(fake_answers[0].is_sent);
	assert_int_equal(fake_answers[0].length, 10);
	assert_memory_equal(fake_answers[0].data, pattern, 10);
	assert_int_equal(ends[0]->pipe->count, 0);
}

static void two_readers_are_served_in_order(void **state)
{
	size_t done;

	assert_int_equal(read_some(ends[0], 4, &done), KN_DEFERRED);
	assert_int_equal(read_some(ends[0], 4, &done), KN_DEFERRED);
	assert_int_equal(write_some(ends[1], 0, 6, &done), KN_OK);
	assert_int_equal(fake_answers[0].length, 4);
	assert_int_equal(fake_answers[1].length, 2);
	assert_memory_equal(fake_answers[1].data, pattern + 4, 2);
}

static void a_full_pipe_holds_64_kib_and_then_writers_wait(void **state)
{
	size_t done;

	assert_int_equal(write_some(ends[1], 0, 60000, &done), KN_OK);
	/* A large write puts a part and waits with the rest. */
	assert_int_equal(write_some(ends[1], 0, 10000, &done), KN_DEFERRED);
	assert_int_equal(ends[0]->pipe->count, PIPE_CAPACITY);
	assert_int_equal(read_some(ends[0], 65536, &done), KN_OK);
	assert_int_equal(done, 65536);
	assert_true(fake_answers[0].is_sent);
	assert_int_equal(fake_answers[0].length, 10000);
	assert_int_equal(read_some(ends[0], 65536, &done), KN_OK);
	assert_int_equal(done, 70000 - 65536);
	assert_memory_equal(buffer, pattern + 10000 - done, done);
}

static void small_writes_are_atomic(void **state)
{
	size_t done;

	assert_int_equal(write_some(ends[1], 0, 65000, &done), KN_OK);
	assert_int_equal(write_some(ends[1], 100, 4096, &done), KN_DEFERRED);
	assert_int_equal(ends[0]->pipe->count, 65000); /* nothing of it */
	assert_int_equal(read_some(ends[0], 3000, &done), KN_OK);
	assert_false(fake_answers[0].is_sent); /* 3,536 free are not enough */
	assert_int_equal(read_some(ends[0], 1000, &done), KN_OK);
	assert_true(fake_answers[0].is_sent);
	assert_int_equal(fake_answers[0].length, 4096);
	assert_int_equal(ends[0]->pipe->count, 61000 + 4096);
}

static void nobody_overtakes_a_waiting_writer(void **state)
{
	size_t done;

	assert_int_equal(write_some(ends[1], 0, 65536 - 10, &done), KN_OK);
	assert_int_equal(write_some(ends[1], 0, 100, &done), KN_DEFERRED);
	assert_int_equal(write_some(ends[1], 50, 5, &done), KN_DEFERRED);
	assert_int_equal(read_some(ends[0], 65536, &done), KN_OK);
	assert_int_equal(read_some(ends[0], 65536, &done), KN_OK);
	assert_int_equal(done, 105);
	assert_memory_equal(buffer + 100, pattern + 50, 5);
}

static void without_blocking_it_says_so(void **state)
{
	size_t done;

	ends[0]->flags |= FILE_FLAG_NONBLOCK;
	ends[1]->flags |= FILE_FLAG_NONBLOCK;
	assert_int_equal(read_some(ends[0], 1, &done), KN_E_WOULD_BLOCK);
	assert_int_equal(write_some(ends[1], 0, 70000, &done), KN_OK);
	assert_int_equal(done, 65536);
	assert_int_equal(write_some(ends[1], 0, 1, &done), KN_E_WOULD_BLOCK);
	assert_int_equal(read_some(ends[0], 100, &done), KN_OK);
	assert_int_equal(write_some(ends[1], 0, 101, &done), KN_E_WOULD_BLOCK); /* small ones whole or not */
	assert_int_equal(write_some(ends[1], 0, 5000, &done), KN_OK);
	assert_int_equal(done, 100);
}

static void the_end_comes_after_the_last_byte(void **state)
{
	size_t done;

	assert_int_equal(write_some(ends[1], 0, 3, &done), KN_OK);
	assert_int_equal(ends[0]->class->ready(ends[0]), FILE_EVENT_IN);
	close_end(ends[1]);
	assert_int_equal(ends[0]->class->ready(ends[0]), FILE_EVENT_IN | FILE_EVENT_HUP);
	assert_int_equal(read_some(ends[0], 10, &done), KN_OK);
	assert_int_equal(done, 3);
	assert_int_equal(read_some(ends[0], 10, &done), KN_OK);
	assert_int_equal(done, 0);
	close_end(ends[0]);
}

static void a_waiting_reader_gets_the_end(void **state)
{
	size_t done;

	assert_int_equal(read_some(ends[0], 10, &done), KN_DEFERRED);
	close_end(ends[1]);
	assert_true(fake_answers[0].is_sent);
	assert_int_equal(fake_answers[0].status, KN_OK);
	assert_int_equal(fake_answers[0].length, 0);
	close_end(ends[0]);
}

static void writing_without_readers_fails(void **state)
{
	size_t done;

	assert_int_equal(write_some(ends[1], 0, 65536, &done), KN_OK);
	assert_int_equal(write_some(ends[1], 0, 10, &done), KN_DEFERRED);
	close_end(ends[0]);
	assert_int_equal(fake_answers[0].status, KN_E_PEER_GONE);
	assert_int_equal(write_some(ends[1], 0, 1, &done), KN_E_PEER_GONE);
	assert_int_equal(ends[1]->class->ready(ends[1]), FILE_EVENT_OUT | FILE_EVENT_ERR);
	close_end(ends[1]);
}

static void a_cancelled_write_tells_what_was_written(void **state)
{
	size_t done;

	assert_int_equal(write_some(ends[1], 0, 60000, &done), KN_OK);
	assert_int_equal(write_some(ends[1], 0, 10000, &done), KN_DEFERRED);
	wait_cancel(&fake_replies[0]);
	assert_int_equal(fake_answers[0].status, KN_OK);
	assert_int_equal(fake_answers[0].length, 5536);
	assert_int_equal(write_some(ends[1], 0, 100, &done), KN_DEFERRED);
	wait_cancel(&fake_replies[1]);
	assert_int_equal(fake_answers[1].status, KN_E_INTERRUPTED);
	wait_cancel(&fake_replies[1]); /* too late: ignored */
}

static void a_cancelled_read_loses_nothing(void **state)
{
	size_t done;

	assert_int_equal(read_some(ends[0], 10, &done), KN_DEFERRED);
	wait_cancel(&fake_replies[0]);
	assert_int_equal(fake_answers[0].status, KN_E_INTERRUPTED);
	assert_int_equal(write_some(ends[1], 0, 10, &done), KN_OK);
	assert_int_equal(read_some(ends[0], 10, &done), KN_OK);
	assert_int_equal(done, 10);
}

static void an_end_that_is_closed_by_another_thread_releases_who_waits(void **state)
{
	size_t done;

	assert_int_equal(read_some(ends[0], 10, &done), KN_DEFERRED);
	close_end(ends[0]);
	assert_int_equal(fake_answers[0].status, KN_E_INTERRUPTED);
	close_end(ends[1]);
}

static void listeners_are_told_once(void **state)
{
	struct poll_source *source = ends[0]->class->source(ends[0]);
	uint64_t listener;
	size_t done;

	assert_int_equal(poll_listener_create(7, 1000, 0x1234, &listener), KN_OK);
	assert_int_equal(poll_arm(listener, source, ends[0], FILE_EVENT_IN, 5), KN_OK);
	assert_int_equal(poll_arm(listener + 1, source, ends[0], FILE_EVENT_IN, 5), KN_E_NOT_FOUND);
	assert_int_equal(poll_arm(listener, source, ends[0], FILE_EVENT_IN, 64), KN_E_INVALID_ARG);
	assert_int_equal(write_some(ends[1], 0, 1, &done), KN_OK);
	assert_int_equal(fake_signals, 1u << 5);
	fake_signals = 0;
	assert_int_equal(write_some(ends[1], 0, 1, &done), KN_OK);
	assert_int_equal(fake_signals, 0);
	/* Armed for input only, hang-up is told too. */
	assert_int_equal(read_some(ends[0], 10, &done), KN_OK);
	assert_int_equal(poll_arm(listener, source, ends[0], FILE_EVENT_IN, 6), KN_OK);
	assert_int_equal(poll_arm(listener, source, ends[0], FILE_EVENT_IN, 7), KN_OK); /* replaces */
	close_end(ends[1]);
	assert_int_equal(fake_signals, 1u << 7);
	close_end(ends[0]);
}

static void taking_back_an_arming_is_silent(void **state)
{
	struct poll_source *source = ends[0]->class->source(ends[0]);
	uint64_t listener;
	size_t done;

	assert_int_equal(poll_listener_create(8, 1000, 0x77, &listener), KN_OK);
	assert_int_equal(poll_arm(listener, source, ends[0], FILE_EVENT_IN, 1), KN_OK);
	assert_int_equal(poll_arm(listener, source, ends[0], 0, 1), KN_OK);
	assert_int_equal(write_some(ends[1], 0, 1, &done), KN_OK);
	assert_int_equal(fake_signals, 0);
}

/* ---- FIFOs ---- */

static kn_status open_fifo(uint32_t flags, struct description **description)
{
	struct vfs_opened opened;

	return open_path(at_root("/fifo"), &root_user, flags, 0, &call, &opened, description);
}

static void opening_a_fifo_waits_for_the_other_end(void **state)
{
	struct description *reader, *writer;
	size_t done;

	assert_int_equal(name_make_node(at_root("/fifo"), &root_user, MODE_FIFO | 0666, 0), KN_OK);
	assert_int_equal(open_fifo(FILE_FLAG_WRITE | FILE_FLAG_NONBLOCK, &writer), KN_E_NO_DEVICE);
	assert_int_equal(open_fifo(FILE_FLAG_READ, &reader), KN_DEFERRED);
	assert_int_equal(open_fifo(FILE_FLAG_WRITE, &writer), KN_OK);
	assert_true(fake_answers[0].is_sent);
	assert_int_equal(write_some(writer, 0, 5, &done), KN_OK);
	assert_int_equal(writer->inode->fifo->readers, 1);
	close_end(writer);
}

static void a_cancelled_open_of_a_fifo_leaves_no_end(void **state)
{
	struct description *reader, *writer;

	assert_int_equal(name_make_node(at_root("/fifo"), &root_user, MODE_FIFO | 0666, 0), KN_OK);
	assert_int_equal(open_fifo(FILE_FLAG_WRITE, &writer), KN_DEFERRED);
	wait_cancel(&fake_replies[0]);
	assert_int_equal(fake_answers[0].status, KN_E_INTERRUPTED);
	assert_int_equal(open_fifo(FILE_FLAG_READ, &reader), KN_DEFERRED);
	wait_cancel(&fake_replies[1]);
}

static void a_fifo_opened_for_both_never_waits(void **state)
{
	struct description *both;
	size_t done;

	assert_int_equal(name_make_node(at_root("/fifo"), &root_user, MODE_FIFO | 0666, 0), KN_OK);
	assert_int_equal(open_fifo(FILE_FLAG_READ | FILE_FLAG_WRITE, &both), KN_OK);
	assert_int_equal(write_some(both, 0, 5, &done), KN_OK);
	assert_int_equal(read_some(both, 10, &done), KN_OK);
	assert_int_equal(done, 5);
	close_end(both);
}

static void a_fifo_hangs_up_only_when_a_writer_has_been_there(void **state)
{
	struct description *reader, *writer, *late, *both;

	assert_int_equal(name_make_node(at_root("/fifo"), &root_user, MODE_FIFO | 0666, 0), KN_OK);
	assert_int_equal(open_fifo(FILE_FLAG_READ | FILE_FLAG_NONBLOCK, &reader), KN_OK);
	assert_int_equal(reader->class->ready(reader), 0);
	assert_int_equal(open_fifo(FILE_FLAG_WRITE, &writer), KN_OK);
	assert_int_equal(reader->class->ready(reader), 0);
	close_end(writer);
	assert_int_equal(reader->class->ready(reader), FILE_EVENT_HUP);
	/* Who comes now waits for a writer of his own. */
	assert_int_equal(open_fifo(FILE_FLAG_READ | FILE_FLAG_NONBLOCK, &late), KN_OK);
	assert_int_equal(late->class->ready(late), 0);
	assert_int_equal(open_fifo(FILE_FLAG_READ | FILE_FLAG_WRITE, &both), KN_OK);
	assert_int_equal(both->class->ready(both), FILE_EVENT_OUT);
	assert_int_equal(reader->class->ready(reader), 0);
	close_end(both);
	assert_int_equal(late->class->ready(late), FILE_EVENT_HUP);
	close_end(late);
	/* A reader who came while one was there sees him go. */
	assert_int_equal(open_fifo(FILE_FLAG_WRITE, &writer), KN_OK);
	assert_int_equal(open_fifo(FILE_FLAG_READ, &late), KN_OK);
	close_end(writer);
	assert_int_equal(late->class->ready(late), FILE_EVENT_HUP);
	close_end(late);
	close_end(reader);
}

/* ---- sockets ---- */

static void a_socket_pair_is_two_pipes(void **state)
{
	struct description *pair[2];
	size_t done;

	assert_int_equal(socket_pair(0, &alice, pair), KN_OK);
	assert_int_equal(write_some(pair[0], 0, 10, &done), KN_OK);
	assert_int_equal(write_some(pair[1], 20, 10, &done), KN_OK);
	assert_int_equal(read_some(pair[0], 100, &done), KN_OK);
	assert_memory_equal(buffer, pattern + 20, 10);
	close_end(pair[0]);
	assert_int_equal(read_some(pair[1], 100, &done), KN_OK);
	assert_int_equal(done, 10);
	assert_int_equal(read_some(pair[1], 100, &done), KN_OK);
	assert_int_equal(done, 0);
	assert_int_equal(write_some(pair[1], 0, 1, &done), KN_E_PEER_GONE);
	close_end(pair[1]);
}

static void connecting_and_accepting(void **state)
{
	struct description *listener, *client, *late, *server;
	uint32_t pid, uid, gid;
	size_t done;

	assert_int_equal(socket_create(0, &root_user, &listener), KN_OK);
	assert_int_equal(socket_create(0, &alice, &client), KN_OK);
	assert_int_equal(socket_create(0, &bob, &late), KN_OK);
	assert_int_equal(socket_listen(listener, 5), KN_E_INVALID_ARG);
	assert_int_equal(socket_bind(listener, at_root("/s"), &root_user, 0777), KN_OK);
	assert_int_equal(socket_bind(client, at_root("/s"), &alice, 0777), KN_E_ADDRESS_IN_USE);
	assert_int_equal(socket_connect(client, at_root("/s"), &alice, &call), KN_E_REFUSED);
	assert_int_equal(socket_listen(listener, 1), KN_OK);
	assert_int_equal(socket_connect(client, at_root("/none"), &alice, &call), KN_E_NOT_FOUND);
	assert_int_equal(socket_connect(client, at_root("/s"), &alice, &call), KN_OK);
	assert_int_equal(socket_connect(client, at_root("/s"), &alice, &call), KN_E_CONNECTED);
	assert_int_equal(write_some(client, 0, 4, &done), KN_OK);
	assert_int_equal(socket_connect(late, at_root("/s"), &bob, &call), KN_DEFERRED); /* the backlog is full */
	assert_int_equal(socket_accept(listener, 0, &call, &server), KN_OK);
	assert_true(fake_answers[0].is_sent);
	assert_int_equal(fake_answers[0].status, KN_OK);
	assert_int_equal(socket_peer(server, &pid, &uid, &gid), KN_OK);
	assert_int_equal(pid, 10);
	assert_int_equal(uid, 1000);
	assert_int_equal(read_some(server, 10, &done), KN_OK);
	assert_int_equal(done, 4);
	close_end(listener); /* refuses bob, who is in the backlog */
	assert_int_equal(read_some(late, 10, &done), KN_OK);
	assert_int_equal(done, 0);
	close_end(client);
	close_end(late);
	close_end(server);
}

/* Two threads may connect one socket: the other half of the first connection would know a socket that is gone. */
static void a_socket_that_waits_twice_is_connected_once(void **state)
{
	struct description *listener, *other, *first, *socket, *server;

	assert_int_equal(socket_create(0, &root_user, &listener), KN_OK);
	assert_int_equal(socket_create(0, &root_user, &other), KN_OK);
	assert_int_equal(socket_create(0, &alice, &first), KN_OK);
	assert_int_equal(socket_create(0, &alice, &socket), KN_OK);
	assert_int_equal(socket_bind(listener, at_root("/s"), &root_user, 0777), KN_OK);
	assert_int_equal(socket_bind(other, at_root("/o"), &root_user, 0777), KN_OK);
	assert_int_equal(socket_bind(socket, at_root("/a"), &root_user, 0777), KN_OK);
	assert_int_equal(socket_listen(listener, 1), KN_OK);
	assert_int_equal(socket_listen(other, 1), KN_OK);
	assert_int_equal(socket_connect(first, at_root("/s"), &alice, &call), KN_OK);
	assert_int_equal(socket_connect(socket, at_root("/s"), &alice, &call), KN_DEFERRED);
	assert_int_equal(socket_connect(socket, at_root("/s"), &alice, &call), KN_DEFERRED);
	assert_int_equal(socket_connect(socket, at_root("/o"), &alice, &call), KN_OK);
	assert_int_equal(socket_accept(listener, 0, &call, &server), KN_OK);
	for (int i = 0; i < 2; i++) {
		assert_true(fake_answers[i].is_sent);
		assert_int_equal(fake_answers[i].status, KN_E_CONNECTED);
	}
	close_end(server);
	assert_int_equal(socket_accept(listener, 0, &call, &server), KN_DEFERRED); /* nobody came in */
	assert_int_equal(socket_accept(other, 0, &call, &server), KN_OK);
	close_end(socket);
	assert_int_equal(server->class->ready(server) & FILE_EVENT_HUP, FILE_EVENT_HUP);
	close_end(server);
	/* As a listener it is no client any more. */
	assert_int_equal(socket_create(0, &alice, &socket), KN_OK);
	assert_int_equal(socket_bind(socket, at_root("/b"), &root_user, 0777), KN_OK);
	close_end(first);
	assert_int_equal(socket_create(0, &alice, &first), KN_OK);
	assert_int_equal(socket_connect(first, at_root("/o"), &alice, &call), KN_OK);
	assert_int_equal(socket_connect(socket, at_root("/o"), &alice, &call), KN_DEFERRED);
	assert_int_equal(socket_listen(socket, 1), KN_OK);
	assert_int_equal(socket_accept(other, 0, &call, &server), KN_OK);
	assert_int_equal(fake_answers[3].status, KN_E_INVALID_ARG);
	struct description *const all[] = {server, first, socket, other, listener};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		close_end(all[i]);
}

/* The place of one who may not come in is the next one's: no accept() may ever come again. */
static void whoever_cannot_come_in_keeps_nobody_out(void **state)
{
	struct description *listener, *first, *poor, *last, *server;

	assert_int_equal(socket_create(0, &root_user, &listener), KN_OK);
	assert_int_equal(socket_create(0, &root_user, &first), KN_OK);
	assert_int_equal(socket_create(0, &alice, &poor), KN_OK);
	assert_int_equal(socket_create(0, &bob, &last), KN_OK);
	assert_int_equal(socket_bind(listener, at_root("/s"), &root_user, 0777), KN_OK);
	assert_int_equal(socket_listen(listener, 1), KN_OK);
	assert_int_equal(socket_connect(first, at_root("/s"), &root_user, &call), KN_OK);
	assert_int_equal(socket_connect(poor, at_root("/s"), &alice, &call), KN_DEFERRED);
	assert_int_equal(socket_connect(last, at_root("/s"), &bob, &call), KN_DEFERRED);
	struct account *his; /* alice has one more open file, and may have no other */
	assert_int_equal(account_open(1000, ACCOUNT_FILES, 1, &his), KN_OK);
	account_limit(ACCOUNT_FILES, account_used(1000, ACCOUNT_FILES));
	assert_int_equal(socket_accept(listener, 0, &call, &server), KN_OK);
	assert_int_equal(fake_answers[0].status, KN_E_TOO_MANY_FILES);
	assert_true(fake_answers[1].is_sent);
	assert_int_equal(fake_answers[1].status, KN_OK);
	account_give(his, ACCOUNT_FILES, 1);
	account_limit(ACCOUNT_FILES, ACCOUNT_FILES_MAX);
	struct description *const all[] = {listener, server, first, poor, last};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		close_end(all[i]);
}

static void pipes_lose_nothing_when_memory_runs_out(void **state)
{
	for (long n = 0; n < 20; n++) {
		long before = fake_heap_blocks;
		struct description *pair[2];

		fake_heap_budget = n;
		kn_status status = n & 1 ? socket_pair(0, &alice, pair) : pipe_pair(0, 0, 0, pair);
		fake_heap_budget = -1;
		if (status == KN_OK) {
			close_end(pair[0]);
			close_end(pair[1]);
		}
		/* Entries of the table of descriptions stay. */
		assert_in_range(fake_heap_blocks - before, 0, 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(bytes_come_out_in_order, fresh, done_with),
	    cmocka_unit_test_setup_teardown(a_reader_waits_for_the_first_byte_and_gets_what_is_there, fresh, done_with),
	    cmocka_unit_test_setup_teardown(two_readers_are_served_in_order, fresh, done_with),
	    cmocka_unit_test_setup_teardown(a_full_pipe_holds_64_kib_and_then_writers_wait, fresh, done_with),
	    cmocka_unit_test_setup_teardown(small_writes_are_atomic, fresh, done_with),
	    cmocka_unit_test_setup_teardown(nobody_overtakes_a_waiting_writer, fresh, done_with),
	    cmocka_unit_test_setup_teardown(without_blocking_it_says_so, fresh, done_with),
	    cmocka_unit_test_setup(the_end_comes_after_the_last_byte, fresh),
	    cmocka_unit_test_setup(a_waiting_reader_gets_the_end, fresh),
	    cmocka_unit_test_setup(writing_without_readers_fails, fresh),
	    cmocka_unit_test_setup_teardown(a_cancelled_write_tells_what_was_written, fresh, done_with),
	    cmocka_unit_test_setup_teardown(a_cancelled_read_loses_nothing, fresh, done_with),
	    cmocka_unit_test_setup(an_end_that_is_closed_by_another_thread_releases_who_waits, fresh),
	    cmocka_unit_test_setup(listeners_are_told_once, fresh),
	    cmocka_unit_test_setup_teardown(taking_back_an_arming_is_silent, fresh, done_with),
	    cmocka_unit_test_setup_teardown(opening_a_fifo_waits_for_the_other_end, fresh, done_with),
	    cmocka_unit_test_setup_teardown(a_cancelled_open_of_a_fifo_leaves_no_end, fresh, done_with),
	    cmocka_unit_test_setup_teardown(a_fifo_opened_for_both_never_waits, fresh, done_with),
	    cmocka_unit_test_setup_teardown(a_fifo_hangs_up_only_when_a_writer_has_been_there, fresh, done_with),
	    cmocka_unit_test_setup_teardown(a_socket_pair_is_two_pipes, fresh, done_with),
	    cmocka_unit_test_setup_teardown(connecting_and_accepting, fresh, done_with),
	    cmocka_unit_test_setup_teardown(a_socket_that_waits_twice_is_connected_once, fresh, done_with),
	    cmocka_unit_test_setup_teardown(whoever_cannot_come_in_keeps_nobody_out, fresh, done_with),
	    cmocka_unit_test_setup_teardown(pipes_lose_nothing_when_memory_runs_out, fresh, done_with),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
