/* SPDX-License-Identifier: BSD-2-Clause */
/* See calls.h. A published endpoint is kept with the rights of a client only: nobody can get the receiving end here. */
#include "calls.h"

#include "names.h"
#include "policy.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/string.h"

static char unit_names[UNITS_MAX][32];

static const char *who(const struct server_call *call)
{
	kn_word number = call->badge & 0xffff;

	if ((call->badge & KN_BADGE_UNIT) == 0)
		return POLICY_PROCESS;
	return number < UNITS_MAX ? unit_names[number] : "";
}

/* Published and its endpoint still there? */
static bool is_alive(struct name *name)
{
	struct kn_cap_info info;

	if (name->endpoint == KN_CAP_NONE)
		return false;
	if (slot_info(name->endpoint, &info) == KN_OK && info.type != 0)
		return true;
	slot_release(name->endpoint);
	name->endpoint = KN_CAP_NONE;
	return false;
}

static void answer_waiters(struct name *name)
{
	struct list *node;

	while ((node = list_take_first(&name->waiters)) != nullptr) {
		struct waiter *waiter = list_entry(node, struct waiter, link);

		namesrv_lookup_reply(waiter->reply, KN_OK, name->endpoint);
		heap_free(waiter);
	}
}

static kn_status on_publish(struct server_call *call, const void *bytes, size_t size, struct server_cap endpoint)
{
	char text[NAMESRV_NAME_MAX + 1];
	struct name *name;
	kn_cap kept;
	kn_status status = names_check(bytes, size, text);

	if (status != KN_OK)
		return status;
	if (!policy_allows(POLICY_PUBLISH, text, who(call)))
		return KN_E_ACCESS;
	if (endpoint.slot == KN_CAP_NONE)
		return KN_E_INVALID_CAP;
	status = names_get(text, &name);
	if (status != KN_OK)
		return status;
	if (is_alive(name))
		return KN_E_EXISTS;
	status = slot_alloc(&kept);
	if (status == KN_OK) {
		status = slot_copy(kept, endpoint.slot, SLOT_CLIENT_RIGHTS);
		if (status != KN_OK)
			slot_free(kept);
	}
	if (status != KN_OK) {
		names_drop(name);
		return status;
	}
	name->endpoint = kept;
	name->publisher = call->badge;
	answer_waiters(name);
	return KN_OK;
}

static kn_status on_withdraw(struct server_call *call, const void *bytes, size_t size)
{
	char text[NAMESRV_NAME_MAX + 1];
	kn_status status = names_check(bytes, size, text);
	struct name *name = status == KN_OK ? names_find(text) : nullptr;

	if (status != KN_OK)
		return status;
	if (name == nullptr || !is_alive(name))
		return KN_E_NOT_FOUND;
	if (name->publisher != call->badge)
		return KN_E_ACCESS;
	slot_release(name->endpoint);
	name->endpoint = KN_CAP_NONE;
	names_drop(name);
	return KN_OK;
}

static kn_status wait_for(struct server_call *call, const char *text)
{
	struct name *name;
	struct waiter *waiter = heap_calloc(1, sizeof(*waiter));

	if (waiter == nullptr)
		return KN_E_NO_MEMORY;
	kn_status status = names_get(text, &name);

	if (status != KN_OK)
		goto fail_waiter;
	waiter->name = name;
	waiter->reply = server_defer(call);
	status = KN_E_NO_MEMORY;
	if (waiter->reply == nullptr)
		goto fail_name;
	waiter->reply->context = waiter;
	list_append(&name->waiters, &waiter->link);
	return KN_DEFERRED;

fail_name:
	names_drop(name);
fail_waiter:
	heap_free(waiter);
	return status;
}

static kn_status on_lookup(struct server_call *call, const void *bytes, size_t size, bool wait, kn_cap *endpoint)
{
	char text[NAMESRV_NAME_MAX + 1];
	kn_status status = names_check(bytes, size, text);

	if (status != KN_OK)
		return status;
	if (!policy_allows(POLICY_LOOKUP, text, who(call)))
		return KN_E_ACCESS;
	struct name *name = names_find(text);

	if (name != nullptr && is_alive(name)) {
		*endpoint = name->endpoint;
		return KN_OK;
	}
	if (wait)
		return wait_for(call, text);
	if (name != nullptr)
		names_drop(name);
	return KN_E_NOT_FOUND;
}

static kn_status on_next(
    struct server_call *call, const void *bytes, size_t size, void *following, size_t capacity, size_t *length)
{
	char text[NAMESRV_NAME_MAX + 1] = "";
	kn_status status = size == 0 ? KN_OK : names_check(bytes, size, text);
	struct name *name = status == KN_OK ? names_behind(text) : nullptr;

	if (status != KN_OK)
		return status;
	while (name != nullptr && (!is_alive(name) || !policy_allows(POLICY_LOOKUP, name->text, who(call))))
		name = names_behind(name->text);
	if (name == nullptr)
		return KN_E_NOT_FOUND;
	if (strlen(name->text) > capacity)
		return KN_E_TOO_LARGE;
	*length = strlen(name->text);
	memcpy(following, name->text, *length);
	return KN_OK;
}

void calls_cancel(struct server_reply *reply)
{
	struct waiter *waiter = reply->context;
	struct name *name = waiter->name;

	list_remove(&waiter->link);
	heap_free(waiter);
	server_reply_status(reply, KN_E_INTERRUPTED);
	names_drop(name);
}

void calls_name_unit(uint32_t number, const uint8_t *name)
{
	memcpy(unit_names[number], name, sizeof(unit_names[0]));
	unit_names[number][sizeof(unit_names[0]) - 1] = '\0';
}

const struct namesrv_ops namesrv_methods = {
    .publish = on_publish, .withdraw = on_withdraw, .lookup = on_lookup, .next = on_next};
