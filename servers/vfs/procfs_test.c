/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#include "classes.h"
#include "directory.h"
#include "mount.h"
#include "open.h"
#include "mode.h"
#include "path.h"
#include "pipe.h"
#include "processor.h"
#include "procfs.h"
#include "test_fakes.h"
#include "trona/process_table.h"

#define SECOND 1000000000ull

static struct procmgr_process_entry table[4];
static char text[4096];

static int fresh(void **state)
{
	struct inode *root = fake_root();
	struct filesystem *processes;

	assert_int_equal(name_make_directory(at_root("/proc"), &root_user, 0555), KN_OK);
	assert_int_equal(mount_on(directory_find(root, "proc", 4)->inode, "procfs", 0555, &processes), KN_OK);
	procfs_populate(processes);
	memset(table, 0, sizeof table);
	table[1] = (struct procmgr_process_entry){.pid = 10, .parent = 1, .group = 10, .session = 9, .euid = 1000, .uid = 1000, .suid = 1000,
	    .state = PROCMGR_PROCESS_STATE_RUNNING, .threads = 2, .user_time = 3 * SECOND, .start_time = SECOND,
	    .pages_mapped = 100, .pages_used = 7, .name = "one"};
	process_table_set(table, 4);
	return 0;
}

/* What a file of /proc holds for `who`, in `text`. */
static kn_status slurp(const char *path, const struct credentials *who)
{
	struct vfs_opened opened;
	struct description *description;
	kn_status status = open_path(at_root(path), who, FILE_FLAG_READ, 0, nullptr, &opened, &description);

	if (status != KN_OK)
		return status;
	struct transfer transfer = {.data = (uint8_t *)text, .length = sizeof text - 1, .offset = FILE_OFFSET_CURRENT};
	status = description->class->read(description, &transfer);
	text[transfer.done] = '\0';
	description_orphan(BADGE_FILE | description->index);
	return status;
}

static void stat_has_the_fields_of_proc_5(void **state)
{
	char comm[16], letter;
	unsigned pid, parent, group, session, threads, fields = 1;
	unsigned long user, start, size, resident;

	assert_int_equal(slurp("/proc/10/stat", &bob), KN_OK);
	assert_int_equal(fake_refreshed, 10);
	assert_int_equal(sscanf(text, "%u (%15[^)]) %c %u %u %u", &pid, comm, &letter, &parent, &group, &session), 6);
	assert_int_equal(pid, 10);
	assert_string_equal(comm, "one");
	assert_int_equal(group, 10);
	assert_int_equal(session, 9);
	assert_int_equal(sscanf(text, "%*u %*s %*c %*u %*u %*u %*u %*d %*u %*u %*u %*u %*u %lu %*u %*u %*u %*d %*d %u %*u %lu %lu %lu",
			     &user, &threads, &start, &size, &resident), 5);
	assert_int_equal(user, 300);
	assert_int_equal(threads, 2);
	assert_int_equal(start, 100);
	assert_int_equal(size, 100 * 4096);
	assert_int_equal(resident, 7);
	for (const char *at = text; *at; at++)
		fields += *at == ' ';
	assert_int_equal(fields, 52);
}

static char state_of(const struct credentials *who)
{
	assert_int_equal(slurp("/proc/10/stat", who), KN_OK);
	return *(strchr(text, ')') + 2);
}

static void states_are_told_by_what_threads_do(void **state)
{
	assert_int_equal(state_of(&bob), 'S');
	assert_int_equal(state_of(&alice), 'R'); /* pid 10 itself: who reads runs */
	table[1].busy_threads = 1;
	assert_int_equal(state_of(&bob), 'R');
	table[1].state = PROCMGR_PROCESS_STATE_STOPPED;
	assert_int_equal(state_of(&bob), 'T');
	table[1].state = PROCMGR_PROCESS_STATE_ZOMBIE;
	assert_int_equal(state_of(&bob), 'Z');
	assert_int_equal(slurp("/proc/10/status", &bob), KN_OK);
	assert_non_null(strstr(text, "State:\tZ (zombie)\n"));
}

