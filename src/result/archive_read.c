/* archive_read.c: reading result files, ours only. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hdf5.h>

#include "apmct/archive.h"
#include "base/need.h"
#include "base/text.h"
#include "result/archive_guard.h"
#include "result/archive_hdf5.h"
#include "result/archive_shapes.h"

enum { NAME_LENGTH = 256, PIECE_VALUES = 1 << 19 };

static mct_status format_failure(mct_context *context, const char *path, const char *what) {
    return mct_fail(context, MCT_FORMAT, "%.300s: not a result file of apmct: %s", path, what);
}

static mct_status object_failure(mct_context *context, const mct_result *result, const char *kind, const char *name,
                                 const char *wrong) {
    return mct_fail(context, MCT_FORMAT, "%.300s: %s %.200s cannot be read: %s", result->path, kind, name, wrong);
}

static mct_status no_memory(mct_context *context, const char *path) {
    return mct_fail(context, MCT_MEMORY, "not enough memory for %.300s", path);
}

/* ---- values ------------------------------------------------------------------------------------------------- */

static size_t product(size_t count, const size_t *factors) {
    size_t all = 1;

    for (size_t i = 0; i < count; i++) all *= factors[i];
    return all;
}

/* Rows first, first + 1, ... first + count - 1 of an open dataset. */
static bool read_rows(hid_t dataset, const mct_dataset *row, size_t first, size_t count, double *values) {
    hsize_t start[MCT_ARCHIVE_RANK_MAX] = {first}, extent[MCT_ARCHIVE_RANK_MAX] = {count};
    hid_t memory, space;
    bool done;

    for (size_t i = 1; i < row->rank; i++) extent[i] = row->shape[i];
    memory = H5Screate_simple((int)row->rank, extent, NULL);
    space = H5Dget_space(dataset);
    done = memory >= 0 && space >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0 &&
           H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values) >= 0;
    if (memory >= 0) H5Sclose(memory);
    if (space >= 0) H5Sclose(space);
    return done;
}

/* What is read, and who takes its values. */
typedef struct reading {
    mct_context *context;
    mct_result *result;
    hid_t file;
    mct_guard guard;
    mct_result_values *take;
    void *user;
    double last; /* value of the piece before */
} reading;

/* What figures rely on in values: a line goes by activity. */
static mct_status check_values(reading *of, const char *name, size_t first, size_t count, const double *values) {
    if (strcmp(name, "line/activity") != 0) return MCT_OK;
    for (size_t i = 0; i < count; i++) {
        if (first + i > 0 && !(values[i] > of->last)) {
            return mct_fail(of->context, MCT_FORMAT, "%.300s: %s must ascend", of->result->path, name);
        }
        of->last = values[i];
    }
    return MCT_OK;
}

/* All values of dataset `index`, piece after piece: whole rows, as many chunks as are at least PIECE_VALUES. */
static mct_status read_values(reading *of, hid_t dataset, size_t index, size_t chunk_rows) {
    const mct_dataset *row = &of->result->datasets[index];
    const size_t length = product(row->rank - 1, row->shape + 1), total = row->shape[0];
    const size_t chunks = PIECE_VALUES / length / chunk_rows;
    size_t piece = chunks > 1 ? chunks * chunk_rows : chunk_rows;
    double *values;
    mct_status status = MCT_OK;

    if (piece > total) piece = total;
    values = malloc(piece * length * sizeof *values);
    if (!values) return no_memory(of->context, of->result->path);
    for (size_t first = 0; first < total && status == MCT_OK; first += piece) {
        const size_t count = total - first < piece ? total - first : piece;

        if (mct_context_interrupted(of->context)) {
            status = mct_fail(of->context, MCT_INTERRUPTED, "interrupted");
        } else if (!read_rows(dataset, row, first, count, values)) {
            status = object_failure(of->context, of->result, "dataset", row->name, "its values are damaged");
        } else {
            status = check_values(of, row->name, first, count * length, values);
        }
        if (status == MCT_OK) status = of->take(of->user, of->result, index, first * length, count * length, values);
    }
    free(values);
    return status;
}

static mct_status keep_values(void *user, const mct_result *result, size_t dataset, size_t first, size_t count,
                              const double *values) {
    mct_dataset *row = &result->datasets[dataset];
    mct_context *context = user;

    if (!row->data) row->data = malloc(product(row->rank, row->shape) * sizeof *row->data);
    if (!row->data) return no_memory(context, result->path);
    memcpy(row->data + first, values, count * sizeof *values);
    return MCT_OK;
}

/* ---- datasets ----------------------------------------------------------------------------------------------- */

static mct_status get_text(mct_context *context, const mct_result *result, hid_t object, const char *name,
                           char **text) {
    const mct_status status = mct_hdf5_get_text(object, name, text);

    if (status == MCT_MEMORY) return no_memory(context, result->path);
    return status == MCT_OK ? MCT_OK : object_failure(context, result, "attribute", name, "it is damaged");
}

