/* SPDX-License-Identifier: BSD-2-Clause */
/* See fault.h. */
#include "fault.h"

#include "pressure.h"
#include "process.h"
#include "signal.h"
#include "thread.h"

/* POSIX, <signal.h>: si_code. */
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRERR 2

/* The signal that a machine fault is. */
static struct procmgr_signal_record describe_fault(const struct server_call *call)
{
	struct procmgr_signal_record record = {.signal = SIGNAL_SEGV, .code = SEGV_MAPERR, .value = call->words[0]};

	if (kn_info_label(call->info) == KN_LABEL_FAULT_VM) {
		kn_status reason = (kn_status)call->words[4];

		if (reason == KN_E_RIGHTS || reason == KN_E_ACCESS)
			record.code = SEGV_ACCERR;
		else if (reason != KN_E_BAD_ADDRESS) /* beyond the end of a file, pager failed */
			record = (struct procmgr_signal_record){
			    .signal = SIGNAL_BUS, .code = BUS_ADRERR, .value = call->words[0]};
		return record;
	}
	static const uint32_t signals[] = {
	    [0] = SIGNAL_ILL, [1] = SIGNAL_ILL, [2] = SIGNAL_FPE, [3] = SIGNAL_BUS, [4] = SIGNAL_TRAP,
	    [5] = SIGNAL_TRAP, [6] = SIGNAL_FPE, [7] = SIGNAL_SEGV, [8] = SIGNAL_FPE};
	uint64_t code = call->words[0];
	record.signal = code < sizeof signals / sizeof signals[0] ? signals[code] : SIGNAL_ILL;
	record.code = 1;
	record.value = call->words[2];
	return record;
}

kn_status fault_received(struct server_call *call)
{
	struct process *process = process_by_badge(call->badge & ~(uint64_t)(BADGE_THREAD_MASK << BADGE_THREAD_SHIFT |
								       BADGE_FAULT));
	uint32_t number = call->badge >> BADGE_THREAD_SHIFT & BADGE_THREAD_MASK;
	struct thread *thread = process ? thread_find(process, number) : nullptr;

	if (!thread)
		return KN_E_NO_PROCESS;
	const bool is_missing = kn_info_label(call->info) == KN_LABEL_FAULT_VM && (kn_status)call->words[4] == KN_E_NO_MEMORY;

	if (!is_missing || !pressure_page_missing(process, thread, call->words[0])) {
		struct procmgr_signal_record record = describe_fault(call);

		signal_fault(process, number, call->words[2], &record);
	}
	return is_alive(process) ? KN_OK : KN_E_NO_PROCESS;
}
