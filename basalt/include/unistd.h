/* SPDX-License-Identifier: BSD-2-Clause */
/* The system calls of POSIX, one function each. */
#pragma once

#include <sys/cdefs.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#define _UNISTD_H_
#define _SYS_UNISTD_H

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif
#define SEEK_DATA 3
#define SEEK_HOLE 4
#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4
#define F_ULOCK 0
#define F_LOCK 1
#define F_TLOCK 2
#define F_TEST 3
#ifndef L_SET
#define L_SET 0
#define L_INCR 1
#define L_XTND 2
#endif

#define _POSIX_VERSION 202405L
#define _POSIX2_VERSION 202405L
#define _XOPEN_VERSION 700
#undef _POSIX_JOB_CONTROL
#undef _POSIX_SAVED_IDS
#undef _POSIX_THREADS
#undef _POSIX_MONOTONIC_CLOCK
#undef _POSIX_TIMERS
#undef _POSIX_REALTIME_SIGNALS
#undef _POSIX_SEMAPHORES
#undef _POSIX_SPAWN
#undef _POSIX_SHELL
#undef _POSIX_REGEXP
#undef _POSIX_MAPPED_FILES
#undef _POSIX_MEMORY_PROTECTION
#undef _POSIX_FSYNC
#undef _POSIX_IPV6
#undef _POSIX_CLOCK_SELECTION
#undef _POSIX_TIMEOUTS
#undef _POSIX_BARRIERS
#undef _POSIX_READER_WRITER_LOCKS
#undef _POSIX_SPIN_LOCKS
#undef _POSIX_THREAD_ATTR_STACKSIZE
#undef _POSIX_THREAD_ATTR_STACKADDR
#undef _POSIX_THREAD_SAFE_FUNCTIONS
#undef _POSIX_SHARED_MEMORY_OBJECTS
#undef _POSIX_CHOWN_RESTRICTED
#undef _POSIX_NO_TRUNC
#undef _POSIX_VDISABLE
#undef _POSIX_ASYNCHRONOUS_IO
#undef _POSIX_MESSAGE_PASSING
#undef _POSIX_PRIORITY_SCHEDULING
#define _POSIX_JOB_CONTROL 1
#define _POSIX_SAVED_IDS 1
#define _POSIX_THREADS 202405L
#define _POSIX_THREAD_SAFE_FUNCTIONS 202405L
#define _POSIX_THREAD_ATTR_STACKSIZE 202405L
#define _POSIX_THREAD_ATTR_STACKADDR 202405L
#define _POSIX_MONOTONIC_CLOCK 202405L
#define _POSIX_CLOCK_SELECTION 202405L
#define _POSIX_TIMEOUTS 202405L
#define _POSIX_REALTIME_SIGNALS 202405L
#define _POSIX_SEMAPHORES 202405L
#define _POSIX_BARRIERS 202405L
#define _POSIX_READER_WRITER_LOCKS 202405L
#define _POSIX_SPIN_LOCKS 202405L
#define _POSIX_SPAWN 202405L
#define _POSIX_SHELL 1
#define _POSIX_REGEXP 1
#define _POSIX_MAPPED_FILES 202405L
#define _POSIX_MEMORY_PROTECTION 202405L
#define _POSIX_SHARED_MEMORY_OBJECTS 202405L
#define _POSIX_FSYNC 202405L
#define _POSIX_CHOWN_RESTRICTED 1
#define _POSIX_NO_TRUNC 1
#define _POSIX_VDISABLE 0
#define _POSIX_TIMERS (-1)
#define _POSIX_ASYNCHRONOUS_IO (-1)
#define _POSIX_MESSAGE_PASSING (-1)
#define _POSIX_PRIORITY_SCHEDULING (-1)
#define _POSIX_IPV6 (-1)
#define _POSIX_V7_LP64_OFF64 1
#define _XOPEN_UNIX (-1)

