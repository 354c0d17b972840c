/* SPDX-License-Identifier: BSD-2-Clause */
/* What a user may make vfs keep: each limit is reached and refused, others go on, and with the end of everything the account is gone. */
#include <stdio.h>

#include "pipe_fixture.h"

#include "account.h"
#include "lock.h"
#include "open.h"
#include "passed.h"
#include "path.h"
#include "process_credentials.h"
#include "socket.h"
#include "trona/process_table.h"
#include "view.h"
#include "window.h"

#define KIB 1024u

/* One process of alice's, one of bob's. */
static struct procmgr_process_entry processes[2];

static int begin(void **state)
{
	for (uint32_t i = 0; i < 2; i++)
		processes[i] = (struct procmgr_process_entry){
		    .pid = 10 + i, .uid = 1000 + i, .euid = 1000 + i, .state = PROCMGR_PROCESS_STATE_RUNNING, .generation = 1};
	process_table_set(processes, 2);
	account_limit(ACCOUNT_FILES, 8);
	account_limit(ACCOUNT_PASSED, 4);
	account_limit(ACCOUNT_OBJECTS, 4);
	account_limit(ACCOUNT_VIEWS, 4);
	account_limit(ACCOUNT_LOCKS, 4);
	account_limit(ACCOUNT_BYTES, 256 * KIB);
	return fresh(state);
}

/* Whatever the test left open ends, and nobody has anything charged. */
static int end(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 64; i++)
		description_orphan(BADGE_FILE | i);
	return (int)account_count();
}

static kn_status open_as(const struct credentials *who, const char *path, uint32_t flags, struct description **made)
{
	struct vfs_opened opened;

	return open_path(at_root(path), who, flags, 0644, nullptr, &opened, made);
}

static kn_status create_as(const struct credentials *who, const char *path, struct description **made)
{
	return open_as(who, path, FILE_FLAG_READ | FILE_FLAG_WRITE | VFS_OPEN_CREATE, made);
}

static void open_files_have_a_limit(void **state)
{
	struct description *pair[2], *other[2], *one;

	(void)state;
	path_root()->mode |= 0777;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pipe_pair(0, alice.uid, 0, pair), KN_OK);
	const size_t open = description_count();
	const uint64_t bytes = account_used(alice.uid, ACCOUNT_BYTES);
	assert_int_equal(pipe_pair(0, alice.uid, 0, other), KN_E_TOO_MANY_FILES);
	assert_int_equal(socket_create(0, &alice, &one), KN_E_TOO_MANY_FILES);
	assert_int_equal(create_as(&alice, "/x", &one), KN_E_TOO_MANY_FILES);
	assert_int_equal(open_as(&root_user, "/x", FILE_FLAG_READ, &one), KN_E_NOT_FOUND);
	assert_int_equal(open_anonymous(&alice, FILE_FLAG_READ, &one), KN_E_TOO_MANY_FILES);
	assert_int_equal(description_count(), open);
	assert_int_equal(account_used(alice.uid, ACCOUNT_BYTES), bytes);
	assert_int_equal(pipe_pair(0, bob.uid, 0, other), KN_OK);
	for (int i = 0; i < 20; i++)
		assert_int_equal(pipe_pair(0, 0, 0, other), KN_OK);
	close_end(pair[0]);
	close_end(pair[1]);
	assert_int_equal(pipe_pair(0, alice.uid, 0, other), KN_OK);
}

