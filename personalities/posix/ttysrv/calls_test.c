/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening terminals and waiting at them, with each allocation and each step failing in turn: nothing half open, nothing lost. */
#include "check.h"

#include "calls.h"
#include "client/console.h"
#include "client/procmgr.h"
#include "client/vfs.h"
#include "fake_caps.h"
#include "fake_heap.h"
#include "file.h"
#include "kn/random.h"
#include "trona/poll.h"
#include "trona/process_table.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "uapi/protocol/vfs.h"

#define ENDPOINT 11

static kn_cap files[2], held[2]; /* the server's capabilities, and what came of them */
static long budget = -1; /* of other servers, and of replies */
static unsigned nodes, waiting;
static uint32_t caller_uid;
static bool caller_has_ended;
static struct server_reply reply;
static struct server_call call = {.badge = 1};

static kn_status try(void)
{
	if (budget == 0)
		return KN_E_NO_MEMORY;
	budget -= budget > 0;
	return KN_OK;
}

/* ---- who is asked ---- */

kn_status vfs_device_node(kn_cap server, const void *name, size_t length, uint32_t mode, uint32_t uid, uint32_t gid,
    uint32_t kind, uint64_t device, bool remove)
{
	kn_status status = remove ? KN_OK : try();

	if (status == KN_OK)
		nodes += remove ? -1u : 1u;
	return status;
}

bool process_read_badge(kn_word badge, struct procmgr_process_entry *entry)
{
	*entry = (struct procmgr_process_entry){.pid = 5, .session = 5, .group = 5, .euid = caller_uid};
	return !caller_has_ended;
}

/* Every number is somebody's. */
bool process_read(uint64_t index, struct procmgr_process_entry *entry)
{
	*entry = (struct procmgr_process_entry){.state = PROCMGR_PROCESS_STATE_RUNNING};
	return true;
}

bool process_find(uint32_t pid, uint64_t *index)
{
	*index = 0;
	return true;
}

uint64_t process_table_size(void)
{
	return 0;
}

const struct procmgr_process_entry *process_table_at(uint64_t index)
{
	return nullptr;
}

kn_status procmgr_background(kn_cap server, uint32_t pid, uint32_t signal, uint32_t *verdict)
{
	*verdict = 0;
	return KN_OK;
}

kn_status procmgr_set_terminal(kn_cap server, uint32_t session, uint64_t terminal)
{
	return KN_OK;
}

static unsigned signalled;

kn_status procmgr_signal_group(kn_cap server, uint32_t group, uint32_t signal)
{
	signalled++;
	return KN_OK;
}

kn_status console_read(kn_cap server, void *data, size_t capacity, size_t *length)
{
	*length = 0;
	return KN_OK;
}

kn_status console_write(kn_cap server, const void *data, size_t length, uint32_t *written)
{
	*written = (uint32_t)length;
	return KN_OK;
}

kn_status kn_random_get(kn_cap self, struct kn_random_data *data)
{
	*data = (struct kn_random_data){};
	return KN_OK;
}

kn_cap start_cap(const char *name)
{
	return 1;
}

kn_time start_now(void)
{
	return 1000;
}

int64_t start_wall(void)
{
	return 1000;
}

/* ---- the loop ---- */

struct server_reply *server_defer(struct server_call *of)
{
	if (try() != KN_OK)
		return nullptr;
	waiting++;
	return &reply;
}

void server_reply_status(struct server_reply *to, kn_status status)
{
	waiting--;
}

kn_status file_read_reply(struct server_reply *to, kn_status status, const void *data, size_t length)
{
	waiting--;
	return KN_OK;
}

kn_status file_write_reply(struct server_reply *to, kn_status status, uint32_t written)
{
	waiting--;
	return KN_OK;
}

kn_status tty_read_reply(struct server_reply *to, kn_status status, const void *data, size_t length)
{
	return file_read_reply(to, status, data, length);
}

