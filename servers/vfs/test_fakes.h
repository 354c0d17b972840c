/* SPDX-License-Identifier: BSD-2-Clause */
/* Stand-ins for the kernel, the loop and the memory server in vfs's host tests; answers are recorded instead of sent. */
#pragma once

#include "credentials.h"
#include "description.h"
#include "inode.h"
#include "names.h"
#include "uapi/protocol/procmgr.h"

struct fake_answer {
	bool is_sent;
	kn_status status;
	size_t length;
	uint8_t data[70000];
	kn_cap capability;
};

/* The answer to the deferred call number `i` (in order of server_defer). */
extern struct fake_answer fake_answers[64];
extern unsigned fake_deferred;
extern struct server_reply fake_replies[64];
extern int64_t fake_now;
extern kn_word fake_signals; /* all bits ever signalled */
extern kn_word fake_cancelled; /* the last badge whose queued calls were ended */
extern long fake_objects;    /* memory objects alive */
extern long fake_pages_left; /* commits fail beyond */
extern bool fake_has_children;
/* The next `count` calls for slots, objects and mappings succeed, all later ones fail; -1: none fails. */
extern long fake_budget;
extern long fake_random_left; /* random blocks, then the generator has no seed; -1: enough */
extern long fake_slots; /* allocated */
extern kn_word fake_badge; /* of the endpoint in any slot that is asked about; 0: it is a notification */
extern kn_time fake_boot_time;
extern uint64_t fake_idle[3];    /* of the processors */
extern unsigned fake_processors; /* how many */
extern unsigned fake_offline;    /* bits */
extern uint32_t fake_refreshed;  /* the last process_view_refresh() */

/* A fresh root filesystem; returns its root. */
struct inode *fake_root(void);
/* The argument for name_*() of a C string. */
struct name_at at_root(const char *path);
extern const struct credentials root_user, alice, bob;
/* The regions of process 10. A memory object's id is its slot here. */
extern struct procmgr_process_region fake_regions[64];
extern size_t fake_region_count;
/* The badges of process 10's descriptors and current directory. */
#define FAKE_DESCRIPTORS 16
extern uint64_t fake_descriptors[FAKE_DESCRIPTORS], fake_current;
