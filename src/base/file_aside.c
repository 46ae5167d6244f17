/* file_aside.c: files that appear under their name only when they are complete. */
#include "base/file_aside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/checksum.h"

/* What follows the name of the target in the name of a file aside: ".%08lx-%016llx.part". */
enum { MARK = 10, RANDOM = 16, SUFFIX = MARK + RANDOM + 5, BASE_MAX = NAME_MAX - SUFFIX };

enum { LINKS_MAX = 40, ATTEMPTS = 100 };

static mct_status cannot_write(mct_context *context, const char *path) {
    return mct_fail(context, MCT_FILE, "%.300s: cannot be written: %s", path, strerror(errno));
}

/* ---- the target --------------------------------------------------------------------------------------------- */

/* The folder of `path` into folder[PATH_MAX]. */
static void folder_of(const char *path, char *folder) {
    char copy[PATH_MAX];

    snprintf(copy, sizeof copy, "%s", path);
    snprintf(folder, PATH_MAX, "%s", dirname(copy));
}

/* The last part of `path`. */
static const char *base_of(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* As Linux does it with fs.protected_symlinks: in a folder like /tmp anybody could lead our result anywhere. */
static bool may_follow(const char *path, const struct stat *link) {
    char folder[PATH_MAX];
    struct stat info;

    folder_of(path, folder);
    if (stat(folder, &info) != 0) return false;
    if (!(info.st_mode & S_ISVTX) || !(info.st_mode & S_IWOTH)) return true;
    return link->st_uid == geteuid() || link->st_uid == info.st_uid;
}

/* Where the symbolic link `path` leads to, into path[PATH_MAX]; false and errno on failure. */
static bool follow(char *path) {
    char to[PATH_MAX], joined[2 * PATH_MAX], folder[PATH_MAX];
    const ssize_t length = readlink(path, to, sizeof to - 1);

    if (length < 0) return false;
    to[length] = '\0';
    folder_of(path, folder);
    snprintf(joined, sizeof joined, "%s%s%s", to[0] == '/' ? "" : folder, to[0] == '/' ? "" : "/", to);
    if (strlen(joined) >= PATH_MAX - 32) {
        errno = ENAMETOOLONG;
        return false;
    }
    snprintf(path, PATH_MAX, "%s", joined);
    return true;
}

mct_status mct_file_resolve(mct_context *context, const char *path, char *target) {
    struct stat info;

    if (path[0] == '\0' || strlen(path) >= PATH_MAX - 32) {
        return mct_fail(context, MCT_FILE, "%.300s: cannot be written: no name of a file", path);
    }
    snprintf(target, PATH_MAX, "%s", path);
    for (int links = 0; lstat(target, &info) == 0; links++) {
        if (S_ISREG(info.st_mode)) return MCT_OK;
        if (!S_ISLNK(info.st_mode)) {
            return mct_fail(context, MCT_FILE, "%.300s: cannot be written: it is a %s", path,
                            S_ISDIR(info.st_mode) ? "folder" : "device or pipe, a result needs a plain file");
        }
        if (!may_follow(target, &info)) {
            return mct_fail(context, MCT_FILE, "%.300s: cannot be written: it is a symbolic link of another user",
                            path);
        }
        if (links == LINKS_MAX) errno = ELOOP;
        if (links == LINKS_MAX || !follow(target)) return cannot_write(context, path);
    }
    return errno == ENOENT && *base_of(target) ? MCT_OK : cannot_write(context, path);
}

/* ---- leftovers of dead processes ------------------------------------------------------------------------------ */

bool mct_file_lock(int file, int operation) {
    int result;

    do result = flock(file, operation | LOCK_NB);
    while (result != 0 && errno == EINTR);
    return result == 0 || errno != EWOULDBLOCK;
}

bool mct_file_is_own(const struct stat *info) {
    return S_ISREG(info->st_mode) && info->st_uid == geteuid();
}

/* The machine and the namespace of its processes: some network file systems have locks that other machines do not
 * see. */
static unsigned long where_processes_are(void) {
    char text[1024] = "";
    size_t length;
    ssize_t more;

    (void)gethostname(text, sizeof text / 2);
    text[sizeof text / 2 - 1] = '\0';
    length = strlen(text);
    more = readlink("/proc/self/ns/pid", text + length, sizeof text - length);
    return mct_checksum(text, length + (more > 0 ? (size_t)more : 0), 0);
}

/* A random name beside `target`, so that nobody can have put something there before. */
static void make_part_name(const char *target, char *name) {
    const char *base = base_of(target);
    unsigned long long number;
    struct timespec now;

    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number) {
        clock_gettime(CLOCK_REALTIME, &now); /* unique is enough: the file is created with O_EXCL */
        number = (unsigned long long)now.tv_nsec << 32 ^ (unsigned long long)getpid();
    }
    snprintf(name, MCT_FILE_PART, "%.*s%.*s.%08lx-%016llx.part", (int)(base - target), target, BASE_MAX, base,
             where_processes_are(), number);
}

