/* SPDX-License-Identifier: BSD-2-Clause */
/* pthread_once: 0 new, 1 running, 2 running and waited for, 3 done. */
#include "../internal.h"

#include <pthread.h>
#include <limits.h>

int pthread_once(pthread_once_t *once, void (*function)(void))
{
	for (;;) {
		unsigned state = __atomic_load_n(&once->__state, __ATOMIC_ACQUIRE);

		if (state == 3)
			return 0;
		if (state == 0) {
			if (!__atomic_compare_exchange_n(&once->__state, &state, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
				continue;
			function();
			if (__atomic_exchange_n(&once->__state, 3, __ATOMIC_RELEASE) == 2)
				sys_wake_word(&once->__state, UINT_MAX);
			return 0;
		}
		if (state == 1 &&
		    !__atomic_compare_exchange_n(&once->__state, &state, 2, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
			continue;
		(void)sys_wait_word(&once->__state, 2, -1);
	}
}