kn_status tty_write_reply(struct server_reply *to, kn_status status, uint32_t written)
{
	return file_write_reply(to, status, written);
}

kn_status server_take(struct server_call *from, kn_cap received, kn_cap *slot)
{
	return try();
}

static kn_word cancelled;

kn_status kn_endpoint_cancel_badge(kn_cap self, uint64_t badge)
{
	assert_int_equal(self, file_endpoint);
	cancelled = badge;
	return KN_OK;
}

kn_status slot_watch(kn_cap slot)
{
	return try();
}

void poll_notify(struct poll_source *source, uint32_t events)
{
}

void poll_forget(struct poll_source *source, const void *key)
{
}

kn_status poll_arm(uint64_t listener, struct poll_source *source, const void *key, uint32_t events, uint32_t bit)
{
	return KN_OK;
}

kn_status poll_listener_create(kn_cap notification, uint32_t uid, uint64_t random, uint64_t *listener)
{
	return KN_OK;
}

void poll_listener_refuse(kn_cap notification)
{
}

/* ---- tests ---- */

static int once(void **state)
{
	fake_caps_reset();
	slots_init(32, 900, nullptr);
	fake_caps_untyped(ENDPOINT, 12);
	file_endpoint = ENDPOINT;
	terminals_init();
	assert_int_equal(slots_alloc(2, &held[0]), KN_OK);
	held[1] = held[0] + 1;
	return 0;
}

static kn_status open_device(uint64_t device, uint32_t *number, kn_cap *file)
{
	return tty_methods.open(&call, device, FILE_FLAG_READ | FILE_FLAG_WRITE | VFS_OPEN_NO_TTY, number, file);
}

/* The answer reaches the client. */
static kn_status receive(unsigned i)
{
	return slot_duplicate(held[i], files[i]);
}

static void close_file(unsigned i)
{
	slot_delete(held[i]);
	file_orphan(fake_cap(files[i])->badge);
}

static uint32_t number;

static kn_status try_master(void)
{
	kn_status status = open_device(TTY_DEVICE_MASTER, &number, &files[0]);

	if (status == KN_OK) {
		fake_caps_budget = -1;
		assert_int_equal(receive(0), KN_OK);
	}
	return status;
}

static void undo_master(void)
{
	close_file(0);
}

static kn_status try_slave(void)
{
	kn_status status = open_device(TTY_DEVICE_PTS + number, &number, &files[1]);

	if (status == KN_OK) {
		fake_caps_budget = -1;
		assert_int_equal(receive(1), KN_OK);
	}
	return status;
}

static void undo_slave(void)
{
	close_file(1);
}

static kn_status try_read(void)
{
	struct server_call from = {.badge = fake_cap(files[1])->badge};
	char bytes[8];
	size_t length;
	kn_status status = tty_methods.read(&from, (struct server_cap){}, bytes, sizeof bytes, &length);

	return status == KN_DEFERRED ? KN_OK : status;
}

static void undo_read(void)
{
	close_file(1); /* whoever waits at it is answered */
	assert_int_equal(waiting, 0);
	assert_int_equal(try_slave(), KN_OK);
}

static void sweep(kn_status (*attempt)(void), void (*undo)(void), long *limit)
{
	kn_status status = KN_E_NO_MEMORY;

	for (long n = 0; status != KN_OK; n++) {
		const long blocks = fake_heap_blocks;
		const unsigned before = nodes, slots = slots_available(), used = fake_caps_used();

		assert_true(n < 30);
		*limit = n;
		status = attempt();
		*limit = -1;
		if (status == KN_OK)
			break;
		assert_int_equal(status, KN_E_NO_MEMORY);
		assert_int_equal(nodes, before);
		assert_int_equal(waiting, 0);
		/* Tables that have grown stay. */
		assert_true(fake_heap_blocks - blocks <= 2);
		assert_int_equal(slots_available(), slots);
		assert_int_equal(fake_caps_used(), used);
	}
	undo();
}

