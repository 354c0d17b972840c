/* SPDX-License-Identifier: BSD-2-Clause */
/* /etc/group. */
#include "../internal.h"
#include "../number.h"

#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *file;

/* Cuts a line into a group; the member list is put behind the text in `buffer`. */
static int parse(char *text, size_t size, struct group *out)
{
	char *fields[4], *at = text;
	size_t length = strcspn(text, "\n"), members = 1;
	uint32_t gid;

	text[length] = 0;
	for (int i = 0; i < 4; i++) {
		fields[i] = at;
		if (!at)
			return -1;
		at = strchr(at, ':');
		if (at)
			*at++ = 0;
	}
	if (!*fields[0] || !id_from_text(fields[2], &gid))
		return -1;
	for (const char *c = fields[3]; *c; c++)
		members += *c == ',';
	char **list = (char **)(((uintptr_t)text + length + 8) & ~(uintptr_t)7);
	if ((char *)(list + members + 1) > text + size)
		return ERANGE;
	*out = (struct group){
	    .gr_name = fields[0],
	    .gr_passwd = fields[1],
	    .gr_gid = gid,
	    .gr_mem = list,
	};
	for (char *member = fields[3]; member && *member;) {
		char *comma = strchr(member, ',');

		*list++ = member;
		if (comma)
			*comma++ = 0;
		member = comma;
	}
	*list = nullptr;
	return 0;
}

/* The end of a line that is longer than the buffer is no line of its own. */
static bool is_whole(const char *text, size_t size)
{
	return strchr(text, '\n') || strlen(text) + 1 < size;
}

static void skip_line(FILE *from)
{
	int c;

	while ((c = fgetc(from)) != EOF && c != '\n')
		;
}

struct group *getgrent(void)
{
	static char text[2048];
	static struct group entry;

	if (!file && !(file = fopen("/etc/group", "re")))
		return nullptr;
	while (fgets(text, sizeof text / 2, file)) {
		if (!is_whole(text, sizeof text / 2))
			skip_line(file);
		else if (*text != '#' && parse(text, sizeof text, &entry) == 0)
			return &entry;
	}
	return nullptr;
}

void setgrent(void)
{
	if (file)
		fclose(file);
	file = nullptr;
}

void endgrent(void)
{
	setgrent();
}

static int find(const char *name, gid_t gid, struct group *out, char *buffer, size_t size, struct group **found)
{
	FILE *own = fopen("/etc/group", "re");
	int error = 0;

	*found = nullptr;
	if (!own)
		return errno;
	while (!*found && error <= 0 && fgets(buffer, (int)size, own)) {
		if (!is_whole(buffer, size)) {
			error = ERANGE;
			break;
		}
		if (*buffer == '#')
			continue;
		error = parse(buffer, size, out);
		if (error == 0 && (name ? strcmp(out->gr_name, name) == 0 : out->gr_gid == gid))
			*found = out;
	}
	fclose(own);
	return error > 0 ? error : 0;
}

int getgrnam_r(const char *name, struct group *out, char *buffer, size_t size, struct group **found)
{
	return find(name, 0, out, buffer, size, found);
}

int getgrgid_r(gid_t gid, struct group *out, char *buffer, size_t size, struct group **found)
{
	return find(nullptr, gid, out, buffer, size, found);
}

static struct group *find_static(const char *name, gid_t gid)
{
	static char text[2048];
	static struct group entry;
	struct group *found;
	int error = find(name, gid, &entry, text, sizeof text, &found);

	if (error)
		errno = error;
	return found;
}

struct group *getgrnam(const char *name)
{
	return find_static(name, 0);
}

struct group *getgrgid(gid_t gid)
{
	return find_static(nullptr, gid);
}

int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count)
{
	int found = 1, room = *count;
	struct group *entry;

	if (room > 0)
		groups[0] = group;
	setgrent();
	while ((entry = getgrent())) {
		if (entry->gr_gid == group)
			continue;
		for (char **member = entry->gr_mem; *member; member++) {
			if (strcmp(*member, user) != 0)
				continue;
			if (found < room)
				groups[found] = entry->gr_gid;
			found++;
			break;
		}
	}
	endgrent();
	*count = found;
	return found > room ? -1 : found;
}

int initgroups(const char *user, gid_t group)
{
	gid_t groups[16];
	int count = 16;

	(void)getgrouplist(user, group, groups, &count);
	return setgroups((size_t)(count < 16 ? count : 16), groups);
}