enum {
	_SC_ARG_MAX, _SC_CHILD_MAX, _SC_CLK_TCK, _SC_NGROUPS_MAX, _SC_OPEN_MAX, _SC_STREAM_MAX, _SC_TZNAME_MAX,
	_SC_JOB_CONTROL, _SC_SAVED_IDS, _SC_REALTIME_SIGNALS, _SC_PRIORITY_SCHEDULING, _SC_TIMERS,
	_SC_ASYNCHRONOUS_IO, _SC_FSYNC, _SC_MAPPED_FILES, _SC_MEMLOCK, _SC_MEMORY_PROTECTION, _SC_MESSAGE_PASSING,
	_SC_SEMAPHORES, _SC_SHARED_MEMORY_OBJECTS, _SC_VERSION, _SC_PAGESIZE, _SC_RTSIG_MAX, _SC_SEM_NSEMS_MAX,
	_SC_SEM_VALUE_MAX, _SC_SIGQUEUE_MAX, _SC_TIMER_MAX, _SC_BC_BASE_MAX, _SC_BC_DIM_MAX, _SC_BC_SCALE_MAX,
	_SC_BC_STRING_MAX, _SC_COLL_WEIGHTS_MAX, _SC_EXPR_NEST_MAX, _SC_LINE_MAX, _SC_RE_DUP_MAX, _SC_2_VERSION,
	_SC_2_C_BIND, _SC_2_C_DEV, _SC_2_FORT_DEV, _SC_2_SW_DEV, _SC_2_LOCALEDEF, _SC_IOV_MAX, _SC_THREADS,
	_SC_THREAD_SAFE_FUNCTIONS, _SC_GETGR_R_SIZE_MAX, _SC_GETPW_R_SIZE_MAX, _SC_LOGIN_NAME_MAX, _SC_TTY_NAME_MAX,
	_SC_THREAD_DESTRUCTOR_ITERATIONS, _SC_THREAD_KEYS_MAX, _SC_THREAD_STACK_MIN, _SC_THREAD_THREADS_MAX,
	_SC_THREAD_ATTR_STACKADDR, _SC_THREAD_ATTR_STACKSIZE, _SC_NPROCESSORS_CONF, _SC_NPROCESSORS_ONLN,
	_SC_PHYS_PAGES, _SC_AVPHYS_PAGES, _SC_ATEXIT_MAX, _SC_XOPEN_VERSION, _SC_MONOTONIC_CLOCK, _SC_HOST_NAME_MAX,
	_SC_SYMLOOP_MAX, _SC_BARRIERS, _SC_READER_WRITER_LOCKS, _SC_SPIN_LOCKS, _SC_REGEXP, _SC_SHELL, _SC_SPAWN,
	_SC_CLOCK_SELECTION, _SC_TIMEOUTS, _SC_NZERO, _SC_DELAYTIMER_MAX, _SC_AIO_MAX, _SC_MQ_OPEN_MAX,
	_SC_LEVEL1_DCACHE_LINESIZE, _SC_IPV6, _SC_2_CHAR_TERM, _SC_2_UPE, _SC_THREAD_PROCESS_SHARED,
	_SC_THREAD_PRIORITY_SCHEDULING, _SC_THREAD_CPUTIME, _SC_CPUTIME, _SC_MINSIGSTKSZ,
	_SC_SIGSTKSZ,
};
#define _SC_PAGE_SIZE _SC_PAGESIZE
enum {
	_PC_LINK_MAX, _PC_MAX_CANON, _PC_MAX_INPUT, _PC_NAME_MAX, _PC_PATH_MAX, _PC_PIPE_BUF, _PC_CHOWN_RESTRICTED,
	_PC_NO_TRUNC, _PC_VDISABLE, _PC_SYNC_IO, _PC_ASYNC_IO, _PC_PRIO_IO, _PC_FILESIZEBITS, _PC_REC_INCR_XFER_SIZE,
	_PC_REC_MAX_XFER_SIZE, _PC_REC_MIN_XFER_SIZE, _PC_REC_XFER_ALIGN, _PC_ALLOC_SIZE_MIN, _PC_SYMLINK_MAX,
	_PC_2_SYMLINKS,
};
enum { _CS_PATH, _CS_GNU_LIBC_VERSION, _CS_GNU_LIBPTHREAD_VERSION, _CS_POSIX_V7_WIDTH_RESTRICTED_ENVS, _CS_V7_ENV };

