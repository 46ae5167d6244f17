/* archive_evolution.c: correlators and relaxation times in a result file; the layout is on top of archive.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/journal.h"
#include "archive_internal.h"

enum { CHUNK_VALUES = 65536, CHUNK_TIMES = 256, CHUNK_TIMES_LEAST = 16, PIECE_VALUES = 1 << 19 };

/* ---- numbers of the run ------------------------------------------------------------------------------------- */

static mct_status put_long_time(mct_context *context, mct_archive *archive, const mct_evolution_result *result) {
    const mct_evolution_point *point = &result->point;
    hid_t dataset;
    bool done;

    MCT_TRY(mct_archive_matrix(context, archive, "long_time", result->long_time, "",
                               "correlators Phi[q][mu][nu] at the last time"));
    dataset = H5Dopen2(archive->file, "long_time", H5P_DEFAULT);
    if (dataset < 0) return mct_archive_hdf5_failure(context, "long_time");
    done = mct_hdf5_put_text(dataset, "state", mct_evolution_state_name(point->state)) &&
           mct_hdf5_put_integer(dataset, "steps", (long long)point->steps) &&
           mct_hdf5_put_integer(dataset, "blocks", (long long)point->blocks) &&
           mct_hdf5_put_integer(dataset, "evaluations", (long long)point->evaluations) &&
           mct_hdf5_put_number(dataset, "time_end", point->time) &&
           (isnan(result->estimated_error) || mct_hdf5_put_number(dataset, "estimated_error", result->estimated_error));
    H5Dclose(dataset);
    return done ? MCT_OK : mct_archive_hdf5_failure(context, "the attributes of long_time");
}

static mct_status put_relaxation(mct_context *context, mct_archive *archive, const mct_evolution_result *result) {
    static const char *const names[] = {"relaxation_time", "relaxation_time_tenth"};
    static const char *const descriptions[] = {"first time at which Phi_mumu/S_mumu is 1/e (NaN: never)",
                                               "first time at which Phi_mumu/S_mumu is 0.1 (NaN: never)"};
    static const char *const dimensions[] = {"wave_number", "mu"};
    const size_t N = archive->points, m = archive->species, shape[] = {N, m};
    double *rows = malloc(N * m * sizeof *rows);
    mct_status status = MCT_OK;

    if (!rows) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for relaxation times");
    for (size_t level = 0; level < MCT_RELAXATION_LEVELS && status == MCT_OK; level++) {
        for (size_t i = 0; i < N * m; i++) rows[i] = result->relaxation_time[level][i % m * N + i / m];
        status = mct_archive_array(context, archive, names[level], 2, shape, rows, dimensions, "d^2/D0",
                                   descriptions[level]);
    }
    free(rows);
    return status;
}

/* ---- rows of the journal ------------------------------------------------------------------------------------ */

/* Rows on their way into the file. */
typedef struct piece {
    mct_context *context;
    hid_t dataset;
    size_t shape[4], row_length, capacity, count, written;
    double *times; /* [shape[0]] */
    double *rows;  /* [capacity][row_length] */
} piece;

static mct_status write_piece(piece *of) {
    const hsize_t start[4] = {of->written, 0, 0, 0};
    const hsize_t extent[4] = {of->count, of->shape[1], of->shape[2], of->shape[3]};
    hid_t memory, space;
    bool done;

    if (of->count == 0) return MCT_OK;
    memory = H5Screate_simple(4, extent, NULL);
    space = H5Dget_space(of->dataset);
    done = memory >= 0 && space >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0 &&
           H5Dwrite(of->dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, of->rows) >= 0;
    if (memory >= 0) H5Sclose(memory);
    if (space >= 0) H5Sclose(space);
    of->written += of->count;
    of->count = 0;
    return done ? MCT_OK : mct_archive_hdf5_failure(of->context, "correlator");
}

static mct_status take_row(void *user, double time, const double *row) {
    piece *of = user;

    if (of->written + of->count == of->shape[0]) {
        return mct_fail(of->context, MCT_FORMAT, "the journal has more rows than it had when it was read");
    }
    of->times[of->written + of->count] = time;
    memcpy(of->rows + of->count * of->row_length, row, of->row_length * sizeof *row);
    return ++of->count == of->capacity ? write_piece(of) : MCT_OK;
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

static mct_status put_correlator(mct_context *context, mct_archive *archive, mct_journal *journal, piece *of) {
    static const char *const dimensions[] = {"time", "stored_wave_number", "mu", "nu"};
    size_t chunk[4];
    mct_status status;

    choose_chunk(of->shape, chunk);
    of->capacity = chunk[0];
    of->times = malloc(of->shape[0] * sizeof *of->times);
    of->rows = malloc(of->capacity * of->row_length * sizeof *of->rows);
    if (!of->times || !of->rows) return mct_fail(context, MCT_MEMORY, "result file: not enough memory for correlators");
    of->dataset = mct_archive_create_chunked(archive, "correlator", 4, of->shape, chunk);
    if (of->dataset < 0) return mct_archive_hdf5_failure(context, "correlator");
    MCT_TRY(mct_journal_visit(journal, take_row, of));
    MCT_TRY(write_piece(of));
    status = mct_archive_array(context, archive, "time", 1, of->shape, of->times, NULL, "d^2/D0", "time");
    if (status == MCT_OK && !mct_archive_describe(archive, of->dataset, "correlator", 4, of->shape, dimensions, "",
                                                  "correlators Phi[time][q][mu][nu] of the stored wave numbers")) {
        status = mct_archive_hdf5_failure(context, "correlator");
    }
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
    const mct_hdf5_quiet before = mct_hdf5_enter();
    const size_t m = archive->species;
    piece of = {.context = context, .dataset = H5I_INVALID_HID, .row_length = count * m * m};
    mct_status status;

    if (archive->points == 0) {
        status = mct_fail(context, MCT_ARGUMENT, "result file: correlators need their statics first");
        goto cleanup;
    }
    MCT_TRY_CLEANUP(put_long_time(context, archive, result));
    MCT_TRY_CLEANUP(put_relaxation(context, archive, result));
    if (!journal || count == 0) goto cleanup;
    if (mct_journal_row_length(journal) != of.row_length || mct_journal_rows(journal) == 0) {
        status = mct_fail(context, MCT_ARGUMENT, "result file: a journal of %zu rows of %zu numbers, not %zu",
                          mct_journal_rows(journal), mct_journal_row_length(journal), of.row_length);
        goto cleanup;
    }
    of.shape[0] = mct_journal_rows(journal);
    of.shape[1] = count;
    of.shape[2] = of.shape[3] = m;
    MCT_TRY_CLEANUP(put_wave_numbers(context, archive, count, points));
    MCT_TRY_CLEANUP(put_correlator(context, archive, journal, &of));
cleanup:
    if (of.dataset >= 0) H5Dclose(of.dataset);
    free(of.times);
    free(of.rows);
    mct_hdf5_leave(before);
    return status;
}
