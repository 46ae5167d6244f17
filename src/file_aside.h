/* file_aside.h: files that appear under their name only when they are complete. */
#ifndef MCT_FILE_ASIDE_H
#define MCT_FILE_ASIDE_H

#include "apmct/context.h"

/* Whether a file could be written under this name; tries it with a temporary one.  Errors: MCT_FILE. */
mct_status mct_file_check_writable(mct_context *context, const char *path);

/* Writes data[size] aside in the same folder, syncs, renames to `path`.  On failure nothing is left.
 * Errors: MCT_FILE. */
mct_status mct_file_write_aside(mct_context *context, const char *path, const void *data, size_t size);

#endif
