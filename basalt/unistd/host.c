/* SPDX-License-Identifier: BSD-2-Clause */
/* The host's name: /etc/hostname. Changing it is not possible yet. */
#include "../internal.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <fcntl.h>

int gethostname(char *name, size_t size)
{
	char text[65] = "saltyos";
	int fd = sys_open(AT_FDCWD, "/etc/hostname", O_RDONLY, 0);

	if (fd >= 0) {
		ssize_t length = sys_read(fd, text, sizeof text - 1);

		(void)sys_close(fd);
		if (length > 0) {
			text[length] = 0;
			text[strcspn(text, "\n")] = 0;
		}
	}
	if (strlen(text) >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(name, text);
	return 0;
}

int sethostname(const char *name, size_t size)
{
	(void)name;
	(void)size;
	errno = ENOSYS;
	return -1;
}

int getdomainname(char *name, size_t size)
{
	if (size)
		*name = 0;
	return 0;
}

long gethostid(void)
{
	return 0x53414c54;
}

int uname(struct utsname *name)
{
	*name = (struct utsname){.sysname = "SaltyOS", .release = "0.1.0", .version = "#1 SMP kernite"};
#if defined(__x86_64__)
	strcpy(name->machine, "x86_64");
#else
	strcpy(name->machine, "aarch64");
#endif
	return gethostname(name->nodename, sizeof name->nodename);
}
