/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a session with the machine, by the name it is called with:
 *
 *	poweroff | reboot | halt [-p] [-f]
 *	shutdown [-h | -P | -H | -r] [now | +0]
 *
 * Everybody but us and our shell is asked to end (SIGTERM), gets GRACE_MS for it, and is killed; then reboot(2), with which init stops the
 * servers in order. -f leaves the asking out. A later time than now is refused: nobody here would keep it.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#define GRACE_MS 2000
#define STEP_MS 20

static const char *name;

[[noreturn]] static void usage(void)
{
	if (strcmp(name, "shutdown") == 0)
		fprintf(stderr, "usage: shutdown [-h | -P | -H | -r] [now]\n");
	else
		fprintf(stderr, "usage: %s [-f]%s\n", name, strcmp(name, "halt") == 0 ? " [-p]" : "");
	exit(2);
}

[[noreturn]] static void fail(void)
{
	fprintf(stderr, "%s: %s\n", name, strerror(errno));
	exit(1);
}

/* The parent of a process, 0 if it is not known. */
static pid_t parent_of(pid_t pid)
{
	char path[32], text[512];
	int parent = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return 0;
	/* pid (name) state parent; the name may have anything in it. */
	if (fgets(text, sizeof text, file)) {
		const char *end = strrchr(text, ')');

		if (!end || sscanf(end, ") %*c %d", &parent) != 1)
			parent = 0;
	}
	fclose(file);
	return parent;
}

/* Ourselves, or one who waits for us: our shell, whoever started it. */
static bool is_ours(pid_t pid)
{
	for (pid_t own = getpid(); own > 0; own = parent_of(own))
		if (own == pid)
			return true;
	return false;
}

/* Sends a signal (0: none) to everybody who is not ours; false: there is nobody. */
static bool signal_others(int number)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	bool found = false;

	if (!processes)
		return false;
	while ((entry = readdir(processes))) {
		pid_t pid = atoi(entry->d_name);

		if (!isdigit((unsigned char)entry->d_name[0]) || is_ours(pid))
			continue;
		found = true;
		(void)kill(pid, number);
	}
	closedir(processes);
	return found;
}

static void end_others(void)
{
	const struct timespec step = {.tv_nsec = STEP_MS * 1000000l};

	(void)signal_others(SIGTERM);
	(void)signal_others(SIGCONT); /* a stopped one hears of it too */
	for (int ms = 0; ms < GRACE_MS && signal_others(0); ms += STEP_MS)
		(void)nanosleep(&step, NULL);
	(void)signal_others(SIGKILL);
}

static int action_of_shutdown(int argc, char **argv)
{
	int action = (int)RB_POWER_OFF, option;

	while ((option = getopt(argc, argv, "hPHr")) != -1) {
		switch (option) {
		case 'h':
		case 'P':
			action = (int)RB_POWER_OFF;
			break;
		case 'H':
			action = (int)RB_HALT_SYSTEM;
			break;
		case 'r':
			action = RB_AUTOBOOT;
			break;
		default:
			usage();
		}
	}
	if (optind < argc && strcmp(argv[optind], "now") != 0 && strcmp(argv[optind], "+0") != 0) {
		fprintf(stderr, "shutdown: only \"now\" is possible\n");
		exit(2);
	}
	return action;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	bool is_forced = false;
	int action, option;

	name = slash ? slash + 1 : argv[0];
	if (strcmp(name, "shutdown") == 0) {
		action = action_of_shutdown(argc, argv);
	} else {
		action = strcmp(name, "reboot") == 0 ? RB_AUTOBOOT : (int)(strcmp(name, "halt") == 0 ? RB_HALT_SYSTEM : RB_POWER_OFF);
		while ((option = getopt(argc, argv, "fp")) != -1) {
			if (option == 'f')
				is_forced = true;
			else if (option == 'p' && strcmp(name, "reboot") != 0)
				action = (int)RB_POWER_OFF;
			else
				usage();
		}
	}
	if (geteuid() != 0) {
		errno = EPERM;
		fail();
	}
	/* Half of it is nothing. */
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	if (!is_forced)
		end_others();
	sync();
	(void)reboot(action);
	fail();
}
