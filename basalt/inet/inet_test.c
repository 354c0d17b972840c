/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_libc.h"

#include <arpa/inet.h>

#define inet_aton basalt_inet_aton
#define inet_addr basalt_inet_addr
#define inet_ntop basalt_inet_ntop
#define inet_ntoa basalt_inet_ntoa
#define inet_pton basalt_inet_pton
#include "inet.c"

static void an_address_is_four_numbers(void **state)
{
	struct in_addr address;

	assert_int_equal(inet_aton("192.168.1.20", &address), 1);
	assert_int_equal(ntohl(address.s_addr), 0xc0a80114);
	assert_int_equal(ntohl(inet_addr("0.0.0.1")), 1);
	assert_int_equal(inet_aton("1.2.3.4 more", &address), 1);
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {"", "1", "1.2.3", "1.2.3.", "1.2.3.4.5", "256.1.1.1", "1.2.3.4x", "-1.2.3.4", "+1.2.3.4", " 1.2.3.4",
	    "1. 2.3.4", "1..3.4", "4294967297.0.0.1", "0001.2.3.4", "a.b.c.d"};
	struct in_addr address = {.s_addr = 77};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(inet_aton(bad[i], &address), 0);
		assert_int_equal(inet_pton(AF_INET, bad[i], &address), 0);
	}
	assert_int_equal(address.s_addr, 77);
	assert_int_equal(inet_addr("1.2"), INADDR_NONE);
}

static void pton_takes_nothing_behind_it(void **state)
{
	struct in_addr address;

	assert_int_equal(inet_pton(AF_INET, "1.2.3.4", &address), 1);
	assert_int_equal(inet_pton(AF_INET, "1.2.3.4 ", &address), 0);
}

static void other_families_are_refused(void **state)
{
	char bytes[16] = {}, text[64];

	assert_int_equal(inet_pton(AF_INET6, "::1", bytes), -1);
	assert_int_equal(errno, EAFNOSUPPORT);
	assert_null(inet_ntop(AF_INET6, bytes, text, sizeof text));
	assert_int_equal(errno, EAFNOSUPPORT);
}

static void a_short_text_has_no_room(void **state)
{
	const unsigned char bytes[4] = {255, 255, 255, 255};
	char text[16];

	assert_string_equal(inet_ntop(AF_INET, bytes, text, 16), "255.255.255.255");
	assert_null(inet_ntop(AF_INET, bytes, text, 15));
	assert_int_equal(errno, ENOSPC);
	assert_string_equal(inet_ntoa((struct in_addr){.s_addr = 0xffffffff}), "255.255.255.255");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_address_is_four_numbers),
	    cmocka_unit_test(what_is_no_address_is_refused),
	    cmocka_unit_test(pton_takes_nothing_behind_it),
	    cmocka_unit_test(other_families_are_refused),
	    cmocka_unit_test(a_short_text_has_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
