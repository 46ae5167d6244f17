/* fail_files.c: for LD_PRELOAD: the k-th call that changes a regular file fails, or the process is killed in it.
 *
 *   APMCT_FAULT=k          its number, from 1; none: nothing fails
 *   APMCT_FAULT_KIND=once  that call alone fails (default); from: every call from there on, as on a full disk;
 *                          kill: SIGKILL in it, of a write after half of its bytes
 *   APMCT_FAULT_LOG=FILE   the names of all calls, one a line
 *   APMCT_FAULT_NAMED=1    no file without a name (O_TMPFILE), as on many file systems
 *
 * Calls count in the order of the process; write, pwrite, ftruncate, fallocate fail as on a full disk, the others as
 * on a broken one.  System calls are made directly: nothing here calls what it stands for. */
#undef _FORTIFY_SOURCE /* it has functions of these names of its own */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long calls;

static void log_call(const char *name) {
    const char *path = getenv("APMCT_FAULT_LOG");
    char line[64];
    int file;

    if (!path) return;
    file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    snprintf(line, sizeof line, "%s\n", name);
    syscall(SYS_write, file, line, strlen(line));
    syscall(SYS_close, file);
}

static int is_kind(const char *kind) {
    const char *wanted = getenv("APMCT_FAULT_KIND");

    return strcmp(wanted ? wanted : "once", kind) == 0;
}

/* Whether this call is the one. */
static int is_due(const char *name) {
    const char *wanted = getenv("APMCT_FAULT");
    const long number = wanted ? atol(wanted) : 0, now = atomic_fetch_add(&calls, 1) + 1;

    log_call(name);
    return number > 0 && (now == number || (now > number && is_kind("from")));
}

static int fails(const char *name, int with) {
    if (!is_due(name)) return 0;
    if (is_kind("kill")) raise(SIGKILL);
    errno = with;
    return 1;
}

static int is_regular(int file) {
    struct stat info;

    return fstat(file, &info) == 0 && S_ISREG(info.st_mode);
}

/* Files that are only read are closed without a chance of failure. */
static int counts(int file) {
    return is_regular(file) && (fcntl(file, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

ssize_t write(int file, const void *data, size_t size) {
    if (counts(file) && is_due("write")) {
        if (is_kind("kill")) {
            syscall(SYS_write, file, data, size / 2);
            raise(SIGKILL);
        }
        errno = ENOSPC;
        return -1;
    }
    return (ssize_t)syscall(SYS_write, file, data, size);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at) {
    if (counts(file) && is_due("pwrite")) {
        if (is_kind("kill")) {
            syscall(SYS_pwrite64, file, data, size / 2, at);
            raise(SIGKILL);
        }
        errno = ENOSPC;
        return -1;
    }
    return (ssize_t)syscall(SYS_pwrite64, file, data, size, at);
}

int ftruncate(int file, off_t size) {
    return counts(file) && fails("ftruncate", ENOSPC) ? -1 : (int)syscall(SYS_ftruncate, file, size);
}

int fallocate(int file, int mode, off_t at, off_t size) {
    return counts(file) && fails("fallocate", ENOSPC) ? -1 : (int)syscall(SYS_fallocate, file, mode, at, size);
}

/* Nothing is synced, which would take most of the time of a test: no power fails here. */
int fsync(int file) {
    return is_regular(file) && fails("fsync", EIO) ? -1 : 0;
}

int fdatasync(int file) {
    return is_regular(file) && fails("fdatasync", EIO) ? -1 : 0;
}

/* As Linux does it: the file is closed in any case. */
int close(int file) {
    const int failed = counts(file) && fails("close", EIO), why = errno, done = (int)syscall(SYS_close, file);

    if (!failed) return done;
    errno = why;
    return -1;
}

int rename(const char *from, const char *to) {
    return fails("rename", EIO) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    return fails("linkat", EIO) ? -1 : (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
}

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    va_list more;

    if ((flags & O_TMPFILE) == O_TMPFILE && getenv("APMCT_FAULT_NAMED")) {
        errno = EOPNOTSUPP;
        return -1;
    }
    va_start(more, flags);
    if (flags & (O_CREAT | O_TMPFILE)) mode = va_arg(more, mode_t);
    va_end(more);
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* What programs call that were built for large files. */
ssize_t pwrite64(int file, const void *data, size_t size, off_t at) __attribute__((alias("pwrite")));
int ftruncate64(int file, off_t size) __attribute__((alias("ftruncate")));
int fallocate64(int file, int mode, off_t at, off_t size) __attribute__((alias("fallocate")));
int open64(const char *path, int flags, ...) __attribute__((alias("open")));
