/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "check.h"

#include "classes.h"
#include "directory.h"
#include "mode.h"
#include "mount.h"
#include "fake_heap.h"
#include "open.h"
#include "test_fakes.h"

static struct inode *root;

static int fresh(void **state)
{
	(void)state;
	root = fake_root();
	return 0;
}

static kn_status stat_as(const struct credentials *who, const char *path, unsigned flags, struct file_stat *stat)
{
	struct path found;
	kn_status status = path_walk(nullptr, who, path, strlen(path), flags, &found);

	if (status != KN_OK)
		return status;
	inode_describe(found.inode, stat);
	path_release(&found);
	return KN_OK;
}

static kn_status look(const char *path)
{
	struct file_stat stat;

	return stat_as(&root_user, path, PATH_FOLLOW, &stat);
}

static void make_directory(const char *path, uint32_t mode)
{
	assert_int_equal(name_make_directory(at_root(path), &root_user, mode), KN_OK);
}

static void make_file(const char *path, const struct credentials *who, uint32_t mode)
{
	assert_int_equal(name_make_node(at_root(path), who, MODE_REGULAR | mode, 0), KN_OK);
}

static void make_link(const char *path, const char *target)
{
	assert_int_equal(name_symlink(at_root(path), &root_user, target, strlen(target)), KN_OK);
}

static void paths_lead_where_posix_says(void **state)
{
	static const struct {
		const char *path;
		kn_status status;
	} cases[] = {
	    {"/", KN_OK},
	    {"//", KN_OK},
	    {"/.", KN_OK},
	    {"/..", KN_OK},
	    {"/../..", KN_OK},
	    {"/a", KN_OK},
	    {"/a/", KN_OK},
	    {"/a/.", KN_OK},
	    {"/a/b", KN_OK},
	    {"//a///b", KN_OK},
	    {"/a/../a/./b", KN_OK},
	    {"/a/f", KN_OK},
	    {"/a/f/", KN_E_NOT_DIRECTORY},
	    {"/a/f/.", KN_E_NOT_DIRECTORY},
	    {"/a/f/x", KN_E_NOT_DIRECTORY},
	    {"/a/f/..", KN_E_NOT_DIRECTORY},
	    {"/a/none", KN_E_NOT_FOUND},
	    {"/a/none/x", KN_E_NOT_FOUND},
	    {"", KN_E_NOT_FOUND},
	    {"/to_b", KN_OK},
	    {"/to_b/../f", KN_OK},
	    {"/to_f", KN_OK},
	    {"/to_f/", KN_E_NOT_DIRECTORY},
	    {"/up/a/f", KN_OK},
	    {"/loop", KN_E_LOOP},
	    {"/loop/x", KN_E_LOOP},
	    {"/dangling", KN_E_NOT_FOUND},
	    {"/chain1", KN_OK},
	};

	make_directory("/a", 0755);
	make_directory("/a/b", 0755);
	make_file("/a/f", &root_user, 0644);
	make_link("/to_b", "a/b");
	make_link("/to_f", "/a/f");
	make_link("/a/back", "..");
	make_link("/up", "a/b/../back/");
	make_link("/loop", "loop");
	make_link("/dangling", "/a/none");
	make_link("/chain1", "chain2");
	make_link("/chain2", "a/../chain3");
	make_link("/chain3", "/to_b");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (look(cases[i].path) != cases[i].status)
			fail_msg("%s: %d, expected %d", cases[i].path, look(cases[i].path), cases[i].status);
	}
}

static void names_and_paths_have_limits(void **state)
{
	char long_name[400] = "/";
	static char long_path[4000];

	memset(long_name + 1, 'n', 255);
	assert_int_equal(name_make_directory(at_root(long_name), &root_user, 0755), KN_OK);
	long_name[256] = 'n';
	assert_int_equal(name_make_directory(at_root(long_name), &root_user, 0755), KN_E_NAME_TOO_LONG);
	for (size_t i = 0; i + 2 < sizeof long_path; i += 2)
		memcpy(long_path + i, "/.", 2);
	assert_int_equal(look(long_path), KN_E_NAME_TOO_LONG);
}

