/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building what exec and spawn hand over (servers/README.md): the startup block with arguments,
 * environment, auxiliary vector and descriptor table, written here with the addresses it will
 * have there. Scripts are resolved here too, with the caller's authority.
 */

#include "image.h"

#include "client/file.h"
#include "client/vfs.h"
#include "kn/vspace.h"
#include "trona/layout.h"

#define LINE_MAX_SCRIPT 256
#define SCRIPT_DEPTH 4
#define STACK_PAGES 2048
#define BLOCK_MAX (2u << 20)
#define AT_PAGESZ 6
#define AT_EXECFN 31
#define AUX_COUNT 4

static void *map(size_t size)
{
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	uint64_t mapped;

	return kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, 0, size / KN_PAGE_SIZE, rw, rw, KN_VSPACE_MAP_PRIVATE, &mapped) ==
		KN_OK
	    ? (void *)mapped
	    : nullptr;
}

static size_t whole_pages(size_t size)
{
	return (size + KN_PAGE_SIZE - 1) & ~(size_t)(KN_PAGE_SIZE - 1);
}

/* A new argument vector, in one mapping that begins with its size. */
struct arguments {
	size_t size;
	char line[LINE_MAX_SCRIPT + 1];
	char *vector[];
};

void image_free_arguments(void *made)
{
	struct arguments *arguments = made;

	if (arguments)
		(void)kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)arguments, arguments->size / KN_PAGE_SIZE);
}

static int count(char *const list[])
{
	int n = 0;

	while (list && list[n])
		n++;
	return n;
}

