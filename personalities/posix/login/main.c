/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * login: checks who somebody is and becomes his shell.
 *
 *	login [-f USER | [--] USER]
 *
 * -f (only for uid 0) asks for no password. An account whose field in /etc/shadow is empty needs none either; this is how the image's accounts
 * are. A field that is no hash (! or *) locks the account. A name that does not exist is asked for a password and hashed like any other,
 * so neither words nor time tell which names there are. A wrong answer costs a pause, and after TRIES of them this ends.
 * Works without a terminal too (scripts/run feeds it a pipe).
 */
#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 3
#define PAUSE 2 /* seconds */
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

/* A hash that no password has, as costly as those of passwd. */
static const char nobody[] = "$6$nobody.logs.in$";

/* The password's hash of an account; what is no hash belongs to no password. */
static const char *hash_of(const struct passwd *account)
{
	const struct spwd *secret;

	if (!account)
		return nobody;
	if (strcmp(account->pw_passwd, "x") != 0)
		return account->pw_passwd;
	secret = getspnam(account->pw_name);
	return secret && secret->sp_pwdp ? secret->sp_pwdp : "*";
}

/* Asked and hashed in every case. */
static int knows_password(const char *hash)
{
	char *answer = getpass("Password: ");
	const char *made = answer ? crypt(answer, hash[0] == '$' ? hash : nobody) : NULL;
	int is_right = made && hash[0] == '$' && strlen(made) == strlen(hash) && strcmp(made, hash) == 0;

	if (answer)
		explicit_bzero(answer, strlen(answer));
	return is_right;
}

/* Who logs in: without a password when he may, else he is asked. */
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
		const char *hash = hash_of(account);

		if (account && (is_trusted || hash[0] == '\0'))
			return account;
		if (is_trusted) {
			fprintf(stderr, "login: no user %s\n", name);
			exit(1);
		}
		if (knows_password(hash))
			return account;
		sleep(PAUSE);
		printf("Login incorrect\n");
	}
	exit(1);
}

/* The root is in memory: who has a folder in /home has it from when he first comes. */
static void make_home(const struct passwd *account)
{
	static const char homes[] = "/home/";

	if (strncmp(account->pw_dir, homes, sizeof homes - 1) == 0 && mkdir(account->pw_dir, 0755) == 0 &&
	    chown(account->pw_dir, account->pw_uid, account->pw_gid) < 0)
		(void)rmdir(account->pw_dir);
}

static void become(const struct passwd *account)
{
	if (getuid() != 0) {
		if (getuid() == account->pw_uid)
			return;
		fprintf(stderr, "login: only the superuser changes users\n");
		exit(1);
	}
	make_home(account);
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
