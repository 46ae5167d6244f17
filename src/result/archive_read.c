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
#include "base/need.h"
#include "result/archive_hdf5.h"

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
    static const char *const stateful[] = {"nonergodicity", "long_time"}; /* datasets with an attribute `state` */
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
    for (size_t i = 0; i < sizeof stateful / sizeof stateful[0] && !result->state; i++) {
        if (H5Lexists(file, stateful[i], H5P_DEFAULT) <= 0) continue;
        dataset = H5Oopen(file, stateful[i], H5P_DEFAULT);
        if (dataset < 0) continue;
        result->state = mct_hdf5_get_text(dataset, "state");
        H5Oclose(dataset);
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

/* Whether the dataset `name`, where there is one, holds numbers of this shape; 0 in it stands for any length. */
static mct_status check_shape(mct_context *context, const mct_result *result, const char *name, size_t rank,
                              const size_t *shape) {
    const mct_dataset *row = mct_result_dataset(result, name);
    char text[128] = "";
    bool fits;

    if (!row) return MCT_OK;
    fits = row->data && row->rank == rank;
    for (size_t i = 0; i < rank; i++) {
        const size_t length = strlen(text);

        fits = fits && (shape[i] == 0 || row->shape[i] == shape[i]);
        snprintf(text + length, sizeof text - length, shape[i] ? "[%zu]" : "[]", shape[i]);
    }
    if (fits) return MCT_OK;
    return mct_fail(context, MCT_FORMAT, "%.300s: %s must be numbers of shape %s", result->path, name, text);
}

/* [N][m][m] with the N and m of the configuration, and the same of `roots` critical points. */
static mct_status check_matrices(mct_context *context, const mct_result *result, size_t roots) {
    static const char *const names[] = {"structure_factor", "direct_correlation", "nonergodicity", "right_eigenvector",
                                        "left_eigenvector", "amplitude",          "long_time"};
    const size_t N = result->config->grid.points, m = result->config->mixture.species_count;
    const size_t shape[] = {roots, N, m, m};
    char name[NAME_LENGTH];

    MCT_TRY(check_shape(context, result, "wave_number", 1, &N));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        MCT_TRY(check_shape(context, result, names[i], 3, shape + 1));
        if (mct_result_dataset(result, names[i]) && !mct_result_dataset(result, "wave_number")) {
            return mct_fail(context, MCT_FORMAT, "%.300s: %s without wave_number", result->path, names[i]);
        }
        snprintf(name, sizeof name, "roots/%s", names[i]);
        MCT_TRY(check_shape(context, result, name, 4, shape));
    }
    return MCT_OK;
}

/* All columns of /line or none, of one length, by activity. */
static mct_status check_line(mct_context *context, const mct_result *result) {
    static const char *const names[] = {"line/activity", "line/packing_fraction_critical", "line/slope",
                                        "line/exponent_parameter"};
    const mct_dataset *activity = mct_result_dataset(result, names[0]);
    const size_t length = activity ? activity->shape[0] : 0;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!mct_result_dataset(result, names[i]) == !activity) {
            MCT_TRY(check_shape(context, result, names[i], 1, &length));
            continue;
        }
        return mct_fail(context, MCT_FORMAT, "%.300s: a line needs %s, %s, %s and %s", result->path, names[0], names[1],
                        names[2], names[3]);
    }
    for (size_t i = 1; i < length; i++) {
        if (!(activity->data[i] > activity->data[i - 1])) {
            return mct_fail(context, MCT_FORMAT, "%.300s: %s must ascend", result->path, names[0]);
        }
    }
    return MCT_OK;
}

/* Of a run in time: relaxation times, and correlators with their times and wave numbers. */
static mct_status check_evolution(mct_context *context, const mct_result *result) {
    const size_t N = result->config->grid.points, m = result->config->mixture.species_count;
    const mct_dataset *time = mct_result_dataset(result, "time");
    const mct_dataset *wave_number = mct_result_dataset(result, "stored_wave_number");
    const size_t s = result->config->tagged_count, matrix[] = {N, m}, self[] = {N, s};
    const size_t shape[] = {time ? time->shape[0] : 0, wave_number ? wave_number->shape[0] : 0, m, m};

    MCT_TRY(check_shape(context, result, "relaxation_time", 2, matrix));
    MCT_TRY(check_shape(context, result, "relaxation_time_tenth", 2, matrix));
    MCT_TRY(check_shape(context, result, "kohlrausch_amplitude", 2, matrix));
    MCT_TRY(check_shape(context, result, "kohlrausch_time", 2, matrix));
    MCT_TRY(check_shape(context, result, "kohlrausch_exponent", 2, matrix));
    MCT_TRY(check_shape(context, result, "time", 1, shape));
    MCT_TRY(check_shape(context, result, "stored_wave_number", 1, shape + 1));
    MCT_TRY(check_shape(context, result, "correlator", 4, shape));
    MCT_TRY(check_shape(context, result, "tagged/relaxation_time", 2, self));
    MCT_TRY(check_shape(context, result, "tagged/relaxation_time_tenth", 2, self));
    MCT_TRY(check_shape(context, result, "tagged/long_time", 2, self));
    MCT_TRY(check_shape(context, result, "tagged/correlator", 3, (const size_t[]){shape[0], shape[1], s}));
    MCT_TRY(check_shape(context, result, "tagged/mean_squared_displacement", 2, (const size_t[]){shape[0], s}));
    if (mct_result_dataset(result, "tagged/mean_squared_displacement") && !time) {
        return mct_fail(context, MCT_FORMAT, "%.300s: tagged/mean_squared_displacement without time", result->path);
    }
    if (mct_result_dataset(result, "correlator") &&
        !(time && wave_number && mct_result_dataset(result, "structure_factor"))) {
        return mct_fail(context, MCT_FORMAT, "%.300s: correlator without time, stored_wave_number or structure_factor",
                        result->path);
    }
    return MCT_OK;
}

/* Everything that figures rely on. */
static mct_status check_shapes(mct_context *context, const mct_result *result) {
    static const char *const numbers[] = {
        "packing_fraction_critical", "exponent_parameter", "a", "b", "gamma", "separation"};
    const mct_dataset *activity = mct_result_dataset(result, "activity_critical");
    const size_t roots = activity ? activity->shape[0] : 1, slopes[] = {roots, result->config->mixture.species_count};

    MCT_TRY(check_matrices(context, result, roots));
    MCT_TRY(check_shape(context, result, "activity_critical", 1, &roots));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        MCT_TRY(check_shape(context, result, numbers[i], 1, &roots));
    }
    MCT_TRY(activity ? check_shape(context, result, "slope", 2, slopes)
                     : check_shape(context, result, "slope", 1, slopes + 1));
    MCT_TRY(check_evolution(context, result));
    return check_line(context, result);
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
    MCT_NEED(context, path, result);
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