/* Whether `name` is one that make_part_name gives beside a target of this base; mark: ".%08lx-". */
static bool is_part_name(const char *name, const char *base, const char *mark) {
    const size_t length = strnlen(base, BASE_MAX);
    const char *suffix = name + length;

    return strncmp(name, base, length) == 0 && strlen(suffix) == SUFFIX && strncmp(suffix, mark, MARK) == 0 &&
           strspn(suffix + MARK, "0123456789abcdef") == RANDOM && strcmp(suffix + MARK + RANDOM, ".part") == 0;
}

/* Deletes `name`, unless it is not our own or its writer lives: it then has the lock. */
static void delete_if_dead(int folder, const char *name) {
    struct stat info, named;
    int file;

    if (fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) != 0 || !mct_file_is_own(&named)) return;
    file = openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return;
    if (flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &info) == 0 &&
        fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && mct_file_is_own(&named) &&
        named.st_ino == info.st_ino && named.st_dev == info.st_dev) {
        unlinkat(folder, name, 0);
    }
    close(file);
}

/* Deletes what runs that were killed have left beside `target`. */
static void delete_orphans(const char *target) {
    char folder[PATH_MAX], mark[32];
    const struct dirent *entry;
    DIR *directory;

    folder_of(target, folder);
    snprintf(mark, sizeof mark, ".%08lx-", where_processes_are());
    directory = opendir(folder);
    while (directory && (entry = readdir(directory)) != NULL) {
        if (is_part_name(entry->d_name, base_of(target), mark)) delete_if_dead(dirfd(directory), entry->d_name);
    }
    if (directory) closedir(directory);
}

/* ---- the file aside ------------------------------------------------------------------------------------------- */

/* The lock of a file aside is shared: delete_if_dead wants it alone, but HDF5 shares it when it reads a file that
 * has just got its name. */

/* Whoever may not read the file that is replaced may not read the new one while it is written. */
static mode_t mode_of(const char *target) {
    struct stat info;

    return lstat(target, &info) == 0 && S_ISREG(info.st_mode) ? (info.st_mode & 0777) | 0600 : 0666;
}

/* The new file gets owner, group and permissions of the one that it replaces, as far as we may; another group
 * gets no more than everybody. */
static void keep_permissions(const mct_file_aside *aside) {
    struct stat old, fresh;
    mode_t mode;

    if (lstat(aside->target, &old) != 0 || !S_ISREG(old.st_mode) || fstat(aside->file, &fresh) != 0) return;
    mode = old.st_mode & 0777;
    if ((old.st_uid != fresh.st_uid || old.st_gid != fresh.st_gid) &&
        fchown(aside->file, old.st_uid, old.st_gid) != 0 && fchown(aside->file, (uid_t)-1, old.st_gid) != 0) {
        mode = (mode & ~(mode_t)070) | (mode & 07) << 3;
    }
    (void)!fchmod(aside->file, mode);
}

/* The name of an open file that linkat understands. */
static void name_of_open(int file, char name[64]) {
    snprintf(name, 64, "/proc/self/fd/%d", file);
}

/* False where the file system has no files without a name, or they could not be given one later. */
static bool create_nameless(mct_file_aside *aside) {
    char folder[PATH_MAX], self[64];

    folder_of(aside->target, folder);
    aside->part[0] = '\0';
    aside->file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, mode_of(aside->target));
    if (aside->file < 0) return false;
    name_of_open(aside->file, self);
    if (access(self, F_OK) == 0 && mct_file_lock(aside->file, LOCK_SH)) return true;
    close(aside->file);
    aside->file = -1;
    return false;
}

