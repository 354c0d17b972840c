# SPDX-License-Identifier: BSD-2-Clause
# Leave out of libc.a what belongs to bare metal (interrupt tables, thread-area set-up, sbrk) and
# what others supply: the allocator (mallocng), the streams (stdio), regular
# expressions (regex), the environment's changes, locks, signals and whatever depends on the system's
# constants (basalt). Nobody then gets the wrong one by link order, and what
# is missing is a link error. A name that is not there any more stops the build.
post_install()
{
	lib=$dest/usr/lib/libc.a
	members=$(llvm-ar-19 t "$lib")
	case $arch in
	x86_64) bare='x86_interrupt.S x86_interrupt.c x86_tcb.S x86_tls.c' ;;
	aarch64) bare='aarch64_interrupt.c aarch64_interrupt_vector.S aarch64_tls.c' ;;
	esac
	alloc='nano-malloc nano-calloc nano-free nano-realloc nano-memalign nano-posix-memalign
		nano-valloc nano-pvalloc nano-malloc-stats nano-malloc-usable-size nano-mallinfo
		nano-mallopt aligned_alloc'
	system='picosbrk inittls getauxval stdlib_system stdlib_setenv stdlib_putenv signal_signal signal_psignal sig2str
		strsignal misc_lock fpathconf pathconf'
	expressions='regcomp regerror regexec regfree'
	streams='bufio clearerr fclose fdevopen fdopen feof ferror fflush fgetc fgetpos fgets fgetwc
		fgetws fileno filestrget filestrput filestrputalloc filewstrget flockfile
		flockfile_init fmemopen fopen fputc fputs fputwc fputws fread freopen fseek fseeko
		fsetpos ftell ftello ftrylockfile funlockfile funopen fwide fwrite getchar getdelim
		getline gets getwchar mktemp perror posixiob_stderr posixiob_stdin posixiob_stdout
		putchar puts putwchar remove rewind setbuf setbuffer setlinebuf setvbuf sflags tmpfile
		tmpnam ungetc ungetwc gcvt gcvtf gcvtl strfromd strfromf strfroml'
	# What no library here has, or others supply.
	headers='stdio.h stdio-bufio.h regex.h malloc.h wordexp.h ieeefp.h regdef.h picotls.h rpc sys/auxv.h sys/custom_file.h
		sys/iconvnls.h sys/timeb.h sys/timespec.h devctl.h _syslist.h unctrl.h'
	formats=$(printf '%s\n' "$members" | sed -n 's/^libc_tinystdio_\(.*\(printf\|scanf\).*\)\.c\.o$/\1/p')
	for name in $bare $(printf '%s.c ' $alloc $system $expressions) \
		$(printf 'tinystdio_%s.c ' $streams $formats); do
		member=$(printf '%s\n' "$members" | grep -E "(^|_)$name\.o\$") || {
			echo "error: libc.a has no member $name"
			exit 1
		}
		llvm-ar-19 d "$lib" $member
	done
	rm -f "$dest"/usr/lib/libnosys.a "$dest"/usr/lib/*.specs "$dest"/usr/lib/*.ld
	for name in $headers; do
		rm -r "$dest/usr/include/$name"
	done
}