/* Whoever connects pays for what nobody accepts, also when he is gone. */
static void connections_that_nobody_accepts_count(void **state)
{
	struct description *listener, *client, *accepted;

	(void)state;
	path_root()->mode |= 0777;
	assert_int_equal(socket_create(0, &bob, &listener), KN_OK);
	assert_int_equal(socket_bind(listener, at_root("/listens"), &bob, 0777), KN_OK);
	assert_int_equal(socket_listen(listener, 100), KN_OK);
	for (int i = 0; i < 7; i++) {
		assert_int_equal(socket_create(0, &alice, &client), KN_OK);
		assert_int_equal(socket_connect(client, at_root("/listens"), &alice, &call), KN_OK);
		close_end(client);
	}
	assert_int_equal(account_used(alice.uid, ACCOUNT_FILES), 7);
	assert_int_equal(socket_create(0, &alice, &client), KN_OK);
	assert_int_equal(socket_connect(client, at_root("/listens"), &alice, &call), KN_E_TOO_MANY_FILES);
	assert_int_equal(socket_accept(listener, 0, &call, &accepted), KN_OK);
	assert_int_equal(account_used(alice.uid, ACCOUNT_FILES), 7);
	assert_int_equal(account_used(bob.uid, ACCOUNT_FILES), 2);
	assert_int_equal(socket_connect(client, at_root("/listens"), &alice, &call), KN_OK);
	assert_int_equal(name_remove(at_root("/listens"), &bob, false), KN_OK);
}

static void descriptors_under_way_have_a_limit(void **state)
{
	struct description *pair[2], *passed;
	struct transfer transfer;

	(void)state;
	assert_int_equal(socket_pair(0, &alice, pair), KN_OK);
	for (int i = 0; i < 5; i++) {
		transfer = (struct transfer){.call = &call, .data = pattern, .length = 1};
		assert_int_equal(socket_send(pair[0], ends[0], &transfer), i < 4 ? KN_OK : KN_E_TOO_MANY_FILES);
	}
	assert_int_equal(ends[0]->in_flight, 4);
	transfer = (struct transfer){.call = &call, .data = buffer, .length = 1};
	assert_int_equal(socket_receive(pair[1], false, &transfer, &passed), KN_OK);
	description_let_go(passed);
	transfer = (struct transfer){.call = &call, .data = pattern, .length = 1};
	assert_int_equal(socket_send(pair[0], ends[0], &transfer), KN_OK);
}

static void windows_have_a_limit(void **state)
{
	kn_cap window, memory;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(window_create(alice.uid, &window, &memory), i < 4 ? KN_OK : KN_E_QUOTA);
	assert_int_equal(fake_objects, 4);
	assert_int_equal(window_create(bob.uid, &window, &memory), KN_OK);
	for (uint32_t i = 0; i < 5; i++)
		window_orphan(BADGE_WINDOW | i);
	assert_int_equal(fake_objects, 0);
}

static kn_status lock_byte(struct description *file, uint64_t at, uint64_t length, uint32_t type)
{
	const struct lock_owner owner = {.badge = 1ull << 32, .pid = alice.pid, .uid = alice.uid};
	const struct vfs_lock lock = {.start = at, .length = length, .type = type};
	struct vfs_lock conflict;

	return lock_set(file, owner, VFS_LOCK_WAIT_FAIL, &lock, &call, &conflict);
}

static void locks_have_a_limit(void **state)
{
	struct description *file;

	(void)state;
	path_root()->mode |= 0777;
	assert_int_equal(create_as(&alice, "/locked", &file), KN_OK);
	for (uint64_t i = 0; i < 5; i++)
		assert_int_equal(lock_byte(file, 100 * i, 10, VFS_LOCK_TYPE_WRITE), i < 4 ? KN_OK : KN_E_NO_LOCK);
	assert_int_equal(account_used(alice.uid, ACCOUNT_LOCKS), 4);
	/* What would be cut in two stays whole, and whole ones can always be given up. */
	assert_int_equal(lock_byte(file, 4, 1, VFS_LOCK_TYPE_UNLOCK), KN_E_NO_LOCK);
	assert_int_equal(lock_byte(file, 0, 10, VFS_LOCK_TYPE_UNLOCK), KN_OK);
	assert_int_equal(lock_byte(file, 104, 1, VFS_LOCK_TYPE_UNLOCK), KN_OK);
	assert_int_equal(account_used(alice.uid, ACCOUNT_LOCKS), 4);
	close_end(file);
	assert_int_equal(account_used(alice.uid, ACCOUNT_LOCKS), 0);
	assert_int_equal(name_remove(at_root("/locked"), &alice, false), KN_OK);
}

