/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals inside the process: dispositions, masks, the upcall that runs handlers. // procmgr
 * sets a pending bit and upcalls a thread that does not block the signal; taking the bit decides
 * who handles it. A handler runs on the interrupted thread's stack (or, with SA_ONSTACK, on the alternate one) with a
 * ucontext of the interrupted registers; an upcall that comes while the library holds a lock
 * only leaves a note. What an upcall interrupts may be a half-built message, so the IPC buffer
 * is saved around handlers.
 */

#include "posix.h"

#include <limits.h>

#include "client/procmgr.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "signal_frame.h"
#include "trona/ipc.h"
#include "uapi/object/vspace.h"

#define COUNT 64
#define UNBLOCKABLE (bit(SIGKILL) | bit(SIGSTOP))
/* What the machine raises at an instruction that would only raise it again. */
#define SYNCHRONOUS (bit(SIGSEGV) | bit(SIGBUS) | bit(SIGILL) | bit(SIGFPE) | bit(SIGTRAP))

/* One is pending, the others wait behind it. */
static_assert(SIGQUEUE_MAX == PROCMGR_PROCESS_BACKLOG + 1);

static struct sigaction actions[COUNT];
/* Whose handlers want the alternate stack; upcall.S reads it. */
uint64_t signals_on_stack;

static inline uint64_t bit(int signal)
{
	return 1ull << (signal - 1);
}

static uint64_t ready(const struct __pthread *thread)
{
	return (__atomic_load_n(&process.signals->pending, __ATOMIC_SEQ_CST) |
		   __atomic_load_n(&thread->signals->pending, __ATOMIC_SEQ_CST)) &
	    ~thread->signals->blocked;
}

/* A pending one is taken: more of them may wait at procmgr (servers/procmgr/signal_queue.c). */
static void call_next(int signal, bool drop)
{
	if (__atomic_load_n(&process.signals->backlog, __ATOMIC_SEQ_CST) & bit(signal))
		(void)PERSIST(procmgr_signal_next(SLOT(PROCMGR), (uint32_t)signal, drop));
}

/* Takes one pending signal that `mask` lets through; 0 if there is none. */
static int take(struct __pthread *thread, uint64_t mask, siginfo_t *info)
{
	uint64_t *sources[] = {&thread->signals->pending, &process.signals->pending};

	for (int i = 0; i < 2; i++) {
		uint64_t there;

		while ((there = __atomic_load_n(sources[i], __ATOMIC_ACQUIRE) & mask) != 0) {
			int signal = __builtin_ctzll(there) + 1;
			struct procmgr_signal_record record = process.signals->info[signal - 1];

			if (!(__atomic_fetch_and(sources[i], ~bit(signal), __ATOMIC_SEQ_CST) & bit(signal)))
				continue;
			call_next(signal, false);
			*info = (siginfo_t){
			    .si_signo = signal,
			    .si_code = (int)record.code,
			    .si_pid = (pid_t)record.sender,
			    .si_uid = record.uid,
			    .si_value.sival_ptr = (void *)record.value,
			};
			if (bit(signal) & SYNCHRONOUS && (int)record.code > 0)
				info->si_addr = (void *)record.value;
			if (signal == SIGCHLD)
				info->si_status = (int)record.value;
			return signal;
		}
	}
	return 0;
}

static bool is_on_alternate(const struct __pthread *thread, kn_word sp)
{
	return sp >= thread->alternate_low && sp < thread->alternate_high;
}

/* The alternate stack as whoever runs at `sp` sees it. */
static stack_t stack_at(const struct __pthread *thread, kn_word sp)
{
	return (stack_t){
	    .ss_sp = (void *)thread->alternate_low,
	    .ss_size = thread->alternate_high - thread->alternate_low,
	    .ss_flags = is_on_alternate(thread, sp) ? SS_ONSTACK : thread->alternate_high ? 0 : SS_DISABLE,
	};
}

static void call_handler(
    const struct __pthread *thread, const struct sigaction *action, int signal, siginfo_t *info, ucontext_t *context)
{
	if (action->sa_flags & SA_ONSTACK && thread->alternate_high &&
	    !is_on_alternate(thread, (kn_word)__builtin_frame_address(0)))
		signal_call_on(thread->alternate_high & ~(kn_word)15, signal, info, context, action->sa_sigaction);
	else if (action->sa_flags & SA_SIGINFO)
		action->sa_sigaction(signal, info, context);
	else
		action->sa_handler(signal);
}

