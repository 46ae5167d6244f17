/* archive_evolution.c: correlators, relaxation times and displacements in a result file; the layout is on top of
 * archive.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/journal.h"
#include "base/need.h"
#include "result/archive_internal.h"

enum { CHUNK_VALUES = 65536, CHUNK_TIMES = 256, CHUNK_TIMES_LEAST = 16, PIECE_VALUES = 1 << 19 };

/* ---- numbers of the run ------------------------------------------------------------------------------------- */

/* Column s of [q][count] is columns + s*stride, [N]. */
static mct_status put_columns(mct_context *context, mct_archive *archive, const char *name, size_t count,
                              const double *columns, size_t stride, const char *dimension, const char *unit,
                              const char *description) {
    const char *const dimensions[] = {"wave_number", dimension};
    const size_t shape[] = {archive->points, count};
    double *rows = malloc(archive->points * count * sizeof *rows);
    mct_status status;

    if (!rows) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for %s", name);
    for (size_t i = 0; i < archive->points; i++) {
        for (size_t s = 0; s < count; s++) rows[i * count + s] = columns[s * stride + i];
    }
    status = mct_archive_array(context, archive, name, 2, shape, rows, dimensions, unit, description);
    free(rows);
    return status;
}

/* The last Phi of the mixture, without its tagged particles. */
static mct_status put_long_time(mct_context *context, mct_archive *archive, const mct_evolution_result *result) {
    const size_t m = archive->species, N = archive->points, all = m + result->tagged;
    double *matrix = malloc(m * m * N * sizeof *matrix);
    mct_status status;

    if (!matrix) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for long_time");
    for (size_t mu = 0; mu < m; mu++)
        memcpy(matrix + mu * m * N, result->long_time + mu * all * N, m * N * sizeof *matrix);
    status =
        mct_archive_matrix(context, archive, "long_time", matrix, "", "correlators Phi[q][mu][nu] at the last time");
    free(matrix);
    return status;
}

static mct_status describe_run(mct_context *context, mct_archive *archive, const mct_evolution_result *result) {
    const mct_evolution_point *point = &result->point;
    const hid_t dataset = H5Dopen2(archive->file, "long_time", H5P_DEFAULT);
    bool done;

    if (dataset < 0) return mct_archive_hdf5_failure(context, "long_time");
    done =
        mct_hdf5_put_text(dataset, "state", mct_evolution_state_name(point->state)) &&
        mct_hdf5_put_integer(dataset, "steps", (long long)point->steps) &&
        mct_hdf5_put_integer(dataset, "blocks", (long long)point->blocks) &&
        mct_hdf5_put_integer(dataset, "evaluations", (long long)point->evaluations) &&
        mct_hdf5_put_number(dataset, "time_end", point->time) &&
        (isnan(result->estimated_error) || mct_hdf5_put_number(dataset, "estimated_error", result->estimated_error)) &&
        (isnan(result->plateau_deviation) ||
         mct_hdf5_put_number(dataset, "plateau_deviation", result->plateau_deviation));
    H5Dclose(dataset);
    return done ? MCT_OK : mct_archive_hdf5_failure(context, "the attributes of long_time");
}

static mct_status put_numbers(mct_context *context, mct_archive *archive, const mct_evolution_result *result) {
    static const char *const names[] = {"relaxation_time", "relaxation_time_tenth"};
    static const char *const self_names[] = {"tagged/relaxation_time", "tagged/relaxation_time_tenth"};
    static const char *const descriptions[] = {"first time at which Phi_mumu/S_mumu is 1/e (NaN: never)",
                                               "first time at which Phi_mumu/S_mumu is 0.1 (NaN: never)"};
    static const char *const self_descriptions[] = {"first time at which phi^s is 1/e (NaN: never)",
                                                    "first time at which phi^s is 0.1 (NaN: never)"};
    const size_t N = archive->points, m = archive->species, all = m + result->tagged;

    MCT_TRY(put_long_time(context, archive, result));
    MCT_TRY(describe_run(context, archive, result));
    for (size_t level = 0; level < MCT_RELAXATION_LEVELS; level++) {
        MCT_TRY(put_columns(context, archive, names[level], m, result->relaxation_time[level], N, "mu", "d^2/D0",
                            descriptions[level]));
    }
    if (result->tagged == 0) return MCT_OK;
    for (size_t level = 0; level < MCT_RELAXATION_LEVELS; level++) {
        MCT_TRY(put_columns(context, archive, self_names[level], result->tagged, result->relaxation_time[level] + m * N,
                            N, "particle", "d^2/D0", self_descriptions[level]));
    }
    return put_columns(context, archive, "tagged/long_time", result->tagged, result->long_time + m * (all + 1) * N,
                       (all + 1) * N, "particle", "", "correlators phi^s[q][particle] at the last time");
}

