/* file_aside.h: files that appear under their name only when they are complete. */
#ifndef MCT_FILE_ASIDE_H
#define MCT_FILE_ASIDE_H

#include <limits.h>

#include "apmct/context.h"

enum { MCT_FILE_PART = PATH_MAX + 64 }; /* bytes of the name of a file aside */

/* What is to be replaced when `path` is written, links followed, into target[PATH_MAX].  Errors: MCT_FILE (no plain file). */
mct_status mct_file_resolve(mct_context *context, const char *path, char *target);

/* Whether a file could be written under this name; tries it with a temporary one.  Errors: MCT_FILE. */
mct_status mct_file_check_writable(mct_context *context, const char *path);

/* Writes data[size] aside in the same folder, syncs, renames to `path`.  On failure nothing is left, and what a process that
 * was killed has left there is deleted.
 * Errors: MCT_FILE. */
mct_status mct_file_write_aside(mct_context *context, const char *path, const void *data, size_t size);

/* The same in steps, for who writes the file itself and is alone in doing so (a lock): an empty file aside, its name into
 * part[MCT_FILE_PART]; room for `size` bytes in it (a disk too full is told now; *reserved: whether the file system can promise that); and synced and renamed (deleted on failure).  Errors: MCT_FILE. */
mct_status mct_file_begin_aside(mct_context *context, const char *path, char *part);
mct_status mct_file_reserve(mct_context *context, const char *path, const char *part, size_t size, bool *reserved);
mct_status mct_file_finish_aside(mct_context *context, const char *path, const char *part);

#endif
