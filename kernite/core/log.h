/* SPDX-License-Identifier: BSD-2-Clause */
/* The log's printf, for panic(); everybody else uses klog() (kernite/types.h). */
#pragma once

#include <stdarg.h>

void log_print(const char *format, va_list arguments);
