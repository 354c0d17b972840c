/* SPDX-License-Identifier: BSD-2-Clause */
/* unit.h. There are few units, so everything is a walk over the table. */
#include "unit.h"

#include "trona/heap.h"
#include "trona/log.h"
#include "trona/string.h"

static struct unit *units[UNITS_MAX];
static unsigned count;

unsigned unit_count(void)
{
	return count;
}

struct unit *unit_at(unsigned number)
{
	return number >= 1 && number <= count ? units[number - 1] : nullptr;
}

struct unit *unit_by_badge(kn_word badge)
{
	return unit_at((unsigned)(badge & 0xffff));
}

bool unit_is(const struct unit *unit, const char *name)
{
	return strcmp(unit->manifest.name, name) == 0;
}

struct unit *unit_by_name(const char *name)
{
	for (unsigned i = 0; i < count; i++) {
		if (unit_is(units[i], name))
			return units[i];
	}
	return nullptr;
}

static struct unit *unit_by_file(const char *file)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(units[i]->file, file) == 0)
			return units[i];
	}
	return nullptr;
}

void unit_add(const char *file, char *text, size_t size)
{
	char name[UNIT_NAME_MAX] = {};
	unsigned line;
	const char *base = strrchr(file, '/');

	base = base == nullptr ? file : base + 1;
	const char *dot = strrchr(base, '.');

	if (dot == nullptr || strcmp(dot, ".toml") != 0)
		return;
	if ((size_t)(dot - base) < sizeof(name))
		memcpy(name, base, (size_t)(dot - base));
	struct unit *unit = count == UNITS_MAX ? nullptr : heap_calloc(1, sizeof(*unit));

	if (unit == nullptr) {
		log_line("/%s: no room for another unit", file);
		return;
	}
	const char *error = manifest_read(&unit->manifest, name, text, size, &line);

	if (error == nullptr && unit->manifest.provides.count > UNIT_ENDPOINTS_MAX)
		error = "too many endpoints";
	/* The same file once more in the archive: the later one counts, as for every file. */
	struct unit *earlier = name[0] != '\0' ? unit_by_file(name) : nullptr, *namesake = unit_by_name(unit->manifest.name);

	if (error == nullptr && namesake != nullptr && namesake != earlier)
		error = "another unit has that name";
	if (error != nullptr) {
		log_line("/%s:%u: %s; the unit is not started", file, line, error);
		heap_free(unit);
		return;
	}
	unit->retry_at = KN_TIME_FOREVER;
	memcpy(unit->file, name, sizeof(name));
	unit->number = earlier == nullptr ? ++count : earlier->number;
	units[unit->number - 1] = unit;
	heap_free(earlier);
}

void unit_base_name(const char *need, char *name)
{
	size_t length = 0;

	for (; length < UNIT_NAME_MAX - 1 && need[length] != '\0' && need[length] != ':'; length++)
		name[length] = need[length];
	name[length] = '\0';
}

struct unit *unit_provider(const char *need, kn_cap *endpoint)
{
	char name[UNIT_NAME_MAX];

	unit_base_name(need, name);
	for (unsigned i = 0; i < count; i++) {
		const struct texts *provides = &units[i]->manifest.provides;

		for (unsigned j = 0; j < provides->count; j++) {
			if (strcmp(provides->items[j], name) == 0) {
				*endpoint = units[i]->endpoints[j];
				return units[i];
			}
		}
	}
	return nullptr;
}

static bool find_role(const struct texts *roles, const char *name, size_t length, unsigned *bit)
{
	for (unsigned i = 0; i < roles->count; i++) {
		if (strlen(roles->items[i]) == length && memcmp(roles->items[i], name, length) == 0) {
			*bit = i;
			return true;
		}
	}
	return false;
}

bool unit_roles(const struct unit *provider, const char *need, uint32_t *roles)
{
	const char *at = strchr(need, ':');

	*roles = 0;
	while (at != nullptr) {
		const char *name = at + 1, *end = strchr(name, '+');
		unsigned bit;

		if (!find_role(&provider->manifest.roles, name, end == nullptr ? strlen(name) : (size_t)(end - name), &bit))
			return false;
		*roles |= 1u << bit;
		at = end;
	}
	return true;
}

/* Units of which the command line picks one; plain servers always run. */
static bool is_on_choice(const struct unit *unit)
{
	return unit->manifest.kind == UNIT_POSIX || unit->manifest.is_default;
}

void unit_choose(const char *chosen)
{
	for (unsigned i = 0; i < count; i++) {
		struct unit *unit = units[i];
		bool is_wanted = true;

		if (is_on_choice(unit))
			is_wanted = chosen == nullptr ? unit->manifest.is_default
			                              : unit_is(unit, chosen);
		unit->state = is_wanted ? INIT_STATE_WAITING : INIT_STATE_STOPPED;
	}
	if (chosen != nullptr && unit_by_name(chosen) == nullptr)
		log_line("the command line names a unit that is not there: %s", chosen);
}

/* By endpoint or by unit. */
static bool is_ready(const char *need)
{
	char name[UNIT_NAME_MAX];
	kn_cap endpoint;
	const struct unit *unit = unit_provider(need, &endpoint);

	unit_base_name(need, name);
	if (unit == nullptr)
		unit = unit_by_name(name);
	return (unit != nullptr && unit->state == INIT_STATE_READY) || strcmp(name, "init") == 0;
}

static const char *first_missing(const struct unit *unit)
{
	const struct texts *lists[] = {&unit->manifest.needs, &unit->manifest.after};

	for (unsigned i = 0; i < 2; i++) {
		for (unsigned j = 0; j < lists[i]->count; j++) {
			if (!is_ready(lists[i]->items[j]))
				return lists[i]->items[j];
		}
	}
	/* What every unit, and every process, is made of. */
	if (!unit_is(unit, "objsrv") && !unit_is(unit, "mmsrv") && !is_ready("mmsrv"))
		return "mmsrv";
	if (unit->manifest.kind == UNIT_POSIX && !is_ready("procmgr"))
		return "procmgr";
	return unit->manifest.kind == UNIT_POSIX && !is_ready("vfs") ? "vfs" : nullptr;
}

struct unit *unit_next(void)
{
	for (unsigned i = 0; i < count; i++) {
		if (units[i]->state == INIT_STATE_WAITING && units[i]->retry_at == KN_TIME_FOREVER &&
		    first_missing(units[i]) == nullptr)
			return units[i];
	}
	return nullptr;
}

void unit_give_up(void)
{
	for (unsigned i = 0; i < count; i++) {
		struct unit *unit = units[i];

		if (unit->state != INIT_STATE_WAITING || unit->retry_at != KN_TIME_FOREVER)
			continue;
		unit->state = INIT_STATE_FAILED;
		if (!unit->manifest.is_optional)
			log_line("%s is not started: it needs %s, which is not there or waits for it", unit->manifest.name,
			    first_missing(unit));
	}
}
