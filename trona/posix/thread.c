/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: their areas, stacks, life and end. A thread that has ended waits for new work: its
 * stack, TLS and kernel thread are used again, so creating one is usually a wake-up. The first
 * thread's area lies in static memory unless its TLS is large.
 */

#include "posix.h"

#include "arch_tls.h"
#include "client/procmgr.h"
#include "kn/tcb.h"
#include "kn/vspace.h"
#include "trona/syscall.h"

#define DEFAULT_STACK (256 * 1024)

struct process process;

static struct lock threads_lock;
static struct __pthread *idle;
static struct tls_image tls;
static kn_word tls_size; /* of area, struct and TLS, in bytes */
[[gnu::aligned(64)]] static char first_area[4096];

static void *map(size_t size)
{
	const uint32_t rw = KN_VSPACE_PROT_READ | KN_VSPACE_PROT_WRITE;
	uint64_t mapped;

	return !memory_is_too_much(size / KN_PAGE_SIZE) && kn_vspace_map(KN_SLOT_VSPACE, KN_CAP_NONE, 0, 0, size / KN_PAGE_SIZE,
	    rw, rw, KN_VSPACE_MAP_PRIVATE, &mapped) == KN_OK
	    ? (void *)mapped
	    : nullptr;
}

static void first_thread(char *memory, const struct procmgr_process_page *page, uint64_t canary)
{
	struct __pthread *self = tls_build(memory, &tls);

	kn_thread_init(self->area, (struct kn_ipc_buffer *)page->ipc_first, KN_SLOT_TCB, canary);
	self->area->personality = self;
	self->signals = &((struct procmgr_signal_page *)page->signal_page)->first;
	self->number = 1;
	(void)kn_tcb_set_tls(KN_SLOT_TCB, kn_thread_pointer(self->area));
}

void threads_start(const struct procmgr_process_page *page)
{
	uint64_t canary;

	memcpy(&canary, page->random, sizeof canary);
	canary &= ~0xffull; /* a zero byte stops strings */
	process.page = page;
	process.signals = (struct procmgr_signal_page *)page->signal_page;
	process.clock = (const struct kn_clock_page *)page->clock_page;
	process.live_threads = 1;
	tls_find(&tls, page);
	tls_size = tls_space(&tls);
	if (tls_size <= sizeof first_area) {
		first_thread(first_area, page, canary);
		return;
	}
	/* Mapping needs an IPC buffer, so a small area comes first. */
	struct tls_image none = {.align = 16};
	struct __pthread *early = tls_build(first_area, &none);
	kn_thread_init(early->area, (struct kn_ipc_buffer *)page->ipc_first, KN_SLOT_TCB, canary);
	early->area->personality = early;
	(void)kn_tcb_set_tls(KN_SLOT_TCB, kn_thread_pointer(early->area));
	char *memory = map((tls_size + KN_PAGE_SIZE - 1) & ~(kn_word)(KN_PAGE_SIZE - 1));
	if (!memory)
		sys_exit(127);
	first_thread(memory, page, canary);
}

/* The child of a fork has one thread: the caller, as thread 1 with the first IPC buffer. */
void threads_forked(struct __pthread *self)
{
	self->area->ipc = (struct kn_ipc_buffer *)process.page->ipc_first;
	self->area->tcb = KN_SLOT_TCB;
	self->signals = &process.signals->first;
	self->number = 1;
	self->next = nullptr;
	/* The clone has a capability in the same slot: to the parent's notification. */
	if (self->notification != KN_CAP_NONE)
		slot_delete(self->notification);
	self->notification = KN_CAP_NONE;
	self->has_listener[0] = self->has_listener[1] = false;
	process.live_threads = 1;
	process.is_threaded = false;
	idle = nullptr;
	threads_lock.word = 0;
}

static void wait_on(volatile uint32_t *word, uint32_t value)
{
	while (*word == value)
		(void)kn_vspace_wait(KN_SLOT_VSPACE, (uint64_t)word, value, KN_TIME_FOREVER);
}

static void wake(volatile uint32_t *word, uint32_t count)
{
	uint32_t woken;

	(void)kn_vspace_wake(KN_SLOT_VSPACE, (uint64_t)word, count, &woken);
}

