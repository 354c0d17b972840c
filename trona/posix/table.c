/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The descriptor table (U4): it lives in the process. A descriptor names a file; files are
 * shared by dup'ed descriptors and hold one capability, whose deletion closes the description in
 * its server.
 */

#include "posix.h"

#include "client/vfs.h"
#include "kn/vspace.h"

#define FIRST_SIZE 64
#define LIMIT 4096
static_assert(LIMIT == PROCMGR_PROCESS_DESCRIPTORS + PROCMGR_PROCESS_DESCRIPTORS_FURTHER);
#define PRIVATE 1ull /* close-on-exec, in the low bit of an entry */

struct lock table_lock;
static uintptr_t first_entries[FIRST_SIZE];
static uintptr_t *entries = first_entries;
static int size = FIRST_SIZE;
static struct file first_files[FIRST_SIZE];
static struct file *free_files;
static uint32_t file_count;
static kn_cap current, root;
mode_t file_mask = 022;

static struct file *entry_file(uintptr_t entry)
{
	return (struct file *)(entry & ~PRIVATE);
}

/* For those who look at the process from outside (procmgr.descriptors): a slot's address in 16 bits. */
static uint16_t place_of(kn_cap slot)
{
	return (uint16_t)(slot >> 32 << 8 | (uint8_t)slot);
}

/* Behind the signal page and the IPC buffer, and touched only by who has so many. The program before this image may have left something there. */
static void show_further(int index, const struct file *file)
{
	uint16_t *places = (uint16_t *)((char *)process.signals + 2 * KN_PAGE_SIZE), further = process.signals->further;

	if (index >= further && !file)
		return;
	while (further <= index)
		places[further++] = 0;
	__atomic_store_n(&places[index], file ? place_of(file->slot) : 0, __ATOMIC_RELAXED);
	__atomic_store_n(&process.signals->further, further, __ATOMIC_RELEASE);
}

static void set_entry(int fd, uintptr_t entry)
{
	const struct file *file = entry_file(entry);

	entries[fd] = entry;
	if (fd < (int)PROCMGR_PROCESS_DESCRIPTORS)
		__atomic_store_n(&process.signals->descriptors[fd], file ? place_of(file->slot) : 0, __ATOMIC_RELAXED);
	else
		show_further(fd - (int)PROCMGR_PROCESS_DESCRIPTORS, file);
}

static void set_current(kn_cap slot)
{
	current = slot;
	__atomic_store_n(&process.signals->current, place_of(slot), __ATOMIC_RELAXED);
}

static void *pages(size_t bytes)
{
	uint64_t mapped;
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;

	return kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, 0, (bytes + KN_PAGE_SIZE - 1) / KN_PAGE_SIZE, rw, rw,
		   KN_VSPACE_MAP_PRIVATE, &mapped) == KN_OK
		   ? (void *)mapped
		   : nullptr;
}

/* With the lock. */
static struct file *file_allocate(void)
{
	struct file *file = free_files;

	if (file) {
		free_files = *(struct file **)file;
	} else if (file_count < FIRST_SIZE) {
		file = &first_files[file_count++];
	} else {
		struct file *more = pages(KN_PAGE_SIZE);

		if (!more)
			return nullptr;
		for (size_t i = 0; i < KN_PAGE_SIZE / sizeof *more; i++) {
			*(struct file **)&more[i] = free_files;
			free_files = &more[i];
		}
		return file_allocate();
	}
	*file = (struct file){.references = 1};
	return file;
}

struct file *file_make(kn_cap slot, uint32_t kind, bool is_terminal)
{
	static uint32_t indices;

	lock_take(&table_lock);
	struct file *file = file_allocate();
	if (file) {
		file->slot = slot;
		file->kind = (uint8_t)kind;
		file->is_terminal = is_terminal;
		file->index = indices++;
	}
	lock_give(&table_lock);
	return file;
}

struct file *file_take(int fd)
{
	struct file *file = nullptr;

	lock_take(&table_lock);
	if (fd >= 0 && fd < size && (file = entry_file(entries[fd])))
		file->references++;
	lock_give(&table_lock);
	return file;
}

/* With the lock, which it gives back. */
[[gnu::noinline]] static void file_end(struct file *file)
{
	kn_cap slot = file->slot;
	struct view view = file->view;

	*(struct file **)file = free_files;
	free_files = file;
	lock_give(&table_lock);
	if (view.data)
		view_drop(&view);
	if (slot != KN_CAP_NONE)
		slot_delete(slot);
}

void file_drop(struct file *file)
{
	lock_take(&table_lock);
	if (--file->references == 0)
		file_end(file);
	else
		lock_give(&table_lock);
}

/* As others may change it, too (prlimit). */
int sys_descriptor_limit(void)
{
	const uint32_t most = ((const volatile struct procmgr_process_page *)process.page)->descriptors_most;

	return most < LIMIT ? (int)most : LIMIT;
}

/* With the lock: room for descriptor fd. */
static int reach(int fd)
{
	int wanted = size;

	if (fd >= LIMIT)
		return -EMFILE;
	while (wanted <= fd)
		wanted *= 2;
	if (wanted == size)
		return 0;
	uintptr_t *more = pages((size_t)wanted * sizeof *more);
	if (!more)
		return -ENOMEM;
	memcpy(more, entries, (size_t)size * sizeof *more);
	entries = more; /* the old array stays: a reader without the lock may look at it */
	size = wanted;
	return 0;
}

/* With the lock: room for a new descriptor. What was there before the limit stays. */
static int grow(int fd)
{
	return fd >= sys_descriptor_limit() ? -EMFILE : reach(fd);
}

