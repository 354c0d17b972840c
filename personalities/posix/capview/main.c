/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capview PID|self|SERVER: which capabilities a process (itself: self) or server holds, with which rights, and from which slot of whom each was derived. The text
 * that it reads (/proc/saltyos/capabilities) is for root alone.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT "/proc/saltyos/capabilities"
#define FROM_UNKNOWN 0

struct capability {
	char holder[33], type[24], rights[160];
	uint64_t slot, object, badge, id, parent;
	unsigned depth;
};

struct table {
	struct capability *rows;
	size_t count, capacity;
};

static bool add(struct table *table, const char *line)
{
	struct capability row;
	unsigned long slot, object, badge, id, parent;

	if (sscanf(line, "%32s %lx %23s %lx %159s %lx %u %lx %lx", row.holder, &slot, row.type, &object, row.rights, &badge,
		&row.depth, &id, &parent) != 9)
		return false;
	row.slot = slot;
	row.object = object;
	row.badge = badge;
	row.id = id;
	row.parent = parent;
	if (table->count == table->capacity) {
		const size_t capacity = table->capacity != 0 ? table->capacity * 2 : 1024;
		struct capability *rows = realloc(table->rows, capacity * sizeof *rows);

		if (rows == NULL)
			return false;
		table->rows = rows;
		table->capacity = capacity;
	}
	table->rows[table->count++] = row;
	return true;
}

static bool read_all(struct table *table)
{
	char line[512];
	FILE *file = fopen(TEXT, "r");
	bool is_good = file != NULL;

	while (is_good && fgets(line, sizeof line, file) != NULL)
		is_good = add(table, line);
	if (!is_good)
		perror("capview: " TEXT);
	if (file != NULL)
		fclose(file);
	return is_good;
}

static int by_id(const void *a, const void *b)
{
	const struct capability *const *one = a, *const *other = b;

	return ((*one)->id > (*other)->id) - ((*one)->id < (*other)->id);
}

/* Pointers to all rows, in the order of their ids. */
static const struct capability **index_rows(const struct table *table)
{
	const struct capability **index = malloc(table->count * sizeof(struct capability *));

	for (size_t i = 0; index != NULL && i < table->count; i++)
		index[i] = &table->rows[i];
	if (index != NULL)
		qsort(index, table->count, sizeof *index, by_id);
	return index;
}

static void tell_parent(const struct capability *row, const struct capability *const *index, size_t count)
{
	const struct capability wanted = {.id = row->parent}, *key = &wanted;
	const struct capability *const *found = bsearch(&key, index, count, sizeof *index, by_id);

	if (row->parent == FROM_UNKNOWN)
		printf("one of very many\n");
	else if (found != NULL)
		printf("%s %lx\n", (*found)->holder, (unsigned long)(*found)->slot);
	else
		printf("the kernel\n"); /* its root of all, or what an object of its own holds */
}

int main(int argc, char **argv)
{
	struct table table = {0};
	char who[33];
	size_t shown = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: capview PID|self|SERVER\n");
		return 2;
	}
	if (strcmp(argv[1], "self") == 0)
		snprintf(who, sizeof who, "%d", (int)getpid());
	else
		snprintf(who, sizeof who, "%s", argv[1]);
	if (!read_all(&table))
		return 1;
	const struct capability **index = index_rows(&table);

	if (index == NULL) {
		perror("capview");
		return 1;
	}
	for (size_t i = 0; i < table.count; i++) {
		const struct capability *row = &table.rows[i];

		if (strcmp(row->holder, who) != 0)
			continue;
		if (shown++ == 0)
			printf("%-11s %-15s %-16s %-32s %-16s %s\n", "SLOT", "TYPE", "OBJECT", "RIGHTS", "BADGE", "DERIVED FROM");
		printf("%-11lx %-15s %-16lx %-32s %-16lx ", (unsigned long)row->slot, row->type, (unsigned long)row->object, row->rights,
		    (unsigned long)row->badge);
		tell_parent(row, index, table.count);
	}
	if (shown == 0)
		fprintf(stderr, "capview: %s: no such process or server\n", argv[1]);
	return shown == 0;
}
