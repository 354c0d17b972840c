/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages of anonymous and pager-backed memory objects: committing, sharing, moving and freeing
 * them, together with what maps them. Physical objects have a frame for every page and nothing
 * else.
 */
#pragma once

#include "object/memory_object.h"

/*
 * The page's frame, committing it if it is missing. `for_write`: make it the object's own first
 * (copy-on-write). KN_E_RANGE: beyond the end; KN_E_WOULD_BLOCK: the pager must be asked;
 * KN_E_QUOTA, KN_E_NO_MEMORY; a pager's failure reason; KN_RESTART.
 */
[[nodiscard]] kn_status object_page(struct memory_object *object, uint64_t page, bool for_write, paddr_t *frame);
/* As above but never changes anything: NO_FRAME if it is not there. */
paddr_t object_page_peek(struct memory_object *object, uint64_t page);
/* Is the page's frame shared with a clone, so that it may only be mapped read-only? */
bool object_page_is_shared(paddr_t frame);

/* Go on with pages that are leaving (struct memory_object.cursor); KN_RESTART: there is more to do. */
[[nodiscard]] kn_status object_settle(struct memory_object *object);
/* The page is mapped nowhere until the end of this kernel entry; KN_RESTART (from the start, if others have gone on and
 * mapped it again). */
[[nodiscard]] kn_status object_page_hide(struct memory_object *object, uint64_t page);
/* Give up all pages in [*first, end). KN_RESTART: again from the new *first on, which ends even if others bring new ones. */
[[nodiscard]] kn_status object_pages_free(struct memory_object *object, uint64_t *first, uint64_t end);
/* Share all pages of `source` from self->next on, or copy them where they are pinned. */
[[nodiscard]] kn_status object_pages_clone(struct memory_object *self, struct memory_object *source);
/* Move one page, which is hidden in `source` and not in `self`. */
[[nodiscard]] kn_status object_page_supply(struct memory_object *self, uint64_t page, struct memory_object *source, uint64_t source_page);
