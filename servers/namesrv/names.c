/* SPDX-License-Identifier: BSD-2-Clause */
/* names.h: a sorted array of pointers; names are few, looked up often and listed in order. */
#include "names.h"

#include "trona/array.h"
#include "trona/string.h"
#include "uapi/error.h"

#define NAMES_MAX 4096

static struct name **names;
static size_t capacity, count;

kn_status names_check(const void *bytes, size_t size, char *text)
{
	if (size > NAMESRV_NAME_MAX)
		return KN_E_NAME_TOO_LONG;
	for (size_t i = 0; i < size; i++) {
		char c = ((const char *)bytes)[i];

		if (c < '!' || c > '~')
			return KN_E_INVALID_ARG;
		text[i] = c;
	}
	text[size] = '\0';
	return size == 0 ? KN_E_INVALID_ARG : KN_OK;
}

/* Index of the first name not below `text`. */
static size_t position(const char *text)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(names[middle]->text, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct name *names_find(const char *text)
{
	size_t at = position(text);

	return at < count && strcmp(names[at]->text, text) == 0 ? names[at] : nullptr;
}

kn_status names_get(const char *text, struct name **result)
{
	struct name *name = names_find(text);
	size_t at = position(text);

	if (name != nullptr) {
		*result = name;
		return KN_OK;
	}
	if (count == NAMES_MAX)
		return KN_E_QUOTA;
	if (!array_reserve(&names, &capacity, count + 1))
		return KN_E_NO_MEMORY;
	name = heap_calloc(1, sizeof(*name));
	if (name == nullptr)
		return KN_E_NO_MEMORY;
	memcpy(name->text, text, strlen(text) + 1);
	list_init(&name->waiters);
	memmove(&names[at + 1], &names[at], (count - at) * sizeof(names[0]));
	names[at] = name;
	count++;
	*result = name;
	return KN_OK;
}

void names_drop(struct name *name)
{
	if (name->endpoint != KN_CAP_NONE || !list_is_empty(&name->waiters))
		return;
	size_t at = position(name->text);

	count--;
	memmove(&names[at], &names[at + 1], (count - at) * sizeof(names[0]));
	heap_free(name);
}

struct name *names_behind(const char *text)
{
	size_t at = position(text);

	if (at < count && strcmp(names[at]->text, text) == 0)
		at++;
	return at < count ? names[at] : nullptr;
}