static void a_process_that_goes_is_no_process(void **state)
{
	struct vfs_opened opened;
	struct description *description;
	struct transfer transfer = {.data = (uint8_t *)text, .length = sizeof text, .offset = 0};

	assert_int_equal(slurp("/proc/11/stat", &bob), KN_E_NOT_FOUND);
	assert_int_equal(slurp("/proc/010/stat", &bob), KN_E_NOT_FOUND);
	assert_int_equal(open_path(at_root("/proc/10/stat"), &bob, FILE_FLAG_READ, 0, nullptr, &opened, &description), KN_OK);
	table[1].state = PROCMGR_PROCESS_STATE_FREE;
	assert_int_equal(description->class->read(description, &transfer), KN_E_NO_PROCESS);
	description_orphan(BADGE_FILE | description->index);
	assert_int_equal(slurp("/proc/10/stat", &bob), KN_E_NOT_FOUND);
}

/* Else whoever waits for the number to come round reads where root's next process has everything. */
static void what_was_opened_shows_nothing_of_another_user(void **state)
{
	struct vfs_opened opened;
	struct description *maps, *stat;
	struct transfer transfer = {.data = (uint8_t *)text, .length = sizeof text, .offset = 0};

	assert_int_equal(open_path(at_root("/proc/10/maps"), &alice, FILE_FLAG_READ, 0, nullptr, &opened, &maps), KN_OK);
	assert_int_equal(open_path(at_root("/proc/10/stat"), &alice, FILE_FLAG_READ, 0, nullptr, &opened, &stat), KN_OK);
	assert_int_equal(maps->class->read(maps, &transfer), KN_OK);
	table[1].euid = table[1].uid = table[1].suid = 0;
	assert_int_equal(maps->class->read(maps, &transfer), KN_E_ACCESS);
	assert_int_equal(stat->class->read(stat, &transfer), KN_OK);
	/* As himself for a while: for himself only. */
	table[1].euid = 1000;
	assert_int_equal(slurp("/proc/10/maps", &alice), KN_OK);
	struct credentials other = alice;
	other.pid = 12;
	assert_int_equal(slurp("/proc/10/maps", &other), KN_E_ACCESS);
	description_orphan(BADGE_FILE | maps->index);
	description_orphan(BADGE_FILE | stat->index);
}

static void maps_name_the_program(void **state)
{
	struct vfs_opened opened;
	struct description *description;
	char path[64];
	size_t length;

	assert_int_equal(name_make_directory(at_root("/bin"), &root_user, 0755), KN_OK);
	assert_int_equal(open_path(at_root("/bin/program"), &root_user, FILE_FLAG_WRITE | VFS_OPEN_CREATE, 0755, nullptr, &opened,
			     &description), KN_OK);
	description->inode->contents.image = 77;
	fake_region_count = 40;
	for (size_t i = 0; i < fake_region_count; i++)
		fake_regions[i] = (struct procmgr_process_region){.address = 0x10000 * (i + 1), .pages = 2, .prot = 3, .flags = 1};
	fake_regions[0] = (struct procmgr_process_region){.address = 0x1000, .pages = 3, .prot = 5, .flags = 1, .offset = 2, .object_id = 77};
	fake_regions[39].region = PROCMGR_REGION_STACK;
	assert_int_equal(slurp("/proc/10/maps", &alice), KN_OK);
	char line[128];
	snprintf(line, sizeof line, "00001000-00004000 r-xp 00002000 00:%02x %lu /bin/program\n",
	    description->inode->filesystem->device, (unsigned long)description->inode->number);
	assert_int_equal(strncmp(text, line, strlen(line)), 0);
	assert_non_null(strstr(text, "\n00020000-00022000 rw-p 00000000 00:00 0\n"));
	assert_non_null(strstr(text, "00280000-00282000 rw-p 00000000 00:00 0 [stack]\n"));
	assert_int_equal(slurp("/proc/10/maps", &bob), KN_E_ACCESS);
	assert_int_equal(name_read_link(at_root("/proc/10/exe"), &alice, path, sizeof path, &length), KN_OK);
	assert_int_equal(length, strlen("/bin/program"));
	assert_memory_equal(path, "/bin/program", length);
	assert_int_equal(name_read_link(at_root("/proc/10/exe"), &bob, path, sizeof path, &length), KN_E_ACCESS);
	fake_region_count = 0;
	assert_int_equal(name_read_link(at_root("/proc/10/exe"), &alice, path, sizeof path, &length), KN_E_NOT_FOUND);
	description->inode->contents.image = KN_CAP_NONE;
	description_orphan(BADGE_FILE | description->index);
}

