/* SPDX-License-Identifier: BSD-2-Clause */
/* /etc/passwd. */
#include "../internal.h"
#include "../number.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

static FILE *file;
static struct passwd entry;
static char *line;
static size_t room;

/* The next field of a line, cut off with a zero byte. */
static char *field(char **at)
{
	char *start = *at, *end = start ? strchr(start, ':') : nullptr;

	if (!start)
		return nullptr;
	if (end)
		*end++ = 0;
	*at = end;
	return start;
}

static bool parse(char *text, struct passwd *out)
{
	char *at = text, *fields[7];
	uint32_t uid, gid;

	text[strcspn(text, "\n")] = 0;
	for (int i = 0; i < 7; i++)
		if (!(fields[i] = field(&at)))
			return false;
	if (!*fields[0] || !id_from_text(fields[2], &uid) || !id_from_text(fields[3], &gid))
		return false;
	*out = (struct passwd){
	    .pw_name = fields[0],
	    .pw_passwd = fields[1],
	    .pw_uid = uid,
	    .pw_gid = gid,
	    .pw_gecos = fields[4],
	    .pw_dir = fields[5],
	    .pw_shell = fields[6],
	};
	return true;
}

struct passwd *fgetpwent(FILE *from)
{
	while (getline(&line, &room, from) > 0)
		if (*line != '#' && parse(line, &entry))
			return &entry;
	return nullptr;
}

struct passwd *getpwent(void)
{
	if (!file && !(file = fopen("/etc/passwd", "re")))
		return nullptr;
	return fgetpwent(file);
}

void setpwent(void)
{
	if (file)
		fclose(file);
	file = nullptr;
}

void endpwent(void)
{
	setpwent();
}

/* By name, or by uid if name is null; the line's text goes to `buffer`. */
static int find(const char *name, uid_t uid, struct passwd *out, char *buffer, size_t size, struct passwd **found)
{
	FILE *own = fopen("/etc/passwd", "re");
	int error = 0;

	*found = nullptr;
	if (!own)
		return errno;
	while (!*found && error == 0 && fgets(buffer, (int)size, own)) {
		if (!strchr(buffer, '\n') && strlen(buffer) + 1 == size)
			error = ERANGE;
		else if (*buffer != '#' && parse(buffer, out) && (name ? strcmp(out->pw_name, name) == 0 : out->pw_uid == uid))
			*found = out;
	}
	fclose(own);
	return error;
}

int getpwnam_r(const char *name, struct passwd *out, char *buffer, size_t size, struct passwd **found)
{
	return find(name, 0, out, buffer, size, found);
}

int getpwuid_r(uid_t uid, struct passwd *out, char *buffer, size_t size, struct passwd **found)
{
	return find(nullptr, uid, out, buffer, size, found);
}

static struct passwd *find_static(const char *name, uid_t uid)
{
	static char text[1024];
	static struct passwd user;
	struct passwd *found;
	int error = find(name, uid, &user, text, sizeof text, &found);

	if (error)
		errno = error;
	return found;
}

struct passwd *getpwnam(const char *name)
{
	return find_static(name, 0);
}

struct passwd *getpwuid(uid_t uid)
{
	return find_static(nullptr, uid);
}
