/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TLS variant II: the TLS block ends at the thread pointer, where the thread area is; struct
 * __pthread follows.
 */

#include "arch_tls.h"

static size_t round_up(size_t size, size_t align)
{
	return (size + align - 1) & ~(align - 1);
}

static size_t block_size(const struct tls_image *image)
{
	return round_up(image->memory_size, image->align);
}

size_t tls_space(const struct tls_image *image)
{
	return round_up(block_size(image), 64) + image->align + sizeof(struct kn_thread) + round_up(sizeof(struct __pthread), 64);
}

static void fill(struct kn_thread *area, const struct tls_image *image)
{
	char *block = (char *)area - block_size(image);

	memcpy(block, image->data, image->file_size);
	memset(block + image->file_size, 0, image->memory_size - image->file_size);
}

struct __pthread *tls_build(char *memory, const struct tls_image *image)
{
	struct kn_thread *area = (struct kn_thread *)round_up((size_t)memory + block_size(image), image->align < 64 ? 64 : image->align);
	struct __pthread *thread = (struct __pthread *)(area + 1);

	*thread = (struct __pthread){.area = area};
	fill(area, image);
	return thread;
}

void tls_reset(struct __pthread *thread, const struct tls_image *image)
{
	fill(thread->area, image);
}
