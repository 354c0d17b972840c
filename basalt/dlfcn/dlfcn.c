/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs are static: nothing can be loaded, and dlerror says so. */
#include "../internal.h"

#include <dlfcn.h>

static const char *message;

void *dlopen(const char *path, int mode)
{
	(void)path;
	(void)mode;
	message = "this program is static: no libraries can be loaded";
	return nullptr;
}

void *dlsym(void *restrict handle, const char *restrict name)
{
	(void)handle;
	(void)name;
	message = "this program is static: no symbols can be looked up";
	return nullptr;
}

int dlclose(void *handle)
{
	(void)handle;
	message = "not a library";
	return -1;
}

char *dlerror(void)
{
	const char *last = message;

	message = nullptr;
	return (char *)last;
}