/* False and errno on failure. */
static bool create_named(mct_file_aside *aside) {
    struct stat info;

    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        make_part_name(aside->target, aside->part);
        aside->file = open(aside->part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_of(aside->target));
        if (aside->file < 0 && errno == EEXIST) continue;
        if (aside->file < 0) break;
        if (mct_file_lock(aside->file, LOCK_SH) && fstat(aside->file, &info) == 0 && info.st_nlink > 0) return true;
        close(aside->file); /* before it had the lock another run took it for a leftover, and has deleted it */
        aside->file = -1;
    }
    aside->part[0] = '\0';
    return false;
}

void mct_file_discard(mct_file_aside *aside) {
    if (aside->part[0]) unlink(aside->part); /* before the lock goes */
    if (aside->file >= 0) close(aside->file);
    aside->part[0] = '\0';
    aside->file = -1;
}

mct_status mct_file_open_aside(mct_context *context, const char *path, mct_file_aside *aside) {
    aside->file = -1;
    aside->part[0] = '\0';
    MCT_TRY(mct_file_resolve(context, path, aside->target));
    delete_orphans(aside->target);
    return create_nameless(aside) || create_named(aside) ? MCT_OK : cannot_write(context, path);
}

mct_status mct_file_check_writable(mct_context *context, const char *path) {
    mct_file_aside aside;

    MCT_TRY(mct_file_open_aside(context, path, &aside));
    mct_file_discard(&aside);
    return MCT_OK;
}

mct_status mct_file_reserve(mct_context *context, const char *path, const mct_file_aside *aside, size_t size) {
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur) {
        errno = EFBIG;
        return cannot_write(context, path);
    }
#ifdef FALLOC_FL_KEEP_SIZE
    if (size > 0 && fallocate(aside->file, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) != 0 && errno != EOPNOTSUPP &&
        errno != ENOSYS && errno != EINTR) {
        return cannot_write(context, path);
    }
#endif
    return MCT_OK;
}

/* ---- the name ------------------------------------------------------------------------------------------------- */

static bool write_all(int file, const char *data, size_t size) {
    while (size > 0) {
        const ssize_t written = write(file, data, size);

        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        data += written;
        size -= (size_t)written;
    }
    return true;
}

/* For a file that cannot be given a name: one with a name and the same contents. */
static bool copy_to_named(mct_file_aside *aside) {
    const int from = aside->file;
    char *piece = malloc(1 << 16);
    ssize_t got = -1;
    bool done = piece && create_named(aside);

    for (off_t at = 0; done && (got = pread(from, piece, 1 << 16, at)) != 0; at += got) {
        done = got > 0 && write_all(aside->file, piece, (size_t)got);
    }
    if (done) keep_permissions(aside);
    done = done && fsync(aside->file) == 0;
    if (aside->file != from) close(from); /* else mct_file_discard does it */
    free(piece);
    return done;
}

static bool link_as(int file, const char *name) {
    char self[64];

    name_of_open(file, self);
    return linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
}

/* False and errno on failure. */
static bool rename_to_target(mct_file_aside *aside) {
    if (!aside->part[0]) {
        if (link_as(aside->file, aside->target)) return true; /* there was none */
        make_part_name(aside->target, aside->part);
        if (!link_as(aside->file, aside->part)) {
            aside->part[0] = '\0';
            if (!copy_to_named(aside)) return false;
        }
    }
    if (rename(aside->part, aside->target) != 0) return false;
    aside->part[0] = '\0';
    return true;
}

/* The new name itself survives a power cut. */
static void sync_folder(const char *target) {
    char folder[PATH_MAX];
    int directory;

    folder_of(target, folder);
    directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return;
    (void)fsync(directory);
    close(directory);
}

mct_status mct_file_publish(mct_context *context, const char *path, mct_file_aside *aside) {
    struct stat info;
    mct_status status = MCT_OK;

    keep_permissions(aside);
    if (fstat(aside->file, &info) != 0 || ftruncate(aside->file, info.st_size) != 0 || fsync(aside->file) != 0 ||
        !rename_to_target(aside)) { /* the truncation gives room back that was reserved */
        status = cannot_write(context, path);
    } else {
        sync_folder(aside->target);
    }
    mct_file_discard(aside); /* all is on disk: that close() fails does not matter any more */
    return status;
}

mct_status mct_file_write_aside(mct_context *context, const char *path, const void *data, size_t size) {
    mct_file_aside aside;
    mct_status status;

    MCT_TRY(mct_file_open_aside(context, path, &aside));
    if (write_all(aside.file, data, size)) return mct_file_publish(context, path, &aside);
    status = cannot_write(context, path);
    mct_file_discard(&aside);
    return status;
}
