/* SPDX-License-Identifier: BSD-2-Clause */
/* The environment, and the names and words of the C library. */
#include "posix_calls.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

static int is_now(const char *name, const char *value)
{
	const char *now = getenv(name);

	return value ? now && strcmp(now, value) == 0 : !now;
}

/* Programs have arrays and strings of their own in it. */
static void the_environment_changes(void)
{
	extern char **environ;
	char *own[] = {"A=constant", NULL}, **before = environ, string[] = "P=1", value[32];

	CHECK(setenv("T1", "one", 1) == 0);
	environ = own;
	CHECK(setenv("T2", "two", 1) == 0 && is_now("A", "constant") && is_now("T1", NULL) && is_now("T2", "two"));
	CHECK(setenv("A", "c", 1) == 0 && is_now("A", "c") && strcmp(own[0], "A=constant") == 0);
	CHECK(setenv("A", "d", 0) == 0 && is_now("A", "c"));
	CHECK(putenv(string) == 0 && is_now("P", "1"));
	string[2] = '2';
	CHECK(is_now("P", "2"));
	CHECK(setenv("P", "a longer value", 1) == 0 && strcmp(string, "P=2") == 0);
	CHECK(putenv("P") == 0 && is_now("P", NULL));
	CHECK(unsetenv("T2") == 0 && is_now("T2", NULL) && is_now("A", "c"));
	CHECK(clearenv() == 0 && is_now("A", NULL) && setenv("A", "again", 1) == 0 && is_now("A", "again"));
	for (int i = 0; i < 500; i++) {
		snprintf(value, sizeof value, "V%d", i % 20);
		CHECK(setenv(value, value, 1) == 0 && is_now(value, value));
	}
	CHECK(setenv("", "x", 1) == -1 && errno == EINVAL);
	CHECK(setenv("A=B", "x", 1) == -1 && errno == EINVAL);
	CHECK(unsetenv("A=B") == -1 && errno == EINVAL);
	CHECK(putenv("=x") == -1 && errno == EINVAL);
	environ = NULL;
	CHECK(setenv("A", "alone", 1) == 0 && is_now("A", "alone") && environ[1] == NULL);
	environ = before;
}

static void names_and_words(void)
{
	const time_t epoch = 0;
	char zone[8];

	CHECK(strcmp(nl_langinfo(CODESET), "US-ASCII") == 0);
	setlocale(LC_ALL, "C.UTF-8");
	CHECK(strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
	setlocale(LC_ALL, "C");
	CHECK(strcmp(strerror(EPERM), "Operation not permitted") == 0);
	CHECK(strcmp(strerror(ECHILD), "No child processes") == 0);
	CHECK(unsetenv("TZ") == 0 && strftime(zone, sizeof zone, "%Z", localtime(&epoch)) == 3 && strcmp(zone, "UTC") == 0);
}

static int is_set(int category, const char *name, const char *expected)
{
	const char *now = setlocale(category, name);

	return expected ? now && strcmp(now, expected) == 0 : !now;
}

static void there_are_two_locales(void)
{
	static const char *const none[] = {"en_US.UTF-8", "C.ISO-8859-1", "UTF-8", "c", "C.", "C.UTF-8@euro"};

	for (unsigned i = 0; i < sizeof none / sizeof none[0]; i++)
		CHECK(is_set(LC_ALL, none[i], NULL) && is_set(LC_TIME, none[i], NULL) && is_set(LC_ALL, NULL, "C"));
	CHECK(is_set(LC_ALL, "C.UTF-8", "C.UTF-8") && is_set(LC_ALL, "POSIX", "C"));
	unsetenv("LC_ALL");
	unsetenv("LC_CTYPE");
	unsetenv("LC_TIME");
	CHECK(setenv("LANG", "C.UTF-8", 1) == 0 && is_set(LC_ALL, "", "C.UTF-8") && MB_CUR_MAX > 1);
	CHECK(setenv("LC_CTYPE", "C", 1) == 0 && is_set(LC_ALL, "", "C"));
	CHECK(setenv("LC_TIME", "de_DE", 1) == 0 && is_set(LC_ALL, "", NULL));
	CHECK(setenv("LC_ALL", "POSIX", 1) == 0 && is_set(LC_ALL, "", "C"));
	locale_t characters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	CHECK(characters && strcmp(nl_langinfo_l(CODESET, newlocale(LC_TIME_MASK, "C", characters)), "UTF-8") == 0);
	CHECK(strcmp(nl_langinfo_l(CODESET, newlocale(LC_ALL_MASK, "C", characters)), "US-ASCII") == 0);
	CHECK(newlocale(LC_ALL_MASK, "de_DE", (locale_t)0) == (locale_t)0);
	unsetenv("LC_ALL");
	unsetenv("LC_CTYPE");
	unsetenv("LC_TIME");
}

static void numbers_as_text(void)
{
	char text[16];

	CHECK(strfromd(text, sizeof text, "%.3f", 3.14159) == 5 && strcmp(text, "3.142") == 0);
	CHECK(strfromf(text, 3, "%g", 0.25f) == 4 && strcmp(text, "0.") == 0);
	CHECK(strfroml(text, sizeof text, "%.2e", 12345.0L) == 8 && strcmp(text, "1.23e+04") == 0);
	CHECK(strfroml(text, sizeof text, "%A", 0.0L) == 6 && strcmp(text, "0X0P+0") == 0);
	CHECK(gcvt(1e-5, 3, text) == text && strcmp(text, "1e-05") == 0);
	CHECK(iseqsig(1.5L, 1.5L) && !iseqsig(1.5L, 1.0L) && !iseqsig(NAN, 1.0) && !iseqsig(1.0f, NAN));
}

static void senseless_arguments(void)
{
	struct pollfd none = {.fd = -1};
	char target[1];

	CHECK(poll(&none, 5000000, 0) == -1 && errno == EINVAL);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_ANONYMOUS | MAP_SHARED | MAP_PRIVATE, -1, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(readlink("/bin", target, 0) == -1 && errno == EINVAL);
}

void test_text(void)
{
	run("the environment changes, whosever it is", the_environment_changes);
	run("there are the locales C and C.UTF-8", there_are_two_locales);
	run("numbers become text", numbers_as_text);
	run("names and messages are the usual ones", names_and_words);
	run("senseless arguments are EINVAL", senseless_arguments);
}
