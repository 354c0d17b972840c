/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exec family. PATH is searched here; a file that is no image is given to the shell, as
 * POSIX wants of execvp.
 */
#include "../internal.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int execve(const char *path, char *const argv[], char *const envp[])
{
	return (int)result(sys_exec(path, argv, envp));
}

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

int fexecve(int fd, char *const argv[], char *const envp[])
{
	return (int)result(sys_exec_fd(fd, argv, envp));
}

static int exec_or_shell(const char *path, char *const argv[], char *const envp[])
{
	int error = sys_exec(path, argv, envp);

	if (error != -ENOEXEC)
		return error;
	int count = 0;
	while (argv[count])
		count++;
	char *list[count + 2];
	list[0] = (char *)"sh";
	list[1] = (char *)path;
	for (int i = 1; i <= count; i++)
		list[i + 1] = argv[i];
	return sys_exec("/bin/sh", list, envp);
}

int execvpe(const char *name, char *const argv[], char *const envp[])
{
	const char *path = getenv("PATH");
	bool was_denied = false;
	char whole[PATH_MAX];

	if (!*name) {
		errno = ENOENT;
		return -1;
	}
	if (strchr(name, '/'))
		return (int)result(exec_or_shell(name, argv, envp));
	if (!path)
		path = "/usr/bin:/bin";
	for (const char *part = path;; part++) {
		const char *end = strchrnul(part, ':');
		size_t length = (size_t)(end - part);

		if (length + strlen(name) + 2 <= sizeof whole) {
			memcpy(whole, part, length);
			whole[length] = '/';
			strcpy(whole + length + (length != 0), name);
			int error = exec_or_shell(whole, argv, envp);

			if (error == -EACCES)
				was_denied = true;
			else if (error != -ENOENT && error != -ENOTDIR)
				return (int)result(error);
		}
		part = end;
		if (!*part)
			break;
	}
	errno = was_denied ? EACCES : ENOENT;
	return -1;
}

int execvp(const char *name, char *const argv[])
{
	return execvpe(name, argv, environ);
}

static int count_arguments(va_list list)
{
	int count = 1;

	while (va_arg(list, char *))
		count++;
	return count;
}

#define LIST(call, extra) \
	va_list list; \
	va_start(list, first); \
	int count = count_arguments(list); \
	va_end(list); \
	char *argv[count + 1]; \
	va_start(list, first); \
	argv[0] = (char *)first; \
	for (int i = 1; i <= count; i++) \
		argv[i] = va_arg(list, char *); \
	extra; \
	va_end(list); \
	return call

int execl(const char *path, const char *first, ...)
{
	LIST(execv(path, argv), );
}

int execlp(const char *name, const char *first, ...)
{
	LIST(execvp(name, argv), );
}

int execle(const char *path, const char *first, ...)
{
	char **envp;

	LIST(execve(path, argv, envp), envp = va_arg(list, char **));
}
