/* archive_read.c: reading result files, ours only. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hdf5.h>

#include "apmct/archive.h"
#include "archive_hdf5.h"

enum { DATASETS_MAX = 1000, NAME_LENGTH = 256 };

static const hssize_t values_max = (hssize_t)1 << 32; /* of one dataset */

static mct_status format_failure(mct_context *context, const char *path, const char *what) {
    return mct_fail(context, MCT_FORMAT, "%.300s: not a result file of apmct: %s", path, what);
}

/* ---- datasets ----------------------------------------------------------------------------------------------- */

static char *text_or_empty(hid_t object, const char *name) {
    char *text = mct_hdf5_get_text(object, name);

    return text ? text : strdup("");
}

/* Shape and, of numbers, the values of an open dataset into *row (zero before); false on failure. */
static bool read_dataset(hid_t dataset, const char *name, mct_dataset *row) {
    const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    const int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    const H5T_class_t kind = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
    const hssize_t count = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    hsize_t shape[MCT_ARCHIVE_RANK_MAX];
    bool done = false;

    row->name = strdup(name);
    row->unit = text_or_empty(dataset, "unit");
    row->description = text_or_empty(dataset, "description");
    if (row->name && row->unit && row->description && rank >= 1 && rank <= MCT_ARCHIVE_RANK_MAX && count > 0 &&
        count <= values_max && H5Sget_simple_extent_dims(space, shape, NULL) == rank) {
        row->rank = (size_t)rank;
        for (size_t i = 0; i < row->rank; i++) row->shape[i] = (size_t)shape[i];
        done = true;
        if (kind == H5T_FLOAT || kind == H5T_INTEGER) {
            row->data = malloc((size_t)count * sizeof *row->data);
            done = row->data && H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, row->data) >= 0;
        }
    }
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return done;
}

static void clear_dataset(mct_dataset *row) {
    free(row->name);
    free(row->unit);
    free(row->description);
    free(row->data);
}

/* All datasets of a group and of the groups in it, by name. */
static mct_status read_group(mct_context *context, mct_result *result, hid_t group, const char *prefix, int depth) {
    H5G_info_t info;
    mct_status status = MCT_OK;

    if (H5Gget_info(group, &info) < 0) return format_failure(context, result->path, "a group cannot be read");
    for (hsize_t i = 0; i < info.nlinks && status == MCT_OK; i++) {
        char name[NAME_LENGTH], full[2 * NAME_LENGTH];
        hid_t object;

        if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT) < 0) {
            return format_failure(context, result->path, "a name cannot be read");
        }
        snprintf(full, sizeof full, "%s%s", prefix, name);
        object = H5Oopen(group, name, H5P_DEFAULT);
        if (object < 0) return format_failure(context, result->path, "an object cannot be read");
        if (H5Iget_type(object) == H5I_DATASET) {
            mct_dataset row = {0};
            mct_dataset *rows = NULL;

            if (result->dataset_count < DATASETS_MAX) {
                rows = realloc(result->datasets, (result->dataset_count + 1) * sizeof *rows);
            }
            if (rows) result->datasets = rows;
            if (rows && read_dataset(object, full, &row)) {
                result->datasets[result->dataset_count++] = row;
            } else {
                clear_dataset(&row);
                status = mct_fail(context, MCT_FORMAT, "%.300s: dataset %.200s cannot be read", result->path, full);
            }
        } else if (H5Iget_type(object) == H5I_GROUP && depth > 0) {
            size_t length = strlen(full);

            snprintf(full + length, sizeof full - length, "/");
            status = read_group(context, result, object, full, depth - 1);
        }
        H5Oclose(object);
    }
    return status;
}

const mct_dataset *mct_result_dataset(const mct_result *result, const char *name) {
    for (size_t i = 0; i < result->dataset_count; i++) {
        if (strcmp(result->datasets[i].name, name) == 0) return &result->datasets[i];
    }
    return NULL;
}

/* ---- head and consistency ----------------------------------------------------------------------------------- */

static mct_status read_head(mct_context *context, mct_result *result, hid_t file) {
    char *format = mct_hdf5_get_text(file, "format");
    const bool ours = format && strcmp(format, "apmct") == 0;
    double version;
    hid_t dataset;

    free(format);
    if (!ours) return format_failure(context, result->path, "an HDF5 file of some other program");
    if (!mct_hdf5_get_number(file, "format_version", &version) || version > MCT_ARCHIVE_FORMAT_VERSION || version < 1) {
        return mct_fail(context, MCT_FORMAT, "%.300s: a result file of another format version than %d (a newer apmct?)",
                        result->path, MCT_ARCHIVE_FORMAT_VERSION);
    }
    result->command = mct_hdf5_get_text(file, "command");
    result->version = mct_hdf5_get_text(file, "program_version");
    result->config_text = mct_hdf5_get_text(file, "config");
    if (!result->command || !result->version || !result->config_text) {
        return format_failure(context, result->path, "command, program_version or config is missing");
    }
    if (H5Lexists(file, "nonergodicity", H5P_DEFAULT) > 0) {
        dataset = H5Oopen(file, "nonergodicity", H5P_DEFAULT);
        if (dataset >= 0) {
            result->state = mct_hdf5_get_text(dataset, "state");
            H5Oclose(dataset);
        }
    }
    if (!result->state) result->state = strdup("");
    return result->state ? MCT_OK : mct_fail(context, MCT_MEMORY, "not enough memory for %.300s", result->path);
}

