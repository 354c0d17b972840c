/* SPDX-License-Identifier: BSD-2-Clause */
/* Advisory locks of two processes and their descriptions: who is in whose way, and when that ends. */
#include "check.h"

#include "fake_heap.h"
#include "lock.h"
#include "open.h"
#include "test_fakes.h"
#include "trona/process_table.h"

static struct procmgr_process_entry processes[3];
static struct description *a, *b;

static struct description *open_file(const char *path)
{
	struct vfs_opened opened;
	struct description *description;
	const uint32_t flags = FILE_FLAG_READ | FILE_FLAG_WRITE | VFS_OPEN_CREATE;

	assert_int_equal(open_path(at_root(path), &root_user, flags, 0644, nullptr, &opened, &description), KN_OK);
	return description;
}

static void close_file(struct description *description)
{
	description_orphan(BADGE_FILE | description->index);
}

static int fresh(void **state)
{
	for (uint32_t i = 0; i < 3; i++)
		processes[i] = (struct procmgr_process_entry){.pid = 10 + i, .state = PROCMGR_PROCESS_STATE_RUNNING, .generation = 1};
	process_table_set(processes, 3);
	fake_root();
	fake_deferred = 0;
	memset(fake_answers, 0, sizeof fake_answers);
	a = open_file("/f");
	b = open_file("/f");
	return 0;
}

static int closed(void **state)
{
	close_file(a);
	close_file(b);
	return 0;
}

/* As the process with that id, whose badge has the index pid - 10; 0: as the description. */
static kn_status lock(struct description *file, uint32_t pid, uint32_t type, uint64_t start, uint64_t length, uint32_t wait,
    struct vfs_lock *conflict)
{
	static struct server_call call;
	const struct lock_owner owner = {.badge = pid != 0 ? 1ull << 32 | (pid - 10) : 0, .pid = pid};
	const struct vfs_lock asked = {.start = start, .length = length, .type = type};

	return lock_set(file, owner, wait, &asked, &call, conflict);
}

/* With the answer of whom nobody asks. */
static kn_status lock_wait(struct description *file, uint32_t pid, uint32_t type, uint64_t start, uint64_t length)
{
	struct vfs_lock conflict;

	return lock(file, pid, type, start, length, VFS_LOCK_WAIT_WAIT, &conflict);
}

static bool is_answered(unsigned call, kn_status status)
{
	return fake_answers[call].is_sent && fake_answers[call].status == status;
}

static void locks_conflict_as_posix_says(void **state)
{
	struct vfs_lock conflict;

	assert_int_equal(lock(a, 10, 1, 100, 100, 0, &conflict), KN_OK);
	assert_int_equal(lock(b, 11, 0, 150, 1, 0, &conflict), KN_E_WOULD_BLOCK);
	assert_int_equal(lock(b, 11, 0, 200, 1, 0, &conflict), KN_OK);
	assert_int_equal(lock(b, 11, 0, 0, 100, 0, &conflict), KN_OK);
	assert_int_equal(lock(b, 11, 1, 199, 0, 2, &conflict), KN_OK);
	assert_int_equal(conflict.type, 1);
	assert_int_equal(conflict.start, 100);
	assert_int_equal(conflict.length, 100);
	assert_int_equal(conflict.pid, 10);
	/* Through the same description, as after a fork, it is another process still. */
	assert_int_equal(lock(a, 11, 2, 0, 0, 0, &conflict), KN_OK);
	assert_int_equal(lock(a, 11, 1, 150, 1, 0, &conflict), KN_E_WOULD_BLOCK);
	/* Cut in two by unlocking its middle. */
	assert_int_equal(lock(a, 10, 2, 140, 20, 0, &conflict), KN_OK);
	assert_int_equal(lock(b, 11, 1, 145, 10, 0, &conflict), KN_OK);
	assert_int_equal(lock(b, 11, 1, 130, 10, 0, &conflict), KN_E_WOULD_BLOCK);
	assert_int_equal(lock(b, 11, 1, 160, 10, 0, &conflict), KN_E_WOULD_BLOCK);
	/* flock's locks are another world. */
	assert_int_equal(lock(a, 0, 1, 0, 0, 0, &conflict), KN_OK);
	assert_int_equal(lock(b, 0, 0, 0, 0, 0, &conflict), KN_E_WOULD_BLOCK);
	assert_int_equal(lock(b, 0, 0, 0, 0, 1, &conflict), KN_DEFERRED);
	assert_int_equal(lock(a, 0, 2, 0, 0, 0, &conflict), KN_OK);
	assert_true(fake_answers[0].is_sent);
	/* A lock of a process that has ended is in nobody's way. */
	processes[0].state = PROCMGR_PROCESS_STATE_ZOMBIE;
	assert_int_equal(lock(b, 11, 1, 130, 10, 0, &conflict), KN_OK);
	assert_int_equal(lock(b, 11, 3, 130, 10, 0, &conflict), KN_E_INVALID_ARG);
	assert_int_equal(lock(b, 11, 1, ~0ull, 10, 0, &conflict), KN_E_INVALID_ARG);
	/* Closing lets go. */
	assert_int_equal(lock(a, 0, 1, 0, 0, 1, &conflict), KN_DEFERRED);
	close_file(b);
	assert_true(fake_answers[1].is_sent);
	assert_int_equal(fake_answers[1].status, KN_OK);
}

