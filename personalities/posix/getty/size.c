/* SPDX-License-Identifier: BSD-2-Clause */
/* See size.h. */
#include "size.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define ANSWER_TENTHS 3 /* how long a terminal may take between two bytes */
#define SIZE_MAX_CELLS 1000

/* ESC [ rows ; columns R */
const char *terminal_take_size(const char *text)
{
	int rows, columns, length = 0;

	if (sscanf(text, "\033[%d;%dR%n", &rows, &columns, &length) != 2 || length == 0)
		return text;
	if (rows > 0 && rows < SIZE_MAX_CELLS && columns > 0 && columns < SIZE_MAX_CELLS) {
		struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

		(void)ioctl(0, TIOCSWINSZ, &size);
	}
	return text + length;
}

static int read_answer(void)
{
	char answer[32] = "";

	for (size_t length = 0; length + 1 < sizeof answer; length++) {
		if (read(0, answer + length, 1) <= 0)
			return 0;
		if (answer[length] == 'R')
			break;
	}
	return terminal_take_size(answer) != answer;
}

int terminal_ask_size(void)
{
	/* Remember the place, go as far down and right as there is, ask where that is, come back. */
	static const char question[] = "\0337\033[999;999H\033[6n\0338";
	struct termios cooked, raw;

	if (tcgetattr(0, &cooked) < 0)
		return 0;
	raw = cooked;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = ANSWER_TENTHS;
	if (tcsetattr(0, TCSANOW, &raw) < 0)
		return 0;
	int is_known = write(1, question, sizeof question - 1) == (ssize_t)(sizeof question - 1) && read_answer();
	(void)tcsetattr(0, TCSANOW, &cooked);
	return is_known;
}