static mct_status read_config(mct_context *context, mct_result *result) {
    mct_context *quiet = NULL; /* its warnings were told when the file was made */
    mct_status status;

    MCT_TRY(mct_config_create(context, &result->config));
    MCT_TRY(mct_context_create(&quiet));
    status = mct_config_parse(quiet, result->config, "config", result->config_text, strlen(result->config_text));
    if (status == MCT_OK) status = mct_config_check(quiet, result->config);
    if (status != MCT_OK) {
        status = mct_fail(context, MCT_FORMAT, "%.300s: its configuration does not hold: %.500s", result->path,
                          mct_context_error(quiet));
    }
    mct_context_destroy(quiet);
    return status;
}

/* [N] and [N][m][m] with the N and m of the configuration. */
static mct_status check_shapes(mct_context *context, const mct_result *result) {
    static const char *const matrices[] = {"structure_factor", "direct_correlation", "nonergodicity"};
    const mct_dataset *wave_number = mct_result_dataset(result, "wave_number");
    const size_t N = result->config->grid.points, m = result->config->mixture.species_count;

    if (wave_number && (wave_number->rank != 1 || wave_number->shape[0] != N || !wave_number->data)) {
        return mct_fail(context, MCT_FORMAT, "%.300s: wave_number must be %zu numbers", result->path, N);
    }
    for (size_t i = 0; i < sizeof matrices / sizeof matrices[0]; i++) {
        const mct_dataset *row = mct_result_dataset(result, matrices[i]);

        if (!row) continue;
        if (!wave_number || !row->data || row->rank != 3 || row->shape[0] != N || row->shape[1] != m ||
            row->shape[2] != m) {
            return mct_fail(context, MCT_FORMAT, "%.300s: %s must be numbers of shape [%zu][%zu][%zu]", result->path,
                            matrices[i], N, m, m);
        }
    }
    return MCT_OK;
}

/* ---- public ------------------------------------------------------------------------------------------------- */

/* Tells what the operating system has against the file before HDF5 turns it into a stack of its own. */
static mct_status check_readable(mct_context *context, const char *path) {
    struct stat info;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (file < 0) return mct_fail(context, MCT_FILE, "%.300s: cannot be read: %s", path, strerror(errno));
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(file);
        return mct_fail(context, MCT_FILE, "%.300s: cannot be read: not a plain file", path);
    }
    close(file);
    if (H5Fis_hdf5(path) <= 0) return format_failure(context, path, "not HDF5 at all");
    return MCT_OK;
}

mct_status mct_result_load(mct_context *context, const char *path, mct_result **result) {
    const mct_hdf5_quiet before = mct_hdf5_enter();
    mct_result *fresh = calloc(1, sizeof *fresh);
    hid_t file = H5I_INVALID_HID;
    mct_status status = MCT_OK;

    *result = NULL;
    if (fresh) fresh->path = strdup(path);
    if (!fresh || !fresh->path) {
        status = mct_fail(context, MCT_MEMORY, "not enough memory for %.300s", path);
        goto cleanup;
    }
    MCT_TRY_CLEANUP(check_readable(context, path));
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0) {
        status = format_failure(context, path, "HDF5 that is damaged or cut short");
        goto cleanup;
    }
    MCT_TRY_CLEANUP(read_head(context, fresh, file));
    MCT_TRY_CLEANUP(read_config(context, fresh));
    MCT_TRY_CLEANUP(read_group(context, fresh, file, "", 1));
    MCT_TRY_CLEANUP(check_shapes(context, fresh));
    *result = fresh;
    fresh = NULL;
cleanup:
    if (file >= 0) H5Fclose(file);
    mct_result_destroy(fresh);
    mct_hdf5_leave(before);
    return status;
}

void mct_result_destroy(mct_result *result) {
    if (!result) return;
    for (size_t i = 0; i < result->dataset_count; i++) clear_dataset(&result->datasets[i]);
    free(result->datasets);
    free(result->path);
    free(result->command);
    free(result->version);
    free(result->config_text);
    free(result->state);
    mct_config_destroy(result->config);
    free(result);
}
