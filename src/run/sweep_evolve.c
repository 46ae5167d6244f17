/* sweep_evolve.c: points of a sweep of apmct evolve. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "apmct/evolution_plan.h"
#include "apmct/summary.h"
#include "run/sweep_series.h"

enum { UNIT = 4, DEVICE_UNIT = 4096 };

static const char *state_name(double state) {
    return mct_evolution_state_name((mct_evolution_state)state);
}

/* ---- columns ------------------------------------------------------------------------------------------------- */

static size_t columns(const mct_config *config, bool matrices, mct_table_column *column) {
    static const mct_table_column numbers[] = {
        {.name = "state",
         .unit = "",
         .description = "1: decayed, 2: plateau, 3: until (time.until was reached)",
         .text = state_name},
        {.name = "steps", .unit = "", .description = "time steps"},
        {.name = "blocks", .unit = "", .description = "blocks of steps"},
        {.name = "time_end", .unit = "d^2/D0", .description = "the last time"},
        {.name = "estimated_error", .unit = "", .description = "relative, where time.accuracy asks for it"}};
    static const char *const names[][3] = {
        {"relaxation_time", "d^2/D0", "Phi_mumu/S_mumu = 1/e at the observed wave number"},
        {"relaxation_time_tenth", "d^2/D0", "Phi_mumu/S_mumu = 0.1 at the observed wave number"},
        {"plateau", "", "Phi_mumu/S_mumu at the observed wave number at the last time"}};
    const size_t m = config->mixture.species_count;
    size_t count = 0;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) column[count++] = numbers[i];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        column[count++] = (mct_table_column){
            .name = names[i][0], .rank = 1, .shape = {m}, .unit = names[i][1], .description = names[i][2]};
    }
    if (matrices || mct_sweep_keeps_correlators(config)) {
        column[count++] = (mct_table_column){.name = "long_time",
                                             .rank = 3,
                                             .shape = {config->grid.points, m, m},
                                             .unit = "",
                                             .description = "Phi[q][mu][nu] at the last time",
                                             .is_matrix = true};
    }
    if (mct_sweep_keeps_correlators(config)) count += mct_sweep_series_columns(config, column + count);
    return count;
}

/* ---- points --------------------------------------------------------------------------------------------------- */

/* One run in time of some of a unit's points. */
typedef struct batch {
    mct_sweep_worker *worker;
    mct_evolution_options options;
    size_t count;
    size_t *observed;      /* of options.observed: [N] */
    double **rows;         /* [count] */
    mct_statics **statics; /* [count] */
    mct_evolution *evolution;
} batch;

static void discard(batch *b) {
    mct_evolution_destroy(b->evolution);
    for (size_t i = 0; b->statics && i < b->count; i++) mct_statics_destroy(b->statics[i]);
    free(b->rows);
    free(b->statics);
    free(b->observed);
}

static mct_status put(const batch *b, size_t at, double error) {
    static const char *const names[] = {"relaxation_time", "relaxation_time_tenth"};
    const mct_sweep_worker *worker = b->worker;
    const mct_sweep *sweep = worker->sweep;
    const mct_config *config = worker->config;
    const size_t N = config->grid.points, m = config->mixture.species_count;
    const size_t observed = mct_grid_nearest(&config->grid, config->output.wave_number);
    const mct_evolution_point point = mct_evolution_look(b->evolution, at);
    double *row = b->rows[at], *values = calloc(N * m, m * sizeof *values);

    if (!values) return mct_fail(worker->context, MCT_MEMORY, "not enough memory for correlators");
    *mct_sweep_at(sweep, row, "state") = (double)point.state;
    *mct_sweep_at(sweep, row, "steps") = (double)point.steps;
    *mct_sweep_at(sweep, row, "blocks") = (double)point.blocks;
    *mct_sweep_at(sweep, row, "time_end") = point.time;
    *mct_sweep_at(sweep, row, "estimated_error") = error;
    for (int level = 0; level < MCT_RELAXATION_LEVELS; level++) {
        double *tau = mct_sweep_at(sweep, row, names[level]);
        mct_evolution_relaxation_at(b->evolution, at, (mct_relaxation_level)level, observed, tau);
    }
    mct_evolution_last(b->evolution, at, values);
    mct_sweep_put_matrix(worker, row, "long_time", values);
    for (size_t mu = 0; mu < m; mu++) {
        mct_sweep_at(sweep, row, "plateau")[mu] = mct_nonergodicity_normalised(b->statics[at], values, mu, observed);
    }
    free(values);
    return MCT_OK;
}