/* "#! interpreter [argument]": the vector interpreter, argument, path, argv[1..]. */
static int script_arguments(const char *path, const char *head, size_t length, char *const argv[], struct arguments **out)
{
	size_t size = whole_pages(sizeof(struct arguments) + ((size_t)count(argv) + 4) * sizeof(char *));
	struct arguments *made = map(size);
	int n = 0;

	if (!made)
		return -ENOMEM;
	made->size = size;
	memcpy(made->line, head, length);
	made->line[length] = 0;
	*out = made;
	char *end = strchr(made->line, '\n');
	char *word = made->line + 2;
	if (end)
		*end = 0;
	else if (length == LINE_MAX_SCRIPT)
		return -ENOEXEC;
	else
		end = made->line + length;
	while (end > word && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		*--end = 0;
	word += strspn(word, " \t");
	if (!*word)
		return -ENOEXEC;
	made->vector[n++] = word;
	word += strcspn(word, " \t");
	if (*word) {
		*word++ = 0;
		word += strspn(word, " \t");
		made->vector[n++] = word;
	}
	made->vector[n++] = (char *)path;
	for (int i = 1; argv && argv[0] && argv[i]; i++)
		made->vector[n++] = argv[i];
	made->vector[n] = nullptr;
	return 0;
}

static int object_of(struct file *file, kn_cap *object)
{
	uint64_t size;
	kn_status status;
	kn_cap slot = slot_take();

	if (slot == KN_CAP_NONE)
		return -ENOMEM;
	status = PERSIST(file_map(file->slot, true, &size, slot));
	if (status != KN_OK) {
		slot_give(slot);
		return status == KN_E_NO_DEVICE || status == KN_E_IS_DIRECTORY ? -EACCES : to_errno(status);
	}
	*object = slot;
	return 0;
}

int image_open(const char *path, struct file *file, kn_cap *object, char *const **argv, void **made)
{
	char head[LINE_MAX_SCRIPT];
	char *const *arguments = *argv;

	*made = nullptr;
	for (int depth = 0;; depth++) {
		size_t length = 0;
		struct arguments *next = nullptr;
		kn_status status;
		int error = 0;

		if (depth == 0 && file) {
			file->references++;
		} else {
			error = open_capability(AT_FDCWD, path, FILE_FLAG_READ | VFS_OPEN_EXECUTE, 0, &file);
			/* Execute permission alone will do for a binary. */
			if (error == -EACCES)
				error = open_capability(AT_FDCWD, path, VFS_OPEN_EXECUTE, 0, &file);
		}
		if (error) {
			image_free_arguments(*made);
			*made = nullptr;
			return error;
		}
		RESTART(status, file_read(file->slot, 0, head, sizeof head, &length));
		if (status == KN_OK && length >= 2 && head[0] == '#' && head[1] == '!') {
			error = depth == SCRIPT_DEPTH ? -ELOOP : script_arguments(path, head, length, arguments, &next);
			/* The file must be executable all the same. */
			kn_cap unused;
			if (error == 0 && (error = object_of(file, &unused)) == 0)
				slot_delete(unused);
			file_drop(file);
			file = nullptr;
			if (error) {
				image_free_arguments(next);
				image_free_arguments(*made);
				*made = nullptr;
				return error;
			}
			/* Arguments point into the older vectors: those stay until the image has been built. */
			if (*made)
				next->line[LINE_MAX_SCRIPT] = 0;
			*made = next;
			arguments = next->vector;
			path = next->vector[0];
			continue;
		}
		error = status == KN_OK && length < 64 ? -ENOEXEC : object_of(file, object);
		file_drop(file);
		if (error == 0)
			*argv = arguments;
		else {
			image_free_arguments(*made);
			*made = nullptr;
		}
		return error;
	}
}

static size_t text_size(char *const list[])
{
	size_t size = 0;

	for (int i = 0; list && list[i]; i++)
		size += strlen(list[i]) + 1;
	return size;
}

/* Copies the strings of a list to *text and their final addresses to *word. */
static void put_list(uintptr_t **word, char **text, intptr_t shift, char *const list[])
{
	for (int i = 0; list && list[i]; i++) {
		size_t size = strlen(list[i]) + 1;

		memcpy(*text, list[i], size);
		*(*word)++ = (uintptr_t)(*text + shift);
		*text += size;
	}
	*(*word)++ = 0;
}

static void put_descriptors(char *to, const struct image_descriptors *from)
{
	struct posix_fd_block *block = (struct posix_fd_block *)to;

	*block = (struct posix_fd_block){
	    .version = POSIX_FD_BLOCK_VERSION,
	    .mask = file_mask,
	    .current = from->current,
	    .entry_count = (uint32_t)from->count,
	    .closed_count = (uint32_t)from->closed_count,
	    .is_fresh = from->is_fresh,
	    .has_locks = process.has_locks && !from->is_fresh,
	};
	memcpy(block->roots, from->roots, sizeof block->roots);
	for (size_t i = 0; i < from->count; i++)
		block->entries[i] = (struct posix_fd_entry){
		    .fd = from->entries[i].fd,
		    .file = from->entries[i].file,
		    .kind = from->entries[i].kind,
		    .is_terminal = from->entries[i].is_terminal,
		    .local = from->entries[i].local,
		    .slot = from->entries[i].slot,
		};
	memcpy(&block->entries[from->count], from->closed, from->closed_count * sizeof *from->closed);
}

/* Where the new image's stack ends; before the kernel's generator is seeded that is not random. */
static uint64_t stack_top(void)
{
	uint64_t random = 0;

	if (!process.page->has_fixed_places)
		(void)sys_random(&random, sizeof random, false);
	return layout_address(layout_stack, random);
}

int image_build(struct image *image, const char *path, char *const argv[], char *const envp[],
    const struct image_descriptors *descriptors)
{
	size_t texts = text_size(argv) + text_size(envp) + strlen(path) + 1;
	size_t words = (size_t)(1 + count(argv) + 1 + count(envp) + 1 + 2 * AUX_COUNT) * sizeof(uintptr_t);
	size_t block = sizeof(struct posix_fd_block) + descriptors->count * sizeof(struct posix_fd_entry) +
	    descriptors->closed_count * sizeof(uint64_t);
	size_t used = ((texts + 15) & ~(size_t)15) + ((words + 15) & ~(size_t)15) + ((block + 15) & ~(size_t)15) + 32;
	size_t size = whole_pages(used);

	if (size > BLOCK_MAX)
		return -E2BIG;
	char *memory = map(size);
	if (!memory)
		return -ENOMEM;
	const uint64_t top = stack_top();
	const intptr_t shift = (intptr_t)(top - size) - (intptr_t)memory;
	char *start = memory + size - ((words + 15) & ~(size_t)15) - ((block + 15) & ~(size_t)15) - ((texts + 15) & ~(size_t)15);
	start = (char *)((uintptr_t)start & ~(uintptr_t)15);
	uintptr_t *word = (uintptr_t *)start;
	char *table = start + ((words + 15) & ~(size_t)15);
	char *text = table + ((block + 15) & ~(size_t)15);
	put_descriptors(table, descriptors);
	const char *arguments = text;
	*word++ = (uintptr_t)count(argv);
	put_list(&word, &text, shift, argv);
	const size_t arguments_size = (size_t)(text - arguments);
	put_list(&word, &text, shift, envp);
	memcpy(text, path, strlen(path) + 1);
	const uintptr_t aux[2 * AUX_COUNT] = {AT_PAGESZ, KN_PAGE_SIZE, AT_EXECFN, (uintptr_t)(text + shift), AT_SALTYOS_FDS,
	    (uintptr_t)(table + shift), 0, 0};
	memcpy(word, aux, sizeof aux);
	image->block = memory;
	image->size = size;
	image->args = (struct procmgr_image_args){
	    .block = (uint64_t)memory,
	    .block_pages = size / KN_PAGE_SIZE,
	    .stack_top = top,
	    .stack_pages = STACK_PAGES,
	    .sp = (uint64_t)((intptr_t)start + shift),
	};
	const char *name = strrchr(path, '/');
	name = name ? name + 1 : path;
	strncpy((char *)image->args.name, name, sizeof image->args.name - 1);
	memcpy(image->args.command_line, arguments,
	    arguments_size < sizeof image->args.command_line ? arguments_size : sizeof image->args.command_line);
	return 0;
}

void image_drop(struct image *image)
{
	if (image->block)
		(void)kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)image->block, image->size / KN_PAGE_SIZE);
	if (image->object)
		slot_delete(image->object);
}