static void put_idle(struct __pthread *thread)
{
	lock_take(&threads_lock);
	thread->next = idle;
	idle = thread;
	lock_give(&threads_lock);
}

static kn_word stack_top(const struct __pthread *thread)
{
	return ((kn_word)thread->map + thread->map_size - tls_size) & ~(kn_word)63;
}

void thread_run(struct __pthread *self)
{
	for (;;) {
		wait_on(&self->work, 0);
		self->work = 0;
		self->result = nullptr;
		sys_thread_exit(self->function(self->argument));
	}
}

/* Entered by the kernel; the creator has filled *self. */
[[noreturn]] void thread_begin(struct __pthread *self, struct procmgr_signal_thread *signals)
{
	self->area->ipc = (struct kn_ipc_buffer *)signals->ipc;
	thread_run(self);
}

/* An idle thread whose stack is large enough, or null. */
static struct __pthread *take_idle(size_t stack_size)
{
	struct __pthread **link = &idle, *found = nullptr;

	lock_take(&threads_lock);
	while (*link && (*link)->map_size - (*link)->guard_size < stack_size)
		link = &(*link)->next;
	if (*link) {
		found = *link;
		*link = found->next;
	}
	lock_give(&threads_lock);
	return found;
}

static size_t whole_pages(size_t size)
{
	return (size + KN_PAGE_SIZE - 1) & ~(size_t)(KN_PAGE_SIZE - 1);
}

static int make_thread(const struct sys_thread_options *options, struct __pthread **out)
{
	size_t size = whole_pages(options->stack_size) + (options->stack ? 0 : whole_pages(tls_size));
	size_t guard = options->stack ? 0 : whole_pages(options->guard_size);
	char *memory = options->stack ? options->stack : map(size + guard);

	if (options->stack)
		size = options->stack_size & ~(size_t)63;
	if (!memory)
		return -EAGAIN;
	if (size + guard < tls_size + 4096)
		return -EINVAL;
	if (guard)
		(void)kn_vspace_protect(KN_SLOT_VSPACE, (uint64_t)memory, guard / KN_PAGE_SIZE, 0);
	struct __pthread *thread = tls_build(memory + guard + size - tls_size, &tls);
	kn_thread_init(thread->area, nullptr, KN_CAP_NONE, kn_thread_self()->canary);
	thread->area->personality = thread;
	thread->map = memory;
	thread->map_size = size + guard;
	thread->guard_size = guard;
	thread->is_own_stack = options->stack != nullptr;
	*out = thread;
	return 0;
}

static int start_thread(struct __pthread *thread)
{
	uint64_t record;
	kn_cap slot = slot_take();

	if (slot == KN_CAP_NONE)
		return -EAGAIN;
	thread->area->tcb = slot;
	kn_status status = PERSIST(procmgr_thread_create(SLOT(PROCMGR), (uint64_t)thread_begin,
	    stack_top(thread) - THREAD_ENTRY_BIAS, kn_thread_pointer(thread->area), (uint64_t)thread, ~0ull, &thread->number, &record,
	    slot));
	if (status != KN_OK) {
		slot_give(slot);
		return -EAGAIN;
	}
	(void)kn_tcb_set_upcall(slot, (uint64_t)upcall_entry);
	thread->signals = (struct procmgr_signal_thread *)record;
	return 0;
}

static void release_memory(struct __pthread *thread)
{
	if (!thread->is_own_stack)
		(void)kn_vspace_unmap(KN_SLOT_VSPACE, (uint64_t)thread->map, thread->map_size / KN_PAGE_SIZE);
}

int sys_thread_create(pthread_t *out, const struct sys_thread_options *options, void *(*function)(void *), void *argument)
{
	struct sys_thread_options plain = *options;
	struct __pthread *thread = nullptr;

	if (plain.stack_size == 0)
		plain.stack_size = DEFAULT_STACK;
	process.is_threaded = true;
	if (!plain.stack)
		thread = take_idle(plain.stack_size);
	if (thread) {
		tls_reset(thread, &tls);
	} else {
		int error = make_thread(&plain, &thread);

		if (error)
			return error;
		error = start_thread(thread);
		if (error) {
			release_memory(thread);
			return error;
		}
	}
	int error = schedule_thread(thread, &plain);
	if (error) {
		put_idle(thread);
		return error;
	}
	thread->function = function;
	thread->argument = argument;
	thread->done = plain.is_detached ? 2 : 0;
	thread->is_detached = plain.is_detached;
	thread->alternate_low = thread->alternate_high = 0;
	thread->locals = (struct sys_thread_locals){.values = thread->values};
	thread->signals->blocked = thread_self()->signals->blocked;
	__atomic_add_fetch(&process.live_threads, 1, __ATOMIC_ACQ_REL);
	*out = thread;
	__atomic_store_n(&thread->work, 1, __ATOMIC_RELEASE);
	wake(&thread->work, 1);
	return 0;
}

