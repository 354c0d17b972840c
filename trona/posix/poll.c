/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll: a notification per thread, and one listener of it in each server. What a thread has
 * armed stays armed until it comes, also after poll() has returned: a file whose events are
 * armed and have not been signalled is known not to be ready, and asking about a hundred quiet
 * pipes again costs no message. Bits are shared by files (number modulo 64); a bit that comes
 * makes all its files be asked.
 */

#include "posix.h"

#include "client/file.h"
#include "client/procmgr.h"
#include "kn/cnode.h"
#include "trona/syscall.h"

#define BITS 64
#define ALWAYS (POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM)

/* With POLLRDNORM and POLLWRNORM as the plain ones. */
static uint32_t wanted(short events)
{
	uint32_t result = (uint32_t)events & (FILE_EVENT_IN | FILE_EVENT_OUT | FILE_EVENT_PRI);

	if (events & POLLRDNORM)
		result |= FILE_EVENT_IN;
	if (events & POLLWRNORM)
		result |= FILE_EVENT_OUT;
	return result;
}

static short told(uint32_t ready, short events)
{
	short result = (short)(ready & (FILE_EVENT_ERR | FILE_EVENT_HUP | FILE_EVENT_NVAL));

	if (ready & FILE_EVENT_IN)
		result |= (short)(events & (POLLIN | POLLRDNORM));
	if (ready & FILE_EVENT_OUT)
		result |= (short)(events & (POLLOUT | POLLWRNORM));
	if (ready & FILE_EVENT_PRI)
		result |= (short)(events & POLLPRI);
	return result;
}

static int prepare(struct __pthread *thread, const struct file *file)
{
	kn_status status = KN_OK;

	if (thread->notification == KN_CAP_NONE) {
		kn_cap slot = slot_take();

		if (slot == KN_CAP_NONE)
			return -ENOMEM;
		status = PERSIST(procmgr_notification(SLOT(PROCMGR), slot));
		if (status != KN_OK) {
			slot_give(slot);
			return to_errno(status);
		}
		thread->notification = slot;
	}
	int server = file->is_terminal;
	if (!thread->has_listener[server]) {
		status = PERSIST(file_poll_listen(file->slot, server ? SLOT(TTY) : SLOT(VFS), thread->notification, &thread->listeners[server]));
		thread->has_listener[server] = status == KN_OK;
	}
	return to_errno(status);
}

/* The armed files that the bits of the notification concern must be asked again. */
static void disarm(const struct __pthread *thread, uint64_t bits, const struct pollfd *polls, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct file *file = table_look(polls[i].fd, nullptr);

		if (file && file->poller == thread->number && bits >> file->index % BITS & 1)
			file->armed = 0;
	}
}

/* Files armed earlier and not in this poll must learn of their bits too. */
static void disarm_all(const struct __pthread *thread, uint64_t bits)
{
	for (int fd = 0; fd < table_size(); fd++) {
		struct file *file = table_look(fd, nullptr);

		if (file && file->poller == thread->number && bits >> file->index % BITS & 1)
			file->armed = 0;
	}
}

static int ask(struct __pthread *thread, struct pollfd *poll, bool arm)
{
	struct file *file = file_take(poll->fd);
	uint32_t events = wanted(poll->events), ready = 0;
	int error = 0;

	poll->revents = 0;
	if (!file) {
		poll->revents = POLLNVAL;
		return 1;
	}
	if (file->kind == FILE_KIND_REGULAR || file->kind == FILE_KIND_DIRECTORY) {
		poll->revents = (short)(poll->events & ALWAYS);
	} else if (file->poller == thread->number && file->armed && (events & ~file->armed) == 0) {
		/* Armed and quiet. */
	} else {
		kn_status status;

		if (arm)
			error = prepare(thread, file);
		if (error == 0) {
			if (arm)
				/* No events at all would take back what is armed; a hang-up is waited for always. */
				status = PERSIST(file_poll_arm(file->slot, thread->listeners[file->is_terminal],
				    events | FILE_EVENT_HUP, file->index % BITS, &ready));
			else
				status = PERSIST(file_poll(file->slot, events, false, 0, &ready));
			/* No room to wait in is this call's failure; whatever else goes wrong is the file's. */
			if (status == KN_E_QUOTA || status == KN_E_NO_MEMORY)
				error = to_errno(status);
			else if (status != KN_OK)
				ready = FILE_EVENT_ERR;
			else if (arm && ready == 0) {
				file->armed = (uint16_t)(events | FILE_EVENT_HUP);
				file->poller = thread->number;
			}
			poll->revents = told(ready, poll->events);
		}
	}
	file_drop(file);
	return error ? error : poll->revents != 0;
}