static struct description *opened(const char *path, uint32_t flags)
{
	struct vfs_opened ignored;
	struct description *description;

	assert_int_equal(open_path(at_root(path), &root_user, flags, 0644, nullptr, &ignored, &description), KN_OK);
	return description;
}

/* What a link says to `who`; empty: nothing. */
static const char *target(const char *path, const struct credentials *who, kn_status expected)
{
	static char told[128];
	size_t length = 0;

	assert_int_equal(name_read_link(at_root(path), who, told, sizeof told - 1, &length), expected);
	told[length] = '\0';
	return told;
}

static unsigned count_names(struct inode *directory)
{
	uint64_t position = DIRECTORY_FIRST_POSITION, number;
	unsigned count = 0;
	uint32_t mode;
	char name[256];

	while (directory->ops->next(directory, &position, name, &number, &mode))
		count++;
	return count;
}

static void descriptors_are_listed_and_named(void **state)
{
	struct description *ends[2], *files[4];
	char expected[32];

	assert_int_equal(name_make_directory(at_root("/home"), &root_user, 0755), KN_OK);
	files[0] = opened("/home/file", FILE_FLAG_WRITE | VFS_OPEN_CREATE);
	files[1] = opened("/home", FILE_FLAG_READ);
	files[2] = opened("/proc/10/stat", FILE_FLAG_READ);
	files[3] = opened("/home/gone", FILE_FLAG_READ | FILE_FLAG_WRITE | VFS_OPEN_CREATE);
	assert_int_equal(name_remove(at_root("/home/gone"), &root_user, false), KN_OK);
	assert_int_equal(pipe_pair(0, 1000, 1000, ends), KN_OK);
	fake_current = BADGE_FILE | files[1]->index;
	for (unsigned i = 0; i < 4; i++)
		fake_descriptors[i] = BADGE_FILE | files[i]->index;
	fake_descriptors[5] = BADGE_FILE | ends[0]->index;
	fake_descriptors[6] = BADGE_OBJECT | PROCMGR_BADGE_CLASS_TERMINAL | (0x100ull + 3) << 32 | 7;
	fake_descriptors[7] = BADGE_FILE | 4000; /* ended since */
	fake_descriptors[8] = BADGE_FILE | ends[1]->index;
	assert_string_equal(target("/proc/10/fd/0", &alice, KN_OK), "/home/file");
	assert_string_equal(target("/proc/10/fd/1", &root_user, KN_OK), "/home");
	assert_string_equal(target("/proc/10/fd/2", &alice, KN_OK), "/proc/10/stat");
	assert_string_equal(target("/proc/10/fd/3", &alice, KN_OK), "/home/gone (deleted)");
	snprintf(expected, sizeof expected, "pipe:[%lu]", (unsigned long)description_number(ends[1]));
	assert_string_equal(target("/proc/10/fd/5", &alice, KN_OK), expected);
	assert_string_equal(target("/proc/10/fd/8", &alice, KN_OK), expected);
	assert_string_equal(target("/proc/10/fd/6", &alice, KN_OK), "/dev/pts/3");
	assert_string_equal(target("/proc/10/cwd", &alice, KN_OK), "/home");
	for (const char *const *name = (const char *const[]){"4", "7", "9", "00", "-1", "x", "960", "4294967296", nullptr}; *name; name++) {
		snprintf(text, sizeof text, "/proc/10/fd/%s", *name);
		target(text, &alice, KN_E_NOT_FOUND);
	}
	target("/proc/10/fd/0", &bob, KN_E_ACCESS);
	target("/proc/10/cwd", &bob, KN_E_ACCESS);
	struct path link;
	assert_int_equal(path_walk(nullptr, &alice, "/proc/10/fd/0", strlen("/proc/10/fd/0"), 0, &link), KN_OK);
	assert_int_equal(link.inode->mode, MODE_LINK | 0300);
	path_release(&link);
	/* All, until they are somebody else's. */
	struct description *listing = opened("/proc/10/fd", FILE_FLAG_READ);
	assert_int_equal(count_names(listing->inode), 7);
	table[1].suid = 0;
	assert_int_equal(count_names(listing->inode), 0);
	description_orphan(BADGE_FILE | listing->index);
	for (unsigned i = 0; i < 4; i++)
		description_orphan(BADGE_FILE | files[i]->index);
	description_orphan(BADGE_FILE | ends[0]->index);
	description_orphan(BADGE_FILE | ends[1]->index);
	memset(fake_descriptors, 0, sizeof fake_descriptors);
	fake_current = 0;
}

