/* archive_dataset.c: datasets of a result file: shape, compression, dimension scales, unit and description. */
#include <stdlib.h>
#include <string.h>

#include <hdf5_hl.h>

#include "result/archive_internal.h"

enum { CHUNK_VALUES = 65536, DEFLATE_LEVEL = 4, NAME_LENGTH = 256 };

/* Datasets that are the scale of a dimension of others. */
static const char *const scales[] = {"wave_number", "activity_critical", "line/activity", "time", "stored_wave_number"};

static const char *const matrix_dimensions[] = {"activity_critical", "wave_number", "mu", "nu"};

/* It writes into memory, or through a driver that never fails (archive_disk.c): nothing else can be the matter. */
mct_status mct_archive_hdf5_failure(mct_context *context, const char *what) {
    return mct_fail(context, MCT_MEMORY, "result file: HDF5 could not write %s: not enough memory", what);
}

mct_status mct_archive_check(mct_context *context, const mct_archive *archive) {
    return archive->disk ? mct_archive_disk_check(context, archive->disk, archive->aside.target) : MCT_OK;
}

bool mct_archive_make_groups(mct_archive *archive, const char *name) {
    char prefix[NAME_LENGTH];

    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        hid_t properties, group = H5I_INVALID_HID;
        htri_t exists;

        if ((size_t)(slash - name) >= sizeof prefix) return false;
        snprintf(prefix, sizeof prefix, "%.*s", (int)(slash - name), name);
        exists = H5Lexists(archive->file, prefix, H5P_DEFAULT);
        if (exists > 0) continue;
        if (exists < 0) return false;
        properties = H5Pcreate(H5P_GROUP_CREATE);
        if (H5Pset_obj_track_times(properties, false) >= 0) {
            group = H5Gcreate2(archive->file, prefix, H5P_DEFAULT, properties, H5P_DEFAULT);
        }
        if (properties >= 0) H5Pclose(properties);
        if (group < 0) return false;
        H5Gclose(group);
    }
    return true;
}

/* Of whole rows. */
static void default_chunk(size_t rank, const hsize_t *shape, hsize_t *chunk) {
    hsize_t row = 1;

    for (size_t i = 1; i < rank; i++) row *= chunk[i] = shape[i];
    chunk[0] = CHUNK_VALUES / row > 0 ? CHUNK_VALUES / row : 1;
    if (chunk[0] > shape[0]) chunk[0] = shape[0];
}

/* Compressed, without the time of creation, which would make equal results differ. */
static hid_t dataset_properties(size_t rank, const hsize_t *chunk, bool numbers) {
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);

    if (properties < 0) return properties;
    if (H5Pset_obj_track_times(properties, false) < 0 ||
        (numbers && (H5Pset_chunk(properties, (int)rank, chunk) < 0 || H5Pset_shuffle(properties) < 0 ||
                     H5Pset_deflate(properties, DEFLATE_LEVEL) < 0))) {
        H5Pclose(properties);
        return H5I_INVALID_HID;
    }
    return properties;
}

static hid_t create(mct_archive *archive, const char *name, size_t rank, const hsize_t *extent, const hsize_t *chunk,
                    hid_t type, bool numbers) {
    hid_t space, properties, dataset;

    if (!mct_archive_make_groups(archive, name)) return H5I_INVALID_HID;
    space = H5Screate_simple((int)rank, extent, NULL);
    properties = dataset_properties(rank, chunk, numbers);
    dataset = H5Dcreate2(archive->file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (properties >= 0) H5Pclose(properties);
    if (space >= 0) H5Sclose(space);
    return dataset;
}

hid_t mct_archive_create_dataset(mct_archive *archive, const char *name, size_t rank, const size_t *shape, hid_t type,
                                 bool numbers) {
    hsize_t extent[MCT_ARCHIVE_RANK_MAX] = {0}, chunk[MCT_ARCHIVE_RANK_MAX] = {0};

    for (size_t i = 0; i < rank; i++) extent[i] = shape[i];
    default_chunk(rank, extent, chunk);
    return create(archive, name, rank, extent, chunk, type, numbers);
}

hid_t mct_archive_create_chunked(mct_archive *archive, const char *name, size_t rank, const size_t *shape,
                                 const size_t *chunk) {
    hsize_t extent[MCT_ARCHIVE_RANK_MAX] = {0}, piece[MCT_ARCHIVE_RANK_MAX] = {0};

    for (size_t i = 0; i < rank; i++) {
        extent[i] = shape[i];
        piece[i] = chunk[i];
    }
    return create(archive, name, rank, extent, piece, H5T_IEEE_F64LE, true);
}

/* ---- dimensions --------------------------------------------------------------------------------------------- */

static const char *last_part(const char *name) {
    const char *slash = strrchr(name, '/');

    return slash ? slash + 1 : name;
}

/* < 0: HDF5 cannot say. */
static htri_t is_there(hid_t file, const char *name) {
    const char *slash = strchr(name, '/');
    char group[NAME_LENGTH];

    if (slash) {
        htri_t exists;

        snprintf(group, sizeof group, "%.*s", (int)(slash - name), name);
        exists = H5Lexists(file, group, H5P_DEFAULT);
        if (exists <= 0) return exists;
    }
    return H5Lexists(file, name, H5P_DEFAULT);
}

/* Names one dimension; attaches the scale of that name where there is one. */
static bool name_dimension(hid_t file, hid_t dataset, unsigned index, const char *dimension) {
    bool done;
    hid_t scale;
    htri_t exists;

    if (H5DSset_label(dataset, index, last_part(dimension)) < 0) return false;
    exists = is_there(file, dimension);
    if (exists <= 0) return exists == 0;
    scale = H5Dopen2(file, dimension, H5P_DEFAULT);
    if (scale < 0) return false;
    done = H5DSattach_scale(dataset, scale, index) >= 0;
    H5Dclose(scale);
    return done;
}

static bool describe_dimensions(const mct_archive *archive, hid_t dataset, const char *name, size_t rank,
                                const size_t *shape, const char *const *dimensions) {
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        if (strcmp(name, scales[i]) == 0) return H5DSset_scale(dataset, last_part(name)) >= 0;
    }
    if (!dimensions && rank == 3 && shape[0] == archive->points) dimensions = matrix_dimensions + 1;
    for (size_t i = 0; dimensions && i < rank; i++) {
        if (!name_dimension(archive->file, dataset, (unsigned)i, dimensions[i])) return false;
    }
    return true;
}