/* Ready files, or a negative errno. */
static int ask_all(struct __pthread *thread, struct pollfd *polls, size_t count, bool arm)
{
	int ready = 0;

	for (size_t i = 0; i < count; i++) {
		if (polls[i].fd < 0) {
			polls[i].revents = 0;
			continue;
		}
		int result = ask(thread, &polls[i], arm && ready == 0);
		if (result < 0)
			return result;
		ready += result;
	}
	return ready;
}

static int wait_for_bits(struct __pthread *thread, int64_t deadline, uint32_t handled, uint64_t *bits)
{
	struct kn_regs regs = {};

	if (thread->notification == KN_CAP_NONE) {
		/* Nothing to listen to: only time passes. */
		int result = sys_sleep_until(deadline < 0 ? INT64_MAX : deadline);

		*bits = 0;
		return result ? result : -ETIMEDOUT;
	}
	kn_status status = guarded_call(KN_SYS_RECV, thread->notification, &regs,
	    deadline < 0 ? KN_TIME_FOREVER : deadline == 0 ? 1 : (kn_time)deadline, &thread->handled, handled);
	*bits = status == KN_OK ? regs.badge : 0;
	if (thread->handled != handled)
		return status == KN_OK ? 0 : -EINTR;
	if (status == KN_OK || status == KN_E_INTERRUPTED)
		return 0;
	return status == KN_E_TIMED_OUT ? -ETIMEDOUT : to_errno(status);
}

/* Is any of the files taken for quiet? Then bits that came since must be seen first. */
static bool has_armed(const struct __pthread *thread, const struct pollfd *polls, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct file *file = polls[i].fd < 0 ? nullptr : table_look(polls[i].fd, nullptr);

		if (file && file->poller == thread->number && file->armed)
			return true;
	}
	return false;
}

static int poll_loop(struct __pthread *thread, struct pollfd *polls, size_t count, int64_t deadline, uint32_t handled)
{
	uint64_t bits;

	if (has_armed(thread, polls, count) && kn_wait(thread->notification, &bits, KN_TIME_POLL) == KN_OK)
		disarm_all(thread, bits);
	for (;;) {
		int ready = ask_all(thread, polls, count, deadline != 0);

		if (ready != 0 || deadline == 0)
			return ready;
		int error = wait_for_bits(thread, deadline, handled, &bits);
		disarm_all(thread, bits);
		disarm(thread, bits, polls, count);
		if (error == -ETIMEDOUT)
			return 0;
		if (error)
			return error;
		if (thread->handled != handled)
			return -EINTR;
	}
}

int sys_poll(struct pollfd *polls, size_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct __pthread *thread = thread_self();
	uint32_t handled = thread->handled;
	int64_t deadline = -1;
	sigset_t before;

	if (timeout) {
		if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1000000000)
			return -EINVAL;
		int64_t length = timeout->tv_sec > INT32_MAX ? INT64_MAX / 2 : timeout->tv_sec * 1000000000 + timeout->tv_nsec;
		deadline = length == 0 ? 0 : sys_clock_monotonic() + length;
	}
	if (mask) {
		/* A handler that runs because of the new mask ends the call. */
		(void)sys_sigmask(SIG_SETMASK, mask, &before);
		if (thread->handled != handled) {
			(void)sys_sigmask(SIG_SETMASK, &before, nullptr);
			return -EINTR;
		}
	}
	int result = poll_loop(thread, polls, count, deadline, handled);
	if (mask)
		(void)sys_sigmask(SIG_SETMASK, &before, nullptr);
	return result;
}