static void what_was_deleted_is_told_by_its_last_name(void **state)
{
	static const char *const paths[] = {"/a/b/open", "/a/b", "/a/old", "/a/linked"};
	struct description *files[5];
	char expected[32];

	assert_int_equal(name_make_directory(at_root("/a"), &root_user, 0755), KN_OK);
	assert_int_equal(name_make_directory(at_root("/a/b"), &root_user, 0755), KN_OK);
	for (unsigned i = 0; i < 4; i++) {
		files[i] = opened(paths[i], i == 1 ? FILE_FLAG_READ : FILE_FLAG_READ | FILE_FLAG_WRITE | VFS_OPEN_CREATE);
		fake_descriptors[i] = BADGE_FILE | files[i]->index;
	}
	assert_int_equal(open_anonymous(&root_user, FILE_FLAG_READ, &files[4]), KN_OK);
	fake_descriptors[4] = BADGE_FILE | files[4]->index;
	fake_current = BADGE_FILE | files[1]->index;
	/* With its directory, which is renamed afterwards. */
	assert_int_equal(name_remove(at_root("/a/b/open"), &root_user, false), KN_OK);
	assert_int_equal(name_remove(at_root("/a/b"), &root_user, true), KN_OK);
	assert_int_equal(name_rename(at_root("/a"), at_root("/c"), &root_user, false), KN_OK);
	assert_string_equal(target("/proc/10/fd/0", &root_user, KN_OK), "/c/b/open (deleted)");
	assert_string_equal(target("/proc/10/cwd", &root_user, KN_OK), "/c/b (deleted)");
	/* Replaced, as editors do. */
	description_orphan(BADGE_FILE | opened("/c/new", FILE_FLAG_WRITE | VFS_OPEN_CREATE)->index);
	assert_int_equal(name_rename(at_root("/c/new"), at_root("/c/old"), &root_user, false), KN_OK);
	assert_string_equal(target("/proc/10/fd/2", &root_user, KN_OK), "/c/old (deleted)");
	/* Not the last name, and then another one. */
	assert_int_equal(name_link(at_root("/c/linked"), at_root("/c/other"), &root_user, 0), KN_OK);
	assert_int_equal(name_remove(at_root("/c/linked"), &root_user, false), KN_OK);
	assert_string_equal(target("/proc/10/fd/3", &root_user, KN_OK), "/c/other");
	assert_int_equal(name_remove(at_root("/c/other"), &root_user, false), KN_OK);
	assert_string_equal(target("/proc/10/fd/3", &root_user, KN_OK), "/c/other (deleted)");
	/* Never had one. */
	snprintf(expected, sizeof expected, "file:[%lu] (deleted)", (unsigned long)files[4]->inode->number);
	assert_string_equal(target("/proc/10/fd/4", &root_user, KN_OK), expected);
	const uint64_t inodes = files[0]->inode->filesystem->inodes;
	for (unsigned i = 0; i < 5; i++)
		description_orphan(BADGE_FILE | files[i]->index);
	assert_int_equal(directory_find(path_root(), "c", 1)->inode->filesystem->inodes, inodes - 5);
	memset(fake_descriptors, 0, sizeof fake_descriptors);
	fake_current = 0;
}

