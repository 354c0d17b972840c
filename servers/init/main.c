/* SPDX-License-Identifier: BSD-2-Clause */
/* The first program: takes over from the kernel, reads manifests, starts units (life.c), listens to them (calls.c). */
#include "boot.h"
#include "calls.h"
#include "client/objsrv.h"
#include "guard.h"
#include "kn/clock.h"
#include "kn/random.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "launch.h"
#include "life.h"
#include "trona/canary.h"
#include "trona/heap.h"
#include "trona/log.h"
#include "trona/relocate.h"
#include "trona/slots.h"
#include "trona/string.h"
#include "uapi/object_type.h"

#define UNIT_FOLDER "etc/units/"
#define SEED_INTERVAL 1000000 /* ns */

[[noreturn]] void start_main(const struct kn_boot_page *boot, struct kn_ipc_buffer *ipc);

static void read_manifests(void)
{
	struct cpio_entry entry;
	uint64_t position = 0;
	kn_status status;

	while ((status = boot_next_file(UNIT_FOLDER, &position, &entry)) == KN_OK) {
		char *text = heap_alloc(entry.size + 1);

		if (text == nullptr) {
			log_line("/%s: no memory for the manifest", entry.name);
			continue;
		}
		memcpy(text, boot_bytes(entry.offset), entry.size);
		text[entry.size] = '\0';
		/* The table's texts point into it for ever. */
		unit_add(entry.name, text, entry.size);
	}
	if (status != KN_E_NOT_FOUND) {
		log_line("the entry at byte %lu of the boot archive cannot be read", (unsigned long)position);
		end_system("the boot archive is damaged", status);
	}
}

static kn_status make_replies(kn_cap first, unsigned count)
{
	kn_status status = KN_OK;

	for (unsigned i = 0; i < count && status == KN_OK; i++)
		status = boot_make(KN_TYPE_REPLY, 0, first + i);
	return status;
}

static kn_status grow_slots(kn_cap root_slot)
{
	uint64_t handle;
	kn_cap objsrv;
	kn_status status = launch_client("objsrv", &objsrv);

	return status == KN_OK ? objsrv_alloc(objsrv, KN_TYPE_CNODE, SLOTS_GROW_BITS, &handle, root_slot) : status;
}

static kn_status dispatch(struct server_call *call)
{
	return init_dispatch(&init_methods, call);
}

/*
 * Canaries and addresses of all programs are random, ours first. A CPU without a random instruction needs some hundred interrupts before;
 * those of our sleeping count. Nothing is started earlier.
 */
static struct kn_random_data first_randomness(void)
{
	struct kn_random_data random = {};
	static uint32_t word;
	kn_time now;
	int64_t wall;

	if (kn_random_get(KN_BOOT_SLOT_RANDOM, &random) == KN_OK)
		return random;
	log_line("no random instruction: waiting for the times of interrupts");
	while (kn_random_get(KN_BOOT_SLOT_RANDOM, &random) == KN_E_WOULD_BLOCK && kn_clock_now(KN_BOOT_SLOT_CLOCK, &now, &wall) == KN_OK)
		(void)kn_vspace_wait(KN_SLOT_VSPACE, (uint64_t)&word, 0, now + SEED_INTERVAL);
	return random;
}

/* Nobody has started us: thread area and canary are made here, before anything uses them. */
[[gnu::no_stack_protector]] void start_main(const struct kn_boot_page *boot, struct kn_ipc_buffer *ipc)
{
	static alignas(16) struct {
		struct kn_thread thread;
		uint64_t tail[2];
	} area;
	static const struct server base = {.name = "init",
	    .dispatch = dispatch,
	    .fault = life_fault,
	    .signal = life_signal,
	    .next_timeout = life_next_timeout,
	    .timeout = life_timeout,
	    .after = life_after,
	    .make_replies = make_replies};
	static struct server server;

	relocate_self();
	kn_thread_init(&area.thread, ipc, KN_SLOT_TCB, 0);
	kn_status status = kn_tcb_set_tls(KN_SLOT_TCB, kn_thread_pointer(&area.thread));

	log_init(KN_BOOT_SLOT_CONSOLE, "init");
	if (status != KN_OK)
		end_system("no thread pointer", status);
	area.thread.canary = __stack_chk_guard = canary_from(first_randomness().words[0]);
	boot_init(boot);
	status = guard_start();
	if (status != KN_OK)
		end_system("nobody watches over init", status);
	slots_set_grow(grow_slots);
	read_manifests();
	unit_choose(boot_option("run="));
	status = launch_make_endpoints();

	server = base;
	server.endpoint = launch_init_endpoint();
	if (status == KN_OK)
		status = server_init(&server);
	if (status != KN_OK)
		end_system("no memory for the units' endpoints", status);
	life_after();
	server_run();
}
