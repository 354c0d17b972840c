/* SPDX-License-Identifier: BSD-2-Clause */
/* See events.h. */
#include "events.h"

#include "boot.h"
#include "trona/server.h"
#include "trona/slots.h"
#include "uapi/object_type.h"

kn_cap events_notification(void)
{
	static kn_cap made;
	kn_cap slot;

	if (made != KN_CAP_NONE || slot_alloc(&slot) != KN_OK)
		return made;
	kn_status status = boot_make(KN_TYPE_NOTIFICATION, 0, slot);

	if (status == KN_OK)
		status = server_bind_notification(slot);
	if (status == KN_OK)
		made = slot;
	else
		slot_release(slot);
	return made;
}