static void loads_follow_the_processors(void **state)
{
	uint32_t averages[PROCESSOR_AVERAGES];

	fake_boot_time = 0;
	processor_load(averages);
	assert_int_equal(averages[0], 0);
	/* Half an hour in which one of the two was busy. */
	fake_boot_time = 1800 * SECOND;
	fake_idle[0] = 1800 * SECOND;
	processor_load(averages);
	assert_in_range(averages[0], 98, 100);
	assert_in_range(averages[2], 80, 90);
	/* A minute of nothing. */
	fake_boot_time += 60 * SECOND;
	fake_idle[0] += 60 * SECOND;
	fake_idle[1] += 60 * SECOND;
	processor_load(averages);
	assert_in_range(averages[0], 34, 39);
	assert_int_equal(slurp("/proc/stat", &bob), KN_OK);
	assert_int_equal(fake_refreshed, 0);
	unsigned long user, system, idle;
	assert_int_equal(sscanf(text, "cpu %lu 0 %lu %lu", &user, &system, &idle), 3);
	assert_int_equal(user, 300);
	assert_int_equal(system, 180000 - 300);
	assert_int_equal(idle, 192000);
	assert_non_null(strstr(text, "\ncpu1 "));
}

static void processors_that_are_offline_are_not_listed(void **state)
{
	unsigned long before, after;

	fake_processors = 3;
	fake_boot_time = 100 * SECOND;
	fake_idle[0] = fake_idle[1] = fake_idle[2] = 40 * SECOND;
	assert_int_equal(slurp("/proc/stat", &bob), KN_OK);
	assert_int_equal(sscanf(text, "cpu %*u 0 %lu", &before), 1);
	fake_offline = 1 << 1;
	assert_int_equal(slurp("/proc/stat", &bob), KN_OK);
	assert_non_null(strstr(text, "\ncpu0 "));
	assert_null(strstr(text, "\ncpu1 "));
	assert_non_null(strstr(text, "\ncpu2 "));
	/* Its time stays in the sum, which never falls. */
	assert_int_equal(sscanf(text, "cpu %*u 0 %lu", &after), 1);
	assert_int_equal(after, before);
	assert_int_equal(slurp("/proc/cpuinfo", &bob), KN_OK);
	assert_non_null(strstr(text, "processor\t: 0\n"));
	assert_null(strstr(text, "processor\t: 1\n"));
	assert_non_null(strstr(text, "processor\t: 2\n"));
	fake_processors = 2;
	fake_offline = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(stat_has_the_fields_of_proc_5, fresh),
	    cmocka_unit_test_setup(states_are_told_by_what_threads_do, fresh),
	    cmocka_unit_test_setup(a_process_that_goes_is_no_process, fresh),
	    cmocka_unit_test_setup(what_was_opened_shows_nothing_of_another_user, fresh),
	    cmocka_unit_test_setup(maps_name_the_program, fresh),
	    cmocka_unit_test_setup(descriptors_are_listed_and_named, fresh),
	    cmocka_unit_test_setup(what_was_deleted_is_told_by_its_last_name, fresh),
	    cmocka_unit_test_setup(loads_follow_the_processors, fresh),
	    cmocka_unit_test_setup(processors_that_are_offline_are_not_listed, fresh),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