/* How point `at` ended. */
static mct_status ended(const batch *b, const mct_sweep_series *series, size_t at) {
    MCT_TRY(mct_evolution_check_point(b->evolution, at));
    return mct_sweep_series_check(series, at);
}

/* With b->options.time; what stops all points. */
static mct_status run(batch *b, mct_sweep_series *series) {
    mct_status status;

    MCT_TRY(mct_evolution_create(b->worker->context, &b->options, &b->worker->config->grid, b->count,
                                 (const mct_statics *const *)b->statics, &b->evolution));
    if (series) mct_evolution_set_sink(b->evolution, mct_sweep_series_take, series);
    status = mct_evolution_run(b->evolution);
    for (size_t i = 0; i < b->count; i++) {
        b->rows[i][MCT_SWEEP_EVALUATIONS] += (double)mct_evolution_look(b->evolution, i).evaluations;
    }
    return status;
}

/* A batch of one point. */
static mct_status run_alone(batch *b) {
    mct_sweep_series *series = NULL;
    mct_status status;

    MCT_TRY_CLEANUP(mct_sweep_series_create(b->worker, b->count, b->rows, &series));
    MCT_TRY_CLEANUP(run(b, series));
    status = ended(b, series, 0);
cleanup:
    mct_sweep_series_destroy(series);
    return status;
}

/* The same, as often as time.accuracy asks for. */
static mct_status run_accurately(batch *b, double *error) {
    const mct_config *config = b->worker->config;
    const size_t observed = mct_grid_nearest(&config->grid, config->output.wave_number);
    mct_accuracy *accuracy;
    mct_status status;

    MCT_TRY(mct_accuracy_create(b->worker->context, &b->options, &config->grid, b->statics[0], observed, &accuracy));
    b->rows[0][MCT_SWEEP_EVALUATIONS] = (double)mct_accuracy_evaluations(accuracy);
    b->options.time = *mct_accuracy_time(accuracy);
    MCT_TRY_CLEANUP(run_alone(b));
    *error = mct_accuracy_estimate(accuracy, b->evolution);
    if (*error > config->time.accuracy) {
        mct_accuracy_refine(accuracy, b->evolution);
        b->options.time = *mct_accuracy_time(accuracy);
        mct_evolution_destroy(b->evolution);
        b->evolution = NULL;
        MCT_TRY_CLEANUP(run_alone(b));
        *error = mct_accuracy_estimate(accuracy, b->evolution);
    }
cleanup:
    mct_accuracy_destroy(accuracy);
    return status;
}

/* The statics of one more point. */
static mct_status add(batch *b, size_t point, double *row) {
    mct_sweep_worker *worker = b->worker;
    const mct_config *config = worker->config;
    mct_statics *statics;
    mct_status status;

    MCT_TRY(mct_sweep_place(worker, point));
    MCT_TRY(mct_config_judge(worker->context, config, &config->mixture));
    MCT_TRY(mct_statics_create(worker->context, &config->grid, config->mixture.species_count, &statics));
    status = mct_statics_compute(worker->context, &config->structure, &config->grid, &config->mixture, statics);
    if (status != MCT_OK) {
        mct_statics_destroy(statics);
        return status;
    }
    b->rows[b->count] = row;
    b->statics[b->count++] = statics;
    return MCT_OK;
}

