/* SPDX-License-Identifier: BSD-2-Clause */
/* /etc/shadow: what only the superuser reads of an account. A number that is not there is -1. */
#include "../internal.h"

#include <shadow.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 9

static FILE *file;
static struct spwd entry;
static char *line;
static size_t room;

static long number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	return *text && !*end ? value : -1;
}

static bool parse(char *text, struct spwd *out)
{
	char *fields[FIELDS], *at = text;

	text[strcspn(text, "\n")] = 0;
	for (int i = 0; i < FIELDS; i++) {
		if (!at)
			return false;
		fields[i] = strsep(&at, ":");
	}
	*out = (struct spwd){
	    .sp_namp = fields[0],
	    .sp_pwdp = fields[1],
	    .sp_lstchg = number(fields[2]),
	    .sp_min = number(fields[3]),
	    .sp_max = number(fields[4]),
	    .sp_warn = number(fields[5]),
	    .sp_inact = number(fields[6]),
	    .sp_expire = number(fields[7]),
	    .sp_flag = (unsigned long)number(fields[8]),
	};
	return !at && *fields[0];
}

struct spwd *fgetspent(FILE *from)
{
	while (getline(&line, &room, from) > 0)
		if (*line != '#' && parse(line, &entry))
			return &entry;
	return nullptr;
}

struct spwd *getspent(void)
{
	if (!file && !(file = fopen(SHADOW, "re")))
		return nullptr;
	return fgetspent(file);
}

void setspent(void)
{
	if (file)
		fclose(file);
	file = nullptr;
}

void endspent(void)
{
	setspent();
}

int getspnam_r(const char *name, struct spwd *out, char *buffer, size_t size, struct spwd **found)
{
	FILE *own = fopen(SHADOW, "re");
	int error = 0;

	*found = nullptr;
	if (!own)
		return errno;
	while (!*found && error == 0 && fgets(buffer, (int)size, own)) {
		if (!strchr(buffer, '\n') && strlen(buffer) + 1 == size)
			error = ERANGE;
		else if (*buffer != '#' && parse(buffer, out) && strcmp(out->sp_namp, name) == 0)
			*found = out;
	}
	fclose(own);
	return error;
}

struct spwd *getspnam(const char *name)
{
	static char text[1024];
	static struct spwd user;
	struct spwd *found;
	int error = getspnam_r(name, &user, text, sizeof text, &found);

	if (error)
		errno = error;
	return found;
}

static void put_number(FILE *to, long value)
{
	fputc(':', to);
	if (value != -1)
		fprintf(to, "%ld", value);
}

int putspent(const struct spwd *from, FILE *to)
{
	const long numbers[] = {from->sp_lstchg, from->sp_min, from->sp_max, from->sp_warn, from->sp_inact, from->sp_expire,
	    (long)from->sp_flag};

	fprintf(to, "%s:%s", from->sp_namp, from->sp_pwdp ? from->sp_pwdp : "");
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		put_number(to, numbers[i]);
	return fputc('\n', to) == EOF || ferror(to) ? -1 : 0;
}
