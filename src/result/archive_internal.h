/* archive_internal.h: a result file under construction, its datasets and groups.  Internal to this room; everything
 * here is called inside of mct_hdf5_enter. */
#ifndef MCT_ARCHIVE_INTERNAL_H
#define MCT_ARCHIVE_INTERNAL_H

#include "apmct/archive.h"
#include "base/file_aside.h"
#include "result/archive_disk.h"
#include "result/archive_hdf5.h"

struct mct_archive {
    hid_t file;
    size_t points, species; /* of the statics; 0 before */
    mct_archive_disk *disk; /* NULL: in memory */
    mct_file_aside aside;   /* the file that is being written on disk */
};

mct_status mct_archive_hdf5_failure(mct_context *context, const char *what);

/* Whether the disk has taken everything so far.  To be asked after a large dataset: what it has not taken is kept
 * in memory.  Errors: MCT_FILE. */
mct_status mct_archive_check(mct_context *context, const mct_archive *archive);

/* The groups that `name` needs ("line/activity": line), where they are not there yet. */
bool mct_archive_make_groups(mct_archive *archive, const char *name);

/* A dataset of doubles, compressed (or, where not `numbers`, of another type, plain); < 0 on failure. */
hid_t mct_archive_create_dataset(mct_archive *archive, const char *name, size_t rank, const size_t *shape, hid_t type,
                                 bool numbers);

/* data[shape[0]]...[shape[rank-1]].  dimensions: [rank], the dataset that is the scale of each dimension, or, where
 * there is none of that name, just a name for it; NULL: unnamed, but of an [N][m][m] wave_number, mu and nu. */
mct_status mct_archive_array(mct_context *context, mct_archive *archive, const char *name, size_t rank,
                             const size_t *shape, const double *data, const char *const *dimensions, const char *unit,
                             const char *description);

/* Whole chunks of a large dataset, written piece after piece by its owner: chunk[rank]; closed by the caller, after
 * mct_archive_describe with its unit and so on; < 0 on failure. */
hid_t mct_archive_create_chunked(mct_archive *archive, const char *name, size_t rank, const size_t *shape,
                                 const size_t *chunk);
bool mct_archive_describe(mct_archive *archive, hid_t dataset, const char *name, size_t rank, const size_t *shape,
                          const char *const *dimensions, const char *unit, const char *description);

/* One matrix [component][q] of the library as [q][mu][nu] of the file. */
mct_status mct_archive_matrix(mct_context *context, mct_archive *archive, const char *name, const double *components,
                              const char *unit, const char *description);

/* matrices[count], one for each activity_critical, as [root][q][mu][nu]. */
mct_status mct_archive_matrices(mct_context *context, mct_archive *archive, const char *name, size_t count,
                                const double *const *matrices, const char *unit, const char *description);

#endif