static void opening_without_memory_leaves_nothing(void **state)
{
	long *const limits[] = {&fake_heap_budget, &fake_caps_budget, &budget};

	for (unsigned i = 0; i < 3; i++) {
		sweep(try_master, undo_master, limits[i]);
		assert_int_equal(nodes, 0);
	}
	assert_int_equal(try_master(), KN_OK);
	terminal_by_number(number)->is_locked = false;
	for (unsigned i = 0; i < 3; i++)
		sweep(try_slave, undo_slave, limits[i]);
	assert_int_equal(terminal_by_number(number)->opens, 0);
	undo_master();
	assert_int_equal(nodes, 0);
	assert_null(terminal_by_number(number));
}

static void waiting_without_memory_leaves_nothing(void **state)
{
	long *const limits[] = {&fake_heap_budget, &budget};

	assert_int_equal(try_master(), KN_OK);
	terminal_by_number(number)->is_locked = false;
	assert_int_equal(try_slave(), KN_OK);
	for (unsigned i = 0; i < 2; i++)
		sweep(try_read, undo_read, limits[i]);
	undo_slave();
	undo_master();
	assert_int_equal(nodes, 0);
}

/* Without its client the terminal is gone before anybody else finds it. */
static void an_answer_that_reached_nobody_leaves_no_terminal(void **state)
{
	kn_cap file;
	uint32_t other;

	assert_int_equal(open_device(TTY_DEVICE_MASTER, &number, &file), KN_OK);
	terminal_by_number(number)->is_locked = false;
	assert_int_equal(nodes, 1);
	assert_int_equal(open_device(TTY_DEVICE_PTS + number, &other, &file), KN_E_NO_DEVICE);
	assert_int_equal(nodes, 0);
}

static void nobody_opens_what_is_not_there(void **state)
{
	kn_cap file;

	assert_int_equal(open_device(TTY_DEVICE_CURRENT, &number, &file), KN_E_NO_DEVICE);
	assert_int_equal(open_device(TTY_DEVICE_PTS + 1000, &number, &file), KN_E_NO_DEVICE);
	assert_int_equal(open_device(~0ull, &number, &file), KN_E_NO_DEVICE);
	assert_int_equal(try_master(), KN_OK);
	assert_int_equal(open_device(TTY_DEVICE_PTS + number, &number, &file), KN_E_IO); /* locked */
	undo_master();
	assert_int_equal(open_device(TTY_DEVICE_PTS + number, &number, &file), KN_E_NO_DEVICE);
}

static void only_who_may_opens_a_terminal(void **state)
{
	kn_cap file;

	caller_uid = 1000;
	assert_int_equal(open_device(TTY_DEVICE_CONSOLE, &number, &file), KN_E_ACCESS);
	caller_uid = 0;
	caller_has_ended = true;
	assert_int_equal(open_device(TTY_DEVICE_CONSOLE, &number, &file), KN_E_NO_PROCESS);
	caller_has_ended = false;
	assert_int_equal(open_device(TTY_DEVICE_CONSOLE, &number, &files[0]), KN_OK);
	assert_int_equal(receive(0), KN_OK);
	close_file(0);
}

/* Its number may be another's by then. */
static void a_session_loses_its_terminal_with_its_leader(void **state)
{
	assert_int_equal(try_master(), KN_OK);
	struct terminal *terminal = terminal_by_number(number);

	terminal->is_locked = false;
	assert_int_equal(tty_methods.open(&call, TTY_DEVICE_PTS + number, FILE_FLAG_READ, &number, &files[1]), KN_OK);
	assert_int_equal(receive(1), KN_OK);
	assert_int_equal(terminal->session, 5);
	terminals_check_sessions();
	assert_int_equal(terminal->session, 5);
	caller_has_ended = true;
	terminals_check_sessions();
	caller_has_ended = false;
	assert_int_equal(terminal->session, 0);
	undo_slave();
	undo_master();
}

