/* SPDX-License-Identifier: BSD-2-Clause */
/* Semaphores: a count that waiters sleep on while it is 0. */
#include "../internal.h"

#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int sem_init(sem_t *semaphore, int shared, unsigned value)
{
	if (value > SEM_VALUE_MAX) {
		errno = EINVAL;
		return -1;
	}
	*semaphore = (sem_t){.__value = value, .__shared = shared};
	return 0;
}

int sem_destroy(sem_t *semaphore)
{
	(void)semaphore;
	return 0;
}

int sem_trywait(sem_t *semaphore)
{
	unsigned value = semaphore->__value;

	while (value)
		if (__atomic_compare_exchange_n(&semaphore->__value, &value, value - 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return 0;
	errno = EAGAIN;
	return -1;
}

static int sleep_on(sem_t *semaphore, int64_t deadline)
{
	int saved = errno;

	while (sem_trywait(semaphore) < 0) {
		__atomic_add_fetch(&semaphore->__waiters, 1, __ATOMIC_ACQ_REL);
		int waited = sys_wait_word(&semaphore->__value, 0, deadline);
		__atomic_sub_fetch(&semaphore->__waiters, 1, __ATOMIC_ACQ_REL);
		if (waited == -ETIMEDOUT || waited == -EINTR)
			return (int)result(waited);
	}
	errno = saved;
	return 0;
}

int sem_wait(sem_t *semaphore)
{
	return sleep_on(semaphore, -1);
}

int sem_clockwait(sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict time)
{
	int64_t deadline = __deadline(clock, time);

	if (deadline < 0) {
		errno = EINVAL;
		return -1;
	}
	return sleep_on(semaphore, deadline);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict time)
{
	return sem_clockwait(semaphore, CLOCK_REALTIME, time);
}

int sem_post(sem_t *semaphore)
{
	if (semaphore->__value == SEM_VALUE_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	__atomic_add_fetch(&semaphore->__value, 1, __ATOMIC_RELEASE);
	if (__atomic_load_n(&semaphore->__waiters, __ATOMIC_ACQUIRE))
		sys_wake_word(&semaphore->__value, 1);
	return 0;
}

int sem_getvalue(sem_t *restrict semaphore, int *restrict value)
{
	*value = (int)semaphore->__value;
	return 0;
}

static bool name_path(const char *name, char path[280])
{
	while (*name == '/')
		name++;
	if (!*name || strchr(name, '/') || strlen(name) > 250) {
		errno = EINVAL;
		return false;
	}
	snprintf(path, 280, "/dev/shm/sem.%s", name);
	return true;
}

sem_t *sem_open(const char *name, int flags, ...)
{
	char path[280];
	bool is_new = false;

	if (!name_path(name, path))
		return SEM_FAILED;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
		close(fd);
		errno = EEXIST;
		return SEM_FAILED;
	}
	if (fd < 0 && flags & O_CREAT) {
		va_list list;

		va_start(list, flags);
		mode_t mode = va_arg(list, mode_t);
		sem_t fresh = {.__value = va_arg(list, unsigned), .__shared = 1};
		va_end(list);
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd >= 0 && write(fd, &fresh, sizeof fresh) != sizeof fresh) {
			close(fd);
			fd = -1;
		}
		is_new = fd >= 0;
	}
	if (fd < 0)
		return SEM_FAILED;
	(void)is_new;
	void *memory = mmap(nullptr, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return memory == MAP_FAILED ? SEM_FAILED : memory;
}

int sem_close(sem_t *semaphore)
{
	return munmap(semaphore, 4096);
}

int sem_unlink(const char *name)
{
	char path[280];

	return name_path(name, path) ? unlink(path) : -1;
}
