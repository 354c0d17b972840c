/* SPDX-License-Identifier: BSD-2-Clause */
/* A server that attacks itself, as its option says: the protections that it was compiled with must end it before it says SURVIVED. */
#include "smash_stack.h"

#include "trona/log.h"
#include "trona/start.h"
#include "trona/string.h"

[[gnu::noinline]] static int plain(int number)
{
	return number * 3;
}

/* Past the first instruction, which is the only landing pad. */
static void jump_into_function(void)
{
	int (*volatile code)(int) = (int (*)(int))((uintptr_t)plain + 4);

	code(1);
}

int main(void)
{
	const char *attack = start_option("attack");

	if (attack != nullptr && strcmp(attack, "stack") == 0)
		smash_stack();
	log_line("jumps");
	jump_into_function();
	log_line("SURVIVED");
	return 0;
}
