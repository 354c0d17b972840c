/* SPDX-License-Identifier: BSD-2-Clause */
/* poll over a server with two files, which answers as poll_arm's contract says: what is armed with no events is not armed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "client/file.h"
#include "client/procmgr.h"
#include "kn/cnode.h"
#include "posix.h"
#include "trona/syscall.h"

#define LISTENER 77

struct kn_thread fake_thread;
static struct procmgr_signal_thread signals;
static struct __pthread self = {.signals = &signals, .number = 1};
static struct file files[2];
static struct {
	uint32_t ready, armed;
} there[2];
static unsigned asked;
static uint64_t bits;
static kn_status listening, arming;
/* What becomes ready while poll waits. */
static uint32_t coming[2];

/* ---- fakes ---- */

kn_status procmgr_notification(kn_cap server, kn_cap slot)
{
	return KN_OK;
}

kn_status file_poll_listen(kn_cap file, kn_cap caller, kn_cap notification, uint64_t *listener)
{
	assert_int_equal(caller, SLOT(TTY));
	*listener = LISTENER;
	return listening;
}

kn_status file_poll_arm(kn_cap file, uint64_t listener, uint32_t events, uint32_t bit, uint32_t *ready)
{
	assert_int_equal(listener, LISTENER);
	assert_int_equal(bit, file);
	asked++;
	if (arming != KN_OK)
		return arming;
	*ready = events ? there[file].ready & (events | FILE_EVENT_ERR | FILE_EVENT_HUP) : 0;
	there[file].armed = *ready || !events ? 0 : events | FILE_EVENT_ERR | FILE_EVENT_HUP;
	return KN_OK;
}

kn_status file_poll(kn_cap file, uint32_t events, bool arm, uint32_t bit, uint32_t *ready)
{
	asked++;
	*ready = there[file].ready & (events | FILE_EVENT_ERR | FILE_EVENT_HUP);
	return KN_OK;
}

static void change(unsigned file, uint32_t ready)
{
	there[file].ready |= ready;
	if (there[file].armed & ready) {
		bits |= 1u << file;
		there[file].armed = 0;
	}
}

kn_status guarded_call(
    uint64_t number, kn_cap dest, struct kn_regs *regs, kn_time deadline, const volatile uint32_t *flag, uint32_t expected)
{
	for (unsigned i = 0; i < 2; i++)
		change(i, coming[i]);
	if (!bits)
		return KN_E_TIMED_OUT;
	regs->badge = bits;
	bits = 0;
	return KN_OK;
}

kn_status kn_recv(kn_cap source, struct kn_regs *regs, kn_time deadline, kn_cap reply)
{
	regs->badge = bits;
	bits = 0;
	return regs->badge ? KN_OK : KN_E_TIMED_OUT;
}

struct file *file_take(int fd)
{
	return fd < 2 ? &files[fd] : nullptr;
}

void file_drop(struct file *file)
{
}

struct file *table_look(int fd, bool *is_private)
{
	return file_take(fd);
}

int table_size(void)
{
	return 2;
}

kn_cap slot_take(void)
{
	return 50;
}

void slot_give(kn_cap slot)
{
}

int sys_sleep_until(int64_t deadline)
{
	return 0;
}

int64_t sys_clock_monotonic(void)
{
	return 1000;
}

int sys_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	return 0;
}

/* ---- tests ---- */

static const struct timespec at_once = {}, later = {.tv_sec = 1};

static int fresh(void **state)
{
	fake_thread.personality = &self;
	for (unsigned i = 0; i < 2; i++)
		files[i] = (struct file){.kind = FILE_KIND_TERMINAL, .is_terminal = true, .index = i, .slot = i};
	memset(there, 0, sizeof there);
	memset(coming, 0, sizeof coming);
	asked = 0;
	bits = 0;
	listening = arming = KN_OK;
	self.has_listener[1] = false;
	return 0;
}

