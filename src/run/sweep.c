/* sweep.c: the points of a table in units of work: who computes which, what is kept, what is resumed. */
#include "apmct/sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "apmct/summary.h"
#include "backend/automatic.h"
#include "base/context_child.h"
#include "base/memory.h"
#include "base/need.h"
#include "base/text.h"
#include "run/sweep_internal.h"

static const mct_sweep_method *const methods[] = {[MCT_SWEEP_GLASS] = &mct_sweep_glass,
                                                  [MCT_SWEEP_CRITICAL] = &mct_sweep_critical,
                                                  [MCT_SWEEP_EVOLVE] = &mct_sweep_evolve};

const char *mct_sweep_command_name(mct_sweep_command command) {
    return methods[command]->name;
}

static double now(void) {
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double *row_of(const mct_sweep *sweep, size_t point) {
    return sweep->rows + point * sweep->row_length;
}

/* ---- rows --------------------------------------------------------------------------------------------------- */

double *mct_sweep_at(const mct_sweep *sweep, double *row, const char *name) {
    for (size_t i = 0; i < sweep->column_count; i++) {
        if (strcmp(sweep->columns[i].name, name) == 0) return row + sweep->columns[i].offset;
    }
    return NULL;
}

mct_status mct_sweep_place(mct_sweep_worker *worker, size_t point) {
    worker->point = point;
    return mct_sweep_table_apply(worker->context, worker->sweep->table, point, worker->config);
}

static char *text_of(const mct_sweep *sweep, double *row) {
    return (char *)(row + sweep->row_length) - MCT_SWEEP_TEXT;
}

bool mct_sweep_record(const mct_sweep_worker *worker, double *row, mct_status status, unsigned long evaluations) {
    row[MCT_SWEEP_STATUS] = (double)status;
    row[MCT_SWEEP_EVALUATIONS] = (double)evaluations;
    if (status != MCT_OK) {
        snprintf(text_of(worker->sweep, row), MCT_SWEEP_TEXT, "%.310s", mct_context_error(worker->context));
    }
    return status == MCT_INTERRUPTED || status == MCT_MEMORY || status == MCT_BACKEND || status == MCT_FILE;
}

void mct_sweep_put_matrix(const mct_sweep_worker *worker, double *row, const char *name, const double *F) {
    const size_t N = worker->config->grid.points, m = worker->config->mixture.species_count;
    double *to = mct_sweep_at(worker->sweep, row, name);

    for (size_t c = 0; to && c < m * m; c++) {
        for (size_t i = 0; i < N; i++) to[i * m * m + c] = F[c * N + i];
    }
}

mct_status mct_sweep_put_observed(mct_sweep_worker *worker, double *row, const mct_mixture *mixture, const double *F,
                                  const char *value, const char *area) {
    const mct_config *config = worker->config;
    const size_t m = mixture->species_count;
    const size_t observed = mct_grid_nearest(&config->grid, config->output.wave_number);
    double *values = mct_sweep_at(worker->sweep, row, value);
    double *areas = area ? mct_sweep_at(worker->sweep, row, area) : NULL;
    mct_statics *statics;
    mct_status status;

    MCT_TRY(mct_statics_create(worker->context, &config->grid, m, &statics));
    status = mct_statics_compute(worker->context, &config->structure, &config->grid, mixture, statics);
    for (size_t mu = 0; mu < m && status == MCT_OK; mu++) {
        if (values) values[mu] = mct_nonergodicity_normalised(statics, F, mu, observed);
        if (areas) areas[mu] = 0;
        for (size_t i = 0; areas && i < config->grid.points; i++) {
            areas[mu] += mct_nonergodicity_normalised(statics, F, mu, i) * config->grid.spacing;
        }
    }
    mct_statics_destroy(statics);
    return status;
}

/* ---- building ----------------------------------------------------------------------------------------------- */

static mct_status check_command(mct_sweep *sweep) {
    const char *name = mct_config_sweep_command(sweep->config);

    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (strcmp(methods[i]->name, name) != 0) continue;
        sweep->command = (mct_sweep_command)i;
        sweep->method = methods[i];
        return MCT_OK;
    }
    return mct_fail(sweep->context, MCT_CONFIG, "sweep.command: must be one of glass, critical, evolve");
}

