/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TLS variant I: 16 bytes at the thread pointer, the TLS block behind them (aligned); the thread
 * area lies below the thread pointer, struct __pthread below that.
 */

#include "arch_tls.h"

static size_t round_up(size_t size, size_t align)
{
	return (size + align - 1) & ~(align - 1);
}

size_t tls_space(const struct tls_image *image)
{
	return round_up(round_up(sizeof(struct __pthread), 64) + sizeof(struct kn_thread) + 16 + 2 * image->align + image->memory_size,
	    64);
}

static void fill(struct kn_thread *area, const struct tls_image *image)
{
	char *pointer = (char *)area + KN_THREAD_POINTER_OFFSET;
	char *block = pointer + round_up(16, image->align);

	memcpy(block, image->data, image->file_size);
	memset(block + image->file_size, 0, image->memory_size - image->file_size);
}

struct __pthread *tls_build(char *memory, const struct tls_image *image)
{
	char *pointer = (char *)round_up(
	    (size_t)memory + round_up(sizeof(struct __pthread), 64) + sizeof(struct kn_thread), image->align < 64 ? 64 : image->align);
	struct kn_thread *area = (struct kn_thread *)(pointer - KN_THREAD_POINTER_OFFSET);
	struct __pthread *thread = (struct __pthread *)((char *)area - round_up(sizeof(struct __pthread), 64));

	*thread = (struct __pthread){.area = area};
	fill(area, image);
	return thread;
}

void tls_reset(struct __pthread *thread, const struct tls_image *image)
{
	fill(thread->area, image);
}