/* Rings stay small when there is no more: small writes go in whole or wait, and nothing is lost. */
static void unread_data_has_a_limit(void **state)
{
	struct description *pair[2], *full[2];
	struct transfer transfer;
	size_t done = 0, sum = 0;

	(void)state;
	account_limit(ACCOUNT_BYTES, 68 * KIB + 2 * sizeof(struct pipe));
	assert_int_equal(pipe_pair(FILE_FLAG_NONBLOCK, alice.uid, 0, full), KN_OK);
	assert_int_equal(pipe_pair(FILE_FLAG_NONBLOCK, alice.uid, 0, pair), KN_OK);
	assert_int_equal(write_some(full[1], 0, 65536, &done), KN_OK);
	assert_int_equal(done, 65536);
	assert_int_equal(write_some(pair[1], 0, 1000, &done), KN_OK);
	assert_int_equal(write_some(pair[1], 1000, 4000, &done), KN_E_WOULD_BLOCK);
	assert_int_equal(pipe_write_ready(pair[1]->pipe), 0);
	assert_int_equal(write_some(pair[1], 1000, 3096, &done), KN_OK);
	assert_int_equal(pair[1]->pipe->count, 4096);
	while (sum < 4096) {
		transfer = (struct transfer){.call = &call, .data = buffer + sum, .length = 100};
		assert_int_equal(pair[0]->class->read(pair[0], &transfer), KN_OK);
		sum += transfer.done;
	}
	assert_memory_equal(buffer, pattern, 4096);
	assert_int_not_equal(pipe_write_ready(pair[1]->pipe), 0);
	/* Whoever has no ring is told; who waits for one that cannot come would wait for ever. */
	close_end(pair[0]);
	close_end(pair[1]);
	account_limit(ACCOUNT_BYTES, 65536 + 2 * sizeof(struct pipe));
	assert_int_equal(pipe_pair(0, alice.uid, 0, pair), KN_OK);
	assert_int_equal(write_some(pair[1], 0, 10, &done), KN_E_NO_MEMORY);
	close_end(full[0]);
	close_end(full[1]);
	assert_int_equal(write_some(pair[1], 0, 10, &done), KN_OK);
	close_end(pair[0]);
	close_end(pair[1]);
}

static void names_and_small_files_have_a_limit(void **state)
{
	struct description *file;
	char path[16];
	size_t done;
	int i;

	(void)state;
	path_root()->mode |= 0777;
	assert_int_equal(create_as(&alice, "/small", &file), KN_OK);
	for (i = 0; i < 5000; i++) {
		snprintf(path, sizeof path, "/d%d", i);
		if (name_make_directory(at_root(path), &alice, 0755) != KN_OK)
			break;
	}
	assert_in_range(i, 300, 2000);
	assert_int_equal(name_make_directory(at_root("/one more"), &alice, 0755), KN_E_NO_SPACE);
	assert_int_equal(name_symlink(at_root("/link"), &alice, "target", 6), KN_E_NO_SPACE);
	assert_int_equal(write_some(file, 0, 4096, &done), KN_E_NO_SPACE);
	assert_int_equal(done, 0);
	assert_int_equal(name_make_directory(at_root("/b"), &bob, 0755), KN_OK);
	while (i-- > 0) {
		snprintf(path, sizeof path, "/d%d", i);
		assert_int_equal(name_remove(at_root(path), &alice, true), KN_OK);
	}
	assert_int_equal(write_some(file, 0, 4096, &done), KN_OK);
	assert_int_equal(name_remove(at_root("/b"), &bob, true), KN_OK);
	assert_int_equal(name_remove(at_root("/small"), &alice, false), KN_OK);
}

