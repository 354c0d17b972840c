/* SPDX-License-Identifier: BSD-2-Clause */
/* The methods of protocol objsrv; see calls.h. */
#include "calls.h"

#include "block.h"
#include "frames.h"
#include "kn/untyped.h"
#include "trona/heap.h"
#include "trona/slots.h"
#include "trona/start.h"
#include "uapi/object_size.h"
#include "uapi/object_type.h"

#define OBJECT_KINDS 16

kn_cap calls_endpoint;

/* log2 of the bytes that an object takes; 0: not to be had here. */
static unsigned object_bits(uint8_t type, uint8_t size_bits)
{
	static const uint8_t fixed[OBJECT_KINDS] = {
	    [KN_TYPE_TCB] = KN_OBJECT_BITS_TCB,
	    [KN_TYPE_SCHED_CONTEXT] = KN_OBJECT_BITS_SCHED_CONTEXT,
	    [KN_TYPE_ENDPOINT] = KN_OBJECT_BITS_ENDPOINT,
	    [KN_TYPE_REPLY] = KN_OBJECT_BITS_REPLY,
	    [KN_TYPE_NOTIFICATION] = KN_OBJECT_BITS_NOTIFICATION,
	    [KN_TYPE_MEMORY_OBJECT] = KN_OBJECT_BITS_MEMORY_OBJECT,
	    [KN_TYPE_VSPACE] = KN_OBJECT_BITS_VSPACE,
	    [KN_TYPE_POOL] = KN_OBJECT_BITS_POOL,
	    [KN_TYPE_IRQ_HANDLER] = KN_OBJECT_BITS_IRQ_HANDLER,
	    [KN_TYPE_IO_PORT] = KN_OBJECT_BITS_IO_PORT,
	    [KN_TYPE_TIMER] = KN_OBJECT_BITS_TIMER,
	};

	if (type == KN_TYPE_CNODE)
		return size_bits < KN_CNODE_BITS_MIN || size_bits > KN_CNODE_BITS_MAX ? 0 : size_bits + KN_SLOT_BITS;
	return type < OBJECT_KINDS && size_bits == 0 ? fixed[type] : 0;
}

kn_status calls_make_object(struct account *account, uint8_t type, uint8_t size_bits, uint64_t *handle, kn_cap slot)
{
	unsigned bits = object_bits(type, size_bits);
	struct block *block;

	if (bits == 0)
		return KN_E_INVALID_ARG;
	kn_status status = account_take(account, bits, &block);
	if (status != KN_OK)
		return status;
	status = kn_untyped_retype(block->slot, type, size_bits, slot >> 32 ? slot >> 32 : KN_SLOT_CSPACE, (uint32_t)slot, 1);
	if (status != KN_OK) {
		account_give(block);
		return status;
	}
	*handle = block_handle(block);
	return KN_OK;
}

static kn_status on_alloc(struct server_call *call, uint8_t type, uint8_t size_bits, uint64_t *handle, kn_cap *object)
{
	struct account *account = account_by_badge(call->badge);

	if (!account)
		return KN_E_NOT_FOUND;
	kn_status status = slot_alloc(object);
	if (status != KN_OK)
		return status;
	status = calls_make_object(account, type, size_bits, handle, *object);
	if (status != KN_OK)
		slot_free(*object);
	return status;
}

/* The block behind a handle, if it is the caller's. */
static struct block *own_block(const struct server_call *call, uint64_t handle)
{
	struct block *block = block_by_handle(handle);

	return block && !block->is_released && block->account == account_by_badge(call->badge) ? block : nullptr;
}

static kn_status on_free(struct server_call *call, uint64_t handle)
{
	struct block *block = own_block(call, handle);

	if (!block)
		return KN_E_NOT_FOUND;
	account_give(block);
	return KN_OK;
}