static void exactly_forty_links_are_followed(void **state)
{
	char name[16], target[16];

	make_directory("/end", 0755);
	make_link("/l1", "end");
	for (int i = 2; i <= 41; i++) {
		snprintf(name, sizeof name, "/l%d", i);
		snprintf(target, sizeof target, "l%d", i - 1);
		make_link(name, target);
	}
	assert_int_equal(look("/l40"), KN_OK);
	assert_int_equal(look("/l41"), KN_E_LOOP);
}

static void a_path_with_a_nul_inside_is_refused(void **state)
{
	struct path path;

	assert_int_equal(path_walk(nullptr, &root_user, "/a\0b", 4, 0, &path), KN_E_INVALID_ARG);
}

static void the_permission_matrix_holds(void **state)
{
	static const struct {
		uint32_t mode, uid, gid, wanted;
		kn_status root, alice, bob;
	} cases[] = {
	    {0600, 1000, 1000, MAY_READ, KN_OK, KN_OK, KN_E_ACCESS},
	    {0600, 1000, 1000, MAY_READ | MAY_WRITE, KN_OK, KN_OK, KN_E_ACCESS},
	    {0400, 1000, 1000, MAY_WRITE, KN_OK, KN_E_ACCESS, KN_E_ACCESS},
	    {0044, 1000, 1000, MAY_READ, KN_OK, KN_E_ACCESS, KN_OK},
	    {0640, 0, 50, MAY_READ, KN_OK, KN_OK, KN_E_ACCESS},
	    {0640, 0, 50, MAY_WRITE, KN_OK, KN_E_ACCESS, KN_E_ACCESS},
	    {0604, 0, 50, MAY_READ, KN_OK, KN_E_ACCESS, KN_OK},
	    {0644, 0, 0, MAY_EXECUTE, KN_E_ACCESS, KN_E_ACCESS, KN_E_ACCESS},
	    {0744, 0, 0, MAY_EXECUTE, KN_OK, KN_E_ACCESS, KN_E_ACCESS},
	    {0711, 1000, 1000, MAY_EXECUTE, KN_OK, KN_OK, KN_OK},
	    {0000, 1001, 1001, MAY_READ, KN_OK, KN_E_ACCESS, KN_E_ACCESS},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct inode inode = {.mode = MODE_REGULAR | cases[i].mode, .uid = cases[i].uid, .gid = cases[i].gid};

		assert_int_equal(permission(&root_user, &inode, cases[i].wanted), cases[i].root);
		assert_int_equal(permission(&alice, &inode, cases[i].wanted), cases[i].alice);
		assert_int_equal(permission(&bob, &inode, cases[i].wanted), cases[i].bob);
	}
}

static void search_permission_is_needed_on_the_way(void **state)
{
	struct file_stat stat;

	make_directory("/private", 0700);
	make_file("/private/f", &root_user, 0644);
	assert_int_equal(stat_as(&alice, "/private/f", 0, &stat), KN_E_ACCESS);
	assert_int_equal(stat_as(&alice, "/private", 0, &stat), KN_OK);
	assert_int_equal(name_make_directory(at_root("/private/x"), &alice, 0755), KN_E_ACCESS);
}

static void only_owners_remove_from_a_sticky_directory(void **state)
{
	make_directory("/tmp", 01777);
	make_file("/tmp/f", &alice, 0666);
	assert_int_equal(name_remove(at_root("/tmp/f"), &bob, false), KN_E_PERMISSION);
	assert_int_equal(name_rename(at_root("/tmp/f"), at_root("/tmp/g"), &bob, false), KN_E_PERMISSION);
	assert_int_equal(name_remove(at_root("/tmp/f"), &alice, false), KN_OK);
}