static void lay_out(mct_sweep *sweep) {
    size_t offset = MCT_SWEEP_NUMBERS;

    sweep->same_grid = true;
    for (size_t key = 0; key < mct_sweep_table_keys(sweep->table); key++) {
        sweep->same_grid &= strncmp(mct_sweep_table_key(sweep->table, key), "mixture.", 8) == 0;
    }
    sweep->column_count = sweep->method->columns(
        sweep->config, sweep->options.matrices && !mct_sweep_table_varies(sweep->table, "grid."), sweep->columns);
    for (size_t i = 0; i < sweep->column_count; i++) {
        mct_table_column *column = &sweep->columns[i];

        column->width = 1;
        for (size_t d = 0; d < column->rank; d++) column->width *= column->shape[d];
        column->offset = offset;
        offset += column->width;
    }
    sweep->row_length = offset + MCT_SWEEP_TEXT / sizeof(double);
}

/* Correlators have places for their times in every row: as many as one can say beforehand. */
static mct_status check_correlators(const mct_sweep *sweep) {
    const mct_config *config = sweep->config;

    if (sweep->command != MCT_SWEEP_EVOLVE || !config->output.correlator ||
        !mct_config_origin(config, "output.correlator"))
        return MCT_OK;
    if (!(config->output.times_per_decade > 0)) {
        return mct_fail(sweep->context, MCT_CONFIG,
                        "output.times_per_decade: a sweep with output.correlator needs a number of times per decade");
    }
    if (!mct_sweep_table_varies(sweep->table, "grid.") && !mct_sweep_table_varies(sweep->table, "output.") &&
        !mct_sweep_table_varies(sweep->table, "time.until")) {
        return MCT_OK;
    }
    return mct_fail(sweep->context, MCT_CONFIG,
                    "output.correlator: not in a sweep that varies the grid, output or time.until");
}

/* Everything that can be wrong with a point's values is said before any is computed; warnings come with the points. */
static mct_status check_points(mct_sweep *sweep) {
    mct_context *silent;
    mct_config *scratch = NULL;
    mct_status status;

    MCT_TRY(mct_context_create(&silent));
    status = mct_config_copy(sweep->context, sweep->config, &scratch);
    for (size_t point = 0; point < sweep->points && status == MCT_OK; point++) {
        status = mct_sweep_table_apply(silent, sweep->table, point, scratch);
        if (status != MCT_OK) {
            mct_fail(sweep->context, status, "sweep, point %zu: %.900s", point, mct_context_error(silent));
        }
    }
    mct_config_destroy(scratch);
    mct_context_destroy(silent);
    return status;
}

/* A device gets as many points at once as leave some units to distribute. */
static mct_status divide(mct_sweep *sweep) {
    const mct_sweep_method *method = sweep->method;
    size_t share = sweep->points / MCT_AUTO_SWEEP_UNITS;

    const size_t batch = !sweep->same_grid || method->device_unit <= method->unit ? 1
                         : sweep->points < method->device_unit                    ? sweep->points
                                                                                  : method->device_unit;
    MCT_TRY(mct_backend_find(sweep->context, sweep->config->solver.backend, batch * sweep->config->grid.points,
                             &sweep->backend));
    share = share < MCT_AUTO_SWEEP_POINTS_LEAST ? MCT_AUTO_SWEEP_POINTS_LEAST
            : share > method->device_unit       ? method->device_unit
                                                : share;
    sweep->unit =
        !sweep->backend->host_memory && sweep->same_grid && method->device_unit > method->unit ? share : method->unit;
    sweep->units = (sweep->points + sweep->unit - 1) / sweep->unit;
    return MCT_OK;
}

mct_status mct_sweep_create(mct_context *context, const mct_config *config, const mct_sweep_options *options,
                            mct_sweep **sweep) {
    MCT_NEED(context, config, options, sweep);
    mct_sweep *fresh = calloc(1, sizeof *fresh);
    mct_status status;

    *sweep = NULL;
    if (!fresh) return mct_fail(context, MCT_MEMORY, "not enough memory for sweep");
    fresh->context = context;
    fresh->config = config;
    fresh->options = *options;
    MCT_TRY_CLEANUP(check_command(fresh));
    MCT_TRY_CLEANUP(mct_sweep_table_create(context, config, &fresh->table));
    fresh->points = mct_sweep_table_points(fresh->table);
    MCT_TRY_CLEANUP(check_correlators(fresh));
    MCT_TRY_CLEANUP(check_points(fresh));
    lay_out(fresh);
    MCT_TRY_CLEANUP(divide(fresh));
    *sweep = fresh;
    return MCT_OK;
cleanup:
    mct_sweep_destroy(fresh);
    return status;
}

void mct_sweep_destroy(mct_sweep *sweep) {
    if (!sweep) return;
    mct_journal_close(sweep->journal);
    mct_sweep_table_destroy(sweep->table);
    mct_sweep_free_warnings(sweep);
    free(sweep->rows);
    free(sweep->done);
    free(sweep);
}