/* ---- rows of the journal ------------------------------------------------------------------------------------ */

/* A dataset whose first dimension is the time and that takes a part of each row. */
typedef struct series {
    const char *name, *unit, *description;
    const char *dimensions[4];
    size_t rank, shape[4];    /* ones after the rank */
    size_t length;            /* of its part of a row */
    size_t capacity, written; /* rows: of the buffer, on disk */
    size_t count;             /* in the buffer */
    double *buffer;           /* [capacity][length] */
    const mct_archive *archive;
    hid_t dataset;
} series;

enum { CORRELATOR, SELF, DISPLACEMENT, SERIES };

/* Rows on their way into the file. */
typedef struct journal_rows {
    mct_context *context;
    size_t total, taken;
    double *times; /* [total] */
    series series[SERIES];
} journal_rows;

static mct_status flush(mct_context *context, series *of) {
    const hsize_t start[4] = {of->written};
    const hsize_t extent[4] = {of->count, of->shape[1], of->shape[2], of->shape[3]};
    hid_t memory, space;
    bool done;

    if (of->count == 0) return MCT_OK;
    memory = H5Screate_simple((int)of->rank, extent, NULL);
    space = H5Dget_space(of->dataset);
    done = memory >= 0 && space >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0 &&
           H5Dwrite(of->dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, of->buffer) >= 0;
    if (memory >= 0) H5Sclose(memory);
    if (space >= 0) H5Sclose(space);
    of->written += of->count;
    of->count = 0;
    return done ? mct_archive_check(context, of->archive) : mct_archive_hdf5_failure(context, of->name);
}

static mct_status take_row(void *user, double time, const double *row) {
    journal_rows *rows = user;

    if (rows->taken == rows->total) {
        return mct_fail(rows->context, MCT_FORMAT, "the journal has more rows than it had when it was read");
    }
    rows->times[rows->taken++] = time;
    for (size_t i = 0; i < SERIES; i++) {
        series *of = &rows->series[i];

        if (of->length == 0) continue;
        memcpy(of->buffer + of->count * of->length, row, of->length * sizeof *row);
        row += of->length;
        if (++of->count == of->capacity) MCT_TRY(flush(rows->context, of));
    }
    return MCT_OK;
}

/* Chunks of many times and, so that one wave number can be read without the others, few wave numbers; the rows of one
 * chunk's times, all wave numbers, are in memory at once. */
static void choose_chunk(const size_t *shape, size_t *chunk) {
    chunk[0] = PIECE_VALUES / (shape[1] * shape[2] * shape[3]);
    if (chunk[0] < CHUNK_TIMES_LEAST) chunk[0] = CHUNK_TIMES_LEAST;
    if (chunk[0] > CHUNK_TIMES) chunk[0] = CHUNK_TIMES;
    if (chunk[0] > shape[0]) chunk[0] = shape[0];
    chunk[1] = CHUNK_VALUES / (chunk[0] * shape[2] * shape[3]);
    if (chunk[1] < 1) chunk[1] = 1;
    if (chunk[1] > shape[1]) chunk[1] = shape[1];
    chunk[2] = shape[2];
    chunk[3] = shape[3];
}

static mct_status open_series(mct_context *context, mct_archive *archive, series *of) {
    size_t chunk[4];

    of->archive = archive;
    of->length = of->shape[1] * of->shape[2] * of->shape[3];
    if (of->length == 0) return MCT_OK;
    choose_chunk(of->shape, chunk);
    of->capacity = chunk[0];
    of->buffer = malloc(of->capacity * of->length * sizeof *of->buffer);
    if (!of->buffer) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for %s", of->name);
    of->dataset = mct_archive_create_chunked(archive, of->name, of->rank, of->shape, chunk);
    return of->dataset < 0 ? mct_archive_hdf5_failure(context, of->name) : MCT_OK;
}

/* The rest of its rows, and what it is; the datasets that are its dimensions are there by now. */
static mct_status finish_series(mct_context *context, mct_archive *archive, series *of) {
    if (of->length == 0) return MCT_OK;
    MCT_TRY(flush(context, of));
    return mct_archive_describe(archive, of->dataset, of->name, of->rank, of->shape, of->dimensions, of->unit,
                                of->description)
               ? MCT_OK
               : mct_archive_hdf5_failure(context, of->name);
}