static void removing_refuses_what_it_must(void **state)
{
	make_directory("/d", 0755);
	make_directory("/d/e", 0755);
	make_file("/f", &root_user, 0644);
	assert_int_equal(name_remove(at_root("/d"), &root_user, true), KN_E_NOT_EMPTY);
	assert_int_equal(name_remove(at_root("/d"), &root_user, false), KN_E_IS_DIRECTORY);
	assert_int_equal(name_remove(at_root("/f"), &root_user, true), KN_E_NOT_DIRECTORY);
	assert_int_equal(name_remove(at_root("/none"), &root_user, false), KN_E_NOT_FOUND);
	assert_int_equal(name_remove(at_root("/"), &root_user, true), KN_E_BUSY);
	assert_int_equal(name_remove(at_root("/d/."), &root_user, true), KN_E_INVALID_ARG);
	assert_int_equal(name_remove(at_root("/."), &root_user, true), KN_E_INVALID_ARG);
	assert_int_equal(name_remove(at_root("/d/.."), &root_user, true), KN_E_NOT_EMPTY);
	assert_int_equal(name_remove(at_root("/d/e/../"), &root_user, true), KN_E_NOT_EMPTY);
	assert_int_equal(name_remove(at_root("/d/.."), &root_user, false), KN_E_IS_DIRECTORY);
	assert_int_equal(name_remove(at_root("/d/e/"), &root_user, true), KN_OK);
	assert_int_equal(name_remove(at_root("/d"), &root_user, true), KN_OK);
	assert_int_equal(look("/d"), KN_E_NOT_FOUND);
}

static void a_removed_directory_takes_no_new_names(void **state)
{
	struct path path;

	make_directory("/gone", 0755);
	assert_int_equal(path_walk(nullptr, &root_user, "/gone", 5, 0, &path), KN_OK);
	assert_int_equal(name_remove(at_root("/gone"), &root_user, true), KN_OK);
	struct name_at inside = {.base = path.inode, .text = "x", .length = 1};
	assert_int_equal(name_make_directory(inside, &root_user, 0755), KN_E_NOT_FOUND);
	char text[32];
	size_t length;
	assert_int_equal(path_tell(path.inode, text, sizeof text, &length), KN_E_NOT_FOUND);
	path_release(&path);
}

/* The deepest of them holds its parent, that one its own, and so on: none is destroyed while another one is. */
static void a_deep_tree_ends_without_much_stack(void **state)
{
	const size_t before = root->filesystem->inodes;
	struct inode *deepest = root, *directory;
	struct rlimit usual;
	struct path path;

	inode_acquire(root);
	for (int i = 0; i < 100000; i++) {
		const struct name_at inside = {.base = deepest, .text = "d", .length = 1};

		assert_int_equal(name_make_directory(inside, &root_user, 0755), KN_OK);
		assert_int_equal(path_walk(deepest, &root_user, "d", 1, 0, &path), KN_OK);
		inode_release(deepest);
		deepest = path.inode;
		inode_acquire(deepest);
		path_release(&path);
	}
	directory = deepest;
	inode_acquire(directory);
	while (directory != root) {
		assert_int_equal(path_walk(directory, &root_user, "..", 2, 0, &path), KN_OK);
		const struct name_at inside = {.base = path.inode, .text = "d", .length = 1};

		assert_int_equal(name_remove(inside, &root_user, true), KN_OK);
		inode_release(directory);
		directory = path.inode;
		inode_acquire(directory);
		path_release(&path);
	}
	inode_release(directory);
	/* This thread's stack does not grow beyond it. */
	assert_int_equal(getrlimit(RLIMIT_STACK, &usual), 0);
	assert_int_equal(setrlimit(RLIMIT_STACK, &(struct rlimit){512 << 10, usual.rlim_max}), 0);
	inode_release(deepest);
	assert_int_equal(setrlimit(RLIMIT_STACK, &usual), 0);
	assert_int_equal(root->filesystem->inodes, before);
}

