/* SPDX-License-Identifier: BSD-2-Clause */
/* There are no login records: nothing is found, nothing is written. */
#include "../internal.h"

#include <utmp.h>
#include <utmpx.h>

struct utmpx *getutxent(void)
{
	return nullptr;
}

struct utmpx *getutxid(const struct utmpx *which)
{
	(void)which;
	return nullptr;
}

struct utmpx *getutxline(const struct utmpx *which)
{
	(void)which;
	return nullptr;
}

struct utmpx *pututxline(const struct utmpx *entry)
{
	(void)entry;
	errno = ENOSYS;
	return nullptr;
}

void setutxent(void)
{
}

void endutxent(void)
{
}

int utmpxname(const char *path)
{
	(void)path;
	errno = ENOSYS;
	return -1;
}

struct utmpx *getutent(void)
{
	return nullptr;
}

void setutent(void)
{
}

void endutent(void)
{
}

int utmpname(const char *path)
{
	return utmpxname(path);
}
