/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * namesrv: names for endpoints, under a policy. Units are known by the number in their badge, which init translates to a name
 * once; everybody else is a process. A published endpoint is kept with the rights of a client only: nobody can get the
 * receiving end here. A name whose endpoint has died is noticed when somebody asks for it.
 */
#include "client/init.h"
#include "names.h"
#include "policy.h"
#include "server/namesrv.h"
#include "trona/heap.h"
#include "trona/log.h"
#include "trona/server.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "trona/string.h"

#define UNITS_MAX 64

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

static kn_status dispatch(struct server_call *call)
{
	static const struct namesrv_ops methods = {
	    .publish = on_publish, .withdraw = on_withdraw, .lookup = on_lookup, .next = on_next};

	return namesrv_dispatch(&methods, call);
}

static void cancel(struct server_reply *reply)
{
	struct waiter *waiter = reply->context;
	struct name *name = waiter->name;

	list_remove(&waiter->link);
	heap_free(waiter);
	server_reply_status(reply, KN_E_INTERRUPTED);
	names_drop(name);
}

/* Units by number, from init; the number in a badge counts from 1. */
static void learn_units(kn_cap init)
{
	struct init_unit_info info;

	for (uint32_t i = 0; i + 1 < UNITS_MAX && init_unit(init, i, &info) == KN_OK; i++) {
		memcpy(unit_names[i + 1], info.name, sizeof(unit_names[0]));
		unit_names[i + 1][sizeof(unit_names[0]) - 1] = '\0';
	}
}

/* Options "publish=PATTERN:WHO" and "lookup=PATTERN:WHO", any number. */
static void read_policy(void)
{
	for (const char *at = start_page()->text; *at != '\0'; at += strlen(at) + 1) {
		kn_status status = KN_OK;

		if (strncmp(at, "publish=", 8) == 0)
			status = policy_add(POLICY_PUBLISH, at + 8);
		else if (strncmp(at, "lookup=", 7) == 0)
			status = policy_add(POLICY_LOOKUP, at + 7);
		if (status != KN_OK)
			log_line("the rule \"%s\" is ignored: %s", at, kn_status_text(status));
	}
}

int main(void)
{
	static const struct server base = {.name = "namesrv", .dispatch = dispatch, .cancel = cancel};
	static struct server server;
	kn_cap init = start_need("init");

	server = base;
	server.endpoint = start_need("serve.namesrv");
	read_policy();
	learn_units(init);
	kn_status status = server_init(&server);

	if (status == KN_OK)
		status = init_ready(init);
	if (status != KN_OK) {
		log_status("start", status);
		return 1;
	}
	server_run();
}