_BEGIN_STD_C
extern char **environ;
extern char *optarg;
extern int optind, opterr, optopt;

void _exit(int) __attribute__((__noreturn__));
int access(const char *, int);
int faccessat(int, const char *, int, int);
int eaccess(const char *, int);
int euidaccess(const char *, int);
unsigned alarm(unsigned);
unsigned ualarm(unsigned, unsigned);
int brk(void *);
void *sbrk(intptr_t);
int chdir(const char *);
int fchdir(int);
int chroot(const char *);
int chown(const char *, uid_t, gid_t);
int fchown(int, uid_t, gid_t);
int lchown(const char *, uid_t, gid_t);
int fchownat(int, const char *, uid_t, gid_t, int);
int close(int);
int close_range(unsigned, unsigned, int);
void closefrom(int);
size_t confstr(int, char *, size_t);
int daemon(int, int);
int dup(int);
int dup2(int, int);
int dup3(int, int, int);
int execl(const char *, const char *, ...);
int execle(const char *, const char *, ...);
int execlp(const char *, const char *, ...);
int execv(const char *, char *const[]);
int execve(const char *, char *const[], char *const[]);
int execvp(const char *, char *const[]);
int execvpe(const char *, char *const[], char *const[]);
int fexecve(int, char *const[], char *const[]);
pid_t fork(void);
pid_t _Fork(void);
pid_t vfork(void);
long fpathconf(int, int);
long pathconf(const char *, int);
long sysconf(int);
int fsync(int);
int fdatasync(int);
void sync(void);
int syncfs(int);
int ftruncate(int, off_t);
int truncate(const char *, off_t);
char *getcwd(char *, size_t);
char *getwd(char *);
char *get_current_dir_name(void);
int getdtablesize(void);
int getentropy(void *, size_t);
gid_t getegid(void);
uid_t geteuid(void);
gid_t getgid(void);
uid_t getuid(void);
int getgroups(int, gid_t[]);
int setgroups(size_t, const gid_t *);
int getresuid(uid_t *, uid_t *, uid_t *);
int getresgid(gid_t *, gid_t *, gid_t *);
int setresuid(uid_t, uid_t, uid_t);
int setresgid(gid_t, gid_t, gid_t);
int setuid(uid_t);
int seteuid(uid_t);
int setgid(gid_t);
int setegid(gid_t);
int setreuid(uid_t, uid_t);
int setregid(gid_t, gid_t);
int issetugid(void);
int gethostname(char *, size_t);
int sethostname(const char *, size_t);
int getdomainname(char *, size_t);
long gethostid(void);
char *getlogin(void);
int getlogin_r(char *, size_t);
int getopt(int, char *const[], const char *);
int getpagesize(void);
char *getpass(const char *);
pid_t getpid(void);
pid_t getppid(void);
pid_t getpgid(pid_t);
pid_t getpgrp(void);
pid_t getsid(pid_t);
pid_t gettid(void);
int setpgid(pid_t, pid_t);
int setpgrp(void);
pid_t setsid(void);
int isatty(int);
int link(const char *, const char *);
int linkat(int, const char *, int, const char *, int);
int lockf(int, int, off_t);
off_t lseek(int, off_t, int);
int nice(int);
int pause(void);
int pipe(int[2]);
int pipe2(int[2], int);
ssize_t pread(int, void *, size_t, off_t);
ssize_t pwrite(int, const void *, size_t, off_t);
ssize_t read(int, void *, size_t);
ssize_t write(int, const void *, size_t);
ssize_t readlink(const char *__restrict, char *__restrict, size_t);
ssize_t readlinkat(int, const char *__restrict, char *__restrict, size_t);
int rmdir(const char *);
unsigned sleep(unsigned);
int usleep(useconds_t);
int symlink(const char *, const char *);
int symlinkat(const char *, int, const char *);
pid_t tcgetpgrp(int);
int tcsetpgrp(int, pid_t);
char *ttyname(int);
int ttyname_r(int, char *, size_t);
int unlink(const char *);
int unlinkat(int, const char *, int);
char *crypt(const char *, const char *);
void swab(const void *__restrict, void *__restrict, ssize_t);
void explicit_bzero(void *, size_t);
_END_STD_C