/* Run the handler of one signal; `context` is what it interrupts. */
static void handle(struct __pthread *thread, int signal, siginfo_t *info, ucontext_t *context)
{
	struct sigaction action = actions[signal - 1];
	uint64_t before = thread->signals->blocked;

	if (action.sa_handler == SIG_IGN)
		return;
	if (action.sa_handler == SIG_DFL) {
		(void)PERSIST(procmgr_signal_default(SLOT(PROCMGR), (uint32_t)signal));
		return;
	}
	if (action.sa_flags & (int)SA_RESETHAND) {
		struct sigaction fresh = {};

		(void)sys_sigaction(signal, &fresh, nullptr);
	}
	context->uc_sigmask = before;
	thread->signals->blocked =
	    (before | action.sa_mask | (action.sa_flags & SA_NODEFER ? 0 : bit(signal))) & ~UNBLOCKABLE;
	if (!(action.sa_flags & SA_RESTART))
		thread->must_interrupt = true;
	thread->handled++;
	call_handler(thread, &action, signal, info, context);
	thread->signals->blocked = context->uc_sigmask & ~UNBLOCKABLE;
}

/* Those in `which`, as long as there are any. */
static void deliver_into(struct __pthread *thread, ucontext_t *context, uint64_t which)
{
	siginfo_t info;
	int signal;

	while (ready(thread) & which && (signal = take(thread, ~thread->signals->blocked & which, &info)) != 0) {
		bool must_interrupt = thread->must_interrupt;

		handle(thread, signal, &info, context);
		thread->must_interrupt |= must_interrupt;
	}
}

void signals_deliver(void)
{
	struct __pthread *thread = thread_self();

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!ready(thread))
		return;
	if (thread->hold) {
		thread->signal_seen = true;
		return;
	}
	ucontext_t context = {.uc_stack = stack_at(thread, (kn_word)__builtin_frame_address(0))};
	deliver_into(thread, &context, ~0ull);
}

void signals_release_slow(struct __pthread *thread)
{
	thread->signal_seen = false;
	signals_deliver();
}

/*
 * Runs the handlers of an upcall. In a frame of its own, which is large: most upcalls that come while a handler runs have nothing to deliver, and must
 * fit on the least alternate stack too.
 */
[[gnu::noinline]] static void deliver_upcall(struct __pthread *thread, struct kn_ipc_buffer *ipc, void *fpu, kn_word interrupted, bool has_moved)
{
	struct kn_ipc_buffer saved;
	ucontext_t context = {};

	memcpy(&saved, ipc, offsetof(struct kn_ipc_buffer, upcall_flags));
	signal_frame_save(&context, ipc->context, fpu);
	context.uc_stack = stack_at(thread, interrupted);
	ipc->upcall_bits = 0;
	__atomic_and_fetch(&ipc->upcall_flags, ~KN_UPCALL_BLOCKED, __ATOMIC_ACQ_REL);
	deliver_into(thread, &context, has_moved ? signals_on_stack : ~0ull);
	__atomic_or_fetch(&ipc->upcall_flags, KN_UPCALL_BLOCKED, __ATOMIC_ACQ_REL);
	memcpy(ipc, &saved, offsetof(struct kn_ipc_buffer, upcall_flags));
	signal_frame_load(&context, ipc->context);
}

/*
 * Called by upcall_entry with the FPU state already saved at `fpu`. The registers are in the IPC buffer; what is there afterwards is
 * loaded by the upcall_return that the caller makes with the returned message info. If upcall_entry came here on the alternate stack,
 * signals that do not want it are left for another round on the interrupted one.
 */
struct upcall_end upcall_main(void *fpu)
{
	struct kn_ipc_buffer *ipc = kn_ipc_buffer();
	struct __pthread *thread = thread_self();
	struct upcall_end end = {.info = kn_info(KN_TCB_UPCALL_RETURN, 0, 0)};

	signal_frame_abort_guard(ipc->context);
	if (thread->signals->pending & (bit(SIGSEGV) | bit(SIGBUS)) && signal_frame_abort_touch(ipc->context))
		__atomic_fetch_and(&thread->signals->pending, ~(bit(SIGSEGV) | bit(SIGBUS)), __ATOMIC_ACQ_REL);
	if (thread->hold) {
		thread->signal_seen = true;
		/* A fault inside the library cannot wait. */
		uint64_t fault = ready(thread) & thread->signals->pending & SYNCHRONOUS;
		if (fault)
			(void)procmgr_signal_default(SLOT(PROCMGR), (uint32_t)__builtin_ctzll(fault) + 1);
		return end;
	}
	if (!ready(thread))
		return end;
	const kn_word interrupted = signal_frame_stack(ipc->context);
	const bool has_moved =
	    is_on_alternate(thread, (kn_word)__builtin_frame_address(0)) && !is_on_alternate(thread, interrupted);
	deliver_upcall(thread, ipc, fpu, interrupted, has_moved);
	if (has_moved && ready(thread))
		end.again = signal_frame_stack(ipc->context);
	return end;
}

