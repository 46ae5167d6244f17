/* file_aside.c: files that appear under their name only when they are complete. */
#include "file_aside.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* A new file beside `target` that nobody else has, its name into name[MCT_FILE_PART]; -1 and errno on failure. */
static int create_aside(const char *target, char *name) {
    for (unsigned attempt = 0; attempt < 1000; attempt++) {
        int file;

        snprintf(name, MCT_FILE_PART, "%s.%ld-%u.part", target, (long)getpid(), attempt);
        file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST) return file;
    }
    return -1;
}

mct_status mct_file_check_writable(mct_context *context, const char *path) {
    char target[PATH_MAX], folder[PATH_MAX], name[MCT_FILE_PART];
    int file;

    MCT_TRY(mct_file_resolve(context, path, target));
    folder_of(target, folder);
    file = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600); /* nameless: nothing is left by kill -9 */
    if (file >= 0) {
        close(file);
        return MCT_OK;
    }
    file = create_aside(target, name); /* a file system without nameless files, or the reason why not */
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

/* The folder is synced, too: the new name itself survives a power cut. */
mct_status mct_file_finish_aside(mct_context *context, const char *path, const char *part) {
    char target[PATH_MAX], folder[PATH_MAX];
    mct_status status = MCT_OK;
    struct stat info;
    int file, directory;

    MCT_TRY(mct_file_resolve(context, path, target));
    file = open(part, O_WRONLY | O_CLOEXEC);
    if (file < 0) return cannot_write(context, path);
    if (fstat(file, &info) != 0 || ftruncate(file, info.st_size) != 0 || fsync(file) != 0) {
        status = cannot_write(context, path); /* the truncation gives room back that was reserved */
    }
    if (close(file) != 0 && status == MCT_OK) status = cannot_write(context, path);
    if (status == MCT_OK && rename(part, target) != 0) status = cannot_write(context, path);
    if (status != MCT_OK) {
        unlink(part);
        return status;
    }
    folder_of(target, folder);
    directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        (void)fsync(directory);
        close(directory);
    }
    return MCT_OK;
}

mct_status mct_file_write_aside(mct_context *context, const char *path, const void *data, size_t size) {
    char target[PATH_MAX], part[MCT_FILE_PART];
    int file;

    MCT_TRY(mct_file_resolve(context, path, target));
    file = create_aside(target, part);
    if (file >= 0 && write_all(file, data, size)) {
        close(file);
        return mct_file_finish_aside(context, path, part);
    }
    (void)cannot_write(context, path);
    if (file >= 0) {
        close(file);
        unlink(part);
    }
    return MCT_FILE;
}
