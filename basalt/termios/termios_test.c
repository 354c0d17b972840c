/* SPDX-License-Identifier: BSD-2-Clause */
/* Terminal attributes: what is changed in them here, and what goes down to the system as it is. */
#include "check.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <termios.h>

#define tcgetattr basalt_tcgetattr
#define tcsetattr basalt_tcsetattr
#define tcsendbreak basalt_tcsendbreak
#define tcdrain basalt_tcdrain
#define tcflush basalt_tcflush
#define tcflow basalt_tcflow
#define tcgetsid basalt_tcgetsid
#define tcgetwinsize basalt_tcgetwinsize
#define tcsetwinsize basalt_tcsetwinsize
#define cfgetispeed basalt_cfgetispeed
#define cfgetospeed basalt_cfgetospeed
#define cfsetispeed basalt_cfsetispeed
#define cfsetospeed basalt_cfsetospeed
#define cfsetspeed basalt_cfsetspeed
#define cfmakeraw basalt_cfmakeraw

#include "termios.c"

static int answer, last_fd, last_argument;
static struct termios kept;
static struct winsize window;

int sys_tty_get(int fd, struct termios *attributes)
{
	last_fd = fd;
	if (answer == 0)
		*attributes = kept;
	return answer;
}

int sys_tty_set(int fd, int when, const struct termios *attributes)
{
	last_fd = fd;
	last_argument = when;
	if (answer == 0)
		kept = *attributes;
	return answer;
}

int sys_tty_window(int fd, struct winsize *size, bool set)
{
	*(set ? &window : size) = *(set ? size : &window);
	return answer;
}

static int one(int fd, int argument)
{
	last_fd = fd;
	last_argument = argument;
	return answer;
}

int sys_tty_break(int fd)
{
	return one(fd, 0);
}

int sys_tty_drain(int fd)
{
	return one(fd, 0);
}

int sys_tty_flush(int fd, int queue)
{
	return one(fd, queue);
}

int sys_tty_flow(int fd, int action)
{
	return one(fd, action);
}

int sys_tty_session(int fd)
{
	return one(fd, 0);
}

static int setup(void **state)
{
	answer = errno = 0;
	last_fd = last_argument = -1;
	return 0;
}

static void raw_is_what_no_byte_is_changed_in(void **state)
{
	struct termios t;

	memset(&t, 0xff, sizeof t);
	cfmakeraw(&t);
	assert_int_equal(t.c_iflag & (IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON), 0);
	assert_int_equal(t.c_oflag & OPOST, 0);
	assert_int_equal(t.c_lflag & (ECHO | ECHONL | ICANON | ISIG | IEXTEN), 0);
	assert_int_equal(t.c_cflag & (CSIZE | PARENB), CS8);
	assert_int_equal(t.c_cc[VMIN], 1);
	assert_int_equal(t.c_cc[VTIME], 0);
	/* The rest stays. */
	assert_int_equal(t.c_iflag & IXOFF, IXOFF);
	assert_int_equal(t.c_lflag & TOSTOP, TOSTOP);
	assert_int_equal(t.c_cflag & CREAD, CREAD);
	assert_int_equal(t.c_cc[VINTR], 0xff);
}

static void speeds_are_kept_apart(void **state)
{
	struct termios t = {};

	assert_int_equal(cfsetispeed(&t, B9600), 0);
	assert_int_equal(cfsetospeed(&t, B38400), 0);
	assert_int_equal(cfgetispeed(&t), B9600);
	assert_int_equal(cfgetospeed(&t), B38400);
	assert_int_equal(cfsetspeed(&t, B1200), 0);
	assert_int_equal(cfgetispeed(&t), B1200);
	assert_int_equal(cfgetospeed(&t), B1200);
}

static void attributes_go_down_and_come_back(void **state)
{
	struct termios t = {.c_iflag = 1, .c_lflag = 2}, got = {};

	assert_int_equal(tcsetattr(4, TCSADRAIN, &t), 0);
	assert_int_equal(last_fd, 4);
	assert_int_equal(last_argument, TCSADRAIN);
	assert_int_equal(tcgetattr(5, &got), 0);
	assert_int_equal(last_fd, 5);
	assert_memory_equal(&t, &got, sizeof t);
}

static void the_window_is_set_from_a_constant(void **state)
{
	static const struct winsize set = {.ws_row = 40, .ws_col = 100};
	struct winsize got = {};

	assert_int_equal(tcsetwinsize(1, &set), 0);
	assert_int_equal(tcgetwinsize(1, &got), 0);
	assert_memory_equal(&set, &got, sizeof set);
}

static void errors_become_errno(void **state)
{
	struct termios t = {.c_iflag = 77};

	answer = -ENOTTY;
	assert_int_equal(tcgetattr(0, &t), -1);
	assert_int_equal(errno, ENOTTY);
	assert_int_equal(t.c_iflag, 77);
	answer = -EINTR;
	assert_int_equal(tcdrain(0), -1);
	assert_int_equal(errno, EINTR);
	answer = -EINVAL;
	assert_int_equal(tcflush(3, 99), -1);
	assert_int_equal(last_argument, 99);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(tcflow(3, TCOON), -1);
	assert_int_equal(tcsendbreak(3, 0), -1);
	assert_int_equal(tcgetsid(3), -1);
	answer = 42;
	assert_int_equal(tcgetsid(3), 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(raw_is_what_no_byte_is_changed_in, setup),
	    cmocka_unit_test_setup(speeds_are_kept_apart, setup),
	    cmocka_unit_test_setup(attributes_go_down_and_come_back, setup),
	    cmocka_unit_test_setup(the_window_is_set_from_a_constant, setup),
	    cmocka_unit_test_setup(errors_become_errno, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