void signals_start(void)
{
	signal_frame_start();
	process.signals->caught = 0;
	for (int signal = 1; signal <= COUNT; signal++)
		if (process.signals->ignored & bit(signal))
			actions[signal - 1].sa_handler = SIG_IGN;
	(void)kn_tcb_set_upcall(KN_SLOT_TCB, (uint64_t)upcall_entry);
}

/* In the child of a fork: nothing is pending there, the mask is the caller's. */
void signals_forked(void)
{
	(void)kn_tcb_set_upcall(KN_SLOT_TCB, (uint64_t)upcall_entry);
}

int sys_sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	if (signal < 1 || signal > COUNT || (action && (UNBLOCKABLE & bit(signal))))
		return -EINVAL;
	signals_hold();
	struct sigaction before = actions[signal - 1];
	if (action) {
		struct procmgr_signal_page *page = process.signals;
		uint64_t mask = bit(signal);
		bool is_caught = action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN;

		if (!is_caught)
			__atomic_fetch_and(&page->caught, ~mask, __ATOMIC_SEQ_CST);
		actions[signal - 1] = *action;
		if (action->sa_handler == SIG_IGN)
			__atomic_fetch_or(&page->ignored, mask, __ATOMIC_SEQ_CST);
		else
			__atomic_fetch_and(&page->ignored, ~mask, __ATOMIC_SEQ_CST);
		if (is_caught)
			__atomic_fetch_or(&page->caught, mask, __ATOMIC_SEQ_CST);
		if (is_caught && action->sa_flags & SA_ONSTACK)
			__atomic_fetch_or(&signals_on_stack, mask, __ATOMIC_SEQ_CST);
		else
			__atomic_fetch_and(&signals_on_stack, ~mask, __ATOMIC_SEQ_CST);
		if (signal == SIGCHLD) {
			page->no_child_wait = (action->sa_flags & SA_NOCLDWAIT) != 0;
			page->no_child_stop = (action->sa_flags & SA_NOCLDSTOP) != 0;
		}
		if (action->sa_handler == SIG_IGN ||
		    (action->sa_handler == SIG_DFL && (signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH))) {
			call_next(signal, true);
			__atomic_fetch_and(&page->pending, ~mask, __ATOMIC_SEQ_CST);
			__atomic_fetch_and(&thread_self()->signals->pending, ~mask, __ATOMIC_SEQ_CST);
		}
	}
	signals_release();
	if (old)
		*old = before;
	return 0;
}

int sys_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	struct __pthread *thread = thread_self();
	uint64_t before = thread->signals->blocked, now = before;

	if (set) {
		switch (how) {
		case SIG_BLOCK:
			now |= *set;
			break;
		case SIG_UNBLOCK:
			now &= ~*set;
			break;
		case SIG_SETMASK:
			now = *set;
			break;
		default:
			return -EINVAL;
		}
		thread->signals->blocked = now & ~UNBLOCKABLE;
		if (before & ~now)
			signals_deliver();
	}
	if (old)
		*old = before;
	return 0;
}

void sys_sigpending(sigset_t *set)
{
	struct __pthread *thread = thread_self();

	*set = (process.signals->pending | thread->signals->pending) & thread->signals->blocked;
}

/* Sleep until a handler has run; the mask is set already. */
static void wait_for_handler(struct __pthread *thread, uint32_t handled)
{
	static uint32_t never;

	while (thread->handled == handled) {
		struct kn_regs regs = {.w = {(kn_word)&never, 0}, .info = kn_info(KN_VSPACE_WAIT, 0, 2)};

		(void)guarded_call(KN_SYS_CALL, KN_SLOT_VSPACE, &regs, KN_TIME_FOREVER, &thread->handled, handled);
		signals_deliver();
	}
}

int sys_sigsuspend(const sigset_t *mask)
{
	struct __pthread *thread = thread_self();
	uint64_t before = thread->signals->blocked;
	uint32_t handled = thread->handled;

	thread->signals->blocked = *mask & ~UNBLOCKABLE;
	signals_deliver();
	wait_for_handler(thread, handled);
	thread->signals->blocked = before;
	signals_deliver();
	return -EINTR;
}

