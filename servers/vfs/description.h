/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open file descriptions. A description is what a capability with a file badge names: badge = BADGE_OBJECT | class | index.
 * Its capability lies in a watched slot of this server, minted once when the entry is made and used again by later descriptions: clients get
 * copies of it, and when the last copy is gone the kernel says so (ORPHAN). That ends the description, unless
 * it is under way inside a message of a socket (`in_flight`).
 *
 * Sockets can be under way in each other, or in themselves, when nobody has them any more. Whenever one whose last capability went is under way, what
 * can still be received by somebody is marked, and the others end.
 *
 * A capability whose answer never reached its client has no copy and gets no ORPHAN: young descriptions that nobody has used are on a
 * list and looked at a moment later (description_sweep).
 */
#pragma once

#include "account.h"
#include "ending.h"
#include "inode.h"
#include "trona/list.h"
#include "trona/server.h"
#include "uapi/protocol/file.h"
#include "uapi/protocol/procmgr.h"

#define BADGE_OBJECT PROCMGR_BADGE_CLASS_OPEN
#define BADGE_CLASS_MASK PROCMGR_BADGE_CLASS_MASK
#define BADGE_FILE (BADGE_OBJECT | PROCMGR_BADGE_CLASS_FILE)
#define BADGE_WINDOW (BADGE_OBJECT | PROCMGR_BADGE_CLASS_WINDOW)

struct poll_source;
struct shared_memory;
struct window;
struct pipe;
struct socket;

/* One read or write. For a blocking one the class takes `call`'s reply object (wait_park). */
struct transfer {
	struct server_call *call;
	struct window *window;   /* null: inline; `data` is the message then */
	uint8_t *data;
	size_t length;
	uint64_t offset;         /* or FILE_OFFSET_CURRENT */
	size_t done;
	bool is_now;             /* never wait, whatever the description says */
};

struct description;

/* What kinds of descriptions do differently. Null: the default that is named. */
struct description_class {
	uint32_t kind; /* file_kind */
	/* Fill transfer->done, or KN_DEFERRED. */
	kn_status (*read)(struct description *description, struct transfer *transfer);   /* INVALID_ARG */
	kn_status (*write)(struct description *description, struct transfer *transfer);  /* INVALID_ARG */
	uint32_t (*ready)(struct description *description);                              /* IN | OUT */
	struct poll_source *(*source)(struct description *description);                  /* none: never changes */
	uint64_t (*available)(struct description *description);                          /* 0 */
	/* The last capability is gone. */
	void (*close)(struct description *description);
	/* Descriptions under way in messages to it: tell them, let go of them. None. */
	void (*visit_passed)(struct description *description, void (*visit)(struct description *description));
	void (*drop_passed)(struct description *description);
};

struct description {
	kn_cap slot;
	uint32_t index;
	uint32_t flags;          /* file_flag; 0 with is_open false */
	bool is_open;
	bool has_copies;         /* a copy went to a client and no ORPHAN came since */
	bool is_young;           /* in the list of young ones */
	bool may_execute;
	bool is_reachable;       /* during end_unreachable() */
	uint32_t in_flight;
	const struct description_class *class;
	struct inode *inode;     /* null: pipes and sockets without a name */
	struct account *account; /* whose it is */
	uint64_t offset;
	struct shared_memory *position; /* not null: the offset is there (view.h) */
	union {
		struct pipe *pipe;
		struct socket *socket;
		struct {
			char *text;      /* computed files; on the heap */
			size_t text_length;
		};
		kn_cap terminal;         /* passed.h */
		uint64_t writers_before; /* FIFOs: how many there had ever been when it began to wait for its first */
	};
	uint32_t uid, gid, pid;  /* of the opener */
	uint64_t listener;       /* the last one given through it */
	int64_t opened;
	struct list young;
	struct ending ending;
	struct description *next_free; /* also: to be visited */
};

/* A fresh one, charged to user `uid`; its class and the rest are the caller's to fill. TOO_MANY_FILES, NO_MEMORY. */
[[nodiscard]] kn_status description_create(
    const struct description_class *class, uint32_t flags, uint32_t uid, struct description **description);
/* Never given out: no close. */
void description_discard(struct description *description);
/* By badge, or null. */
struct description *description_by_badge(kn_word badge);
/* The slot to answer with. */
kn_cap description_give(struct description *description);
/* ORPHAN came. */
void description_orphan(kn_word badge);
/* A message of a socket holds it; the last one to let go may end it. */
void description_hold(struct description *description);
void description_let_go(struct description *description);
/* Ends young ones that reached nobody. */
void description_sweep(void);
bool description_has_young(void);
/* How many are open, and how many structures (with a slot each) are kept for later ones. */
size_t description_count(void);
size_t description_kept(void);

/* What tells pipes, and sockets, without a name apart: both ends of a pipe have the same. */
uint64_t description_number(const struct description *description);

/* An open terminal of the terminals' server? Badges with this bit are minted by servers only. */
static inline bool badge_is_terminal(kn_word badge)
{
	return (badge & (BADGE_OBJECT | BADGE_CLASS_MASK)) == (BADGE_OBJECT | PROCMGR_BADGE_CLASS_TERMINAL);
}

extern kn_cap description_endpoint; /* the server's own endpoint, without badge */

/* Of the argument of a call: one of ours, or null. */
static inline struct description *description_of(struct server_cap cap)
{
	return cap.is_own ? description_by_badge(cap.badge) : nullptr;
}
