/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of IPv4 addresses (IPv6 comes with the network). */
#include "../internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Four numbers of one to three digits, 0 to 255; what follows is told by *end. */
static bool read_dotted(const char *text, struct in_addr *address, const char **end)
{
	uint32_t value = 0;

	for (int part = 0; part < 4; part++) {
		unsigned number = 0, digits = 0;

		if (part > 0 && *text++ != '.')
			return false;
		for (; *text >= '0' && *text <= '9' && digits < 3; digits++)
			number = 10 * number + (unsigned)(*text++ - '0');
		if (digits == 0 || number > 255)
			return false;
		value = value << 8 | number;
	}
	address->s_addr = htonl(value);
	*end = text;
	return true;
}

int inet_aton(const char *text, struct in_addr *address)
{
	struct in_addr found;
	const char *end;

	if (!read_dotted(text, &found, &end) || (*end && !strchr(" \t\n", *end)))
		return 0;
	*address = found;
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
	struct in_addr found;
	const char *end;

	if (!read_dotted(text, &found, &end) || *end)
		return 0;
	memcpy(address, &found, sizeof found);
	return 1;
}
