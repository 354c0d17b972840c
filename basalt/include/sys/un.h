/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses of local sockets. */
#pragma once

#include <sys/socket.h>
struct sockaddr_un {
	sa_family_t sun_family;
	char sun_path[108];
};
#define SUN_LEN(s) (__builtin_offsetof(struct sockaddr_un, sun_path) + __builtin_strlen((s)->sun_path))
