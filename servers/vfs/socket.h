/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AF_UNIX stream sockets. A connection is two pipes crossed; a descriptor that is passed travels with the stream position at which it was
 * sent, and its description is held meanwhile. Reading stops at such a position, so that it comes with the bytes it was sent with.
 *
 * connect() succeeds at once when the listener's backlog has room (as on Linux): the server's half exists from then on and waits
 * in the backlog for accept().
 */
#pragma once

#include "credentials.h"
#include "description.h"
#include "names.h"

extern const struct description_class socket_class;
/* A send ended before its first byte: the descriptor that it may have brought stays with the sender. */
void socket_send_failed(struct description *description);

[[nodiscard]] kn_status socket_create(uint32_t flags, const struct credentials *who, struct description **made);
[[nodiscard]] kn_status socket_pair(uint32_t flags, const struct credentials *who, struct description *ends[2]);
[[nodiscard]] kn_status socket_bind(
    struct description *description, struct name_at at, const struct credentials *who, uint32_t mode);
[[nodiscard]] kn_status socket_listen(struct description *description, uint32_t backlog);
[[nodiscard]] kn_status socket_accept(
    struct description *description, uint32_t flags, struct server_call *call, struct description **connection);
[[nodiscard]] kn_status socket_connect(
    struct description *description, struct name_at at, const struct credentials *who, struct server_call *call);
[[nodiscard]] kn_status socket_shutdown(struct description *description, uint32_t how);
[[nodiscard]] kn_status socket_peer(struct description *description, uint32_t *pid, uint32_t *uid, uint32_t *gid);
[[nodiscard]] kn_status socket_name(
    struct description *description, bool peer, char *path, size_t capacity, size_t *length);
/* `passed` null: none. */
[[nodiscard]] kn_status socket_send(
    struct description *description, struct description *passed, struct transfer *transfer);
/* *passed: the descriptor at this point of the stream, still held (description_let_go() once it is given on), or null. */
[[nodiscard]] kn_status socket_receive(
    struct description *description, bool is_peek, struct transfer *transfer, struct description **passed);
