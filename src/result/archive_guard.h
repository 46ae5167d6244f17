/* archive_guard.h: what must hold of the structure of a result file before anything of it is read into memory.
 * Internal to this room; everything here is called inside of mct_hdf5_enter. */
#ifndef MCT_ARCHIVE_GUARD_H
#define MCT_ARCHIVE_GUARD_H

#include "apmct/archive.h"
#include "result/archive_hdf5.h"

enum { MCT_GUARD_OBJECTS_MAX = 1000 }; /* datasets of a file; links of a group; attributes of an object */

/* How much of a file its datasets have claimed so far.  Start from {0}. */
typedef struct mct_guard {
    hsize_t file_size; /* bytes */
    hsize_t claimed;   /* bytes that the datasets seen so far take in the file */
} mct_guard;

bool mct_guard_open(mct_guard *guard, hid_t file);

/* Each returns NULL if all is well, else what is wrong, static storage. */

/* Of the entry `name` of a group: a hard link with a name that can be printed. */
const char *mct_guard_link(hid_t group, const char *name);

/* Of an open group or dataset. */
const char *mct_guard_object(hid_t object);

/* Of an open dataset: its type, layout, filters, and that a file of this size can hold its shape.  Fills in row->rank,
 * shape and numbers, and how many rows along the first dimension a chunk has. */
const char *mct_guard_dataset(mct_guard *guard, hid_t dataset, mct_dataset *row, size_t *chunk_rows);

#endif
