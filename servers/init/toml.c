/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * toml.h. One pass, no memory of its own: escapes are resolved and texts are ended where they lie. NUL bytes in the file
 * are refused first, so that NUL always means the end.
 */
#include "toml.h"

#define KEY_MAX 32
#define INTEGER_MAX 1000000000000ull

struct reader {
	char *at;
	unsigned line;
	const char *error;
};

static bool fail(struct reader *reader, const char *error)
{
	if (reader->error == nullptr)
		reader->error = error;
	return false;
}

static void skip_blanks(struct reader *reader)
{
	while (*reader->at == ' ' || *reader->at == '\t')
		reader->at++;
}

static void skip_comment(struct reader *reader)
{
	skip_blanks(reader);
	if (*reader->at == '#') {
		while (*reader->at != '\0' && *reader->at != '\n')
			reader->at++;
	}
	if (*reader->at == '\r' && reader->at[1] == '\n')
		reader->at++;
}

/* Blank lines and comments, as between keys and inside arrays. */
static void skip_lines(struct reader *reader)
{
	for (;;) {
		skip_comment(reader);
		if (*reader->at != '\n')
			return;
		reader->line++;
		reader->at++;
	}
}

static bool is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool read_key(struct reader *reader, char *key)
{
	unsigned length = 0;

	for (; is_key_char(*reader->at); reader->at++) {
		if (length == KEY_MAX - 1)
			return fail(reader, "the key is too long");
		key[length++] = *reader->at;
	}
	key[length] = '\0';
	if (length == 0)
		return fail(reader, *reader->at == '[' ? "tables are not supported" : "a key was expected");
	skip_blanks(reader);
	if (*reader->at != '=')
		return fail(reader, "'=' was expected after the key");
	reader->at++;
	skip_blanks(reader);
	return true;
}

static bool read_text(struct reader *reader, const char **text)
{
	char *to;

	if (*reader->at != '"')
		return fail(reader, "a text in double quotes was expected");
	*text = to = ++reader->at;
	while (*reader->at != '"') {
		char c = *reader->at++;

		if (c == '\0' || c == '\n')
			return fail(reader, "the text has no end on its line");
		if (c == '\\') {
			c = *reader->at++;
			if (c == 'n')
				c = '\n';
			else if (c == 't')
				c = '\t';
			else if (c != '"' && c != '\\')
				return fail(reader, "unknown escape; known are \\\" \\\\ \\n \\t");
		}
		*to++ = c;
	}
	reader->at++;
	*to = '\0';
	return true;
}

static bool read_integer(struct reader *reader, uint64_t *value)
{
	uint64_t result = 0;

	for (; (*reader->at >= '0' && *reader->at <= '9') || *reader->at == '_'; reader->at++) {
		if (*reader->at == '_')
			continue;
		result = result * 10 + (uint64_t)(*reader->at - '0');
		if (result > INTEGER_MAX)
			return fail(reader, "the number is too large");
	}
	*value = result;
	return true;
}

static bool read_word(struct reader *reader, const char *word)
{
	size_t length = __builtin_strlen(word);

	for (size_t i = 0; i < length; i++) {
		if (reader->at[i] != word[i])
			return false;
	}
	if (is_key_char(reader->at[length]))
		return false;
	reader->at += length;
	return true;
}

static bool read_array(struct reader *reader, struct toml_value *value)
{
	reader->at++;
	for (;;) {
		skip_lines(reader);
		if (*reader->at == ']') {
			reader->at++;
			return true;
		}
		if (value->count == TOML_ARRAY_MAX)
			return fail(reader, "the array is too long");
		if (!read_text(reader, &value->items[value->count++]))
			return false;
		skip_lines(reader);
		if (*reader->at == ',')
			reader->at++;
		else if (*reader->at != ']')
			return fail(reader, "',' or ']' was expected");
	}
}

static bool read_value(struct reader *reader, struct toml_value *value)
{
	*value = (struct toml_value){.line = reader->line};
	if (*reader->at == '"') {
		value->type = TOML_TEXT;
		return read_text(reader, &value->text);
	}
	if (*reader->at >= '0' && *reader->at <= '9') {
		value->type = TOML_INTEGER;
		return read_integer(reader, &value->integer);
	}
	if (*reader->at == '[') {
		value->type = TOML_ARRAY;
		return read_array(reader, value);
	}
	value->type = TOML_BOOLEAN;
	value->integer = read_word(reader, "true");
	if (value->integer == 0 && !read_word(reader, "false"))
		return fail(reader, "a text, number, true, false or array was expected");
	return true;
}

const char *toml_read(char *text, size_t size, toml_key_fn *on_key, void *context, unsigned *line)
{
	struct reader reader = {.at = text, .line = 1};
	char key[KEY_MAX];
	struct toml_value value;

	*line = 1;
	if (__builtin_strlen(text) != size)
		return "the file has NUL bytes";
	for (;;) {
		skip_lines(&reader);
		*line = reader.line;
		if (reader.error != nullptr || *reader.at == '\0')
			return reader.error;
		if (!read_key(&reader, key) || !read_value(&reader, &value)) {
			*line = reader.line;
			return reader.error;
		}
		/* The end of the line belongs to the value; texts end with NUL by now. */
		skip_comment(&reader);
		if (*reader.at != '\n' && *reader.at != '\0')
			return "nothing may follow the value on its line";
		const char *error = on_key(context, key, &value);

		if (error != nullptr) {
			*line = value.line;
			return error;
		}
	}
}