/* What a run is told; of correlators it need not keep more than goes into the rows. */
static mct_status choose_options(batch *b) {
    const mct_config *config = b->worker->config;

    b->options = mct_evolution_options_default();
    b->options.solver = config->solver;
    b->options.time = config->time;
    b->observed = calloc(config->grid.points, sizeof *b->observed);
    if (!b->observed) return mct_fail(b->worker->context, MCT_MEMORY, "not enough memory");
    b->options.observed_count = mct_sweep_series_wave_numbers(b->worker, b->observed);
    b->options.observed = b->observed;
    return MCT_OK;
}

/* Points that have statics; the others have failed. */
static mct_status gather(batch *b, const size_t *points, size_t count, double *rows) {
    mct_sweep_worker *worker = b->worker;

    b->rows = calloc(count, sizeof *b->rows);
    b->statics = calloc(count, sizeof *b->statics);
    if (!b->rows || !b->statics) return mct_fail(worker->context, MCT_MEMORY, "not enough memory");
    for (size_t i = 0; i < count; i++) {
        double *row = rows + i * worker->sweep->row_length;
        const mct_status status = add(b, points[i], row);

        if (status != MCT_OK && mct_sweep_record(worker, row, status, 0)) return status;
    }
    return choose_options(b);
}

/* The points at once, each with its own clock. */
static mct_status compute_together(batch *b) {
    mct_sweep_worker *worker = b->worker;
    mct_sweep_series *series = NULL;
    mct_status all = mct_sweep_series_create(b->worker, b->count, b->rows, &series), status = MCT_OK;

    worker->point = SIZE_MAX; /* what is told now is of all of them */
    if (all == MCT_OK) all = run(b, series);
    for (size_t i = 0; i < b->count && status == MCT_OK; i++) {
        mct_status one = all == MCT_OK ? ended(b, series, i) : all;

        if (one == MCT_OK) one = put(b, i, (double)NAN);
        if (mct_sweep_record(worker, b->rows[i], one, (unsigned long)b->rows[i][MCT_SWEEP_EVALUATIONS])) status = one;
    }
    mct_sweep_series_destroy(series);
    return status;
}

static mct_status compute_alone(batch *b) {
    double error = (double)NAN, *row = b->rows[0];
    mct_status status = b->worker->config->time.accuracy > 0 ? run_accurately(b, &error) : run_alone(b);

    if (status == MCT_OK) status = put(b, 0, error);
    return mct_sweep_record(b->worker, row, status, (unsigned long)row[MCT_SWEEP_EVALUATIONS]) ? status : MCT_OK;
}

/* As many of *count points as a device has room for; one where they do not run at once. */
static mct_status divide(mct_sweep_worker *worker, size_t *count) {
    const mct_config *config = worker->config;
    const mct_backend *backend = worker->sweep->backend;
    batch b = {.worker = worker};
    mct_status status;

    if (backend->host_memory || !worker->sweep->same_grid || config->time.accuracy > 0) *count = 1;
    if (*count == 1) return MCT_OK;
    status = choose_options(&b);
    while (status == MCT_OK && *count > 1 &&
           mct_evolution_memory(&b.options, &config->grid, config->mixture.species_count, *count) >
               backend->memory_available()) {
        *count = (*count + 1) / 2;
    }
    discard(&b);
    return status;
}

static mct_status compute(mct_sweep_worker *worker, const size_t *points, size_t count, double *rows) {
    size_t most = count;

    MCT_TRY(divide(worker, &most));
    for (size_t at = 0; at < count; at += most) {
        batch b = {.worker = worker};
        mct_status status =
            gather(&b, points + at, count - at < most ? count - at : most, rows + at * worker->sweep->row_length);

        if (status == MCT_OK && b.count > 0) status = most > 1 ? compute_together(&b) : compute_alone(&b);
        discard(&b);
        MCT_TRY(status);
    }
    return MCT_OK;
}

const mct_sweep_method mct_sweep_evolve = {"evolve", UNIT, DEVICE_UNIT, columns, compute};
