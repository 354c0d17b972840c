/* SPDX-License-Identifier: BSD-2-Clause */
/* For assembly: \op (stp or ldp) of the registers \letter 0 to 29, each \size bytes, at \base. */
#pragma once

	.altmacro
	.macro pair op, letter, n, next, base, size
	\op \letter\n, \letter\next, [\base, #\size * \n]
	.endm

	.macro all_pairs op, letter, base, size
	.irp n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28
	pair \op, \letter, \n, %(\n + 1), \base, \size
	.endr
	.endm