/* Else who may read /etc/passwd could keep everybody out of it. */
static void who_may_not_write_keeps_no_readers_out(void **state)
{
	struct vfs_opened opened;
	struct vfs_lock conflict;
	struct description *reader, *writer;

	assert_int_equal(open_path(at_root("/f"), &root_user, FILE_FLAG_READ, 0, nullptr, &opened, &reader), KN_OK);
	assert_int_equal(open_path(at_root("/f"), &root_user, FILE_FLAG_WRITE, 0, nullptr, &opened, &writer), KN_OK);
	assert_int_equal(lock_wait(reader, 10, VFS_LOCK_TYPE_WRITE, 0, 0), KN_E_INVALID_CAP);
	assert_int_equal(lock_wait(writer, 10, VFS_LOCK_TYPE_READ, 0, 0), KN_E_INVALID_CAP);
	assert_int_equal(lock(a, 11, VFS_LOCK_TYPE_WRITE, 0, 0, VFS_LOCK_WAIT_ONLY_ASK, &conflict), KN_OK);
	assert_int_equal(conflict.type, VFS_LOCK_TYPE_UNLOCK);
	assert_int_equal(lock_wait(reader, 10, VFS_LOCK_TYPE_READ, 0, 0), KN_OK);
	assert_int_equal(lock(reader, 11, VFS_LOCK_TYPE_WRITE, 0, 0, VFS_LOCK_WAIT_ONLY_ASK, &conflict), KN_OK);
	assert_int_equal(conflict.type, VFS_LOCK_TYPE_READ);
	assert_int_equal(lock_wait(reader, 0, VFS_LOCK_TYPE_WRITE, 0, 0), KN_OK);
	close_file(reader);
	close_file(writer);
}

/* Nobody would ever meet their read locks. */
static void locks_of_the_dead_take_no_memory(void **state)
{
	assert_int_equal(lock_wait(a, 10, VFS_LOCK_TYPE_READ, 0, 10), KN_OK);
	assert_int_equal(lock_wait(a, 11, VFS_LOCK_TYPE_READ, 0, 10), KN_OK);
	const long blocks = fake_heap_blocks;

	processes[0].state = processes[1].state = PROCMGR_PROCESS_STATE_ZOMBIE;
	assert_int_equal(lock_wait(a, 12, VFS_LOCK_TYPE_READ, 0, 10), KN_OK);
	assert_int_equal(fake_heap_blocks, blocks - 1);
}

/* The open file is a child's too: nothing is closed when its owner dies. */
static void the_end_of_a_process_wakes_who_waits_for_it(void **state)
{
	assert_int_equal(lock_wait(a, 10, VFS_LOCK_TYPE_WRITE, 0, 0), KN_OK);
	assert_int_equal(lock_wait(b, 11, VFS_LOCK_TYPE_READ, 5, 5), KN_DEFERRED);
	assert_int_equal(lock_wait(b, 12, VFS_LOCK_TYPE_READ, 0, 10), KN_DEFERRED);
	lock_processes_ended();
	assert_false(fake_answers[0].is_sent);
	processes[0].state = PROCMGR_PROCESS_STATE_ZOMBIE;
	lock_processes_ended();
	assert_true(is_answered(0, KN_OK) && is_answered(1, KN_OK));
	lock_processes_ended();
}

/* What it waited with takes the place of what it had, so that one unlocking ends it all. */
static void a_lock_that_was_waited_for_replaces_the_old_one(void **state)
{
	assert_int_equal(lock_wait(a, 10, VFS_LOCK_TYPE_READ, 0, 100), KN_OK);
	assert_int_equal(lock_wait(b, 11, VFS_LOCK_TYPE_READ, 0, 100), KN_OK);
	assert_int_equal(lock_wait(a, 10, VFS_LOCK_TYPE_WRITE, 0, 100), KN_DEFERRED);
	assert_int_equal(lock_wait(b, 11, VFS_LOCK_TYPE_UNLOCK, 0, 0), KN_OK);
	assert_true(is_answered(0, KN_OK));
	/* The middle of what is one lock now. */
	assert_int_equal(lock_wait(a, 10, VFS_LOCK_TYPE_UNLOCK, 40, 20), KN_OK);
	assert_int_equal(lock_wait(b, 11, VFS_LOCK_TYPE_WRITE, 40, 20), KN_OK);
}

