/* SPDX-License-Identifier: BSD-2-Clause */
/* Who has logged in: the user of this process. */
#include "../internal.h"

#include <pwd.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

char *getlogin(void)
{
	static char name[64];

	return getlogin_r(name, sizeof name) == 0 ? name : nullptr;
}

int getlogin_r(char *name, size_t size)
{
	const struct passwd *user = getpwuid(getuid());

	if (!user)
		return ENXIO;
	if (strlen(user->pw_name) >= size)
		return ERANGE;
	strcpy(name, user->pw_name);
	return 0;
}
