/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes of spawned processes. */
#include "../internal.h"

#include <spawn.h>

int posix_spawnattr_init(posix_spawnattr_t *attributes)
{
	*attributes = (posix_spawnattr_t){0};
	return 0;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int posix_spawnattr_getflags(const posix_spawnattr_t *restrict attributes, short *restrict flags)
{
	*flags = attributes->__flags;
	return 0;
}

int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags)
{
	if (flags & ~0xff)
		return EINVAL;
	attributes->__flags = flags;
	return 0;
}

int posix_spawnattr_getpgroup(const posix_spawnattr_t *restrict attributes, pid_t *restrict group)
{
	*group = attributes->__group;
	return 0;
}

int posix_spawnattr_setpgroup(posix_spawnattr_t *attributes, pid_t group)
{
	attributes->__group = group;
	return 0;
}

int posix_spawnattr_getsigdefault(const posix_spawnattr_t *restrict attributes, sigset_t *restrict set)
{
	*set = attributes->__default;
	return 0;
}

int posix_spawnattr_setsigdefault(posix_spawnattr_t *restrict attributes, const sigset_t *restrict set)
{
	attributes->__default = *set;
	return 0;
}

int posix_spawnattr_getsigmask(const posix_spawnattr_t *restrict attributes, sigset_t *restrict set)
{
	*set = attributes->__mask;
	return 0;
}

int posix_spawnattr_setsigmask(posix_spawnattr_t *restrict attributes, const sigset_t *restrict set)
{
	attributes->__mask = *set;
	return 0;
}

int posix_spawnattr_getschedpolicy(const posix_spawnattr_t *restrict attributes, int *restrict policy)
{
	*policy = attributes->__policy;
	return 0;
}

int posix_spawnattr_setschedpolicy(posix_spawnattr_t *attributes, int policy)
{
	attributes->__policy = policy;
	return 0;
}

int posix_spawnattr_getschedparam(const posix_spawnattr_t *restrict attributes, struct sched_param *restrict parameters)
{
	*parameters = attributes->__param;
	return 0;
}

int posix_spawnattr_setschedparam(posix_spawnattr_t *restrict attributes, const struct sched_param *restrict parameters)
{
	attributes->__param = *parameters;
	return 0;
}