/* Address space, and the page tables of pages that lie far apart. */
static void large_files_have_a_limit(void **state)
{
	struct description *files[4], *more;
	struct transfer transfer = {.call = &call, .data = pattern, .length = 1, .offset = 5000};

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(open_anonymous(&alice, FILE_FLAG_READ | FILE_FLAG_WRITE, &files[i]), KN_OK);
		assert_int_equal(files[i]->class->write(files[i], &transfer), KN_OK);
	}
	assert_int_equal(open_anonymous(&alice, FILE_FLAG_READ | FILE_FLAG_WRITE, &more), KN_OK);
	assert_int_equal(more->class->write(more, &transfer), KN_E_NO_SPACE);
	const uint64_t before = account_used(alice.uid, ACCOUNT_BYTES);
	transfer.offset = 1536 * KN_PAGE_SIZE;
	assert_int_equal(files[0]->class->write(files[0], &transfer), KN_OK);
	assert_in_range(account_used(alice.uid, ACCOUNT_BYTES) - before, KN_PAGE_SIZE, 2 * KN_PAGE_SIZE);
	assert_int_equal(contents_resize(&files[0]->inode->contents, 0), KN_OK);
	assert_true(account_used(alice.uid, ACCOUNT_BYTES) < before);
	transfer.offset = 5000;
	assert_int_equal(more->class->write(more, &transfer), KN_OK);
}

static void views_have_a_limit(void **state)
{
	struct description *files[3];
	kn_cap object, size, position;
	size_t done;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(open_anonymous(&alice, FILE_FLAG_READ | FILE_FLAG_WRITE, &files[i]), KN_OK);
		files[i]->inode->mode &= ~0111u;
		assert_int_equal(write_some(files[i], 0, 4, &done), KN_OK);
		assert_int_equal(view_show(files[i], &object, &size, &position), i < 2 ? KN_OK : KN_E_NO_MEMORY);
	}
}

static void user_zero_has_no_limits(void **state)
{
	struct account *account;

	(void)state;
	assert_int_equal(account_open(0, ACCOUNT_LOCKS, 1000, &account), KN_OK);
	assert_null(account);
	account_give(account, ACCOUNT_LOCKS, 1000);
	assert_int_equal(account_count(), 0);
	/* Sums do not overflow. */
	assert_int_equal(account_open(5, ACCOUNT_BYTES, UINT64_MAX, &account), KN_E_NO_MEMORY);
	assert_int_equal(account_count(), 0);
	assert_int_equal(account_open(5, ACCOUNT_BYTES, 1, &account), KN_OK);
	assert_int_equal(account_charge(account, ACCOUNT_BYTES, UINT64_MAX), KN_E_NO_MEMORY);
	account_give(account, ACCOUNT_BYTES, 1);
}

/* The next who opens gets the same badge, whoever it is. */
static void calls_that_are_queued_end_with_their_file(void **state)
{
	struct description *roots, *one, *next;

	(void)state;
	assert_int_equal(create_as(&root_user, "/x", &roots), KN_OK);
	assert_int_equal(open_as(&alice, "/x", FILE_FLAG_READ, &one), KN_OK);
	const uint32_t index = one->index;

	fake_cancelled = 0;
	description_orphan(BADGE_FILE | index);
	assert_int_equal(fake_cancelled, BADGE_FILE | index);
	assert_int_equal(create_as(&root_user, "/y", &next), KN_OK);
	assert_int_equal(next->index, index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(open_files_have_a_limit, begin, end),
	    cmocka_unit_test_setup_teardown(connections_that_nobody_accepts_count, begin, end),
	    cmocka_unit_test_setup_teardown(descriptors_under_way_have_a_limit, begin, end),
	    cmocka_unit_test_setup_teardown(windows_have_a_limit, begin, end),
	    cmocka_unit_test_setup_teardown(locks_have_a_limit, begin, end),
	    cmocka_unit_test_setup_teardown(unread_data_has_a_limit, begin, end),
	    cmocka_unit_test_setup_teardown(names_and_small_files_have_a_limit, begin, end),
	    cmocka_unit_test_setup_teardown(large_files_have_a_limit, begin, end),
	    cmocka_unit_test_setup_teardown(views_have_a_limit, begin, end),
	    cmocka_unit_test_setup_teardown(user_zero_has_no_limits, begin, end),
	    cmocka_unit_test_setup_teardown(calls_that_are_queued_end_with_their_file, begin, end),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
