/* archive_table.c: what many points gave, in a result file; the layout is on top of archive.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/need.h"
#include "base/number.h"
#include "result/archive_internal.h"

static const char *const point_dimensions[] = {"point", "wave_number", "mu", "nu"};

/* ---- texts and numbers of all points ------------------------------------------------------------------------ */

typedef const char *text_of_point(const mct_table *table, size_t point, void *user);

static mct_status put_texts(mct_context *context, mct_archive *archive, const mct_table *table, const char *name,
                            const char *description, text_of_point *text, void *user) {
    const size_t P = table->points;
    const hid_t type = mct_hdf5_text_type();
    char **texts = calloc(P, sizeof *texts);
    hid_t dataset = H5I_INVALID_HID;
    bool has_room = texts, done = texts && type >= 0;

    for (size_t p = 0; p < P && done; p++) {
        texts[p] = strdup(text(table, p, user));
        done = has_room = texts[p];
    }
    if (done) {
        dataset = mct_archive_create_dataset(archive, name, 1, &P, type, false);
        done = dataset >= 0 && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0 &&
               mct_archive_describe(archive, dataset, name, 1, &P, point_dimensions, "", description);
    }
    if (dataset >= 0) H5Dclose(dataset);
    if (type >= 0) H5Tclose(type);
    for (size_t p = 0; p < P && texts; p++) free(texts[p]);
    free(texts);
    if (!has_room) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for %s", name);
    return done ? MCT_OK : mct_archive_hdf5_failure(context, name);
}

static const char *value_of(const mct_table *table, size_t point, void *key) {
    return table->value(table->user, point, *(size_t *)key);
}

static const char *status_of(const mct_table *table, size_t point, void *user) {
    (void)user;
    return mct_status_name(table->status(table->user, point));
}

static const char *error_of(const mct_table *table, size_t point, void *text) {
    return table->error(table->user, point, text);
}

/* ---- parameters --------------------------------------------------------------------------------------------- */

/* A key whose values are numbers is an array of numbers, another one of texts. */
static mct_status put_parameter(mct_context *context, mct_archive *archive, const mct_table *table, size_t key) {
    const size_t P = table->points;
    double *values = malloc(P * sizeof *values);
    bool numbers = true;
    char name[320];
    mct_status status;

    if (!values) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for parameters");
    snprintf(name, sizeof name, "parameters/%.256s", table->key(table->user, key));
    for (size_t p = 0; p < P && numbers; p++) numbers = mct_number_parse(table->value(table->user, p, key), &values[p]);
    if (numbers) {
        status = mct_archive_array(context, archive, name, 1, &P, values, point_dimensions, "", "varied");
    } else {
        status = put_texts(context, archive, table, name, "varied", value_of, &key);
    }
    free(values);
    return status;
}

/* ---- what points gave --------------------------------------------------------------------------------------- */

static mct_status put_column(mct_context *context, mct_archive *archive, const mct_table *table,
                             const mct_table_column *column) {
    static const char *const vector_dimensions[] = {"point", "mu"}, *const list_dimensions[] = {"point", "index"};
    static const char *const series_dimensions[] = {"point", "index", "stored_wave_number", "mu", "nu"};
    const char *const *dimensions = column->is_matrix  ? point_dimensions
                                    : column->is_list  ? list_dimensions
                                    : column->rank > 3 ? series_dimensions
                                                       : vector_dimensions;
    const size_t P = table->points;
    const size_t shape[] = {P, column->shape[0], column->shape[1], column->shape[2], column->shape[3]};
    double *values = malloc(P * column->width * sizeof *values);
    char name[128];
    mct_status status;

    if (!values) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for %s", column->name);
    for (size_t p = 0; p < P; p++) {
        const double *row = table->row(table->user, p);

        for (size_t i = 0; i < column->width; i++) {
            values[p * column->width + i] = row ? row[column->offset + i] : (double)NAN;
        }
    }
    snprintf(name, sizeof name, "points/%s", column->name);
    status = mct_archive_array(context, archive, name, column->rank + 1, shape, values, dimensions, column->unit,
                               column->description);
    free(values);
    return status;
}

static mct_status put_evaluations(mct_context *context, mct_archive *archive, const mct_table *table) {
    const size_t P = table->points;
    double *values = malloc(P * sizeof *values);
    mct_status status;

    if (!values) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for kernel_evaluations");
    for (size_t p = 0; p < P; p++) values[p] = (double)table->evaluations(table->user, p);
    status = mct_archive_array(context, archive, "points/kernel_evaluations", 1, &P, values, point_dimensions, "",
                               "kernel evaluations");
    free(values);
    return status;
}

/* /wave_number and, where correlators are kept, /stored_wave_number. */
static mct_status put_wave_numbers(mct_context *context, mct_archive *archive, const mct_table *table,
                                   const mct_config *config) {
    const mct_grid *grid = &config->grid;
    double *k = malloc(grid->points * sizeof *k);
    size_t *stored = NULL, count;
    const mct_table_column *last = &table->columns[table->column_count - 1];
    mct_status status;

    if (!k) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for wave numbers");
    for (size_t i = 0; i < grid->points; i++) k[i] = mct_grid_wave_number(grid, i);
    status = mct_archive_array(context, archive, "wave_number", 1, &grid->points, k, NULL, "1/d", "wave number");
    if (status == MCT_OK && strcmp(last->name, "correlator") == 0) {
        stored = calloc(grid->points, sizeof *stored);
        count = stored ? mct_output_points(&config->output, grid, stored) : 0;
        for (size_t i = 0; i < count; i++) k[i] = mct_grid_wave_number(grid, stored[i]);
        status = count == 0 ? mct_fail(context, MCT_MEMORY, "result file: not enough memory for wave numbers")
                            : mct_archive_array(context, archive, "stored_wave_number", 1, &count, k, NULL, "1/d",
                                                "wave numbers whose correlators are stored");
    }
    free(stored);
    free(k);
    return status;
}

static bool varies_grid(const mct_table *table) {
    for (size_t key = 0; key < table->key_count; key++) {
        if (strncmp(table->key(table->user, key), "grid.", 5) == 0) return true;
    }
    return false;
}

static bool has_failures(const mct_table *table) {
    for (size_t p = 0; p < table->points; p++) {
        if (table->status(table->user, p) != MCT_OK) return true;
    }
    return false;
}

mct_status mct_archive_put_table(mct_context *context, mct_archive *archive, const mct_table *table,
                                 const mct_config *config) {
    MCT_NEED(context, archive, table, config);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    char text[MCT_TABLE_ERROR_LENGTH];
    mct_status status = MCT_OK;

    if (!varies_grid(table)) MCT_TRY_CLEANUP(put_wave_numbers(context, archive, table, config));
    for (size_t key = 0; key < table->key_count; key++) {
        MCT_TRY_CLEANUP(put_parameter(context, archive, table, key));
    }
    MCT_TRY_CLEANUP(
        put_texts(context, archive, table, "points/status", "\"ok\", or why there are no numbers", status_of, NULL));
    if (has_failures(table)) {
        MCT_TRY_CLEANUP(put_texts(context, archive, table, "points/error", "what went wrong", error_of, text));
    }
    MCT_TRY_CLEANUP(put_evaluations(context, archive, table));
    for (size_t i = 0; i < table->column_count; i++) {
        MCT_TRY_CLEANUP(put_column(context, archive, table, &table->columns[i]));
    }
cleanup:
    mct_hdf5_leave(before);
    return status;
}
