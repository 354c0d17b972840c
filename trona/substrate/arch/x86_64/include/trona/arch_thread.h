/* SPDX-License-Identifier: BSD-2-Clause */
/* x86_64: FS base points to struct kn_thread itself (ELF TLS variant II lies below it). */
#pragma once

#define KN_THREAD_POINTER_OFFSET 0