static kn_status on_release(struct server_call *call, uint64_t handle)
{
	struct block *block = own_block(call, handle);

	if (!block)
		return KN_E_NOT_FOUND;
	account_pass_on(block);
	block_release(block);
	return KN_OK;
}

static kn_status on_account_create(struct server_call *call, uint64_t quota, uint64_t *id, kn_cap *capability)
{
	struct account *parent = account_by_badge(call->badge), *account;

	if (!parent)
		return KN_E_NOT_FOUND;
	kn_status status = slot_alloc(capability);
	if (status != KN_OK)
		return status;
	status = account_create(parent, quota, &account);
	if (status != KN_OK)
		goto fail_slot;
	status = slot_mint(*capability, calls_endpoint, SLOT_CLIENT_RIGHTS, account_badge(account));
	if (status != KN_OK)
		goto fail_account;
	*id = account_badge(account);
	return KN_OK;
fail_account:
	account_destroy(account);
fail_slot:
	slot_free(*capability);
	return status;
}

static kn_status on_account_destroy(struct server_call *call, uint64_t id)
{
	struct account *account = account_by_badge(id);

	if (!account || !account->parent || account->parent != account_by_badge(call->badge))
		return KN_E_NOT_FOUND;
	account_destroy(account);
	return KN_OK;
}

static kn_status on_info(struct server_call *call, struct objsrv_account_info *info)
{
	const struct account *account = account_by_badge(call->badge);

	if (!account)
		return KN_E_NOT_FOUND;
	*info = (struct objsrv_account_info){.quota = account->quota, .used = account->used, .objects = account->objects};
	return KN_OK;
}

static kn_status on_untyped(struct server_call *call, uint8_t size_bits, uint64_t *handle, kn_cap *untyped)
{
	struct account *account = account_by_badge(call->badge);
	struct block *block;

	if (!account)
		return KN_E_NOT_FOUND;
	if (size_bits < KN_PAGE_SHIFT || size_bits > BLOCK_BITS_MAX - 1)
		return KN_E_INVALID_ARG;
	kn_status status = slot_alloc(untyped);
	if (status != KN_OK)
		return status;
	status = account_take(account, size_bits, &block);
	if (status != KN_OK)
		goto fail_slot;
	/* The client gets an untyped of its own below the block's, so that the block can be revoked. */
	status = kn_untyped_retype(block->slot, KN_TYPE_UNTYPED, size_bits, *untyped >> 32 ? *untyped >> 32 : KN_SLOT_CSPACE,
	    (uint32_t)*untyped, 1);
	if (status != KN_OK)
		goto fail_block;
	*handle = block_handle(block);
	return KN_OK;
fail_block:
	account_give(block);
fail_slot:
	slot_free(*untyped);
	return status;
}

static kn_status on_available(struct server_call *call, uint64_t *bytes, uint64_t *total)
{
	*bytes = blocks_free_bytes();
	*total = blocks_total_bytes();
	return KN_OK;
}

static kn_status on_usage(struct server_call *call, struct objsrv_object_usage *usage)
{
	const struct account *root = account_by_badge(KN_BADGE_UNIT);
	const struct server_reserve reserve = server_reserve();

	(void)call;
	blocks_collect(UINT32_MAX);
	*usage = (struct objsrv_object_usage){
	    .slots = slots_in_use() - blocks_idle_slots() - reserve.slots - frames_count(),
	    .heap = heap_in_use() - blocks_heap() - accounts_heap(),
	    .objects = root->objects - reserve.objects,
	    .accounts = accounts_count(),
	    .free = blocks_free_bytes() + reserve.bytes + frames_bytes(),
	    .total = blocks_total_bytes(),
	};
	return KN_OK;
}

const struct objsrv_ops objsrv_methods = {
    .alloc = on_alloc,
    .free = on_free,
    .release = on_release,
    .account_create = on_account_create,
    .account_destroy = on_account_destroy,
    .info = on_info,
    .untyped = on_untyped,
    .available = on_available,
    .usage = on_usage,
};