static void a_hang_up_is_told_to_who_asks_for_nothing(void **state)
{
	struct pollfd poll = {.fd = 0};

	there[0].ready = FILE_EVENT_IN | FILE_EVENT_HUP;
	assert_int_equal(sys_poll(&poll, 1, &at_once, nullptr), 1);
	assert_int_equal(poll.revents, POLLHUP);
	assert_int_equal(sys_poll(&poll, 1, nullptr, nullptr), 1);
	assert_int_equal(poll.revents, POLLHUP);
}

static void who_asks_for_nothing_waits_for_the_hang_up(void **state)
{
	struct pollfd poll = {.fd = 0};

	coming[0] = FILE_EVENT_HUP;
	assert_int_equal(sys_poll(&poll, 1, &later, nullptr), 1);
	assert_int_equal(poll.revents, POLLHUP);
	there[0].ready = coming[0] = 0;
	assert_int_equal(sys_poll(&poll, 1, &later, nullptr), 0);
	coming[0] = FILE_EVENT_IN;
	assert_int_equal(sys_poll(&poll, 1, &later, nullptr), 0);
}

static void quiet_files_are_asked_once(void **state)
{
	struct pollfd polls[2] = {{.fd = 0, .events = POLLIN}, {.fd = 1, .events = POLLIN}};

	for (int i = 0; i < 5; i++)
		assert_int_equal(sys_poll(polls, 2, &later, nullptr), 0);
	assert_int_equal(asked, 2);
	coming[1] = FILE_EVENT_IN;
	assert_int_equal(sys_poll(polls, 2, nullptr, nullptr), 1);
	assert_int_equal(polls[0].revents, 0);
	assert_int_equal(polls[1].revents, POLLIN);
	assert_int_equal(asked, 3);
}

static void more_events_are_asked_for_again(void **state)
{
	struct pollfd poll = {.fd = 0, .events = POLLIN};

	assert_int_equal(sys_poll(&poll, 1, &later, nullptr), 0);
	there[0].ready = FILE_EVENT_OUT;
	poll.events = POLLIN | POLLWRNORM;
	assert_int_equal(sys_poll(&poll, 1, &later, nullptr), 1);
	assert_int_equal(poll.revents, POLLWRNORM);
}

static void bad_descriptors_and_times(void **state)
{
	struct pollfd polls[2] = {{.fd = 9, .events = POLLIN}, {.fd = -1, .events = POLLIN, .revents = 5}};
	const struct timespec bad = {.tv_nsec = 1000000000}, negative = {.tv_sec = -1};

	assert_int_equal(sys_poll(polls, 2, nullptr, nullptr), 1);
	assert_int_equal(polls[0].revents, POLLNVAL);
	assert_int_equal(polls[1].revents, 0);
	assert_int_equal(sys_poll(polls, 2, &bad, nullptr), -EINVAL);
	assert_int_equal(sys_poll(polls, 2, &negative, nullptr), -EINVAL);
}

/* Not an event of the file: nothing is wrong with it. */
static void no_room_to_wait_in_is_an_error(void **state)
{
	struct pollfd poll = {.fd = 0, .events = POLLIN};

	listening = KN_E_QUOTA;
	assert_int_equal(sys_poll(&poll, 1, &later, nullptr), -EAGAIN);
	assert_int_equal(sys_poll(&poll, 1, &at_once, nullptr), 0);
	listening = KN_OK;
	arming = KN_E_NO_MEMORY;
	assert_int_equal(sys_poll(&poll, 1, &later, nullptr), -ENOMEM);
	arming = KN_E_IO;
	assert_int_equal(sys_poll(&poll, 1, &later, nullptr), 1);
	assert_int_equal(poll.revents, POLLERR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_hang_up_is_told_to_who_asks_for_nothing, fresh),
	    cmocka_unit_test_setup(who_asks_for_nothing_waits_for_the_hang_up, fresh),
	    cmocka_unit_test_setup(quiet_files_are_asked_once, fresh),
	    cmocka_unit_test_setup(more_events_are_asked_for_again, fresh),
	    cmocka_unit_test_setup(no_room_to_wait_in_is_an_error, fresh),
	    cmocka_unit_test_setup(bad_descriptors_and_times, fresh),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