int sys_sigwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
	struct __pthread *thread = thread_self();
	uint64_t ns = timeout ? (uint64_t)timeout->tv_sec * 1000000000ull + (uint64_t)timeout->tv_nsec : ~0ull;
	uint32_t signal, code, sender;
	uint64_t value;

	int taken = take(thread, *set, info);
	if (taken)
		return taken;
	kn_status status;
	RESTART(status, procmgr_signal_wait(SLOT(PROCMGR), thread->number, *set, ns, &signal, &code, &sender, &value));
	if (status == KN_E_TIMED_OUT)
		return -EAGAIN;
	if (status != KN_OK)
		return to_errno(status);
	*info = (siginfo_t){.si_signo = (int)signal, .si_code = (int)code, .si_pid = (pid_t)sender,
	    .si_value.sival_ptr = (void *)value};
	return (int)signal;
}

int sys_sigaltstack(const stack_t *new_stack, stack_t *old)
{
	struct __pthread *thread = thread_self();
	const stack_t now = stack_at(thread, (kn_word)__builtin_frame_address(0));

	if (new_stack) {
		const bool is_none = new_stack->ss_flags == SS_DISABLE;

		if (now.ss_flags == SS_ONSTACK)
			return -EPERM;
		/* SS_ONSTACK means nothing here, and programs pass it, as Linux lets them. */
		if (!is_none && new_stack->ss_flags & ~SS_ONSTACK)
			return -EINVAL;
		if (!is_none && new_stack->ss_size < MINSIGSTKSZ)
			return -ENOMEM;
		/* None at any moment between the two. */
		const kn_word low = is_none ? 0 : (kn_word)new_stack->ss_sp;
		__atomic_store_n(&thread->alternate_high, 0, __ATOMIC_SEQ_CST);
		__atomic_store_n(&thread->alternate_low, low, __ATOMIC_SEQ_CST);
		__atomic_store_n(&thread->alternate_high, is_none ? 0 : low + new_stack->ss_size, __ATOMIC_SEQ_CST);
	}
	if (old)
		*old = now;
	return 0;
}

/* A signal to oneself, without asking anybody if it has a handler that may run now. */
static bool handle_own(int signal, int code, long value)
{
	struct __pthread *thread = thread_self();

	if (thread->hold || !(process.signals->caught & bit(signal)) || thread->signals->blocked & bit(signal))
		return false;
	siginfo_t info = {.si_signo = signal, .si_code = code, .si_pid = (pid_t)process.page->pid, .si_uid = process.page->uid,
	    .si_value.sival_ptr = (void *)value};
	ucontext_t context = {.uc_stack = stack_at(thread, (kn_word)__builtin_frame_address(0))};
	handle(thread, signal, &info, &context);
	signals_deliver();
	return true;
}

int sys_kill(int target, pid_t id, int signal, long value)
{
	if (signal < 0 || signal > COUNT)
		return -EINVAL;
	const bool is_queued = target == PROCMGR_TARGET_QUEUE;

	if ((is_queued || target == PROCMGR_TARGET_PROCESS) && (uint32_t)id == process.page->pid && signal != 0 &&
	    handle_own(signal, is_queued ? SI_QUEUE : SI_USER, value))
		return 0;
	kn_status status = PERSIST(procmgr_kill(SLOT(PROCMGR), (uint32_t)target, id, (uint32_t)signal, (uint64_t)value));
	return to_errno(status);
}

int sys_kill_thread(pthread_t other, int signal)
{
	if (signal < 0 || signal > COUNT)
		return -EINVAL;
	if (other == thread_self() && signal != 0 && handle_own(signal, SI_TKILL, 0))
		return 0;
	return to_errno(
	    PERSIST(procmgr_kill(SLOT(PROCMGR), PROCMGR_TARGET_THREAD, (int32_t)other->number, (uint32_t)signal, 0)));
}

void signals_raise(int signal)
{
	(void)sys_kill_thread(thread_self(), signal);
}

int sys_set_timer(int which, const int64_t new_value[2], int64_t old_value[2])
{
	struct procmgr_interval old = {}, new = {};

	if (which < 0 || which > 2)
		return -EINVAL;
	kn_status status;
	if (new_value) {
		new = (struct procmgr_interval){.value = (uint64_t)new_value[0], .period = (uint64_t)new_value[1]};
		status = PERSIST(procmgr_set_timer(SLOT(PROCMGR), (uint32_t)which, &new, &old));
	} else {
		status = PERSIST(procmgr_get_timer(SLOT(PROCMGR), (uint32_t)which, &old));
	}
	if (status == KN_OK && old_value) {
		old_value[0] = (int64_t)old.value;
		old_value[1] = (int64_t)old.period;
	}
	return to_errno(status);
}
