/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls on an open terminal. Another kind of file is not one, which needs no server to know. */

#include "posix.h"

#include <termios.h>

#include "client/tty.h"

/* The server acts on the bits of termios as they are. */
static_assert(TTY_INPUT_IUTF8 == IUTF8 && TTY_INPUT_ICRNL == ICRNL && TTY_OUTPUT_ONLCR == ONLCR && TTY_LOCAL_IEXTEN == IEXTEN &&
	      TTY_LOCAL_ICANON == ICANON && TTY_CHARACTER_EOL2 == VEOL2 && TTY_CHARACTER_MIN == VMIN);

#define WITH_TERMINAL(fd, call) \
	struct file *file = file_take(fd); \
	kn_status status = KN_E_NOT_TERMINAL; \
	if (!file) \
		return -EBADF; \
	if (file->is_terminal) \
		status = PERSIST(call); \
	file_drop(file)

/* The same for calls that wait or that a background process is stopped at: what a signal's handler says counts. */
#define WAIT_FOR_TERMINAL(fd, call) \
	struct file *file = file_take(fd); \
	kn_status status = KN_E_NOT_TERMINAL; \
	if (!file) \
		return -EBADF; \
	if (file->is_terminal) \
		RESTART(status, call); \
	file_drop(file)

int sys_tty_get(int fd, struct termios *attributes)
{
	struct tty_attributes raw;
	WITH_TERMINAL(fd, tty_get_attributes(file->slot, &raw));

	if (status == KN_OK) {
		*attributes = (struct termios){
		    .c_iflag = raw.input,
		    .c_oflag = raw.output,
		    .c_cflag = raw.control,
		    .c_lflag = raw.local,
		    .c_ispeed = raw.input_speed,
		    .c_ospeed = raw.output_speed,
		};
		memcpy(attributes->c_cc, raw.characters, sizeof raw.characters);
	}
	return to_errno(status);
}

int sys_tty_set(int fd, int when, const struct termios *attributes)
{
	struct tty_attributes raw = {
	    .input = attributes->c_iflag,
	    .output = attributes->c_oflag,
	    .control = attributes->c_cflag,
	    .local = attributes->c_lflag,
	    .input_speed = attributes->c_ispeed,
	    .output_speed = attributes->c_ospeed,
	};

	if (when < 0 || when > 2)
		return -EINVAL;
	memcpy(raw.characters, attributes->c_cc, sizeof raw.characters);
	WAIT_FOR_TERMINAL(fd, tty_configure(file->slot, SLOT(TTY), (uint32_t)when, &raw));
	return to_errno(status);
}

int sys_tty_window(int fd, struct winsize *window, bool set)
{
	struct tty_window raw = {.rows = window->ws_row, .columns = window->ws_col, .width = window->ws_xpixel,
	    .height = window->ws_ypixel};
	WITH_TERMINAL(fd, set ? tty_set_window(file->slot, &raw) : tty_get_window(file->slot, &raw));

	if (status == KN_OK && !set)
		*window = (struct winsize){.ws_row = raw.rows, .ws_col = raw.columns, .ws_xpixel = raw.width,
		    .ws_ypixel = raw.height};
	return to_errno(status);
}

int sys_tty_foreground(int fd, pid_t group)
{
	uint32_t now = 0;
	WAIT_FOR_TERMINAL(fd,
	    group ? tty_set_foreground(file->slot, SLOT(TTY), (uint32_t)group) : tty_get_foreground(file->slot, &now));

	return status == KN_OK ? (int)now : to_errno(status);
}

int sys_tty_session(int fd)
{
	uint32_t session = 0;
	WITH_TERMINAL(fd, tty_get_session(file->slot, &session));

	return status == KN_OK ? (int)session : to_errno(status);
}

int sys_tty_control(int fd, bool release, bool steal)
{
	WITH_TERMINAL(fd,
	    release ? tty_release_controlling(file->slot, SLOT(TTY)) : tty_make_controlling(file->slot, SLOT(TTY), steal));

	return to_errno(status);
}

int sys_tty_flush(int fd, int queue)
{
	if (queue < 0 || queue > 2)
		return -EINVAL;
	WITH_TERMINAL(fd, tty_flush(file->slot, (uint32_t)queue + 1));
	return to_errno(status);
}

int sys_tty_flow(int fd, int action)
{
	WITH_TERMINAL(fd, tty_flow(file->slot, (uint32_t)action));
	return to_errno(status);
}

int sys_tty_drain(int fd)
{
	WAIT_FOR_TERMINAL(fd, tty_drain(file->slot));
	return to_errno(status);
}

int sys_tty_break(int fd)
{
	WITH_TERMINAL(fd, tty_send_break(file->slot));
	return to_errno(status);
}

int sys_tty_number(int fd)
{
	uint32_t number = 0;
	WITH_TERMINAL(fd, tty_number(file->slot, &number));

	return status == KN_OK ? (int)number : to_errno(status);
}

int sys_tty_lock(int fd, bool locked)
{
	WITH_TERMINAL(fd, tty_lock(file->slot, locked));
	return to_errno(status);
}
