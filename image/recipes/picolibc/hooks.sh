# SPDX-License-Identifier: BSD-2-Clause
# Leave out of libc.a what belongs to bare metal (interrupt tables, thread-area set-up, sbrk) and
# what basalt supplies itself (the allocator is mallocng; locks and signals are the system's), so
# that nobody gets the wrong one by link order. A name that is not there any more stops the build.
post_install()
{
	case $arch in
	x86_64) bare='x86_interrupt.S x86_interrupt.c x86_tcb.S x86_tls.c' ;;
	aarch64) bare='aarch64_interrupt.c aarch64_tls.c' ;;
	esac
	alloc='nano-malloc nano-calloc nano-free nano-realloc nano-memalign nano-posix-memalign
		nano-valloc nano-pvalloc nano-malloc-stats nano-malloc-usable-size aligned_alloc'
	system='picosbrk inittls getauxval stdlib_system signal_signal misc_lock'
	lib=$dest/usr/lib/libc.a
	members=$(llvm-ar-19 t "$lib")
	for name in $bare $(printf '%s.c ' $alloc $system); do
		member=$(printf '%s\n' "$members" | grep -E "(^|_)$name\.o\$") || {
			echo "libc.a has no member $name"
			exit 1
		}
		llvm-ar-19 d "$lib" "$member"
	done
	rm -f "$dest"/usr/lib/libnosys.a "$dest"/usr/lib/*.specs
}
