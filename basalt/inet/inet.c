/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of IPv4 addresses (IPv6 comes with the network). */
#include "../internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int inet_aton(const char *text, struct in_addr *address)
{
	unsigned parts[4];
	char rest;
	int count = sscanf(text, "%u.%u.%u.%u%c", &parts[0], &parts[1], &parts[2], &parts[3], &rest);

	if (count != 4 || parts[0] > 255 || parts[1] > 255 || parts[2] > 255 || parts[3] > 255)
		return 0;
	address->s_addr = htonl(parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3]);
	return 1;
}

in_addr_t inet_addr(const char *text)
{
	struct in_addr address;

	return inet_aton(text, &address) ? address.s_addr : INADDR_NONE;
}

const char *inet_ntop(int family, const void *restrict address, char *restrict text, socklen_t size)
{
	const unsigned char *bytes = address;

	if (family != AF_INET) {
		errno = EAFNOSUPPORT;
		return nullptr;
	}
	if ((socklen_t)snprintf(text, size, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]) >= size) {
		errno = ENOSPC;
		return nullptr;
	}
	return text;
}

char *inet_ntoa(struct in_addr address)
{
	static char text[INET_ADDRSTRLEN];

	(void)inet_ntop(AF_INET, &address, text, sizeof text);
	return text;
}

int inet_pton(int family, const char *restrict text, void *restrict address)
{
	if (family != AF_INET) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	return inet_aton(text, address);
}