static void renaming_follows_posix(void **state)
{
	static const struct {
		const char *from, *to;
		kn_status status;
	} cases[] = {
	    {"/f", "/g", KN_OK},                 /* over a file */
	    {"/g", "/d1", KN_E_IS_DIRECTORY},
	    {"/d1", "/h", KN_E_NOT_DIRECTORY},
	    {"/d1", "/d2", KN_E_NOT_EMPTY},
	    {"/d2", "/d1", KN_OK},               /* d1 is empty */
	    {"/d1", "/d1/inside/x", KN_E_INVALID_ARG},
	    {"/d1", "/d1", KN_OK},
	    {"/none", "/x", KN_E_NOT_FOUND},
	    {"/h", "/none/x", KN_E_NOT_FOUND},
	    {"/h", "/x/", KN_E_NOT_DIRECTORY},
	    {"/", "/x", KN_E_BUSY},
	    {"/d1/.", "/x", KN_E_BUSY},
	    {"/h", "/i", KN_OK},                 /* two names of one file: nothing happens */
	    {"/h", "/d1/inside/h", KN_OK},
	    {"/d1/inside", "/moved", KN_OK},
	};

	make_file("/f", &root_user, 0644);
	make_file("/g", &root_user, 0644);
	make_file("/h", &root_user, 0644);
	assert_int_equal(name_link(at_root("/h"), at_root("/i"), &root_user, false), KN_OK);
	make_directory("/d1", 0755);
	make_directory("/d2", 0755);
	make_directory("/d2/inside", 0755);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		kn_status status = name_rename(at_root(cases[i].from), at_root(cases[i].to), &root_user, false);

		if (status != cases[i].status)
			fail_msg("%s -> %s: %d, expected %d", cases[i].from, cases[i].to, status, cases[i].status);
	}
	assert_int_equal(look("/f"), KN_E_NOT_FOUND);
	assert_int_equal(look("/i"), KN_OK);
	assert_int_equal(look("/moved/h"), KN_OK);
	assert_int_equal(look("/moved/../moved/h"), KN_OK);
	assert_int_equal(name_rename(at_root("/i"), at_root("/moved/h"), &root_user, true), KN_E_EXISTS);
}

static void a_renamed_directory_knows_its_path(void **state)
{
	char text[64];
	size_t length;
	struct path path;

	make_directory("/a", 0755);
	make_directory("/a/b", 0755);
	make_directory("/c", 0755);
	assert_int_equal(name_rename(at_root("/a/b"), at_root("/c/renamed"), &root_user, false), KN_OK);
	assert_int_equal(path_walk(nullptr, &root_user, "/c/renamed", 10, 0, &path), KN_OK);
	assert_int_equal(path_tell(path.inode, text, sizeof text, &length), KN_OK);
	assert_int_equal(length, 10);
	assert_memory_equal(text, "/c/renamed", 10);
	assert_int_equal(path_tell(path.inode, text, 5, &length), KN_E_NAME_TOO_LONG);
	path_release(&path);
	assert_int_equal(path_tell(root, text, sizeof text, &length), KN_OK);
	assert_int_equal(length, 1);
}

static void hard_links_share_one_file(void **state)
{
	struct file_stat stat, other;

	make_directory("/d", 0755);
	make_file("/f", &root_user, 0644);
	make_link("/s", "f");
	assert_int_equal(name_link(at_root("/f"), at_root("/g"), &root_user, false), KN_OK);
	assert_int_equal(name_link(at_root("/f"), at_root("/g"), &root_user, false), KN_E_EXISTS);
	assert_int_equal(name_link(at_root("/d"), at_root("/e"), &root_user, false), KN_E_PERMISSION);
	assert_int_equal(name_link(at_root("/s"), at_root("/s2"), &root_user, false), KN_OK);
	assert_int_equal(name_link(at_root("/s"), at_root("/h"), &root_user, true), KN_OK);
	assert_int_equal(stat_as(&root_user, "/f", 0, &stat), KN_OK);
	assert_int_equal(stat.links, 3);
	assert_int_equal(stat_as(&root_user, "/s2", 0, &other), KN_OK);
	assert_int_equal(other.mode & MODE_TYPE, MODE_LINK);
	assert_int_equal(name_remove(at_root("/f"), &root_user, false), KN_OK);
	assert_int_equal(stat_as(&root_user, "/h", 0, &other), KN_OK);
	assert_int_equal(other.inode, stat.inode);
	assert_int_equal(other.links, 2);
}