bool mct_archive_describe(mct_archive *archive, hid_t dataset, const char *name, size_t rank, const size_t *shape,
                          const char *const *dimensions, const char *unit, const char *description) {
    return mct_hdf5_put_text(dataset, "unit", unit) && mct_hdf5_put_text(dataset, "description", description) &&
           describe_dimensions(archive, dataset, name, rank, shape, dimensions);
}

/* ---- arrays ------------------------------------------------------------------------------------------------- */

mct_status mct_archive_array(mct_context *context, mct_archive *archive, const char *name, size_t rank,
                             const size_t *shape, const double *data, const char *const *dimensions, const char *unit,
                             const char *description) {
    bool done;
    hid_t dataset;

    if (rank < 1 || rank > MCT_ARCHIVE_RANK_MAX) {
        return mct_fail(context, MCT_ARGUMENT, "dataset %s: rank %zu must be 1 ... %d", name, rank,
                        MCT_ARCHIVE_RANK_MAX);
    }
    for (size_t i = 0; i < rank; i++) {
        if (shape[i] == 0) return mct_fail(context, MCT_ARGUMENT, "dataset %s: dimension %zu is empty", name, i);
    }
    dataset = mct_archive_create_dataset(archive, name, rank, shape, H5T_IEEE_F64LE, true);
    if (dataset < 0 && is_there(archive->file, name) > 0) {
        return mct_fail(context, MCT_FILE, "result file: %s is in it already", name);
    }
    if (dataset < 0) return mct_archive_hdf5_failure(context, name);
    done = H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0 &&
           mct_archive_describe(archive, dataset, name, rank, shape, dimensions, unit, description);
    H5Dclose(dataset);
    return done ? mct_archive_check(context, archive) : mct_archive_hdf5_failure(context, name);
}

/* [component][q] into [q][mu][nu], count matrices one after another; with a leading dimension where `stacked`. */
static mct_status put_matrices(mct_context *context, mct_archive *archive, const char *name, size_t count,
                               const double *const *matrices, bool stacked, const char *unit, const char *description) {
    const size_t m = archive->species, N = archive->points, size = N * m * m;
    const size_t shape[] = {count, N, m, m}, first = stacked ? 0 : 1;
    double *rows = malloc(count * size * sizeof *rows);
    mct_status status;

    if (!rows) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for %s", name);
    for (size_t r = 0; r < count; r++) {
        for (size_t c = 0; c < m * m; c++) {
            for (size_t i = 0; i < N; i++) rows[r * size + i * m * m + c] = matrices[r][c * N + i];
        }
    }
    status = mct_archive_array(context, archive, name, 4 - first, shape + first, rows, matrix_dimensions + first, unit,
                               description);
    free(rows);
    return status;
}

mct_status mct_archive_matrix(mct_context *context, mct_archive *archive, const char *name, const double *components,
                              const char *unit, const char *description) {
    return put_matrices(context, archive, name, 1, &components, false, unit, description);
}

mct_status mct_archive_matrices(mct_context *context, mct_archive *archive, const char *name, size_t count,
                                const double *const *matrices, const char *unit, const char *description) {
    return put_matrices(context, archive, name, count, matrices, true, unit, description);
}