/* Room for all rows, and what the journals have. */
static mct_status prepare(mct_sweep *sweep) {
    const double bytes = (double)sweep->points * (double)sweep->row_length * sizeof(double);

    if (bytes < (double)mct_memory_available()) {
        sweep->rows = calloc(sweep->points, sweep->row_length * sizeof *sweep->rows);
        sweep->done = calloc(sweep->points, sizeof *sweep->done);
    }
    if (!sweep->rows || !sweep->done) {
        return mct_fail(sweep->context, MCT_MEMORY, "sweep: %zu points of %zu numbers need %.3g GiB of memory",
                        sweep->points, sweep->row_length, bytes / 0x1p30);
    }
    return mct_sweep_open_journal(sweep);
}

/* ---- running ------------------------------------------------------------------------------------------------ */

static size_t claim(mct_sweep *sweep) {
    return sweep->options.claim ? sweep->options.claim(sweep->options.user) : sweep->next++;
}

static void tell_progress(const mct_sweep *sweep) {
    const double seconds = now() - sweep->began;
    const size_t fresh = sweep->finished - sweep->began_finished, left = sweep->points - sweep->finished;

    mct_tell(sweep->context, MCT_MESSAGE_PROGRESS,
             "%zu of %zu points done, %zu failed, %.3g points per second, %.3g s left", sweep->finished, sweep->points,
             sweep->failed, (double)fresh / seconds, (double)left * seconds / (double)fresh);
}

/* What a unit gave, by one thread at a time. */
static mct_status keep(mct_sweep *sweep, const size_t *points, size_t count, const double *rows) {
    for (size_t i = 0; i < count; i++) {
        const double *row = rows + i * sweep->row_length;

        MCT_TRY(mct_sweep_take_row(sweep, (double)points[i], row));
        if (sweep->journal) MCT_TRY(mct_journal_append(sweep->journal, (double)points[i], row));
    }
    MCT_TRY(mct_sweep_keep_warnings(sweep));
    tell_progress(sweep);
    if (!sweep->journal || now() - sweep->last_checkpoint < sweep->config->checkpoint.interval) return MCT_OK;
    sweep->last_checkpoint = now();
    return mct_journal_checkpoint(sweep->journal, "", 1);
}

static bool is_done(const mct_sweep *sweep, const size_t *points, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!sweep->done[points[i]]) return false;
    }
    return true;
}

/* Units until there are none or `*stop`; a failure that must stop everything is told to the sweep's context. */
static void work(mct_sweep *sweep, int threads, mct_status *stop) {
    const size_t most = sweep->unit;
    mct_sweep_worker worker = {.sweep = sweep};
    size_t *points = calloc(most, sizeof *points), unit, count;
    double *rows = calloc(most, sweep->row_length * sizeof *rows);
    mct_status status = MCT_OK;

    if (!points || !rows || mct_context_create_child(sweep->context, threads, &worker.context) != MCT_OK ||
        mct_config_copy(worker.context, sweep->config, &worker.config) != MCT_OK) {
        status = mct_fail(sweep->context, MCT_MEMORY, "sweep: not enough memory for a thread");
    } else { /* batches of a point or two take the backend that was chosen for all */
        snprintf(worker.config->solver.backend, sizeof worker.config->solver.backend, "%s", sweep->backend->name);
        mct_context_set_messages(worker.context, mct_sweep_hear, &worker);
    }
    while (status == MCT_OK) {
        bool skip;

#pragma omp critical(mct_sweep)
        {
            unit = *stop == MCT_OK ? claim(sweep) : sweep->units;
            count = 0;
            for (size_t place = unit * most; unit < sweep->units && place < sweep->points && count < most; place++) {
                points[count++] = mct_sweep_table_at(sweep->table, place);
            }
            skip = is_done(sweep, points, count);
        }
        if (unit >= sweep->units) break;
        if (skip) continue;
        memset(rows, 0, count * sweep->row_length * sizeof *rows);
        for (size_t i = 0; i < count; i++) {
            for (size_t j = MCT_SWEEP_NUMBERS; j < sweep->row_length - MCT_SWEEP_TEXT / sizeof(double); j++) {
                rows[i * sweep->row_length + j] = (double)NAN;
            }
        }
        status = sweep->method->compute(&worker, points, count, rows);
#pragma omp critical(mct_sweep)
        {
            if (status == MCT_OK) {
                status = keep(sweep, points, count, rows);
            } else {
                mct_fail(sweep->context, status, "%s", mct_context_error(worker.context));
            }
        }
    }
#pragma omp critical(mct_sweep)
    {
        if (*stop == MCT_OK) *stop = status;
    }
    mct_config_destroy(worker.config);
    mct_context_destroy(worker.context);
    free(points);
    free(rows);
}

