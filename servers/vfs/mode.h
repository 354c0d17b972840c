/* SPDX-License-Identifier: BSD-2-Clause */
/* The bits of file_stat.mode (POSIX values, part of the file protocol) and of access requests. */
#pragma once

#define MODE_TYPE 0170000u
#define MODE_SOCKET 0140000u
#define MODE_LINK 0120000u
#define MODE_REGULAR 0100000u
#define MODE_BLOCK 0060000u
#define MODE_DIRECTORY 0040000u
#define MODE_CHARACTER 0020000u
#define MODE_FIFO 0010000u

#define MODE_SET_UID 04000u
#define MODE_SET_GID 02000u
#define MODE_STICKY 01000u
#define MODE_PERMISSIONS 07777u

/* What permission() is asked for; POSIX R_OK, W_OK, X_OK. */
#define MAY_READ 4u
#define MAY_WRITE 2u
#define MAY_EXECUTE 1u
