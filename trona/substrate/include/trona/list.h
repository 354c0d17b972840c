/* SPDX-License-Identifier: BSD-2-Clause */
/* Intrusive doubly linked list. A head is initialised by list_init(); a node that is in no list may be too. */
#pragma once

#include <stddef.h>

struct list {
	struct list *next;
	struct list *prev;
};

#define list_entry(node, type, member) ((type *)((char *)(node) - offsetof(type, member)))

static inline void list_init(struct list *list)
{
	list->next = list->prev = list;
}

static inline bool list_is_empty(const struct list *list)
{
	return list->next == list;
}

static inline void list_insert_before(struct list *at, struct list *node)
{
	node->next = at;
	node->prev = at->prev;
	at->prev->next = node;
	at->prev = node;
}

static inline void list_append(struct list *head, struct list *node)
{
	list_insert_before(head, node);
}

static inline void list_prepend(struct list *head, struct list *node)
{
	list_insert_before(head->next, node);
}

/* The node is initialised afterwards, so removing twice does no harm. */
static inline void list_remove(struct list *node)
{
	node->next->prev = node->prev;
	node->prev->next = node->next;
	list_init(node);
}

/* Null when empty. */
static inline struct list *list_first(const struct list *head)
{
	return list_is_empty(head) ? nullptr : head->next;
}

static inline struct list *list_take_first(struct list *head)
{
	struct list *node = list_first(head);

	if (node != nullptr)
		list_remove(node);
	return node;
}

#define list_for_each(node, head) for (struct list *node = (head)->next; node != (head); node = node->next)
/* The body may remove `node`. */
#define list_for_each_safe(node, after, head) \
	for (struct list *node = (head)->next, *after = node->next; node != (head); node = after, after = node->next)