/* With the lock. */
static int find_free(int least)
{
	int fd = least;

	while (fd < size && entries[fd])
		fd++;
	int error = grow(fd);
	return error ? error : fd;
}

int table_put(struct file *file, int least, bool is_private)
{
	lock_take(&table_lock);
	int fd = find_free(least);
	if (fd >= 0)
		set_entry(fd, (uintptr_t)file | is_private);
	lock_give(&table_lock);
	if (fd < 0)
		file_drop(file);
	return fd;
}

int table_size(void)
{
	return size;
}

int table_next(int fd)
{
	while (fd < size && !entries[fd])
		fd++;
	return fd < size ? fd : -1;
}

struct file *table_look(int fd, bool *is_private)
{
	if (fd < 0 || fd >= size)
		return nullptr;
	if (is_private)
		*is_private = entries[fd] & PRIVATE;
	return entry_file(entries[fd]);
}

/* A descriptor of the file is gone from the table, with the reference that it had. */
static void close_file(struct file *file)
{
	if (process.has_locks && file->kind == FILE_KIND_REGULAR)
		record_unlock(file->slot);
	file_drop(file);
}

int sys_close(int fd)
{
	struct file *file = nullptr;

	lock_take(&table_lock);
	if (fd >= 0 && fd < size) {
		file = entry_file(entries[fd]);
		set_entry(fd, 0);
	}
	lock_give(&table_lock);
	if (!file)
		return -EBADF;
	close_file(file);
	return 0;
}

int sys_dup(int fd, int least, int flags)
{
	if (least < 0 || least >= sys_descriptor_limit())
		return -EINVAL;
	struct file *file = file_take(fd);
	return file ? table_put(file, least, flags & O_CLOEXEC) : -EBADF;
}

int sys_dup_to(int fd, int target, int flags)
{
	struct file *file = file_take(fd), *old;

	if (!file)
		return -EBADF;
	lock_take(&table_lock);
	int error = target < 0 ? -EBADF : grow(target);
	if (error == 0) {
		old = entry_file(entries[target]);
		set_entry(target, (uintptr_t)file | ((flags & O_CLOEXEC) != 0));
	}
	lock_give(&table_lock);
	if (error) {
		file_drop(file);
		return error == -EMFILE ? -EBADF : error;
	}
	if (old && fd != target)
		close_file(old);
	else if (old)
		file_drop(old);
	return target;
}

int table_private(int fd, int is_private)
{
	int result = -EBADF;

	lock_take(&table_lock);
	if (fd >= 0 && fd < size && entries[fd]) {
		result = entries[fd] & PRIVATE;
		if (is_private >= 0)
			entries[fd] = (entries[fd] & ~PRIVATE) | (is_private != 0);
	}
	lock_give(&table_lock);
	return result;
}

void table_start(const struct posix_fd_block *block)
{
	if (!block || block->version != POSIX_FD_BLOCK_VERSION)
		return;

	for (unsigned i = 0; i < sizeof block->roots / sizeof block->roots[0]; i++)
		for (uint64_t left = block->roots[i]; left; left &= left - 1)
			slot_mark_root(i * 64 + (unsigned)__builtin_ctzll(left));
	file_mask = block->mask & 0777;
	set_current(block->current);
	if (current)
		slot_mark(current);
	for (uint32_t i = 0; i < block->entry_count; i++)
		slot_mark(block->entries[i].slot);
	process.has_locks = block->has_locks;
	const uint64_t *closed = (const uint64_t *)&block->entries[block->entry_count];
	for (uint32_t i = 0; i < block->closed_count; i++)
		record_unlock(closed[i]);
	if (!block->is_fresh)
		slots_clear_unknown(); /* with it, what was to be closed */
	for (uint32_t i = 0; i < block->entry_count; i++) {
		const struct posix_fd_entry *entry = &block->entries[i];
		struct file *file = nullptr;

		for (uint32_t k = 0; k < i && !file; k++)
			if (block->entries[k].file == entry->file)
				file = table_look(block->entries[k].fd, nullptr);
		if (file)
			file->references++;
		else
			file = file_make(entry->slot, entry->kind, entry->is_terminal);
		if (file)
			file->local = (uint8_t)entry->local;
		if (file && reach(entry->fd) == 0)
			set_entry(entry->fd, (uintptr_t)file);
	}
}

/* What the parent's threads have armed signals the parent; what it has mapped of files is not here. The signal page is new. */
void table_forked(void)
{
	process.has_locks = false;
	set_current(current);
	for (int fd = 0; fd < table_size(); fd++) {
		struct file *file = table_look(fd, nullptr);

		if (file) {
			file->armed = 0;
			view_forked(file);
			set_entry(fd, entries[fd]);
		}
	}
}

kn_cap directory_current(void)
{
	return current;
}

/* The root as a capability, for the calls that want one always. */
kn_cap directory_root(void)
{
	if (root == KN_CAP_NONE) {
		struct vfs_opened opened;
		bool has_file = false;
		kn_cap slot = slot_take();

		if (slot && vfs_open(SLOT(VFS), KN_CAP_NONE, FILE_FLAG_READ | VFS_OPEN_DIRECTORY_ONLY, 0, "/", 1, &opened,
				slot, &has_file) == KN_OK && has_file)
			root = slot;
		else if (slot)
			slot_give(slot);
	}
	return root;
}

void directory_change(kn_cap slot)
{
	kn_cap old = current;

	set_current(slot);
	if (old)
		slot_delete(old);
}
