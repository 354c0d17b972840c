/* SPDX-License-Identifier: BSD-2-Clause */
/* policy.h: a list of rules, walked for each request; there are as many as lines in a manifest. */
#include "policy.h"

#include "trona/string.h"
#include "uapi/error.h"

#define RULES_MAX 64

struct rule {
	enum policy_action action;
	const char *pattern;
	size_t length;       /* of the pattern without its '*' */
	bool is_prefix;
	const char *who;
};

static struct rule rules[RULES_MAX];
static unsigned count;

kn_status policy_add(enum policy_action action, const char *text)
{
	const char *colon = strchr(text, ':');

	if (colon == nullptr || colon == text || colon[1] == '\0')
		return KN_E_INVALID_ARG;
	if (count == RULES_MAX)
		return KN_E_NO_MEMORY;
	bool is_prefix = colon[-1] == '*';

	rules[count++] = (struct rule){
	    .action = action,
	    .pattern = text,
	    .length = (size_t)(colon - text) - is_prefix,
	    .is_prefix = is_prefix,
	    .who = colon + 1,
	};
	return KN_OK;
}

static bool is_match(const struct rule *rule, const char *name)
{
	size_t length = strlen(name);

	if (rule->is_prefix ? length < rule->length : length != rule->length)
		return false;
	return memcmp(rule->pattern, name, rule->length) == 0;
}

bool policy_allows(enum policy_action action, const char *name, const char *who)
{
	for (unsigned i = 0; i < count; i++) {
		const struct rule *rule = &rules[i];

		if (rule->action == action && is_match(rule, name) &&
		    (strcmp(rule->who, "*") == 0 || strcmp(rule->who, who) == 0))
			return true;
	}
	return false;
}
