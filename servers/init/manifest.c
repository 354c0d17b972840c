/* SPDX-License-Identifier: BSD-2-Clause */
/* manifest.h: one table says which keys there are, of which type, and what values they may have. */
#include "manifest.h"

#include "trona/string.h"

enum key_form : unsigned { FORM_NAME, FORM_TEXT, FORM_CHOICE, FORM_NUMBER, FORM_BOOLEAN, FORM_TEXTS };

struct key {
	const char *name;
	enum key_form form;
	uint16_t offset;
	uint64_t low, high;       /* FORM_NUMBER */
	const char *choices[5];   /* FORM_CHOICE */
};

#define AT(member) .offset = offsetof(struct manifest, member)

static const struct key keys[] = {
    {"name", FORM_NAME, AT(name)},
    {"binary", FORM_TEXT, AT(binary)},
    {"kind", FORM_CHOICE, AT(kind), .choices = {"server", "posix"}},
    {"arguments", FORM_TEXTS, AT(arguments)},
    {"environment", FORM_TEXTS, AT(environment)},
    {"user", FORM_NUMBER, AT(user), .high = UINT32_MAX - 1},
    {"group", FORM_NUMBER, AT(group), .high = UINT32_MAX - 1},
    {"default", FORM_BOOLEAN, AT(is_default)},
    {"needs", FORM_TEXTS, AT(needs)},
    {"after", FORM_TEXTS, AT(after)},
    {"provides", FORM_TEXTS, AT(provides)},
    {"roles", FORM_TEXTS, AT(roles)},
    {"grants", FORM_TEXTS, AT(grants)},
    {"options", FORM_TEXTS, AT(options)},
    {"memory", FORM_NUMBER, AT(memory), .low = 16, .high = 1ull << 30},
    {"objects", FORM_NUMBER, AT(objects), .low = 64, .high = 1ull << 32},
    {"slots", FORM_NUMBER, AT(slots), .low = 6, .high = 13},
    {"stack", FORM_NUMBER, AT(stack), .low = 2, .high = 2048},
    {"priority", FORM_NUMBER, AT(priority), .low = 1, .high = 199},
    {"restart", FORM_CHOICE, AT(restart), .choices = {"no", "on-failure", "always"}},
    {"recovery", FORM_CHOICE, AT(recovery), .choices = {"transparent", "reconnect", "declared-loss", "reboot"}},
    {"optional", FORM_BOOLEAN, AT(is_optional)},
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))
static_assert(KEY_COUNT <= 64);

static bool is_name(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length >= UNIT_NAME_MAX)
		return false;
	for (; *text != '\0'; text++) {
		if (!(*text >= 'a' && *text <= 'z') && !(*text >= '0' && *text <= '9') && *text != '_' && *text != '-')
			return false;
	}
	return true;
}

static const char *set_number(const struct key *key, uint64_t *field, const struct toml_value *value)
{
	if (value->type != TOML_INTEGER)
		return "this key takes a number";
	if (value->integer < key->low || value->integer > key->high)
		return "the number is out of range";
	*field = value->integer;
	return nullptr;
}

static const char *set_choice(const struct key *key, unsigned *field, const struct toml_value *value)
{
	if (value->type != TOML_TEXT)
		return "this key takes a text";
	for (unsigned i = 0; key->choices[i] != nullptr; i++) {
		if (strcmp(key->choices[i], value->text) == 0) {
			*field = i;
			return nullptr;
		}
	}
	return "this key does not take that value";
}

static const char *set_key(const struct key *key, void *field, const struct toml_value *value)
{
	struct texts *texts = field;

	switch (key->form) {
	case FORM_NUMBER:
		return set_number(key, field, value);
	case FORM_CHOICE:
		return set_choice(key, field, value);
	case FORM_BOOLEAN:
		if (value->type != TOML_BOOLEAN)
			return "this key takes true or false";
		*(bool *)field = value->integer != 0;
		return nullptr;
	case FORM_TEXTS:
		if (value->type != TOML_ARRAY)
			return "this key takes an array of texts";
		texts->count = value->count;
		memcpy(texts->items, value->items, sizeof(texts->items));
		return nullptr;
	case FORM_NAME:
		if (value->type != TOML_TEXT || !is_name(value->text))
			return "a name has 1 to 31 lower-case letters, digits, '_' and '-'";
		memcpy(field, value->text, strlen(value->text) + 1);
		return nullptr;
	case FORM_TEXT:
		if (value->type != TOML_TEXT || value->text[0] == '\0')
			return "this key takes a text";
		*(const char **)field = value->text;
		return nullptr;
	}
	return "unknown key";
}

static const char *on_key(void *context, const char *name, const struct toml_value *value)
{
	struct manifest *manifest = context;

	for (unsigned i = 0; i < KEY_COUNT; i++) {
		if (strcmp(keys[i].name, name) != 0)
			continue;
		if (manifest->keys_seen >> i & 1)
			return "this key was given before";
		manifest->keys_seen |= 1ull << i;
		return set_key(&keys[i], (char *)manifest + keys[i].offset, value);
	}
	return "unknown key";
}

static bool has_key(const struct manifest *manifest, const char *name)
{
	for (unsigned i = 0; i < KEY_COUNT; i++) {
		if (strcmp(keys[i].name, name) == 0)
			return (manifest->keys_seen >> i & 1) != 0;
	}
	return false;
}

const char *manifest_read(struct manifest *manifest, const char *name, char *text, size_t size, unsigned *line)
{
	*manifest = (struct manifest){
	    .recovery = RECOVERY_REBOOT,
	    .memory = 16384,
	    .objects = 4096,
	    .slots = 10,
	    .stack = 16,
	    .priority = 150,
	};
	*line = 1;
	if (!is_name(name))
		return "the file's name is no unit name";
	memcpy(manifest->name, name, strlen(name) + 1);
	const char *error = toml_read(text, size, on_key, manifest, line);

	if (error != nullptr)
		return error;
	if (manifest->binary == nullptr || manifest->binary[0] != '/')
		return "there is no binary, or it is no absolute path";
	if (manifest->kind == UNIT_POSIX && (manifest->provides.count != 0 || manifest->roles.count != 0))
		return "a posix unit provides nothing";
	if (manifest->kind == UNIT_POSIX && manifest->grants.count > 1)
		return "a posix unit has at most one grant";
	if (manifest->kind == UNIT_SERVER && (manifest->arguments.count != 0 || manifest->environment.count != 0))
		return "a server takes options, not arguments";
	if (manifest->kind == UNIT_SERVER && !has_key(manifest, "provides")) {
		manifest->provides.count = 1;
		manifest->provides.items[0] = manifest->name;
	}
	return nullptr;
}
