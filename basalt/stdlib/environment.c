/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changing the environment. Programs put arrays of their own into `environ`, and string constants into those by putenv(): so only
 * an array and strings that were made here are ever freed, enlarged or written to. One lock; getenv() is picolibc's and takes none,
 * as POSIX allows.
 */
#include "../internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char **array;   /* what setenv() made `environ` last; it may be another by now */
static char **strings; /* what setenv() allocated and is in use */
static size_t string_count;

static bool is_name(const char *name, size_t length)
{
	return length > 0 && !memchr(name, '=', length);
}

/* Notes a string that was allocated here. */
static bool keep(char *string)
{
	char **more = realloc(strings, (string_count + 1) * sizeof *strings);

	if (!more)
		return false;
	strings = more;
	strings[string_count++] = string;
	return true;
}

static void drop(char *string)
{
	for (size_t i = 0; i < string_count; i++) {
		if (strings[i] == string) {
			strings[i] = strings[--string_count];
			free(string);
			return;
		}
	}
}

static size_t count(void)
{
	size_t n = 0;

	while (environ && environ[n])
		n++;
	return n;
}

/* The place of a variable, or of the null at the end. */
static size_t find(const char *name, size_t length)
{
	size_t i = 0;

	while (environ && environ[i] && (strncmp(environ[i], name, length) != 0 || environ[i][length] != '='))
		i++;
	return i;
}

/* `string` is NAME=VALUE and becomes part of the environment. */
static bool put(char *string, size_t length)
{
	size_t place = find(string, length), n = count();

	if (place < n) {
		char *old = environ[place];

		environ[place] = string;
		if (old != string)
			drop(old);
		return true;
	}
	char **more = realloc(environ == array ? array : NULL, (n + 2) * sizeof *more);
	if (!more)
		return false;
	if (environ != array) {
		if (n)
			memcpy(more, environ, n * sizeof *more);
		free(array);
	}
	more[n] = string;
	more[n + 1] = NULL;
	array = environ = more;
	return true;
}

static int fail(int error)
{
	errno = error;
	return -1;
}

int setenv(const char *name, const char *value, int replace)
{
	if (!name || !is_name(name, strlen(name)))
		return fail(EINVAL);
	size_t length = strlen(name), size = strlen(value) + 1;
	char *string = malloc(length + 1 + size);
	bool is_done = true;

	if (!string)
		return -1;
	memcpy(string, name, length);
	string[length] = '=';
	memcpy(string + length + 1, value, size);
	pthread_mutex_lock(&lock);
	if (find(name, length) < count() && !replace) {
		free(string);
	} else {
		is_done = keep(string);
		if (!is_done)
			free(string);
		else if (!put(string, length)) {
			drop(string);
			is_done = false;
		}
	}
	pthread_mutex_unlock(&lock);
	return is_done ? 0 : fail(ENOMEM);
}

int putenv(char *string)
{
	char *equals = strchr(string, '=');

	if (!equals)
		return unsetenv(string);
	if (!is_name(string, (size_t)(equals - string)))
		return fail(EINVAL);
	pthread_mutex_lock(&lock);
	bool is_done = put(string, (size_t)(equals - string));
	pthread_mutex_unlock(&lock);
	return is_done ? 0 : fail(ENOMEM);
}

int unsetenv(const char *name)
{
	if (!name || !is_name(name, strlen(name)))
		return fail(EINVAL);
	size_t length = strlen(name), place;

	pthread_mutex_lock(&lock);
	while ((place = find(name, length)) < count()) {
		char *old = environ[place];

		for (size_t i = place; environ[i]; i++)
			environ[i] = environ[i + 1];
		drop(old);
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

int clearenv(void)
{
	static char *none[1];

	pthread_mutex_lock(&lock);
	for (size_t i = 0; environ && environ[i]; i++)
		drop(environ[i]);
	environ = none;
	pthread_mutex_unlock(&lock);
	return 0;
}

char *secure_getenv(const char *name)
{
	return getenv(name); /* images never gain rights by exec */
}