static void mounts_are_crossed_both_ways(void **state)
{
	struct filesystem *filesystem;
	struct path path;
	struct file_stat stat;
	char text[64];
	size_t length;

	make_directory("/mnt", 0755);
	assert_int_equal(path_walk(nullptr, &root_user, "/mnt", 4, 0, &path), KN_OK);
	assert_int_equal(mount_on(path.inode, "ramfs", 0755, &filesystem), KN_OK);
	assert_int_equal(mount_on(path.inode, "ramfs", 0755, &filesystem), KN_E_BUSY);
	path_release(&path);
	make_directory("/mnt/in", 0755);
	make_file("/f", &root_user, 0644);
	assert_int_equal(look("/mnt/in/../../f"), KN_OK);
	assert_int_equal(stat_as(&root_user, "/mnt", 0, &stat), KN_OK);
	assert_int_equal(stat.device, filesystem->device);
	assert_int_equal(name_rename(at_root("/f"), at_root("/mnt/f"), &root_user, false), KN_E_CROSS_DEVICE);
	assert_int_equal(name_link(at_root("/f"), at_root("/mnt/f"), &root_user, false), KN_E_CROSS_DEVICE);
	assert_int_equal(name_remove(at_root("/mnt"), &root_user, true), KN_E_BUSY);
	assert_int_equal(path_walk(nullptr, &root_user, "/mnt/in", 7, 0, &path), KN_OK);
	assert_int_equal(path_tell(path.inode, text, sizeof text, &length), KN_OK);
	assert_memory_equal(text, "/mnt/in", 7);
	assert_int_equal(length, 7);
	inode_acquire(filesystem->root);
	assert_int_equal(mount_remove(filesystem->root), KN_E_BUSY);
	path_release(&path);
	assert_int_equal(mount_remove(filesystem->root), KN_OK);
	inode_release(filesystem->root);
	assert_int_equal(look("/mnt/in"), KN_E_NOT_FOUND);
}

static void large_directories_are_read_once_each(void **state)
{
	struct vfs_opened opened;
	struct description *description;
	char name[32];
	static uint8_t data[600];
	size_t length, seen = 0;

	make_directory("/big", 0755);
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "/big/n%d", i);
		make_file(name, &root_user, 0644);
	}
	assert_int_equal(open_path(at_root("/big"), &alice, FILE_FLAG_READ, 0, nullptr, &opened, &description), KN_OK);
	for (int removed = 0;;) {
		assert_int_equal(description_entries(description, data, sizeof data, &length), KN_OK);
		if (length == 0)
			break;
		for (size_t at = 0; at < length; seen++)
			at += (size_t)(18 + data[at + 17] + 7) & ~7ul;
		/* What was read already may go meanwhile (rm -r). */
		if (removed < 1500 && seen > 1000) {
			for (; removed < 900; removed++) {
				snprintf(name, sizeof name, "/big/n%d", removed);
				assert_int_equal(name_remove(at_root(name), &root_user, false), KN_OK);
			}
			removed = 1500;
		}
	}
	assert_int_equal(seen, 3002);
	assert_int_equal(description_entries(description, data, 10, &length), KN_OK);
	description->offset = 0;
	assert_int_equal(description_entries(description, data, 10, &length), KN_E_INVALID_ARG);
	description_orphan(BADGE_FILE | description->index);
}

/* Most programs take a directory's entries away in their order; each would look through the places of those before it. */
static void emptying_a_large_directory_takes_time_by_its_size(void **state)
{
	char name[32];
	struct path path;

	make_directory("/many", 0755);
	for (int i = 0; i < 60000; i++) {
		snprintf(name, sizeof name, "/many/%d", i);
		make_file(name, &root_user, 0600);
	}
	assert_int_equal(path_walk(nullptr, &root_user, "/many", 5, 0, &path), KN_OK);
	const clock_t start = clock(); /* of the processor: some 20 ms, or many seconds */
	for (struct dentry *entry; (entry = directory_next(path.inode, 0)) != nullptr;)
		directory_remove(entry);
	assert_true(clock() - start < CLOCKS_PER_SEC);
	make_file("/many/again", &root_user, 0600);
	assert_non_null(directory_next(path.inode, 0));
	path_release(&path);
}