/* "" where there is none. */
static mct_status get_text_or_empty(mct_context *context, const mct_result *result, hid_t object, const char *name,
                                    char **text) {
    MCT_TRY(get_text(context, result, object, name, text));
    if (!*text) *text = strdup("");
    return *text ? MCT_OK : no_memory(context, result->path);
}

/* Everything of an open dataset, but of the values only few. */
static mct_status add_dataset(reading *of, hid_t dataset, const char *name) {
    mct_result *result = of->result;
    mct_dataset *rows, *row;
    size_t chunk_rows;
    const char *wrong;

    if (result->dataset_count == MCT_GUARD_OBJECTS_MAX) {
        return format_failure(of->context, result->path, "it has too many datasets");
    }
    rows = realloc(result->datasets, (result->dataset_count + 1) * sizeof *rows);
    if (!rows) return no_memory(of->context, result->path);
    result->datasets = rows;
    row = &rows[result->dataset_count++];
    *row = (mct_dataset){.name = strdup(name)};
    if (!row->name) return no_memory(of->context, result->path);
    MCT_TRY(get_text_or_empty(of->context, result, dataset, "unit", &row->unit));
    MCT_TRY(get_text_or_empty(of->context, result, dataset, "description", &row->description));
    wrong = mct_guard_dataset(&of->guard, dataset, row, &chunk_rows);
    if (wrong) return object_failure(of->context, result, "dataset", name, wrong);
    if (!row->numbers || product(row->rank, row->shape) > MCT_RESULT_FEW) return MCT_OK;
    return read_values(of, dataset, result->dataset_count - 1, chunk_rows);
}

static mct_status read_group(reading *of, hid_t group, const char *prefix, int depth);

static mct_status read_object(reading *of, hid_t object, const char *name, int depth) {
    const H5I_type_t type = H5Iget_type(object);
    const char *wrong;
    char prefix[2 * NAME_LENGTH + 2];

    if (type != H5I_DATASET && type != H5I_GROUP) return MCT_OK;
    wrong = mct_guard_object(object);
    if (wrong) return object_failure(of->context, of->result, "object", name, wrong);
    if (type == H5I_DATASET) return add_dataset(of, object, name);
    if (depth == 0) return MCT_OK;
    snprintf(prefix, sizeof prefix, "%s/", name);
    return read_group(of, object, prefix, depth - 1);
}

/* All datasets of a group and of the groups in it, by name. */
static mct_status read_group(reading *of, hid_t group, const char *prefix, int depth) {
    const char *path = of->result->path;
    H5G_info_t info;
    mct_status status = MCT_OK;

    if (H5Gget_info(group, &info) < 0) return format_failure(of->context, path, "a group cannot be read");
    if (info.nlinks > MCT_GUARD_OBJECTS_MAX) return format_failure(of->context, path, "a group has too many entries");
    for (hsize_t i = 0; i < info.nlinks && status == MCT_OK; i++) {
        char name[NAME_LENGTH], full[2 * NAME_LENGTH];
        const char *wrong;
        ssize_t length;
        hid_t object;

        length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
        if (length < 1 || length >= NAME_LENGTH || !mct_text_is_printable(name, "")) {
            return format_failure(of->context, path, "a name cannot be read");
        }
        snprintf(full, sizeof full, "%s%s", prefix, name);
        wrong = mct_guard_link(group, name);
        if (wrong) return object_failure(of->context, of->result, "object", full, wrong);
        object = H5Oopen(group, name, H5P_DEFAULT);
        if (object < 0) return object_failure(of->context, of->result, "object", full, "it is damaged");
        status = read_object(of, object, full, depth);
        H5Oclose(object);
    }
    return status;
}

/* ---- head --------------------------------------------------------------------------------------------------- */

static mct_status read_head(mct_context *context, mct_result *result, hid_t file) {
    static const char *const stateful[] = {"nonergodicity", "long_time"}; /* datasets with an attribute `state` */
    char *format;
    double version;
    mct_status status;
    hid_t dataset;

    MCT_TRY(get_text(context, result, file, "format", &format));
    const bool ours = format && strcmp(format, "apmct") == 0;
    free(format);
    if (!ours) return format_failure(context, result->path, "an HDF5 file of some other program");
    if (!mct_hdf5_get_number(file, "format_version", &version) || version > MCT_ARCHIVE_FORMAT_VERSION || version < 1) {
        return mct_fail(context, MCT_FORMAT, "%.300s: a result file of another format version than %d (a newer apmct?)",
                        result->path, MCT_ARCHIVE_FORMAT_VERSION);
    }
    MCT_TRY(get_text(context, result, file, "command", &result->command));
    MCT_TRY(get_text(context, result, file, "program_version", &result->version));
    MCT_TRY(get_text(context, result, file, "config", &result->config_text));
    if (!result->command || !result->version || !result->config_text) {
        return format_failure(context, result->path, "command, program_version or config is missing");
    }
    for (size_t i = 0; i < sizeof stateful / sizeof stateful[0] && !result->state; i++) {
        if (H5Lexists(file, stateful[i], H5P_DEFAULT) <= 0 || mct_guard_link(file, stateful[i])) continue;
        dataset = H5Oopen(file, stateful[i], H5P_DEFAULT);
        if (dataset < 0) continue;
        status = get_text(context, result, dataset, "state", &result->state);
        H5Oclose(dataset);
        MCT_TRY(status);
    }
    if (!result->state) result->state = strdup("");
    return result->state ? MCT_OK : no_memory(context, result->path);
}

