/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel lock with its counted waiters, and the TLB shootdown that its holder waits for. A step here is one atomic access of the
 * machine: what is explored is every order of them, as on a machine whose memory is sequentially consistent.
 *
 *   take        core/lock.h  kernel_lock(): the word goes from zero to LOCK_HELD, or core/lock.c  kernel_lock_wait()
 *   wait        core/lock.c  kernel_lock_wait(): counted, serving shootdowns, until it is this one who changes the word
 *   shoot       arch/x86_64/tlb.c  shoot(): `pending` is set, the others are interrupted, and the holder waits for their acknowledgement
 *   serve       arch/x86_64/tlb.c  arch_tlb_serve(), by who waits for the lock, or by the interrupt, which only user mode takes
 *   release     core/lock.h  kernel_unlock(): the held byte alone is cleared
 *
 * Claims: one holder at a time; the word counts exactly those who wait; who comes while somebody waits does not pass him without waiting
 * himself; when a shootdown returns no other CPU has the old translation; everybody gets to his end (a deadlock is an invalid end state).
 *
 * -DBUG_UNLOCK: unlocking clears the whole word, and with it those who wait.
 * -DBUG_SERVE:  who waits for the lock does not serve: the holder waits for him and he for the holder.
 * -DBUG_ACK:    the holder goes on without the acknowledgement.
 * -DBUG_COUNT:  who gets the lock forgets to take himself out of the count.
 */
#define CPUS 3
#define ROUNDS 2

bool is_held;            /* the lowest byte of the word */
byte waiting;            /* the rest of it */
byte in_kernel;          /* how many believe that they hold the lock */
byte counted;            /* how many are between their fetch_add and their exchange */
bool is_pending[CPUS];   /* this CPU's bit of `pending` */
bool is_stale[CPUS];     /* its TLB may still hold what the page tables have no more */

inline serve(me)
{
	if
	:: is_pending[me] -> is_stale[me] = false; is_pending[me] = false
	:: else
	fi
}

inline take(me)
{
	bool is_mine = false;
	/* A weak exchange may fail for no reason; then he waits, for one look at least. */
	if
	:: atomic { !is_held && waiting == 0 -> is_held = true; is_mine = true; assert(counted == 0) }
	:: atomic { waiting++; counted++ }
	fi;
	/* Each turn is a look; only what would change something is a step. The look and the exchange are one: if the word changes between
	 * them, the exchange fails. */
	do
	:: is_mine -> break
	:: atomic { !is_mine && !is_held ->
		is_held = true;
		counted--;
#ifndef BUG_COUNT
		waiting--;
#endif
		is_mine = true }
#ifndef BUG_SERVE
	:: !is_mine && is_pending[me] -> serve(me)
#endif
	od
}

/* Everybody else may have the translation that is going away, and every one of them is told. */
inline shoot(me)
{
	byte other = 0;
	do
	:: other < CPUS -> atomic { if :: other != me -> is_stale[other] = true; is_pending[other] = true :: else fi; other++ }
	:: else -> break
	od;
#ifndef BUG_ACK
	(!is_pending[0] && !is_pending[1] && !is_pending[2]);
#endif
	assert((me == 0 || !is_stale[0]) && (me == 1 || !is_stale[1]) && (me == 2 || !is_stale[2]));
	other = 0
}

inline release()
{
	is_held = false;
#ifdef BUG_UNLOCK
	waiting = 0;
#endif
}

proctype cpu(byte me)
{
	byte round = 0;
	do
	:: round < ROUNDS ->
		take(me);
		atomic { in_kernel++; assert(in_kernel == 1 && is_held && waiting == counted) };
		if
		:: shoot(me)
		:: skip
		fi;
		atomic { in_kernel--; round++ };
		release()
	/* User mode, or idle: the interrupt comes. */
	:: atomic { is_pending[me] -> serve(me) }
	:: round == ROUNDS && !is_pending[me] -> break
	od;
	/* It stays in user mode, for the others' shootdowns. */
end:	do
	:: atomic { is_pending[me] -> serve(me) }
	od
}

init
{
	atomic { run cpu(0); run cpu(1); run cpu(2) }
}