static void opening_checks_kind_and_rights(void **state)
{
	static const struct {
		const char *path;
		uint32_t flags;
		kn_status status;
	} cases[] = {
	    {"/f", FILE_FLAG_READ, KN_OK},
	    {"/f", FILE_FLAG_WRITE, KN_E_ACCESS},
	    {"/f", FILE_FLAG_READ | VFS_OPEN_TRUNCATE, KN_E_ACCESS},
	    {"/f", FILE_FLAG_READ | VFS_OPEN_DIRECTORY_ONLY, KN_E_NOT_DIRECTORY},
	    {"/f", VFS_OPEN_EXECUTE, KN_E_ACCESS},
	    {"/d", FILE_FLAG_READ, KN_OK},
	    {"/d", FILE_FLAG_WRITE, KN_E_IS_DIRECTORY},
	    {"/d", FILE_FLAG_READ | VFS_OPEN_CREATE, KN_E_IS_DIRECTORY},
	    {"/none", FILE_FLAG_READ, KN_E_NOT_FOUND},
	    {"/none", FILE_FLAG_WRITE | VFS_OPEN_CREATE, KN_E_ACCESS},
	    {"/tmp/new", FILE_FLAG_WRITE | VFS_OPEN_CREATE, KN_OK},
	    {"/tmp/new", FILE_FLAG_WRITE | VFS_OPEN_CREATE | VFS_OPEN_EXCLUSIVE, KN_E_EXISTS},
	    {"/tmp/x/", FILE_FLAG_WRITE | VFS_OPEN_CREATE, KN_E_IS_DIRECTORY},
	    {"/s", FILE_FLAG_READ | VFS_OPEN_NO_FOLLOW, KN_E_LOOP},
	    {"/s", FILE_FLAG_PATH | VFS_OPEN_NO_FOLLOW, KN_OK},
	    {"/s", FILE_FLAG_READ, KN_OK},
	    {"/tmp/dangling", FILE_FLAG_WRITE | VFS_OPEN_CREATE | VFS_OPEN_EXCLUSIVE, KN_E_EXISTS},
	    {"/tmp/dangling", FILE_FLAG_WRITE | VFS_OPEN_CREATE, KN_OK},
	    {"/tmp/target", FILE_FLAG_READ, KN_OK},
	    {"/sock", FILE_FLAG_READ, KN_E_NO_DEVICE},
	    {"/f", 0x80000000u, KN_E_INVALID_ARG},
	};
	struct vfs_opened opened;
	struct description *description;

	make_file("/f", &root_user, 0644);
	make_directory("/d", 0755);
	make_directory("/tmp", 01777);
	make_link("/s", "f");
	make_link("/tmp/dangling", "target");
	assert_int_equal(name_make_node(at_root("/sock"), &root_user, MODE_SOCKET | 0777, 0), KN_OK);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		kn_status status =
		    open_path(at_root(cases[i].path), &alice, cases[i].flags, 0644, nullptr, &opened, &description);

		if (status != cases[i].status)
			fail_msg("%s %x: %d, expected %d", cases[i].path, cases[i].flags, status, cases[i].status);
		if (status == KN_OK)
			description_orphan(BADGE_FILE | description->index);
	}
}

static void attributes_belong_to_the_owner(void **state)
{
	struct file_stat stat;
	struct path path;

	make_directory("/tmp", 01777);
	make_file("/tmp/f", &alice, 0666);
	assert_int_equal(path_walk(nullptr, &root_user, "/tmp/f", 6, 0, &path), KN_OK);
	assert_int_equal(inode_set_mode(path.inode, &bob, 0777), KN_E_PERMISSION);
	assert_int_equal(inode_set_owner(path.inode, &bob, 1001, ~0u), KN_E_PERMISSION);
	assert_int_equal(inode_set_owner(path.inode, &alice, 1001, ~0u), KN_E_PERMISSION);
	assert_int_equal(inode_set_owner(path.inode, &alice, ~0u, 1001), KN_E_PERMISSION);
	assert_int_equal(inode_set_owner(path.inode, &alice, ~0u, 50), KN_OK);
	assert_int_equal(inode_set_times(path.inode, &bob, 5, 6), KN_E_PERMISSION);
	assert_int_equal(inode_set_times(path.inode, &bob, -2, -2), KN_OK);
	assert_int_equal(inode_set_times(path.inode, &alice, 5, -1), KN_OK);
	assert_int_equal(inode_set_mode(path.inode, &alice, 04755), KN_OK);
	assert_int_equal(inode_set_owner(path.inode, &alice, ~0u, 1000), KN_OK);
	path_release(&path);
	assert_int_equal(stat_as(&bob, "/tmp/f", 0, &stat), KN_OK);
	assert_int_equal(stat.access_time, 5);
	assert_int_equal(stat.mode, MODE_REGULAR | 0755); /* a new owner takes set-uid away */
}

