/* SPDX-License-Identifier: BSD-2-Clause */
/* Directories: entries come from the server in packs and are unpacked one by one. */
#include "../internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct packed {
	uint64_t inode;
	uint64_t next;
	uint8_t type;
	uint8_t length;
	char name[];
};

struct __directory {
	int fd;
	size_t length, at;
	long position;
	pthread_mutex_t mutex;
	struct dirent entry;
	alignas(8) char pack[3072];
};

DIR *fdopendir(int fd)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return nullptr;
	if (!S_ISDIR(stat.st_mode)) {
		errno = ENOTDIR;
		return nullptr;
	}
	DIR *directory = calloc(1, sizeof *directory);
	if (!directory)
		return nullptr;
	directory->fd = fd;
	(void)sys_fcntl(fd, F_SETFD, FD_CLOEXEC);
	return directory;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return nullptr;
	DIR *directory = calloc(1, sizeof *directory);
	if (directory)
		directory->fd = fd;
	else
		close(fd);
	return directory;
}

int closedir(DIR *directory)
{
	int fd = directory->fd;

	free(directory);
	return close(fd);
}

static struct dirent *next(DIR *directory)
{
	if (directory->at >= directory->length) {
		ssize_t length = sys_read_directory(directory->fd, directory->pack, sizeof directory->pack);

		if (length <= 0) {
			if (length < 0 && length != -ENOENT)
				errno = (int)-length;
			return nullptr;
		}
		directory->length = (size_t)length;
		directory->at = 0;
	}
	const struct packed *packed = (const struct packed *)(directory->pack + directory->at);
	size_t size = (offsetof(struct packed, name) + packed->length + 7) & ~(size_t)7;
	if (directory->length - directory->at < size) {
		directory->at = directory->length;
		return nullptr;
	}
	directory->at += size;
	struct dirent *entry = &directory->entry;
	entry->d_ino = packed->inode;
	entry->d_off = (off_t)packed->next;
	entry->d_type = packed->type;
	entry->d_reclen = sizeof *entry;
	memcpy(entry->d_name, packed->name, packed->length);
	entry->d_name[packed->length] = 0;
	directory->position = (long)packed->next;
	return entry;
}

struct dirent *readdir(DIR *directory)
{
	pthread_mutex_lock(&directory->mutex);
	struct dirent *entry = next(directory);
	pthread_mutex_unlock(&directory->mutex);
	return entry;
}

int readdir_r(DIR *restrict directory, struct dirent *restrict entry, struct dirent **restrict out)
{
	int saved = errno;

	errno = 0;
	pthread_mutex_lock(&directory->mutex);
	const struct dirent *found = next(directory);
	if (found)
		*entry = *found;
	pthread_mutex_unlock(&directory->mutex);
	int error = errno;
	errno = saved;
	*out = found ? entry : nullptr;
	return found ? 0 : error;
}

void seekdir(DIR *directory, long position)
{
	pthread_mutex_lock(&directory->mutex);
	(void)sys_seek(directory->fd, position, SEEK_SET);
	directory->length = directory->at = 0;
	directory->position = position;
	pthread_mutex_unlock(&directory->mutex);
}

void rewinddir(DIR *directory)
{
	seekdir(directory, 0);
}

long telldir(DIR *directory)
{
	return directory->position;
}

int dirfd(DIR *directory)
{
	return directory->fd;
}