/* Nobody would ever go on: the last one is told. */
static void who_waits_in_a_circle_is_told(void **state)
{
	assert_int_equal(lock_wait(a, 10, VFS_LOCK_TYPE_WRITE, 0, 1), KN_OK);
	assert_int_equal(lock_wait(b, 11, VFS_LOCK_TYPE_WRITE, 1, 1), KN_OK);
	assert_int_equal(lock_wait(b, 12, VFS_LOCK_TYPE_WRITE, 2, 1), KN_OK);
	assert_int_equal(lock_wait(a, 10, VFS_LOCK_TYPE_WRITE, 1, 1), KN_DEFERRED);
	assert_int_equal(lock_wait(b, 11, VFS_LOCK_TYPE_READ, 0, 1), KN_E_DEADLOCK);
	assert_int_equal(lock_wait(b, 11, VFS_LOCK_TYPE_WRITE, 2, 1), KN_DEFERRED);
	assert_int_equal(lock_wait(b, 12, VFS_LOCK_TYPE_WRITE, 0, 1), KN_E_DEADLOCK);
	/* Not a circle: it waits for one who waits. */
	assert_int_equal(lock_wait(b, 12, VFS_LOCK_TYPE_UNLOCK, 2, 1), KN_OK);
	assert_true(is_answered(1, KN_OK));
	assert_int_equal(lock_wait(b, 12, VFS_LOCK_TYPE_WRITE, 0, 1), KN_DEFERRED);
	assert_int_equal(lock_wait(b, 11, VFS_LOCK_TYPE_UNLOCK, 0, 0), KN_OK);
	assert_true(is_answered(0, KN_OK));
	assert_int_equal(lock_wait(a, 10, VFS_LOCK_TYPE_UNLOCK, 0, 0), KN_OK);
	assert_true(is_answered(2, KN_OK));
	/* flock knows no owners, only descriptions. */
	assert_int_equal(lock_wait(a, 0, VFS_LOCK_TYPE_WRITE, 0, 0), KN_OK);
	assert_int_equal(lock_wait(b, 0, VFS_LOCK_TYPE_WRITE, 0, 0), KN_DEFERRED);
}

/* Two wait on one list; the end of one's description is not the other's. */
static void closing_ends_who_waits_through_it(void **state)
{
	struct description *c = open_file("/f");

	assert_int_equal(lock_wait(a, 0, VFS_LOCK_TYPE_WRITE, 0, 0), KN_OK);
	assert_int_equal(lock_wait(b, 0, VFS_LOCK_TYPE_WRITE, 0, 0), KN_DEFERRED);
	assert_int_equal(lock_wait(c, 0, VFS_LOCK_TYPE_WRITE, 0, 0), KN_DEFERRED);
	close_file(b);
	assert_true(is_answered(0, KN_E_INTERRUPTED));
	assert_false(fake_answers[1].is_sent);
	close_file(a);
	assert_true(is_answered(1, KN_OK));
	close_file(c);
}

static void no_memory_changes_no_lock(void **state)
{
	kn_status status;
	struct vfs_lock conflict;

	assert_int_equal(lock_wait(a, 10, VFS_LOCK_TYPE_WRITE, 0, 100), KN_OK);
	for (long n = 0;; n++) {
		fake_heap_budget = n;
		status = lock_wait(a, 10, VFS_LOCK_TYPE_READ, 40, 20);
		fake_heap_budget = -1;
		if (status == KN_OK)
			break;
		assert_int_equal(status, KN_E_NO_MEMORY);
		assert_int_equal(lock(b, 11, VFS_LOCK_TYPE_READ, 45, 1, VFS_LOCK_WAIT_FAIL, &conflict), KN_E_WOULD_BLOCK);
	}
	assert_int_equal(lock(b, 11, VFS_LOCK_TYPE_READ, 45, 1, VFS_LOCK_WAIT_FAIL, &conflict), KN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(locks_conflict_as_posix_says, fresh, nullptr),
	    cmocka_unit_test_setup_teardown(who_may_not_write_keeps_no_readers_out, fresh, closed),
	    cmocka_unit_test_setup_teardown(locks_of_the_dead_take_no_memory, fresh, closed),
	    cmocka_unit_test_setup_teardown(the_end_of_a_process_wakes_who_waits_for_it, fresh, closed),
	    cmocka_unit_test_setup_teardown(a_lock_that_was_waited_for_replaces_the_old_one, fresh, closed),
	    cmocka_unit_test_setup_teardown(who_waits_in_a_circle_is_told, fresh, closed),
	    cmocka_unit_test_setup(closing_ends_who_waits_through_it, fresh),
	    cmocka_unit_test_setup_teardown(no_memory_changes_no_lock, fresh, closed),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