static void a_new_owner_takes_set_id_away_whoever_gives_it(void **state)
{
	struct path path;

	make_file("/f", &root_user, 0644);
	make_directory("/d", 0755);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(path_walk(nullptr, &root_user, i ? "/d" : "/f", 2, 0, &path), KN_OK);
		assert_int_equal(inode_set_mode(path.inode, &root_user, 06755), KN_OK);
		assert_int_equal(inode_set_owner(path.inode, &root_user, 1000, 1000), KN_OK);
		assert_int_equal(path.inode->mode & MODE_PERMISSIONS, i ? 06755 : 0755);
		path_release(&path);
	}
}

static void only_the_superuser_makes_devices(void **state)
{
	assert_int_equal(name_make_node(at_root("/x"), &alice, MODE_CHARACTER | 0666, 0x103), KN_E_PERMISSION);
	assert_int_equal(name_make_node(at_root("/x"), &root_user, MODE_DIRECTORY | 0666, 0), KN_E_INVALID_ARG);
	assert_int_equal(name_make_node(at_root("/x"), &root_user, MODE_CHARACTER | 0666, 0x103), KN_OK);
	assert_int_equal(name_make_node(at_root("/y"), &root_user, MODE_BLOCK | 0600, 0x12345678), KN_OK);
	struct file_stat stat;
	assert_int_equal(stat_as(&alice, "/x", 0, &stat), KN_OK);
	assert_int_equal(stat.special_device, 0x103);
	assert_int_equal(stat_as(&alice, "/y", 0, &stat), KN_OK);
	assert_int_equal(stat.special_device, 0x12345678);
}

static void nothing_is_lost_when_memory_runs_out(void **state)
{
	make_directory("/d", 0777);
	make_file("/d/warm", &root_user, 0644);
	assert_int_equal(name_remove(at_root("/d/warm"), &root_user, false), KN_OK);
	for (long n = 0;; n++) {
		long before = fake_heap_blocks;
		struct vfs_opened opened;
		struct description *description;

		fake_heap_budget = n;
		kn_status status = open_path(at_root("/d/f"), &alice, FILE_FLAG_WRITE | VFS_OPEN_CREATE, 0644, nullptr,
		    &opened, &description);
		fake_heap_budget = -1;
		if (status == KN_OK) {
			description_orphan(BADGE_FILE | description->index);
			break;
		}
		assert_int_equal(look("/d/f"), KN_E_NOT_FOUND);
		/* The table of descriptions may have grown; names and inodes may not. */
		assert_in_range(fake_heap_blocks - before, 0, 2);
	}
	assert_int_equal(look("/d/f"), KN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(paths_lead_where_posix_says, fresh),
	    cmocka_unit_test_setup(names_and_paths_have_limits, fresh),
	    cmocka_unit_test_setup(exactly_forty_links_are_followed, fresh),
	    cmocka_unit_test_setup(a_path_with_a_nul_inside_is_refused, fresh),
	    cmocka_unit_test_setup(the_permission_matrix_holds, fresh),
	    cmocka_unit_test_setup(search_permission_is_needed_on_the_way, fresh),
	    cmocka_unit_test_setup(only_owners_remove_from_a_sticky_directory, fresh),
	    cmocka_unit_test_setup(removing_refuses_what_it_must, fresh),
	    cmocka_unit_test_setup(a_removed_directory_takes_no_new_names, fresh),
	    cmocka_unit_test_setup(a_deep_tree_ends_without_much_stack, fresh),
	    cmocka_unit_test_setup(renaming_follows_posix, fresh),
	    cmocka_unit_test_setup(a_renamed_directory_knows_its_path, fresh),
	    cmocka_unit_test_setup(hard_links_share_one_file, fresh),
	    cmocka_unit_test_setup(mounts_are_crossed_both_ways, fresh),
	    cmocka_unit_test_setup(large_directories_are_read_once_each, fresh),
	    cmocka_unit_test_setup(emptying_a_large_directory_takes_time_by_its_size, fresh),
	    cmocka_unit_test_setup(opening_checks_kind_and_rights, fresh),
	    cmocka_unit_test_setup(attributes_belong_to_the_owner, fresh),
	    cmocka_unit_test_setup(a_new_owner_takes_set_id_away_whoever_gives_it, fresh),
	    cmocka_unit_test_setup(only_the_superuser_makes_devices, fresh),
	    cmocka_unit_test_setup(nothing_is_lost_when_memory_runs_out, fresh),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
