/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * passwd: sets the password of an account in /etc/shadow.
 *
 *	passwd [-d | -l | -u | -S] [USER]
 *
 * -d: none is needed, -l and -u: locked with a ! before the hash and unlocked, -S: what is the matter. The file is written anew beside the old one and renamed, so
 * that nobody ever sees half of it. Programs do not run with their owner's rights here (no set-user-id), so only the superuser
 * can do any of this. Without a terminal the new password is the first line of stdin. Hashes are SHA-512 with a random salt.
 */
#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <shadow.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NEW_FILE SHADOW ".new"
#define PASSWORD_MAX 128
#define SALT_LENGTH 16
#define DAY 86400

enum action { ACTION_SET, ACTION_DELETE, ACTION_LOCK, ACTION_UNLOCK, ACTION_STATUS };

[[noreturn]] static void fail(const char *what)
{
	fprintf(stderr, "passwd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool read_line(char line[PASSWORD_MAX])
{
	if (!fgets(line, PASSWORD_MAX, stdin))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

static void ask(char password[PASSWORD_MAX])
{
	if (!isatty(0)) {
		if (read_line(password))
			return;
		fprintf(stderr, "passwd: no password\n");
		exit(1);
	}
	for (;;) {
		const char *answer = getpass("New password: ");

		if (!answer || strlen(answer) >= PASSWORD_MAX)
			exit(1);
		strcpy(password, answer);
		answer = getpass("Again: ");
		if (answer && strcmp(answer, password) == 0)
			return;
		printf("They are not the same.\n");
	}
}

static const char *hash_of(const char *password)
{
	static const char letters[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	unsigned char random[SALT_LENGTH];
	char setting[3 + SALT_LENGTH + 2] = "$6$";

	if (getrandom(random, sizeof random, 0) != sizeof random)
		fail("random numbers");
	for (size_t i = 0; i < SALT_LENGTH; i++)
		setting[3 + i] = letters[random[i] % 64];
	setting[3 + SALT_LENGTH] = '$';
	const char *hash = crypt(password, setting);
	if (!hash || hash[0] == '*') {
		fprintf(stderr, "passwd: the password cannot be hashed\n");
		exit(1);
	}
	return hash;
}

/* Copies the file with one account's password replaced. */
static void replace(const char *user, const char *password)
{
	FILE *old = fopen(SHADOW, "re");
	int fd = open(NEW_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *new = fd < 0 ? NULL : fdopen(fd, "w");
	const struct spwd *entry;
	bool is_done = false;

	if (!new)
		fail(NEW_FILE);
	while (old && (entry = fgetspent(old))) {
		struct spwd copy = *entry;

		if (strcmp(copy.sp_namp, user) == 0) {
			copy.sp_pwdp = (char *)password;
			copy.sp_lstchg = time(NULL) / DAY;
			is_done = true;
		}
		if (putspent(&copy, new) < 0)
			goto fail_write;
	}
	if (!is_done && putspent(&(struct spwd){.sp_namp = (char *)user, .sp_pwdp = (char *)password, .sp_lstchg = time(NULL) / DAY,
		.sp_min = 0, .sp_max = 99999, .sp_warn = 7, .sp_inact = -1, .sp_expire = -1, .sp_flag = (unsigned long)-1}, new) < 0)
		goto fail_write;
	if (fflush(new) != 0 || fsync(fd) < 0 || fclose(new) != 0)
		goto fail_write;
	if (old)
		fclose(old);
	if (rename(NEW_FILE, SHADOW) < 0)
		goto fail_write;
	return;

fail_write:
	(void)unlink(NEW_FILE);
	fail(SHADOW);
}

static void change(const char *user, enum action action)
{
	const struct spwd *entry = getspnam(user);
	char now[512], password[PASSWORD_MAX];
	const char *old = entry && entry->sp_pwdp ? entry->sp_pwdp : "";

	switch (action) {
	case ACTION_SET:
		ask(password);
		replace(user, hash_of(password));
		explicit_bzero(password, sizeof password);
		break;
	case ACTION_DELETE:
		replace(user, "");
		break;
	case ACTION_LOCK:
		snprintf(now, sizeof now, "!%s", old);
		if (old[0] != '!')
			replace(user, now);
		break;
	case ACTION_UNLOCK:
		snprintf(now, sizeof now, "%s", old + (old[0] == '!'));
		replace(user, now);
		break;
	case ACTION_STATUS:
		printf("%s %s\n", user, old[0] == '\0' ? "NP" : old[0] == '!' || old[0] == '*' ? "L" : "P");
		break;
	}
}

static int usage(FILE *to)
{
	fprintf(to, "usage: passwd [-d | -l | -u | -S] [USER]\n");
	return to == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
	enum action action = ACTION_SET;
	int option;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout);
	while ((option = getopt(argc, argv, "dluS")) != -1) {
		switch (option) {
		case 'd':
			action = ACTION_DELETE;
			break;
		case 'l':
			action = ACTION_LOCK;
			break;
		case 'u':
			action = ACTION_UNLOCK;
			break;
		case 'S':
			action = ACTION_STATUS;
			break;
		default:
			return usage(stderr);
		}
	}
	const struct passwd *account = optind < argc ? getpwnam(argv[optind]) : getpwuid(getuid());
	if (!account || optind + 1 < argc) {
		fprintf(stderr, "passwd: no such user\n");
		return 1;
	}
	if (geteuid() != 0) {
		fprintf(stderr, "passwd: only the superuser changes passwords on this system\n");
		return 1;
	}
	/* Half a change is none. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	change(account->pw_name, action);
	return 0;
}
