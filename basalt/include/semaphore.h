/* SPDX-License-Identifier: BSD-2-Clause */
/* Unnamed and named semaphores (named ones are files in /dev/shm). */
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <time.h>
typedef struct {
	volatile unsigned __value;
	volatile unsigned __waiters;
	int __shared;
	int __reserved;
} sem_t;
#define SEM_FAILED ((sem_t *)0)
_BEGIN_STD_C
int sem_init(sem_t *, int, unsigned);
int sem_destroy(sem_t *);
int sem_wait(sem_t *);
int sem_trywait(sem_t *);
int sem_timedwait(sem_t *__restrict, const struct timespec *__restrict);
int sem_clockwait(sem_t *__restrict, clockid_t, const struct timespec *__restrict);
int sem_post(sem_t *);
int sem_getvalue(sem_t *__restrict, int *__restrict);
sem_t *sem_open(const char *, int, ...);
int sem_close(sem_t *);
int sem_unlink(const char *);
_END_STD_C
