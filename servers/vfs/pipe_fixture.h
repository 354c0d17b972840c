/* SPDX-License-Identifier: BSD-2-Clause */
/* For host tests: a pipe, and what is read and written through descriptions. */
#pragma once

#include "check.h"
#include "pipe.h"
#include "test_fakes.h"

static struct description *ends[2]; /* of the pipe */
static uint8_t buffer[70000], pattern[70000];
static struct server_call call = {.info = (uint64_t)0x1001 << 16};

static int fresh(void **state)
{
	(void)state;
	fake_deferred = 0;
	fake_signals = 0;
	memset(fake_answers, 0, sizeof fake_answers);
	for (size_t i = 0; i < sizeof pattern; i++)
		pattern[i] = (uint8_t)(i * 7 + i / 251);
	fake_root();
	return pipe_pair(0, 0, 0, ends) == KN_OK ? 0 : -1;
}

static kn_status write_some(struct description *description, size_t from, size_t length, size_t *done)
{
	struct transfer transfer = {.call = &call, .data = pattern + from, .length = length};
	kn_status status = description->class->write(description, &transfer);

	*done = transfer.done;
	return status;
}

static void close_end(struct description *description)
{
	description_orphan(BADGE_FILE | description->index);
}

[[maybe_unused]] static void close_both(void **state)
{
	(void)state;
	close_end(ends[0]);
	close_end(ends[1]);
}
