/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include "manifest.h"

static struct manifest manifest;
static unsigned line;

static const char *read_as(const char *name, const char *text)
{
	static char *copy;
	size_t size = strlen(text);

	/* An exact heap block: the sanitizer sees a step too far. Texts point into it until the next call. */
	free(copy);
	copy = malloc(size + 1);
	memcpy(copy, text, size + 1);
	return manifest_read(&manifest, name, copy, size, &line);
}

static void expect_error(const char *text, unsigned where, const char *error)
{
	const char *found = read_as("unit", text);

	assert_non_null(found);
	assert_string_equal(found, error);
	assert_int_equal(line, where);
}

static void manifest_reads_every_kind_of_value(void **state)
{
	assert_null(read_as("vfs",
	    "# SPDX\n"
	    "\n"
	    "binary = \"/sbin/vfs\"   # a comment\r\n"
	    "needs = [\"objsrv\", \"mmsrv:images\", # why\n"
	    "  \"procmgr:table+signal\",\n"
	    "]\n"
	    "memory = 65_536\n"
	    "recovery = \"declared-loss\"\n"
	    "options = [\"say=\\\"hi\\\"\\t\\\\\"]"));
	assert_string_equal(manifest.name, "vfs");
	assert_string_equal(manifest.binary, "/sbin/vfs");
	assert_int_equal(manifest.needs.count, 3);
	assert_string_equal(manifest.needs.items[2], "procmgr:table+signal");
	assert_int_equal(manifest.memory, 65536);
	assert_int_equal(manifest.recovery, RECOVERY_DECLARED_LOSS);
	assert_string_equal(manifest.options.items[0], "say=\"hi\"\t\\");
	assert_int_equal(manifest.slots, 10);
	assert_int_equal(manifest.kind, UNIT_SERVER);
	assert_false(manifest.is_optional);
	/* A server provides its own name unless it says otherwise. */
	assert_int_equal(manifest.provides.count, 1);
	assert_string_equal(manifest.provides.items[0], "vfs");
	assert_null(read_as("x", "binary = \"/x\"\nprovides = []\noptional = true\n"));
	assert_int_equal(manifest.provides.count, 0);
	assert_true(manifest.is_optional);
}

static void manifest_refuses_unknown_keys_with_their_line(void **state)
{
	expect_error("binary = \"/x\"\n\nbinery = \"/y\"\n", 3, "unknown key");
	expect_error("binary = \"/x\"\nneeds = [\n\"a\",\n\"b\"]\nbogus = 1\n", 5, "unknown key");
}

static void manifest_refuses_keys_given_twice(void **state)
{
	expect_error("binary = \"/x\"\nbinary = \"/x\"\n", 2, "this key was given before");
}

static void manifest_refuses_wrong_types(void **state)
{
	expect_error("memory = \"many\"", 1, "this key takes a number");
	expect_error("needs = \"objsrv\"", 1, "this key takes an array of texts");
	expect_error("kind = 1", 1, "this key takes a text");
	expect_error("binary = true", 1, "this key takes a text");
	expect_error("binary = \"\"", 1, "this key takes a text");
	expect_error("name = [\"a\"]", 1, "a name has 1 to 31 lower-case letters, digits, '_' and '-'");
}

static void manifest_refuses_values_out_of_range(void **state)
{
	expect_error("memory = 15", 1, "the number is out of range");
	expect_error("memory = 99999999999", 1, "the number is out of range");
	expect_error("memory = 999999999999999999999999", 1, "the number is too large");
	expect_error("slots = 14", 1, "the number is out of range");
	expect_error("optional = 1", 1, "this key takes true or false");
	expect_error("priority = 200", 1, "the number is out of range");
	expect_error("kind = \"daemon\"", 1, "this key does not take that value");
	expect_error("restart = \"\"", 1, "this key does not take that value");
}

