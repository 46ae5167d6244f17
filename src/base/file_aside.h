/* file_aside.h: files that appear under their name only when they are complete. */
#ifndef MCT_FILE_ASIDE_H
#define MCT_FILE_ASIDE_H

#include <limits.h>
#include <sys/stat.h>

#include "apmct/context.h"

enum { MCT_FILE_PART = PATH_MAX + 64 }; /* bytes of the name of a file aside */

/* A file that is being written in the folder of the one that it will replace.  Where the file system can, it has
 * no name: nothing is left of it when the process is killed.  Elsewhere it has a random name and a lock, by which
 * a later run knows that its writer is dead. */
typedef struct mct_file_aside {
    int file;                 /* open for reading and writing; -1: none */
    char target[PATH_MAX];    /* what it will replace, symbolic links followed */
    char part[MCT_FILE_PART]; /* its name; "": it has none */
} mct_file_aside;

/* What is to be replaced when `path` is written, into target[PATH_MAX].  Symbolic links are followed, but not
 * those that another user has put into a folder where everybody may.  Errors: MCT_FILE (also: no plain file). */
mct_status mct_file_resolve(mct_context *context, const char *path, char *target);

/* Whether a file could be written under this name; tries it with a temporary one.  Errors: MCT_FILE. */
mct_status mct_file_check_writable(mct_context *context, const char *path);

/* Writes data[size] aside, syncs it and renames it to `path`.  On failure nothing is left.  Errors: MCT_FILE. */
mct_status mct_file_write_aside(mct_context *context, const char *path, const void *data, size_t size);

/* The same in steps, for a caller who writes to aside->file itself.  First an empty file; what runs that were
 * killed have left beside `path` is deleted.  Errors: MCT_FILE. */
mct_status mct_file_open_aside(mct_context *context, const char *path, mct_file_aside *aside);
/* Room for `size` bytes, where the file system can promise it: a full disk is found before anything is written.
 * Errors: MCT_FILE. */
mct_status mct_file_reserve(mct_context *context, const char *path, const mct_file_aside *aside, size_t size);
/* Synced and renamed, with the permissions of the file that it replaces; closed in any case, deleted on failure.
 * Errors: MCT_FILE. */
mct_status mct_file_publish(mct_context *context, const char *path, mct_file_aside *aside);
/* Closed and deleted, unless it is published. */
void mct_file_discard(mct_file_aside *aside);

/* Takes the lock of a file, LOCK_EX or LOCK_SH of flock(), for as long as it is open; false where another process
 * has it.  File systems without locks have to do without. */
bool mct_file_lock(int file, int operation);

/* A plain file that belongs to the user of this process. */
bool mct_file_is_own(const struct stat *info);

#endif
