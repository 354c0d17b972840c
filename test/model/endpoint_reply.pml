/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls, answers, cancellation and death on one endpoint with one reply object. Every kernel operation runs under the kernel
 * lock, so each is one atomic step here; what is explored is every order of them.
 *
 *   call()       ipc/transfer.c   ipc_send(), send(), deliver(); object/reply.h reply_take_caller()
 *   receive()    ipc/transfer.c   receive(), take_sender(), take_event(); object/reply.h reply_arm(), reply_disarm()
 *   answer()     ipc/transfer.c   answer(); object/reply.h reply_release_caller()
 *   give_up()    core/scheduler.c thread_cancel_wait(); object/reply.c reply_lose_caller() (deadline, suspension, death)
 *   endpoint_dies()               object/endpoint.c endpoint_destroy()
 *   reply_dies()                  object/reply.c reply_destroy()
 *
 * Claims: a call ends exactly once; an answer reaches the call it was meant for and no other; a CANCEL that is received names
 * a call that the server has taken and that is gone; nobody waits in a queue of something that is dead; threads and reply object
 * agree about each other after every step.
 *
 * -DBUG: a caller that gives up leaves its name in the reply object, so that the answer goes to whatever it does next.
 */
#define CLIENTS 2
#define CALLS 2 /* each client makes */
#define NOBODY 255

mtype = { READY, SENDING, WAITING_REPLY };

mtype state[CLIENTS];
byte call_number[CLIENTS];   /* of the call under way or the last one */
bool has_ended[CLIENTS];     /* that call has its result */
byte senders[CLIENTS];       /* the endpoint's queue */
byte sender_count;
bool is_endpoint_alive = true, is_reply_alive = true;
bool is_server_waiting;      /* THREAD_RECEIVING, with the reply object armed */
byte caller = NOBODY;        /* reply.caller */
bool is_cancel_queued;       /* reply.cancel_link is in endpoint.cancels */
bool is_reply_of_endpoint;   /* reply.endpoint is set */
/* What the server knows: whose call it took last, and whether it has been told that the caller is gone. */
byte taken_client = NOBODY, taken_call;
byte clients_done;

inline end_call(c)
{
	assert(!has_ended[c]);
	has_ended[c] = true;
	state[c] = READY
}

inline take_caller(c)
{
	is_server_waiting = false;
	caller = c;
	is_reply_of_endpoint = true;
	taken_client = c;
	taken_call = call_number[c];
	state[c] = WAITING_REPLY
}

inline remove_sender(c)
{
	byte i = 0, kept = 0;
	do
	:: i < sender_count ->
		if
		:: senders[i] != c -> senders[kept] = senders[i]; kept++
		:: else
		fi;
		i++
	:: else -> break
	od;
	assert(kept + 1 == sender_count); /* it was there, once */
	sender_count = kept;
	i = 0; kept = 0
}

inline check()
{
	assert(caller == NOBODY || state[caller] == WAITING_REPLY);
	assert(!(state[0] == WAITING_REPLY) || caller == 0);
	assert(!(state[1] == WAITING_REPLY) || caller == 1);
	assert(sender_count == (state[0] == SENDING) + (state[1] == SENDING));
	assert(!is_server_waiting || (caller == NOBODY && sender_count == 0 && is_endpoint_alive));
	assert(is_endpoint_alive || (sender_count == 0 && !is_cancel_queued && !is_reply_of_endpoint))
}

inline call(c)
{
	call_number[c]++;
	has_ended[c] = false;
	if
	:: !is_endpoint_alive -> end_call(c)
	:: is_endpoint_alive && is_server_waiting -> take_caller(c)
	:: is_endpoint_alive && !is_server_waiting -> senders[sender_count] = c; sender_count++; state[c] = SENDING
	fi
}

/* An event for whoever receives: the one that waits takes it, and its reply object is disarmed. */
inline take_cancel()
{
	is_cancel_queued = false;
	is_server_waiting = false;
	/* It is about the call that the server took, and that one is over. */
	assert(taken_client != NOBODY && (call_number[taken_client] != taken_call || has_ended[taken_client]));
	taken_client = NOBODY
}

inline give_up(c)
{
	if
	:: state[c] == SENDING -> remove_sender(c); end_call(c)
	:: state[c] == WAITING_REPLY ->
#ifndef BUG
		caller = NOBODY;
#endif
		end_call(c);
		if
		:: is_reply_of_endpoint ->
			is_cancel_queued = true;
			if
			:: is_server_waiting -> take_cancel()
			:: else
			fi
		:: else
		fi
	:: else
	fi
}

inline receive()
{
	if
	:: !is_endpoint_alive || !is_reply_alive || caller != NOBODY || is_server_waiting
	:: else ->
		if
		:: is_cancel_queued -> take_cancel()
		:: else ->
			/* reply_arm(): what is left of a caller that has gone is forgotten. */
			is_reply_of_endpoint = false;
			taken_client = NOBODY;
			if
			:: sender_count > 0 ->
				byte first = senders[0];
				remove_sender(first);
				take_caller(first);
				first = 0
			:: else -> is_server_waiting = true
			fi
		fi
	fi
}

inline answer()
{
	if
	:: caller != NOBODY ->
		assert(caller == taken_client && call_number[caller] == taken_call);
		byte answered = caller;
		caller = NOBODY;
		is_reply_of_endpoint = false;
		is_cancel_queued = false;
		taken_client = NOBODY;
		end_call(answered);
		answered = 0
	:: else /* PEER_GONE */
	fi
}

inline endpoint_dies()
{
	is_endpoint_alive = false;
	do
	:: sender_count > 0 -> byte gone = senders[0]; remove_sender(gone); end_call(gone); gone = 0
	:: else -> break
	od;
	is_server_waiting = false;
	is_reply_of_endpoint = false;
	is_cancel_queued = false
}

inline reply_dies()
{
	is_reply_alive = false;
	is_cancel_queued = false;
	is_reply_of_endpoint = false;
	is_server_waiting = false; /* it goes on to receive, without a reply object: it takes no calls */
	if
	:: caller != NOBODY -> byte left = caller; caller = NOBODY; end_call(left); left = 0
	:: else
	fi
}

proctype client(byte c)
{
	byte made = 0;
	do
	:: made < CALLS && state[c] == READY -> atomic { call(c); made++; check() }
	:: state[c] != READY -> atomic { give_up(c); check() }
	:: made == CALLS && state[c] == READY -> clients_done++; break
	od
}

proctype server()
{
	do
	:: atomic { !is_server_waiting -> receive(); check() }
	:: atomic { caller != NOBODY -> answer(); check() }
	:: !is_endpoint_alive || !is_reply_alive -> break
	:: (clients_done == CLIENTS) -> break
	od
}

proctype death()
{
	if
	:: atomic { is_endpoint_alive -> endpoint_dies(); check() }
	:: atomic { is_reply_alive -> reply_dies(); check() }
	:: skip
	fi
}

init
{
	atomic { state[0] = READY; state[1] = READY; run client(0); run client(1); run server(); run death() };
	/* Whatever happens, every client gets to its end, with a result for every call. */
	(clients_done == CLIENTS);
	assert(call_number[0] == CALLS && call_number[1] == CALLS && has_ended[0] && has_ended[1]);
	assert(sender_count == 0 && caller == NOBODY)
}