[[noreturn]] void sys_thread_exit(void *result)
{
	struct __pthread *self = thread_self();

	__thread_end();
	self->signals->blocked = ~0ull;
	self->result = result;
	if (__atomic_sub_fetch(&process.live_threads, 1, __ATOMIC_ACQ_REL) == 0)
		exit(0);
	if (self->number == 1) {
		/* The process lives on; its first thread only waits. */
		__atomic_store_n(&self->done, 1, __ATOMIC_RELEASE);
		wake(&self->done, UINT32_MAX);
		for (;;)
			wait_on(&self->done, 1);
	}
	if (__atomic_exchange_n(&self->done, 1, __ATOMIC_ACQ_REL) == 2)
		put_idle(self); /* detached meanwhile: nobody will join */
	else
		wake(&self->done, UINT32_MAX);
	thread_again(self, stack_top(self));
}

int sys_thread_join(pthread_t thread, void **result)
{
	if (thread == thread_self())
		return -EDEADLK;
	if (thread->is_detached)
		return -EINVAL;
	wait_on(&thread->done, 0);
	if (result)
		*result = thread->result;
	if (thread->number != 1)
		put_idle(thread);
	return 0;
}

int sys_thread_detach(pthread_t thread)
{
	uint32_t running = 0;

	if (thread->is_detached)
		return -EINVAL;
	thread->is_detached = true;
	if (!__atomic_compare_exchange_n(&thread->done, &running, 2, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) &&
	    thread->number != 1)
		put_idle(thread);
	return 0;
}

pthread_t sys_thread_self(void)
{
	return thread_self();
}

long sys_thread_limit(void)
{
	return PROCMGR_PROCESS_THREADS_MAX;
}

int sys_thread_number(pthread_t thread)
{
	/* Linux's convention: the first thread's number is the process's. */
	return (int)process.page->pid + (int)thread->number - 1;
}

void sys_thread_stack(pthread_t thread, void **low, size_t *size)
{
	if (thread->number == 1 && !thread->map) {
		*low = (void *)process.page->stack_base;
		*size = process.page->stack_top - process.page->stack_base;
	} else {
		*low = (char *)thread->map + thread->guard_size;
		*size = thread->map_size - thread->guard_size;
	}
}

struct sys_thread_locals *sys_thread_locals(void)
{
	struct __pthread *self = thread_self();

	if (!self->locals.values)
		self->locals.values = self->values;
	return &self->locals;
}

bool sys_is_threaded(void)
{
	return process.is_threaded;
}

void sys_yield(void)
{
	kn_yield(KN_CAP_NONE);
}

int sys_wait_word(const volatile unsigned *word, unsigned expected, int64_t deadline)
{
	struct __pthread *thread = thread_self();
	uint32_t handled = thread->handled;
	kn_status status = kn_vspace_wait(KN_SLOT_VSPACE, (uint64_t)word, expected,
	    deadline < 0 ? KN_TIME_FOREVER : deadline == 0 ? 1 : (kn_time)deadline);

	switch (status) {
	case KN_OK:
		return 0;
	case KN_E_WOULD_BLOCK:
		return -EAGAIN;
	case KN_E_TIMED_OUT:
		return -ETIMEDOUT;
	case KN_E_INTERRUPTED:
		return thread->handled == handled ? 0 : -EINTR;
	default:
		return to_errno(status);
	}
}

void sys_wake_word(const volatile unsigned *word, unsigned count)
{
	uint32_t woken;

	(void)kn_vspace_wake(KN_SLOT_VSPACE, (uint64_t)word, count, &woken);
}