static void manifest_refuses_malformed_text(void **state)
{
	expect_error("binary", 1, "'=' was expected after the key");
	expect_error("= 1", 1, "a key was expected");
	expect_error("[unit]", 1, "tables are not supported");
	expect_error("binary = \"/x", 1, "the text has no end on its line");
	expect_error("binary = \"/x\n\"", 1, "the text has no end on its line");
	expect_error("binary = \"\\q\"", 1, "unknown escape; known are \\\" \\\\ \\n \\t");
	expect_error("binary = \"\\", 1, "unknown escape; known are \\\" \\\\ \\n \\t");
	expect_error("binary = \"/x\" y", 1, "nothing may follow the value on its line");
	expect_error("needs = [\"a\" \"b\"]", 1, "',' or ']' was expected");
	expect_error("needs = [1]", 1, "a text in double quotes was expected");
	expect_error("needs = [", 1, "a text in double quotes was expected");
	expect_error("needs = [\"a\",\n\n", 3, "a text in double quotes was expected");
	expect_error("memory = -1", 1, "a text, number, true, false or array was expected");
	expect_error("memory = truely", 1, "a text, number, true, false or array was expected");
	expect_error("abcdefghijklmnopqrstuvwxyzabcdefghijkl = 1", 1, "the key is too long");
}

static void manifest_refuses_arrays_that_are_too_long(void **state)
{
	char text[512] = "needs = [";

	for (unsigned i = 0; i < TOML_ARRAY_MAX; i++)
		strcat(text, "\"a\", ");
	strcat(text, "\"one more\"]");
	expect_error(text, 1, "the array is too long");
}

static void manifest_refuses_bad_names_and_missing_binaries(void **state)
{
	expect_error("", 1, "there is no binary, or it is no absolute path");
	expect_error("binary = \"sbin/x\"", 1, "there is no binary, or it is no absolute path");
	assert_string_equal(read_as("Bad Name", "binary = \"/x\""), "the file's name is no unit name");
	expect_error("name = \"has space\"", 1, "a name has 1 to 31 lower-case letters, digits, '_' and '-'");
	expect_error("name = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", 1,
	    "a name has 1 to 31 lower-case letters, digits, '_' and '-'");
}

static void manifest_takes_names_of_all_their_characters(void **state)
{
	char text[] = "binary = \"/x\"\nname = \"a?z\"";
	char *c = strchr(text, '?');

	for (unsigned value = 1; value < 256; value++) {
		const bool is_good = value < 128 && strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", (int)value) != nullptr;

		*c = (char)value;
		assert_int_equal(read_as("u", text) == nullptr, is_good);
	}
	assert_null(read_as("u", "binary = \"/x\"\nname = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""));
	assert_null(read_as("u", "binary = \"/x\"\nname = \"a\""));
	expect_error("name = \"\"", 1, "a name has 1 to 31 lower-case letters, digits, '_' and '-'");
	assert_string_equal(read_as("", "binary = \"/x\""), "the file's name is no unit name");
}

static void manifest_refuses_what_does_not_fit_the_kind(void **state)
{
	assert_string_equal(
	    read_as("u", "kind = \"posix\"\nbinary = \"/x\"\nprovides = [\"x\"]"), "a posix unit provides nothing");
	assert_string_equal(
	    read_as("u", "binary = \"/x\"\narguments = [\"x\"]"), "a server takes options, not arguments");
}

static void manifest_refuses_files_with_nul_bytes(void **state)
{
	char text[] = "binary = \"/x\"\0\n";

	assert_string_equal(manifest_read(&manifest, "u", text, sizeof(text) - 1, &line), "the file has NUL bytes");
}

static void manifest_survives_random_damage(void **state)
{
	static const char good[] = "binary = \"/sbin/x\"\nneeds = [\"a\", \"b\"]\nmemory = 100\nkind = \"posix\"\n";

	srandom(5);
	for (int round = 0; round < 100000; round++) {
		char text[sizeof(good)];

		memcpy(text, good, sizeof(good));
		for (int i = 0; i < 3; i++)
			text[(size_t)random() % (sizeof(good) - 1)] = "\"\\[],=#\n x1\r"[random() % 12];
		read_as("unit", text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(manifest_reads_every_kind_of_value),
	    cmocka_unit_test(manifest_refuses_unknown_keys_with_their_line),
	    cmocka_unit_test(manifest_refuses_keys_given_twice),
	    cmocka_unit_test(manifest_refuses_wrong_types),
	    cmocka_unit_test(manifest_refuses_values_out_of_range),
	    cmocka_unit_test(manifest_refuses_malformed_text),
	    cmocka_unit_test(manifest_refuses_arrays_that_are_too_long),
	    cmocka_unit_test(manifest_refuses_bad_names_and_missing_binaries),
	    cmocka_unit_test(manifest_takes_names_of_all_their_characters),
	    cmocka_unit_test(manifest_refuses_what_does_not_fit_the_kind),
	    cmocka_unit_test(manifest_refuses_files_with_nul_bytes),
	    cmocka_unit_test(manifest_survives_random_damage),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
