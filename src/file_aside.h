/* file_aside.h: files that appear under their name only when they are complete. */
#ifndef MCT_FILE_ASIDE_H
#define MCT_FILE_ASIDE_H

#include "apmct/context.h"

/* What is to be replaced when `path` is written, links followed, into target[PATH_MAX].  Errors: MCT_FILE (no plain file). */
mct_status mct_file_resolve(mct_context *context, const char *path, char *target);

/* Whether a file could be written under this name; tries it with a temporary one.  Errors: MCT_FILE. */
mct_status mct_file_check_writable(mct_context *context, const char *path);

/* Writes data[size] aside in the same folder, syncs, renames to `path`.  On failure nothing is left.
 * Errors: MCT_FILE. */
mct_status mct_file_write_aside(mct_context *context, const char *path, const void *data, size_t size);

#endif
