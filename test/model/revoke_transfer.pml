/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Revoke against the transfer of a capability. A holder revokes slot ROOT in restartable steps while a sender passes its child of
 * that capability on, by copy or by move, and the receiver passes on what it gets. A step under the kernel lock is atomic.
 *
 *   revoke       object/cnode.c cnode_revoke(), object/derivation.c slot_revoke(): one slot_delete() a step, KN_RESTART between
 *   delete_slot  object/derivation.c slot_delete(): the children take the deleted slot's place
 *   pass_on      ipc/transfer.c plan_caps() and move_caps(), object/derivation.c slot_derive(), slot_move()
 *   the end      object/reaper.c: the last capability gone, the object dies
 *
 * Claims: when revoke has returned, nothing below ROOT is left; the number of capabilities is the object's reference count after
 * every step; no capability names a dead object; the tree has no slot without a parent.
 *
 * -DBUG: the plan is made under the lock, the transfer carried out later, as if the lock had been dropped in between.
 */
#define SLOTS 5
#define ROOT 0
#define NONE 255
#define PASSES 3

bool is_used[SLOTS];
byte parent[SLOTS];
byte references;
bool is_object_dead;
bool is_revoke_done;
byte passes;

inline has_child(s, result)
{
	byte k = 0;
	result = NONE;
	do
	:: k < SLOTS ->
		if
		:: is_used[k] && k != ROOT && parent[k] == s -> result = k
		:: else
		fi;
		k++
	:: else -> break
	od;
	k = 0
}

inline delete_slot(s)
{
	byte j = 0;
	do
	:: j < SLOTS ->
		if
		:: is_used[j] && j != ROOT && parent[j] == s -> parent[j] = parent[s]
		:: else
		fi;
		j++
	:: else -> break
	od;
	j = 0;
	is_used[s] = false;
	parent[s] = NONE;
	references--;
	if
	:: references == 0 -> is_object_dead = true
	:: else
	fi
}

inline check()
{
	byte n = 0, live = 0;
	do
	:: n < SLOTS ->
		if
		:: is_used[n] ->
			live++;
			assert(!is_object_dead);
			assert(n == ROOT || (parent[n] != NONE && is_used[parent[n]]))
		:: else
		fi;
		n++
	:: else -> break
	od;
	assert(live == references);
	n = 0; live = 0
}

/* slot_derive(): a child. */
inline copy_cap(from, to)
{
	is_used[to] = true;
	parent[to] = from;
	references++
}

/* slot_move(): the place in the tree. */
inline move_cap(from, to)
{
	byte m = 0;
	is_used[to] = true;
	parent[to] = parent[from];
	do
	:: m < SLOTS ->
		if
		:: is_used[m] && m != ROOT && parent[m] == from -> parent[m] = to
		:: else
		fi;
		m++
	:: else -> break
	od;
	m = 0;
	is_used[from] = false;
	parent[from] = NONE
}

#ifdef BUG
#define LOCK_DROPPED skip;
#define BEGIN
#define END
#else
#define LOCK_DROPPED
#define BEGIN atomic {
#define END }
#endif

/* Whoever finds a capability in slot `from` passes it on to the empty slot `to`. */
proctype pass_on(byte from, to)
{
	do
	:: BEGIN (passes < PASSES && is_used[from] && !is_used[to]) ->
		LOCK_DROPPED
		if
		:: atomic { passes++; copy_cap(from, to); check() }
		:: atomic { passes++; move_cap(from, to); check() }
		fi END
	:: passes >= PASSES || is_revoke_done -> break
	od
}

proctype revoke()
{
	byte child;
	do
	:: atomic {
		has_child(ROOT, child);
		if
		:: child != NONE -> delete_slot(child); check()
		:: else -> is_revoke_done = true; break
		fi;
		child = 0
	}
	od;
	/* Nothing was below ROOT in that step, and nothing outside of it can make something that is. */
	atomic { has_child(ROOT, child); assert(child == NONE); child = 0 }
	/* The holder drops the capability itself: the object dies with it. */
	atomic { delete_slot(ROOT); assert(is_object_dead); check() }
}

init
{
	atomic {
		is_used[ROOT] = true;
		is_used[1] = true;
		parent[ROOT] = NONE;
		parent[1] = ROOT;
		parent[2] = NONE;
		parent[3] = NONE;
		parent[4] = NONE;
		references = 2;
		run pass_on(1, 2);
		run pass_on(2, 3);
		run pass_on(3, 4);
		run pass_on(3, 1);
		run revoke()
	}
}
