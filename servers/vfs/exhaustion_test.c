/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every method that needs memory, with each of its allocations, and each of its calls for slots and objects, failing in turn: a clear error, nothing half done, nothing lost. Each case is a pair: what is
 * tried, and what takes it back. Tables that are kept grow in a first pass; the second counts every block.
 */
#include "check.h"

#include "account.h"
#include "calls.h"
#include "fake_heap.h"
#include "files.h"
#include "mode.h"
#include "open.h"
#include "socket.h"
#include "test_fakes.h"
#include "trona/process_table.h"
#include "trona/start.h"
#include "window.h"

#define ALLOCATIONS_MAX 400

#define UNIT (KN_BADGE_UNIT | KN_BADGE_ROLE(0))
#define USER (1ull << 32) /* the only process, of an ordinary user: what is made is charged to him */

static struct server_call call;
static kn_cap first, second;
static const struct server_cap nothing;

static kn_status open_at(const char *path, uint32_t flags)
{
	struct vfs_opened opened;

	return vfs_methods.open(&call, nothing, flags, 0644, path, strlen(path), &opened, &first);
}

/* Descriptions are numbered as their entries are made; the fake slots say nothing. All that are open now end. */
static void close_all(void)
{
	for (uint32_t i = 0; i < 64; i++)
		description_orphan(BADGE_FILE | i);
}

static void remove_at(const char *path, bool is_directory)
{
	assert_int_equal(vfs_methods.unlink(&call, nothing, is_directory, path, strlen(path)), KN_OK);
}

static kn_status try_create(void)
{
	return open_at("/new", FILE_FLAG_WRITE | VFS_OPEN_CREATE);
}

static void undo_create(void)
{
	close_all();
	remove_at("/new", false);
}

static kn_status try_directory(void)
{
	return vfs_methods.make_directory(&call, nothing, 0755, "/new", 4);
}

static void undo_directory(void)
{
	remove_at("/new", true);
}

static kn_status try_node(void)
{
	return vfs_methods.make_node(&call, nothing, MODE_FIFO | 0644, 0, "/new", 4);
}

static void undo_name(void)
{
	remove_at("/new", false);
}

static kn_status try_link(void)
{
	return vfs_methods.link(&call, nothing, nothing, 0, "/old", 4, "/new", 4);
}

static kn_status try_symlink(void)
{
	return vfs_methods.symlink(&call, nothing, "/old", 4, "/new", 4);
}

static kn_status try_rename(void)
{
	return vfs_methods.rename(&call, nothing, nothing, 0, "/old", 4, "/d/new", 6);
}

static void undo_rename(void)
{
	assert_int_equal(vfs_methods.rename(&call, nothing, nothing, 0, "/d/new", 6, "/old", 4), KN_OK);
}

static kn_status try_pipe(void)
{
	return vfs_methods.pair(&call, VFS_PAIR_PIPE, 0, &first, &second);
}

static kn_status try_sockets(void)
{
	return vfs_methods.pair(&call, VFS_PAIR_SOCKET_STREAM, 0, &first, &second);
}

static kn_status try_socket(void)
{
	return vfs_methods.socket(&call, 0, &first);
}

static kn_status try_anonymous(void)
{
	return vfs_methods.anonymous(&call, FILE_FLAG_READ | FILE_FLAG_WRITE, &first);
}

static kn_status try_passing_a_terminal(void)
{
	struct description *pair[2];
	uint32_t written;
	kn_status status = socket_pair(0, &root_user, pair);

	if (status != KN_OK)
		return status;
	const struct server_cap socket = {.is_own = true, .badge = BADGE_FILE | pair[0]->index}, terminal = {.slot = 7};
	fake_badge = BADGE_OBJECT | PROCMGR_BADGE_CLASS_TERMINAL;
	status = vfs_methods.socket_send(&call, socket, terminal, 0, "text", 4, &written);
	fake_badge = 0;
	if (status != KN_OK)
		close_all();
	return status;
}

static kn_status try_window(void)
{
	return vfs_methods.window(&call, &first, &second);
}

static void undo_window(void)
{
	for (uint32_t i = 0; i < 8; i++)
		window_orphan(BADGE_WINDOW | i);
}

static kn_status try_mount(void)
{
	return vfs_methods.mount(&call, "devfs", 5, "/d", 2);
}

static void undo_mount(void)
{
	assert_int_equal(vfs_methods.unmount(&call, "/d", 2), KN_OK);
}

static kn_status try_mount_memory(void)
{
	return vfs_methods.mount(&call, "ramfs", 5, "/d", 2);
}

/* With a fresh file open; it is closed again if `method` fails. */
static kn_status with_file(kn_status (*method)(struct server_call *file))
{
	struct description *description;
	kn_status status = open_anonymous(&root_user, FILE_FLAG_READ | FILE_FLAG_WRITE, &description);

	if (status != KN_OK)
		return status;
	description->inode->mode &= ~0111u; /* no program */
	struct server_call file = {.badge = BADGE_FILE | description->index};
	status = method(&file);
	if (status != KN_OK)
		close_all();
	return status;
}

