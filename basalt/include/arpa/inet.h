/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of internet addresses. */
#pragma once

#include <netinet/in.h>
_BEGIN_STD_C
in_addr_t inet_addr(const char *);
int inet_aton(const char *, struct in_addr *);
char *inet_ntoa(struct in_addr);
const char *inet_ntop(int, const void *__restrict, char *__restrict, socklen_t);
int inet_pton(int, const char *__restrict, void *__restrict);
_END_STD_C
