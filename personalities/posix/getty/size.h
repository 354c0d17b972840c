/* SPDX-License-Identifier: BSD-2-Clause */
/* How large is the terminal at the other end of a serial line? It knows, and is asked by escape sequences. */
#pragma once

/* Asks the terminal on stdin and stdout and sets the window size. 0: no answer within a moment, it may still come as if typed. */
int terminal_ask_size(void);
/* If `text` begins with such an answer: sets the window size and tells what follows; else `text`. */
const char *terminal_take_size(const char *text);