static mct_status read_config(mct_context *context, mct_result *result) {
    mct_context *quiet = NULL; /* its warnings were told when the file was made */
    mct_status status;

    MCT_TRY(mct_config_create(context, &result->config));
    MCT_TRY(mct_context_create(&quiet));
    status = mct_config_parse(quiet, result->config, "config", result->config_text, strlen(result->config_text));
    if (status == MCT_OK) status = mct_config_check(quiet, result->config);
    if (status == MCT_MEMORY) {
        status = no_memory(context, result->path);
    } else if (status != MCT_OK) {
        status = mct_fail(context, MCT_FORMAT, "%.300s: its configuration does not hold: %.500s", result->path,
                          mct_context_error(quiet));
    }
    mct_context_destroy(quiet);
    return status;
}

/* ---- files -------------------------------------------------------------------------------------------------- */

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

static mct_status open_file(reading *of) {
    const char *path = of->result->path;

    MCT_TRY(check_readable(of->context, path));
    of->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (of->file < 0 || !mct_guard_open(&of->guard, of->file)) {
        return format_failure(of->context, path, "HDF5 that is damaged or cut short");
    }
    return MCT_OK;
}

static mct_status read_shapes(reading *of) {
    MCT_TRY(open_file(of));
    MCT_TRY(read_head(of->context, of->result, of->file));
    MCT_TRY(read_config(of->context, of->result));
    MCT_TRY(read_group(of, of->file, "", 1));
    return mct_result_check_shapes(of->context, of->result);
}

/* The values of dataset `index`, whose shape is known, from a file that is not necessarily the same any more. */
static mct_status visit_dataset(reading *of, size_t index) {
    const mct_dataset *row = &of->result->datasets[index];
    const hid_t dataset = H5Dopen2(of->file, row->name, H5P_DEFAULT);
    mct_dataset now = {0};
    size_t chunk_rows;
    const char *wrong = dataset >= 0 ? mct_guard_dataset(&of->guard, dataset, &now, &chunk_rows) : "it is gone";
    mct_status status;

    if (!wrong && (now.numbers != row->numbers || now.rank != row->rank ||
                   memcmp(now.shape, row->shape, row->rank * sizeof row->shape[0]) != 0)) {
        wrong = "it changed meanwhile";
    }
    status = wrong ? object_failure(of->context, of->result, "dataset", row->name, wrong)
                   : read_values(of, dataset, index, chunk_rows);
    if (dataset >= 0) H5Dclose(dataset);
    return status;
}

static mct_status visit(reading *of) {
    MCT_TRY(open_file(of));
    for (size_t i = 0; i < of->result->dataset_count; i++) {
        if (of->result->datasets[i].numbers) MCT_TRY(visit_dataset(of, i));
    }
    return MCT_OK;
}

/* ---- public ------------------------------------------------------------------------------------------------- */

mct_status mct_result_load_shapes(mct_context *context, const char *path, mct_result **result) {
    MCT_NEED(context, path, result);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    reading of = {.context = context, .file = H5I_INVALID_HID, .take = keep_values, .user = context};
    mct_status status;

    *result = NULL;
    of.result = calloc(1, sizeof *of.result);
    if (of.result) of.result->path = strdup(path);
    status = of.result && of.result->path ? read_shapes(&of) : no_memory(context, path);
    if (of.file >= 0) H5Fclose(of.file);
    mct_hdf5_leave(before);
    if (status == MCT_OK) {
        *result = of.result;
    } else {
        mct_result_destroy(of.result);
    }
    return status;
}

mct_status mct_result_visit(mct_context *context, mct_result *result, mct_result_values *take, void *user) {
    MCT_NEED(context, result);
    if (!take) return mct_fail(context, MCT_ARGUMENT, "%s: take is NULL", __func__);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    reading of = {.context = context, .result = result, .file = H5I_INVALID_HID, .take = take, .user = user};
    const mct_status status = visit(&of);

    if (of.file >= 0) H5Fclose(of.file);
    mct_hdf5_leave(before);
    return status;
}

mct_status mct_result_load(mct_context *context, const char *path, mct_result **result) {
    mct_status status;

    MCT_NEED(context, path, result);
    MCT_TRY(mct_result_load_shapes(context, path, result));
    status = mct_result_visit(context, *result, keep_values, context);
    if (status != MCT_OK) {
        mct_result_destroy(*result);
        *result = NULL;
    }
    return status;
}