static mct_status put_rows(mct_context *context, mct_archive *archive, mct_journal *journal, size_t Q, size_t tagged) {
    const size_t T = mct_journal_rows(journal), m = archive->species;
    journal_rows rows = {
        .context = context,
        .total = T,
        .times = malloc(T * sizeof *rows.times),
        .series = {[CORRELATOR] = {.name = "correlator",
                                   .dimensions = {"time", "stored_wave_number", "mu", "nu"},
                                   .rank = 4,
                                   .shape = {T, Q, m, m},
                                   .unit = "",
                                   .description = "correlators Phi[time][q][mu][nu] of the stored wave numbers"},
                   [SELF] = {.name = "tagged/correlator",
                             .dimensions = {"time", "stored_wave_number", "particle"},
                             .rank = 3,
                             .shape = {T, Q, tagged, 1},
                             .unit = "",
                             .description = "correlators phi^s[time][q][particle] of the tagged particles"},
                   [DISPLACEMENT] = {.name = "tagged/mean_squared_displacement",
                                     .dimensions = {"time", "particle"},
                                     .rank = 2,
                                     .shape = {T, tagged, 1, 1},
                                     .unit = "d^2",
                                     .description = "mean-squared displacements [time][particle]"}}};
    mct_status status = MCT_OK;

    for (size_t i = 0; i < SERIES; i++) rows.series[i].dataset = H5I_INVALID_HID;
    if (!rows.times) {
        status = mct_fail(context, MCT_MEMORY, "result file: not enough memory for the times");
        goto cleanup;
    }
    for (size_t i = 0; i < SERIES; i++) MCT_TRY_CLEANUP(open_series(context, archive, &rows.series[i]));
    MCT_TRY_CLEANUP(mct_journal_visit(journal, take_row, &rows));
    MCT_TRY_CLEANUP(mct_archive_array(context, archive, "time", 1, &T, rows.times, NULL, "d^2/D0", "time"));
    for (size_t i = 0; i < SERIES; i++) MCT_TRY_CLEANUP(finish_series(context, archive, &rows.series[i]));
cleanup:
    for (size_t i = 0; i < SERIES; i++) {
        if (rows.series[i].dataset >= 0) H5Dclose(rows.series[i].dataset);
        free(rows.series[i].buffer);
    }
    free(rows.times);
    return status;
}

/* Where the rows of q lie. */
static mct_status put_wave_numbers(mct_context *context, mct_archive *archive, size_t count, const size_t *points) {
    double *all = malloc(archive->points * sizeof *all);
    hid_t dataset = H5I_INVALID_HID;
    mct_status status = MCT_OK;

    if (!all) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for wave numbers");
    dataset = H5Dopen2(archive->file, "wave_number", H5P_DEFAULT);
    if (dataset < 0 || H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) < 0) {
        status = mct_archive_hdf5_failure(context, "stored_wave_number");
    }
    if (dataset >= 0) H5Dclose(dataset);
    for (size_t i = 0; i < count; i++) all[i] = all[points[i]]; /* ascending: points[i] >= i */
    if (status == MCT_OK) {
        status = mct_archive_array(context, archive, "stored_wave_number", 1, &count, all, NULL, "1/d",
                                   "wave numbers whose correlators are stored");
    }
    free(all);
    return status;
}

/* ---- public ------------------------------------------------------------------------------------------------- */

mct_status mct_archive_put_evolution(mct_context *context, mct_archive *archive, const mct_evolution_result *result,
                                     mct_journal *journal, size_t count, const size_t *points) {
    MCT_NEED(context, archive, result);
    if (journal && count > 0) MCT_NEED(context, points);
    const mct_hdf5_quiet before = mct_hdf5_enter();
    const size_t m = archive->species, row_length = count * (m * m + result->tagged) + result->tagged;
    mct_status status;

    if (archive->points == 0) {
        status = mct_fail(context, MCT_ARGUMENT, "result file: correlators need their statics first");
        goto cleanup;
    }
    MCT_TRY_CLEANUP(put_numbers(context, archive, result));
    if (!journal || count == 0) goto cleanup;
    if (mct_journal_row_length(journal) != row_length || mct_journal_rows(journal) == 0) {
        status = mct_fail(context, MCT_ARGUMENT, "result file: a journal of %zu rows of %zu numbers, not %zu",
                          mct_journal_rows(journal), mct_journal_row_length(journal), row_length);
        goto cleanup;
    }
    MCT_TRY_CLEANUP(put_wave_numbers(context, archive, count, points));
    MCT_TRY_CLEANUP(put_rows(context, archive, journal, count, result->tagged));
cleanup:
    mct_hdf5_leave(before);
    return status;
}
