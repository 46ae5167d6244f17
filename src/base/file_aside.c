/* file_aside.c: files that appear under their name only when they are complete. */
#include "base/file_aside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checksum.h"

static mct_status cannot_write(mct_context *context, const char *path) {
    return mct_fail(context, MCT_FILE, "%.300s: cannot be written: %s", path, strerror(errno));
}

/* The folder of `path` into folder[PATH_MAX]. */
static void folder_of(const char *path, char *folder) {
    char copy[PATH_MAX];

    snprintf(copy, sizeof copy, "%s", path);
    snprintf(folder, PATH_MAX, "%s", dirname(copy));
}

mct_status mct_file_resolve(mct_context *context, const char *path, char *target) {
    struct stat info;

    if (path[0] == '\0' || strlen(path) >= PATH_MAX - 32) {
        return mct_fail(context, MCT_FILE, "%.300s: cannot be written: no name of a file", path);
    }
    snprintf(target, PATH_MAX, "%s", path);
    if (stat(path, &info) != 0) {
        if (errno != ENOENT || path[strlen(path) - 1] == '/') return cannot_write(context, path);
        return MCT_OK;
    }
    if (!S_ISREG(info.st_mode)) {
        return mct_fail(context, MCT_FILE, "%.300s: cannot be written: it is a %s", path,
                        S_ISDIR(info.st_mode) ? "folder" : "device or pipe, a result needs a plain file");
    }
    return realpath(path, target) ? MCT_OK : cannot_write(context, path);
}

/* Where the number of a process means that process: host and namespace. */
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

static void part_name(const char *target, unsigned attempt, char *name) {
    snprintf(name, MCT_FILE_PART, "%s.%08lx-%ld-%u.part", target, where_processes_are(), (long)getpid(), attempt);
}

/* Deletes what processes of this machine that are no more have left beside `target`: a kill -9 between naming a file and
 * renaming it. */
static void delete_orphans(const char *target) {
    char folder[PATH_MAX], copy[PATH_MAX], path[2 * PATH_MAX];
    const unsigned long here = where_processes_are();
    const struct dirent *entry;
    const char *base;
    DIR *directory;

    folder_of(target, folder);
    snprintf(copy, sizeof copy, "%s", target);
    base = basename(copy);
    directory = opendir(folder);
    while (directory && (entry = readdir(directory)) != NULL) {
        const size_t length = strlen(base);
        unsigned long where;
        unsigned attempt;
        long process;
        int end = 0;

        if (strncmp(entry->d_name, base, length) != 0) continue;
        if (sscanf(entry->d_name + length, ".%8lx-%ld-%u.part%n", &where, &process, &attempt, &end) != 3) continue;
        if (end == 0 || entry->d_name[length + (size_t)end] != '\0' || where != here) continue;
        if (process <= 0 || process > INT_MAX || kill((pid_t)process, 0) == 0 || errno != ESRCH) continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (directory) closedir(directory);
}

/* A new file in the folder of `target` of which kill -9 leaves nothing; -1 and errno where the file system has no such
 * files, or none can be written. */
static int create_nameless(const char *target) {
    char folder[PATH_MAX];

    folder_of(target, folder);
    return open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
}

/* A new file beside `target` that nobody else has, its name into name[MCT_FILE_PART]; -1 and errno on failure. */
static int create_aside(const char *target, char *name) {
    for (unsigned attempt = 0; attempt < 1000; attempt++) {
        int file;

        part_name(target, attempt, name);
        file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST) return file;
    }
    return -1;
}

mct_status mct_file_check_writable(mct_context *context, const char *path) {
    char target[PATH_MAX], name[MCT_FILE_PART];
    int file;

    MCT_TRY(mct_file_resolve(context, path, target));
    file = create_nameless(target);
    if (file >= 0) {
        close(file);
        return MCT_OK;
    }
    file = create_aside(target, name);
    if (file < 0) return cannot_write(context, path);
    close(file);
    unlink(name);
    return MCT_OK;
}

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

