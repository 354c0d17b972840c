/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory mappings. */
#include "../internal.h"

#include <sys/mman.h>

static bool is_aligned(const void *address)
{
	return ((uintptr_t)address & 4095) == 0;
}

static bool is_either(int flags)
{
	return (flags & (MAP_SHARED | MAP_PRIVATE)) == MAP_SHARED || (flags & (MAP_SHARED | MAP_PRIVATE)) == MAP_PRIVATE;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (size == 0 || offset & 4095 || !is_either(flags) || (flags & MAP_FIXED && !is_aligned(address)) || size > (size_t)1 << 47) {
		errno = size > (size_t)1 << 47 ? ENOMEM : EINVAL;
		return MAP_FAILED;
	}
	void *memory = sys_map((void *)((uintptr_t)address & ~(uintptr_t)4095), size, protection, flags, fd, offset);
	if ((uintptr_t)memory > (uintptr_t)-4096) {
		errno = (int)-(intptr_t)memory;
		return MAP_FAILED;
	}
	return memory;
}

int munmap(void *address, size_t size)
{
	if (!is_aligned(address) || size == 0) {
		errno = EINVAL;
		return -1;
	}
	return (int)result(sys_unmap(address, size));
}

int mprotect(void *address, size_t size, int protection)
{
	if (!is_aligned(address)) {
		errno = EINVAL;
		return -1;
	}
	return size == 0 ? 0 : (int)result(sys_protect(address, size, protection));
}

/* Mappings of files show the file's own pages: nothing has to be written back. */
int msync(void *address, size_t size, int flags)
{
	(void)size;
	if (!is_aligned(address) || (flags & MS_ASYNC && flags & MS_SYNC)) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

int madvise(void *address, size_t size, int advice)
{
	if (!is_aligned(address)) {
		errno = EINVAL;
		return -1;
	}
	if (advice == MADV_DONTNEED)
		return (int)result(sys_discard(address, (size + 4095) & ~(size_t)4095));
	if (advice < 0 || advice > MADV_FREE) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

int posix_madvise(void *address, size_t size, int advice)
{
	(void)size;
	return !is_aligned(address) || advice < 0 || advice > POSIX_MADV_DONTNEED ? EINVAL : 0;
}

int mlock(const void *address, size_t size)
{
	(void)address;
	(void)size;
	errno = ENOSYS;
	return -1;
}

int munlock(const void *address, size_t size)
{
	(void)address;
	(void)size;
	errno = ENOSYS;
	return -1;
}
