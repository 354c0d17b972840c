/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks of streams: a recursive mutex for each, made when it is first locked.
 *
 * FILE.lock is -1 while the stream needs no lock (the process has one thread) and 0 afterwards.
 * FILE.next_locked, which musl uses for a list that we do not need, holds the mutex. Lock order:
 * the list of open files before any stream, as in musl's fflush.
 */
#include <pthread.h>
#include <stdlib.h>
#include "stdio_impl.h"
#include "stdio_port.h"

int __stdio_threaded;

static FILE *open_files;
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

FILE **__ofl_lock(void)
{
	if (__stdio_threaded)
		pthread_mutex_lock(&list_lock);
	return &open_files;
}

void __ofl_unlock(void)
{
	if (__stdio_threaded)
		pthread_mutex_unlock(&list_lock);
}

static pthread_mutex_t *mutex_of(FILE *f)
{
	pthread_mutex_t *mutex = __atomic_load_n((pthread_mutex_t **)&f->next_locked, __ATOMIC_ACQUIRE);
	if (mutex)
		return mutex;
	pthread_mutex_lock(&making);
	mutex = (pthread_mutex_t *)f->next_locked;
	if (!mutex && (mutex = malloc(sizeof *mutex))) {
		pthread_mutexattr_t attributes;
		pthread_mutexattr_init(&attributes);
		pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
		pthread_mutex_init(mutex, &attributes);
		pthread_mutexattr_destroy(&attributes);
		__atomic_store_n((pthread_mutex_t **)&f->next_locked, mutex, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&making);
	if (!mutex)
		abort(); /* a stream that cannot be locked must not be used by two threads */
	return mutex;
}

int __lockfile(FILE *f)
{
	pthread_mutex_lock(mutex_of(f));
	return 1;
}

void __unlockfile(FILE *f)
{
	pthread_mutex_unlock(mutex_of(f));
}

void flockfile(FILE *f)
{
	__lockfile(f);
}

int ftrylockfile(FILE *f)
{
	return pthread_mutex_trylock(mutex_of(f)) ? -1 : 0;
}

void funlockfile(FILE *f)
{
	__unlockfile(f);
}

/* fclose calls this for a stream it is about to free. */
void __unlist_locked_file(FILE *f)
{
	pthread_mutex_t *mutex = (pthread_mutex_t *)f->next_locked;
	if (!mutex)
		return;
	f->next_locked = NULL;
	pthread_mutex_destroy(mutex);
	free(mutex);
}

static void enable(FILE *f)
{
	if (f && f->lock < 0)
		f->lock = 0;
}

void __stdio_enable_locks(void)
{
	for (FILE *f = open_files; f; f = f->next)
		enable(f);
	enable(__stdin_used);
	enable(__stdout_used);
	enable(__stderr_used);
	__stdio_threaded = 1;
}

static void renew(FILE *f)
{
	if (f && f->next_locked) {
		*(pthread_mutex_t *)f->next_locked = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
		free(f->next_locked);
		f->next_locked = NULL;
	}
}

void __stdio_atfork(int who)
{
	if (!__stdio_threaded)
		return;
	if (who < 0) {
		pthread_mutex_lock(&list_lock);
		pthread_mutex_lock(&making);
		return;
	}
	if (who == 0) {
		pthread_mutex_unlock(&making);
		pthread_mutex_unlock(&list_lock);
		return;
	}
	making = list_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	for (FILE *f = open_files; f; f = f->next)
		renew(f);
	renew(__stdin_used);
	renew(__stdout_used);
	renew(__stderr_used);
}
