/* SPDX-License-Identifier: BSD-2-Clause */
/* POSIX's permission checks, case by case: the first class that fits decides, also when a later one would allow more. */
#include "check.h"

#include "credentials.h"
#include "inode.h"
#include "mode.h"

enum { OWNER = 1000, GROUP = 50 };

static const struct credentials superuser = {.uid = 0, .gid = 0};
static const struct credentials owner = {.uid = OWNER, .gid = GROUP, .real_uid = 1, .real_gid = 1};
static const struct credentials member = {.uid = 1001, .gid = GROUP};
static const struct credentials second_member = {.uid = 1001, .gid = 7, .group_count = 3, .groups = {8, 9, GROUP}};
/* The group is in the table, but behind its end; his real ids would do. */
static const struct credentials stranger = {
    .uid = 1001, .gid = 7, .real_uid = OWNER, .real_gid = GROUP, .group_count = 2, .groups = {8, 9, GROUP}};

static kn_status ask(const struct credentials *who, uint32_t mode, uint32_t wanted)
{
	const struct inode inode = {.mode = mode, .uid = OWNER, .gid = GROUP};

	return permission(who, &inode, wanted);
}

static void groups_are_the_first_and_those_counted(void **state)
{
	assert_true(credentials_in_group(&member, GROUP));
	assert_true(credentials_in_group(&second_member, GROUP));
	assert_true(credentials_in_group(&second_member, 7));
	assert_false(credentials_in_group(&stranger, GROUP));
	assert_false(credentials_in_group(&superuser, GROUP));
}

static void each_class_has_its_bits(void **state)
{
	const struct credentials *who[] = {&owner, &member, &second_member, &stranger};
	const unsigned shift[] = {6, 3, 3, 0};

	for (unsigned i = 0; i < 4; i++)
		for (uint32_t bits = 0; bits < 8; bits++)
			for (uint32_t wanted = 0; wanted < 8; wanted++) {
				const uint32_t own = bits << shift[i], others = 0777 & ~(7u << shift[i]);
				const kn_status expected = (wanted & ~bits) != 0 ? KN_E_ACCESS : KN_OK;

				assert_int_equal(ask(who[i], MODE_REGULAR | own, wanted), expected);
				assert_int_equal(ask(who[i], MODE_REGULAR | own | others, wanted), expected);
			}
}

static void the_superuser_executes_what_somebody_may(void **state)
{
	assert_int_equal(ask(&superuser, MODE_REGULAR, MAY_READ | MAY_WRITE), KN_OK);
	assert_int_equal(ask(&superuser, MODE_REGULAR | 0666, MAY_EXECUTE), KN_E_ACCESS);
	assert_int_equal(ask(&superuser, MODE_REGULAR | 0001, MAY_EXECUTE), KN_OK);
	assert_int_equal(ask(&superuser, MODE_REGULAR | 0100, MAY_EXECUTE), KN_OK);
	assert_int_equal(ask(&superuser, MODE_DIRECTORY, MAY_EXECUTE), KN_OK);
}

static void names_are_for_who_may_write_and_search(void **state)
{
	const struct inode victim = {.mode = MODE_REGULAR, .uid = OWNER, .gid = GROUP};
	const uint32_t modes[] = {0770, 0730, 0720, 0710, 0700};

	for (unsigned i = 0; i < 5; i++) {
		const struct inode directory = {.mode = MODE_DIRECTORY | modes[i], .uid = OWNER, .gid = GROUP};

		assert_int_equal(permission_entry(&member, &directory, &victim), i < 2 ? KN_OK : KN_E_ACCESS);
		assert_int_equal(permission_entry(&member, &directory, nullptr), i < 2 ? KN_OK : KN_E_ACCESS);
	}
}

static void a_sticky_directory_leaves_files_to_their_owners(void **state)
{
	const struct inode directory = {.mode = MODE_DIRECTORY | MODE_STICKY | 0777, .uid = OWNER, .gid = GROUP};
	const struct inode his = {.mode = MODE_REGULAR | 0777, .uid = 1001}, foreign = {.mode = MODE_REGULAR | 0777, .uid = 1002};

	assert_int_equal(permission_entry(&stranger, &directory, &his), KN_OK);
	assert_int_equal(permission_entry(&stranger, &directory, &foreign), KN_E_PERMISSION);
	assert_int_equal(permission_entry(&stranger, &directory, nullptr), KN_OK);
	assert_int_equal(permission_entry(&owner, &directory, &foreign), KN_OK);
	assert_int_equal(permission_entry(&superuser, &directory, &foreign), KN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(groups_are_the_first_and_those_counted),
	    cmocka_unit_test(each_class_has_its_bits),
	    cmocka_unit_test(the_superuser_executes_what_somebody_may),
	    cmocka_unit_test(names_are_for_who_may_write_and_search),
	    cmocka_unit_test(a_sticky_directory_leaves_files_to_their_owners),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
