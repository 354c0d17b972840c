/* SPDX-License-Identifier: BSD-2-Clause */
/* The program's TLS image. */

#include "arch_tls.h"

#include <elf.h>

void tls_find(struct tls_image *image, const struct procmgr_process_page *page)
{
	*image = (struct tls_image){.align = 16};
	for (uint32_t i = 0; i < page->image_header_count; i++) {
		const Elf64_Phdr *header =
		    (const Elf64_Phdr *)(page->image_headers + (uint64_t)i * page->image_header_size);

		if (header->p_type != PT_TLS)
			continue;
		image->data = (const char *)(page->image_base + header->p_vaddr);
		image->file_size = header->p_filesz;
		image->memory_size = header->p_memsz;
		if (header->p_align > image->align)
			image->align = header->p_align;
	}
}