static void a_write_sends_each_signal_once(void **state)
{
	static const uint8_t bytes[] = "\3\3\34\3\3\34\34\3";
	uint32_t written;

	assert_int_equal(try_master(), KN_OK);
	struct server_call from = {.badge = fake_cap(files[0])->badge};

	terminal_by_number(number)->foreground = 5;
	signalled = 0;
	assert_int_equal(tty_methods.write(&from, (struct server_cap){}, bytes, sizeof bytes - 1, &written), KN_OK);
	assert_int_equal(written, sizeof bytes - 1);
	assert_int_equal(signalled, 2);
	terminal_by_number(number)->foreground = 0;
	undo_master();
}

/* The next who opens gets the same badge. */
static void calls_that_are_queued_end_with_their_file(void **state)
{
	assert_int_equal(try_master(), KN_OK);
	const kn_word badge = fake_cap(files[0])->badge;

	cancelled = 0;
	close_file(0);
	assert_int_equal(cancelled, badge);
	assert_int_equal(try_master(), KN_OK);
	assert_int_equal(fake_cap(files[0])->badge, badge);
	undo_master();
}

static void a_user_has_only_so_many_terminals(void **state)
{
	struct terminal *made[TERMINALS_PER_USER + 2];
	unsigned count = 0;

	while (count < TERMINALS_PER_USER)
		assert_int_equal(terminal_create(1000, 1000, &made[count++]), KN_OK);
	assert_int_equal(terminal_create(1000, 1000, &made[count]), KN_E_NO_MEMORY);
	assert_int_equal(nodes, TERMINALS_PER_USER);
	assert_int_equal(terminal_create(1001, 1001, &made[count++]), KN_OK);
	assert_int_equal(terminal_create(0, 0, &made[count++]), KN_OK);
	while (count-- > 0) {
		made[count]->has_master = false;
		terminal_release(made[count]);
	}
	assert_int_equal(nodes, 0);
}

static kn_status grow_slots(kn_cap root_slot)
{
	return KN_OK;
}

/* What is opened here stays. */
static void a_user_opens_only_so_many_files(void **state)
{
	unsigned count = 0;
	uint32_t same;

	slots_set_grow(grow_slots);
	caller_uid = 1000;
	assert_int_equal(try_master(), KN_OK);
	terminal_by_number(number)->is_locked = false;
	while (++count < FILES_PER_USER) {
		assert_int_equal(open_device(TTY_DEVICE_PTS + number, &number, &files[1]), KN_OK);
		assert_int_equal(tty_methods.number(&(struct server_call){.badge = fake_cap(files[1])->badge}, &same), KN_OK);
	}
	assert_int_equal(open_device(TTY_DEVICE_PTS + number, &number, &files[1]), KN_E_TOO_MANY_FILES);
	assert_int_equal(open_device(TTY_DEVICE_MASTER, &same, &files[1]), KN_E_TOO_MANY_FILES);
	assert_null(terminal_by_number(number + 1));
	caller_uid = 0;
	assert_int_equal(open_device(TTY_DEVICE_PTS + number, &number, &files[1]), KN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(opening_without_memory_leaves_nothing),
	    cmocka_unit_test(waiting_without_memory_leaves_nothing),
	    cmocka_unit_test(an_answer_that_reached_nobody_leaves_no_terminal),
	    cmocka_unit_test(nobody_opens_what_is_not_there),
	    cmocka_unit_test(only_who_may_opens_a_terminal),
	    cmocka_unit_test(a_session_loses_its_terminal_with_its_leader),
	    cmocka_unit_test(a_write_sends_each_signal_once),
	    cmocka_unit_test(calls_that_are_queued_end_with_their_file),
	    cmocka_unit_test(a_user_has_only_so_many_terminals),
	    cmocka_unit_test(a_user_opens_only_so_many_files),
	};
	return cmocka_run_group_tests(tests, once, nullptr);
}