mct_status mct_sweep_run(mct_sweep *sweep) {
    MCT_NEED(NULL, sweep);
    const int threads = mct_context_threads(sweep->context);
    const int lanes = !sweep->backend->host_memory ? 1 : sweep->units < (size_t)threads ? (int)sweep->units : threads;
    mct_status stop = MCT_OK;

    MCT_TRY(prepare(sweep));
    sweep->began = sweep->last_checkpoint = now();
    sweep->began_finished = sweep->finished;
    if (lanes == 1) { /* no region of one thread: the teams of a point would be started anew every time */
        work(sweep, threads, &stop);
    } else {
#pragma omp parallel num_threads(lanes)
        work(sweep, threads / lanes, &stop);
    }
    const mct_status told = mct_sweep_tell_warnings(sweep);
    if (stop == MCT_OK) stop = told;
    if (sweep->journal && stop != MCT_FILE) {
        const mct_status status = mct_journal_checkpoint(sweep->journal, "", 1);

        if (stop == MCT_OK) stop = status;
    }
    return stop;
}

/* ---- looking ------------------------------------------------------------------------------------------------ */

mct_sweep_command mct_sweep_what(const mct_sweep *sweep) {
    return sweep->command;
}

const mct_sweep_table *mct_sweep_table_of(const mct_sweep *sweep) {
    return sweep->table;
}

const mct_table_column *mct_sweep_columns(const mct_sweep *sweep, size_t *count) {
    *count = sweep->column_count;
    return sweep->columns;
}

const char *mct_sweep_backend_name(const mct_sweep *sweep) {
    return sweep->backend->name;
}

size_t mct_sweep_units(const mct_sweep *sweep) {
    return sweep->units;
}

const double *mct_sweep_row(const mct_sweep *sweep, size_t point) {
    return sweep->done && sweep->done[point] ? row_of(sweep, point) : NULL;
}

mct_status mct_sweep_status(const mct_sweep *sweep, size_t point) {
    MCT_NEED(NULL, sweep);
    return (mct_status)row_of(sweep, point)[MCT_SWEEP_STATUS];
}

const char *mct_sweep_error(const mct_sweep *sweep, size_t point, char text[MCT_TABLE_ERROR_LENGTH]) {
    memcpy(text, text_of(sweep, row_of(sweep, point)), MCT_SWEEP_TEXT);
    return text;
}

unsigned long mct_sweep_evaluations(const mct_sweep *sweep, size_t point) {
    return (unsigned long)row_of(sweep, point)[MCT_SWEEP_EVALUATIONS];
}

size_t mct_sweep_done(const mct_sweep *sweep, size_t *failed) {
    *failed = sweep->failed;
    return sweep->finished;
}

/* ---- as a table ----------------------------------------------------------------------------------------------- */

static const char *view_key(const void *sweep, size_t key) {
    return mct_sweep_table_key(((const mct_sweep *)sweep)->table, key);
}

static const char *view_value(const void *sweep, size_t point, size_t key) {
    return mct_sweep_table_value(((const mct_sweep *)sweep)->table, point, key);
}

static const double *view_row(const void *sweep, size_t point) {
    return mct_sweep_row(sweep, point);
}

static mct_status view_status(const void *sweep, size_t point) {
    return mct_sweep_status(sweep, point);
}

static const char *view_error(const void *sweep, size_t point, char text[MCT_TABLE_ERROR_LENGTH]) {
    return mct_sweep_error(sweep, point, text);
}

static unsigned long view_evaluations(const void *sweep, size_t point) {
    return mct_sweep_evaluations(sweep, point);
}

mct_status mct_sweep_view(const mct_sweep *sweep, mct_table *table) {
    MCT_NEED(NULL, sweep);
    MCT_NEED(sweep->context, table);
    if (sweep->finished < sweep->points) {
        return mct_fail(sweep->context, MCT_ARGUMENT, "the sweep is not complete: %zu of %zu points", sweep->finished,
                        sweep->points);
    }
    *table = (mct_table){.points = sweep->points,
                         .key_count = mct_sweep_table_keys(sweep->table),
                         .column_count = sweep->column_count,
                         .columns = sweep->columns,
                         .user = sweep,
                         .key = view_key,
                         .value = view_value,
                         .row = view_row,
                         .status = view_status,
                         .error = view_error,
                         .evaluations = view_evaluations};
    return MCT_OK;
}
