/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * getty: makes a terminal a session's, finds out how large it is, asks who is there, and becomes login.
 *
 *	getty [-a USER] [-t TERM] [DEVICE]
 *
 * -a logs USER in without asking. The device is /dev/console. init starts it again when the session has ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "size.h"

#define LOGIN "/bin/login"
#define NAME_MAX_LENGTH 64

static void fail(const char *what)
{
	fprintf(stderr, "getty: %s: %s\n", what, strerror(errno));
	sleep(5); /* not in a hurry to be started again */
	exit(1);
}

/* The device as stdin, stdout and stderr, and as the controlling terminal. */
static void open_terminal(const char *device)
{
	(void)setsid(); /* fails for who leads one already */
	int fd = open(device, O_RDWR);

	if (fd < 0)
		fail(device);
	for (int i = 0; i < 3; i++)
		if (fd != i && dup2(fd, i) < 0)
			fail(device);
	if (fd > 2)
		close(fd);
	(void)ioctl(0, TIOCSCTTY, 0);
	(void)tcsetpgrp(0, getpgrp());
}

static void set_sane(void)
{
	struct termios t;

	if (tcgetattr(0, &t) < 0)
		return;
	t.c_iflag = ICRNL | IXON | IUTF8;
	t.c_oflag = OPOST | ONLCR;
	t.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
	t.c_cc[VINTR] = 3;
	t.c_cc[VQUIT] = 28;
	t.c_cc[VERASE] = 127;
	t.c_cc[VKILL] = 21;
	t.c_cc[VEOF] = 4;
	t.c_cc[VSTART] = 17;
	t.c_cc[VSTOP] = 19;
	t.c_cc[VSUSP] = 26;
	t.c_cc[VWERASE] = 23;
	t.c_cc[VLNEXT] = 22;
	t.c_cc[VREPRINT] = 18;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	(void)tcsetattr(0, TCSAFLUSH, &t);
}

static void print_issue(void)
{
	char buffer[1024];
	int fd = open("/etc/issue", O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = read(fd, buffer, sizeof buffer)) > 0)
		(void)!write(1, buffer, (size_t)n);
	close(fd);
}

/* A name without anything that login or a shell could take for an option. */
static int is_name(const char *name)
{
	if (name[0] == '\0' || name[0] == '-')
		return 0;
	for (; *name; name++)
		if ((unsigned char)*name <= ' ' || *name == '/' || *name == ':' || *name == 127)
			return 0;
	return 1;
}

static void ask_name(char name[NAME_MAX_LENGTH])
{
	char host[64] = "";

	if (gethostname(host, sizeof host) < 0 || host[0] == '\0')
		strcpy(host, "saltyos");
	for (;;) {
		printf("%s login: ", host);
		fflush(stdout);
		size_t length = 0;
		char c;
		ssize_t n;

		while ((n = read(0, &c, 1)) == 1 && c != '\n')
			if (length + 1 < NAME_MAX_LENGTH)
				name[length++] = c;
		if (n <= 0)
			exit(0); /* hung up, or end of file */
		name[length] = '\0';
		/* A terminal that took its time to answer how large it is. */
		const char *typed = terminal_take_size(name);

		memmove(name, typed, strlen(typed) + 1);
		if (is_name(name))
			return;
	}
}

int main(int argc, char **argv)
{
	const char *user = NULL, *device = "/dev/console", *terminal = NULL;
	char name[NAME_MAX_LENGTH];
	int option;

	while ((option = getopt(argc, argv, "a:t:")) != -1) {
		switch (option) {
		case 'a':
			user = optarg;
			break;
		case 't':
			terminal = optarg;
			break;
		default:
			fprintf(stderr, "usage: getty [-a USER] [-t TERM] [DEVICE]\n");
			return 2;
		}
	}
	if (optind < argc)
		device = argv[optind];
	signal(SIGHUP, SIG_DFL);
	open_terminal(device);
	set_sane();
	(void)terminal_ask_size();
	if (terminal)
		(void)setenv("TERM", terminal, 1);
	if (user) {
		execl(LOGIN, "login", "-f", user, (char *)NULL);
		fail(LOGIN);
	}
	print_issue();
	ask_name(name);
	execl(LOGIN, "login", "--", name, (char *)NULL);
	fail(LOGIN);
}
