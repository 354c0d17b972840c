/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intrusive doubly linked list with a sentinel. An unlinked node points to itself, so unlinking
 * twice is harmless and membership can be asked of the node.
 */
#pragma once

#include <stddef.h>

struct list {
	struct list *next, *prev;
};

static inline void list_init(struct list *node)
{
	node->next = node;
	node->prev = node;
}

static inline bool list_is_empty(const struct list *node)
{
	return node->next == node;
}

static inline bool list_is_linked(const struct list *node)
{
	return node->next != node;
}

static inline void list_append(struct list *head, struct list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

static inline void list_prepend(struct list *head, struct list *node)
{
	node->next = head->next;
	node->prev = head;
	head->next->prev = node;
	head->next = node;
}

static inline void list_remove(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

/* First node, or null. */
static inline struct list *list_first(struct list *head)
{
	return head->next == head ? nullptr : head->next;
}

static inline struct list *list_take_first(struct list *head)
{
	struct list *node = list_first(head);

	if (node)
		list_remove(node);
	return node;
}

#define list_each(node, head)                                                                      \
	for (struct list *node = (head)->next; node != (head); node = node->next)