static kn_status write_some(struct server_call *file)
{
	uint32_t written;
	kn_status status = file_methods.write(file, FILE_OFFSET_CURRENT, "text", 4, &written);

	assert_true(status != KN_OK || written == 4);
	return status;
}

static kn_status write_and_view(struct server_call *file)
{
	kn_cap object, size, position;
	kn_status status = write_some(file);

	return status == KN_OK ? file_methods.view(file, &object, &size, &position) : status;
}

static kn_status write_and_map(struct server_call *file)
{
	uint64_t size;
	kn_status status = write_some(file);

	return status == KN_OK ? file_methods.map(file, false, &size, &first) : status;
}

static kn_status lock_all(struct server_call *file)
{
	const struct vfs_lock lock = {.type = VFS_LOCK_TYPE_WRITE, .length = 4};
	const struct server_cap cap = {.is_own = true, .badge = file->badge};
	struct vfs_lock conflict;

	return vfs_methods.lock(&call, cap, false, VFS_LOCK_WAIT_FAIL, &lock, &conflict);
}

static kn_status try_write(void)
{
	return with_file(write_some);
}

static kn_status try_view(void)
{
	return with_file(write_and_view);
}

static kn_status try_map(void)
{
	return with_file(write_and_map);
}

static kn_status try_lock(void)
{
	return with_file(lock_all);
}

static const struct attempt {
	const char *what;
	kn_status (*run)(void);
	void (*undo)(void);
} attempts[] = {
    {"open", try_create, undo_create},
    {"make_directory", try_directory, undo_directory},
    {"make_node", try_node, undo_name},
    {"link", try_link, undo_name},
    {"symlink", try_symlink, undo_name},
    {"rename", try_rename, undo_rename},
    {"pair of pipe ends", try_pipe, close_all},
    {"pair of sockets", try_sockets, close_all},
    {"socket", try_socket, close_all},
    {"anonymous", try_anonymous, close_all},
    {"write", try_write, close_all},
    {"view", try_view, close_all},
    {"map", try_map, close_all},
    {"lock", try_lock, close_all},
    {"passing a terminal", try_passing_a_terminal, close_all},
    {"window", try_window, undo_window},
    /* As root only. */
    {"mount ramfs", try_mount_memory, undo_mount},
    {"mount devfs", try_mount, undo_mount},
};

#define ATTEMPTS (sizeof attempts / sizeof attempts[0])
#define ATTEMPTS_OF_USERS (ATTEMPTS - 2)

/* Until it succeeds; then takes it back. `is_exact`: after every failure all is as before. */
static void sweep(const struct attempt *attempt, long *budget, bool is_exact)
{
	const long blocks = fake_heap_blocks, objects = fake_objects, slots = fake_slots;
	const size_t open = description_count(), accounts = account_count();

	for (long n = 0; n < ALLOCATIONS_MAX; n++) {
		*budget = n;
		kn_status status = attempt->run();
		*budget = -1;

		if (status == KN_OK) {
			attempt->undo();
			n = ALLOCATIONS_MAX;
		} else if (status != KN_E_NO_MEMORY && status != KN_E_NO_SPACE && status != KN_E_NO_SLOT) {
			fail_msg("%s, allocation %ld: status %d", attempt->what, n, status);
		}
		if (is_exact && account_count() != accounts)
			fail_msg("%s, allocation %ld, status %d: %zu accounts", attempt->what, n, status, account_count());
		if (is_exact && (fake_heap_blocks != blocks || fake_objects != objects || fake_slots != slots || description_count() != open))
			fail_msg("%s, allocation %ld, status %d: %ld blocks, %ld objects, %ld slots, %zu descriptions more",
			    attempt->what, n, status, fake_heap_blocks - blocks, fake_objects - objects, fake_slots - slots,
			    description_count() - open);
	}
}

static void sweep_as(kn_word badge, size_t count)
{
	call.badge = badge;
	for (size_t i = 0; i < count; i++) {
		for (int pass = 0; pass < 2; pass++) {
			sweep(&attempts[i], &fake_budget, pass == 1);
			sweep(&attempts[i], &fake_heap_budget, pass == 1);
		}
	}
}

static void nothing_is_lost_whichever_allocation_fails(void **state)
{
	static struct procmgr_process_entry process = {
	    .pid = 10, .uid = 1000, .euid = 1000, .state = PROCMGR_PROCESS_STATE_RUNNING, .generation = 1};

	(void)state;
	process_table_set(&process, 1);
	call.badge = UNIT;
	fake_root()->mode |= 0777;
	assert_int_equal(vfs_methods.make_directory(&call, nothing, 0755, "/d", 2), KN_OK);
	assert_int_equal(vfs_methods.set_attributes(&call, nothing, 0, VFS_ATTRIBUTE_MODE, 0777, 0, 0, 0, 0, "/d", 2), KN_OK);
	assert_int_equal(open_at("/old", FILE_FLAG_WRITE | VFS_OPEN_CREATE), KN_OK);
	close_all();
	sweep_as(UNIT, ATTEMPTS);
	sweep_as(USER, ATTEMPTS_OF_USERS);
	/* What he renamed keeps the name that he pays for. */
	call.badge = UNIT;
	remove_at("/old", false);
	assert_int_equal(account_count(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_lost_whichever_allocation_fails),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