mct_status mct_file_begin_aside(mct_context *context, const char *path, char *part) {
    char target[PATH_MAX];
    int file;

    MCT_TRY(mct_file_resolve(context, path, target));
    snprintf(part, MCT_FILE_PART, "%s.part", target);
    file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) return cannot_write(context, path);
    close(file);
    return MCT_OK;
}

mct_status mct_file_reserve(mct_context *context, const char *path, const char *part, size_t size, bool *reserved) {
    const int file = open(part, O_WRONLY | O_CLOEXEC);
    struct rlimit limit;
    mct_status status = MCT_OK;

    *reserved = false;
    if (file < 0) return cannot_write(context, path);
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur) {
        errno = EFBIG;
        status = cannot_write(context, path);
    }
#ifdef FALLOC_FL_KEEP_SIZE
    if (status == MCT_OK) {
        *reserved = fallocate(file, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) == 0;
        if (!*reserved && errno != EOPNOTSUPP && errno != ENOSYS && errno != EINTR)
            status = cannot_write(context, path);
    }
#endif
    close(file);
    return status;
}

/* The complete file gets its name; the folder is synced, too: the new name itself survives a power cut. */
static mct_status publish(mct_context *context, const char *path, const char *part, const char *target) {
    char folder[PATH_MAX];
    int directory;

    if (rename(part, target) != 0) {
        (void)cannot_write(context, path);
        unlink(part);
        return MCT_FILE;
    }
    folder_of(target, folder);
    directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        (void)fsync(directory);
        close(directory);
    }
    return MCT_OK;
}

mct_status mct_file_finish_aside(mct_context *context, const char *path, const char *part) {
    char target[PATH_MAX];
    mct_status status = MCT_OK;
    struct stat info;
    int file;

    MCT_TRY(mct_file_resolve(context, path, target));
    file = open(part, O_WRONLY | O_CLOEXEC);
    if (file < 0) return cannot_write(context, path);
    if (fstat(file, &info) != 0 || ftruncate(file, info.st_size) != 0 || fsync(file) != 0) {
        status = cannot_write(context, path); /* the truncation gives room back that was reserved */
    }
    if (close(file) != 0 && status == MCT_OK) status = cannot_write(context, path);
    if (status == MCT_OK) return publish(context, path, part, target);
    unlink(part);
    return status;
}

/* A name aside for a file that has none. */
static bool name_aside(int file, const char *target, char *name) {
    char self[64];

    snprintf(self, sizeof self, "/proc/self/fd/%d", file);
    for (unsigned attempt = 0; attempt < 1000; attempt++) {
        part_name(target, attempt, name);
        if (linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0) return true;
        if (errno != EEXIST) break;
    }
    return false;
}

/* A complete file beside `target`, its name into part[MCT_FILE_PART]; false and errno on failure. */
static bool write_nameless(const char *target, const void *data, size_t size, char *part) {
    const int file = create_nameless(target);
    const bool complete =
        file >= 0 && write_all(file, data, size) && fsync(file) == 0 && name_aside(file, target, part);

    if (file >= 0) close(file);
    return complete;
}

static bool write_named(const char *target, const void *data, size_t size, char *part) {
    const int file = create_aside(target, part);
    const bool complete = file >= 0 && write_all(file, data, size) && fsync(file) == 0;
    const int why = errno;

    if (file >= 0) close(file);
    if (file >= 0 && !complete) unlink(part);
    errno = why;
    return complete;
}

mct_status mct_file_write_aside(mct_context *context, const char *path, const void *data, size_t size) {
    char target[PATH_MAX], part[MCT_FILE_PART];

    MCT_TRY(mct_file_resolve(context, path, target));
    delete_orphans(target);
    if (!write_nameless(target, data, size, part) && !write_named(target, data, size, part)) {
        return cannot_write(context, path);
    }
    return publish(context, path, part, target);
}
