/* archive_disk.h: HDF5 on a disk that may fail.  Internal to this room; everything here is called inside of
 * mct_hdf5_enter.
 *
 * HDF5 does not survive a write that fails: it cannot close the file any more, writes again when the process
 * exits, and faults there.  So it gets a file driver of ours, whose writes always succeed: from the first failure
 * on the bytes are kept in memory, HDF5 reads back what it wrote, and the failure waits here for the archive to
 * ask. */
#ifndef MCT_ARCHIVE_DISK_H
#define MCT_ARCHIVE_DISK_H

#include <hdf5.h>
#include <stdbool.h>

#include "apmct/context.h"

typedef struct mct_archive_disk mct_archive_disk;

/* file: empty, open for reading and writing, borrowed until mct_archive_disk_close.  NULL: not enough memory. */
mct_archive_disk *mct_archive_disk_open(int file);

/* A new HDF5 file on it; < 0 on failure. */
hid_t mct_archive_disk_create(mct_archive_disk *disk, hid_t creation);

/* MCT_OK, or the first failure.  Errors: MCT_FILE. */
mct_status mct_archive_disk_check(mct_context *context, const mct_archive_disk *disk, const char *path);

/* Closes HDF5's file (< 0: none), which writes the rest of it, then `disk` (NULL: the file is in memory).
 * Errors: MCT_FILE, the first failure. */
mct_status mct_archive_disk_close(mct_context *context, mct_archive_disk *disk, hid_t file, const char *path);

#endif
