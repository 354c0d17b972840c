/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * login: checks who somebody is and becomes his shell.
 *
 *	login [-f USER | [--] USER]
 *
 * -f (only for uid 0) asks for no password. An account with an empty password field in /etc/passwd needs none either; this is how the
 * image's accounts are. The C library has no crypt() yet, so an account with anything else in the field cannot log in.
 * Works without a terminal too (scripts/run feeds it a pipe).
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES 3
#define DEFAULT_PATH "/usr/bin:/bin:/sbin"

static void read_line(const char *prompt, char *line, size_t size)
{
	size_t length = 0;
	char c;
	ssize_t n;

	printf("%s", prompt);
	fflush(stdout);
	while ((n = read(0, &c, 1)) == 1 && c != '\n')
		if (length + 1 < size)
			line[length++] = c;
	if (n <= 0)
		exit(1);
	line[length] = '\0';
}

/* Who logs in: without a password when he may, else he is asked and refused. */
static struct passwd *identify(const char *user, int is_trusted)
{
	char name[64];

	for (int try = 0; try < TRIES; try++) {
		if (user) {
			snprintf(name, sizeof name, "%s", user);
			user = NULL;
		} else {
			read_line("login: ", name, sizeof name);
		}
		struct passwd *account = getpwnam(name);

		if (account && (is_trusted || account->pw_passwd[0] == '\0'))
			return account;
		if (is_trusted) {
			fprintf(stderr, "login: no user %s\n", name);
			exit(1);
		}
		(void)getpass("Password: ");
		sleep(1);
		printf("Login incorrect\n");
	}
	exit(1);
}

static void become(const struct passwd *account)
{
	if (getuid() != 0) {
		if (getuid() == account->pw_uid)
			return;
		fprintf(stderr, "login: only the superuser changes users\n");
		exit(1);
	}
	if (setgid(account->pw_gid) < 0 || initgroups(account->pw_name, account->pw_gid) < 0 ||
	    setuid(account->pw_uid) < 0) {
		fprintf(stderr, "login: %s: %s\n", account->pw_name, strerror(errno));
		exit(1);
	}
}

static void print_file(const char *path)
{
	char buffer[1024];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = read(fd, buffer, sizeof buffer)) > 0)
		(void)!write(1, buffer, (size_t)n);
	close(fd);
}

static void run_shell(const struct passwd *account)
{
	static char home[512], shell[512], user[80], logname[80], path[128], term[128], lang[32];
	char *environment[] = {home, shell, user, logname, path, term, lang, NULL};
	const char *terminal = getenv("TERM"), *program = account->pw_shell[0] ? account->pw_shell : "/bin/sh";
	char name[256];
	const char *base = strrchr(program, '/');

	snprintf(home, sizeof home, "HOME=%s", account->pw_dir);
	snprintf(shell, sizeof shell, "SHELL=%s", program);
	snprintf(user, sizeof user, "USER=%s", account->pw_name);
	snprintf(logname, sizeof logname, "LOGNAME=%s", account->pw_name);
	snprintf(path, sizeof path, "PATH=%s", DEFAULT_PATH);
	snprintf(term, sizeof term, "TERM=%s", terminal && terminal[0] ? terminal : "dumb");
	snprintf(lang, sizeof lang, "LANG=C.UTF-8");
	snprintf(name, sizeof name, "-%s", base ? base + 1 : program); /* a login shell */
	if (chdir(account->pw_dir) < 0 && chdir("/") < 0)
		exit(1);
	char *arguments[] = {name, NULL};
	execve(program, arguments, environment);
	fprintf(stderr, "login: %s: %s\n", program, strerror(errno));
	exit(1);
}

int main(int argc, char **argv)
{
	const char *user = NULL;
	int is_trusted = 0, option;

	while ((option = getopt(argc, argv, "f:")) != -1) {
		if (option != 'f') {
			fprintf(stderr, "usage: login [-f USER | USER]\n");
			return 2;
		}
		if (getuid() != 0) {
			fprintf(stderr, "login: -f is for the superuser\n");
			return 1;
		}
		is_trusted = 1;
		user = optarg;
	}
	if (!user && optind < argc)
		user = argv[optind];
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	struct passwd *account = identify(user, is_trusted);
	become(account);
	if (isatty(0))
		print_file("/etc/motd");
	run_shell(account);
}
