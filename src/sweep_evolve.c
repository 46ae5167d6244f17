/* sweep_evolve.c: points of a sweep of apmct evolve. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/evolution_plan.h"
#include "sweep_internal.h"

enum { UNIT = 4, SPARE_TIMES = 4 };

static const char *state_name(double state) {
    return mct_evolution_state_name((mct_evolution_state)state);
}

/* ---- correlators: kept where output.correlator asks for it in words --------------------------------------------- */

static bool keeps_correlators(const mct_config *config) {
    return config->output.correlator && mct_config_origin(config, "output.correlator");
}

/* Times of a point at most: so many per decade from the first step, which is no less than 1e-6 of the fastest relaxation
 * time, until time.until, and the first and the last ones. */
static size_t times_most(const mct_config *config) {
    const double k = mct_grid_wave_number(&config->grid, config->grid.points - 1), first = 1e-6 / (k * k);
    const double decades = log10(config->time.until / first) + 3; /* for activities and diffusivities up to 1000 */

    return (size_t)ceil(config->output.times_per_decade * decades) + SPARE_TIMES;
}

/* Where rows go. */
typedef struct series {
    const mct_config *config;
    size_t most, count, stored_count, *stored;
    double *time, *correlator; /* columns of the row; NULL: not kept */
    double last_time;
    bool full;
} series;

static void store(series *of, double time, const double *phi) {
    const size_t N = of->config->grid.points, m = of->config->mixture.species_count;
    double *to = of->correlator + of->count * of->stored_count * m * m;

    if (of->count == of->most) {
        of->full = true;
        return;
    }
    for (size_t i = 0; i < of->stored_count; i++) {
        for (size_t c = 0; c < m * m; c++) to[i * m * m + c] = phi[c * N + of->stored[i]];
    }
    of->time[of->count++] = of->last_time = time;
}

static mct_status take_row(void *user, size_t point, double time, const double *phi) {
    series *of = user;

    (void)point;
    if (of->time && mct_output_keeps(&of->config->output, of->count > 0 ? of->last_time : (double)NAN, time)) {
        store(of, time, phi);
    }
    return MCT_OK;
}

static size_t correlator_columns(const mct_config *config, mct_sweep_column *column) {
    const size_t m = config->mixture.species_count, Q = mct_output_points(&config->output, &config->grid, NULL);

    column[0] = (mct_sweep_column){.name = "time",
                                   .rank = 1,
                                   .shape = {times_most(config)},
                                   .unit = "d^2/D0",
                                   .description = "stored times; NaN after the last",
                                   .is_list = true};
    column[1] = (mct_sweep_column){.name = "correlator",
                                   .rank = 4,
                                   .shape = {times_most(config), Q, m, m},
                                   .unit = "",
                                   .description = "Phi[time][q][mu][nu] of the stored wave numbers"};
    return 2;
}

/* ---- columns ------------------------------------------------------------------------------------------------- */

static size_t columns(const mct_config *config, bool matrices, mct_sweep_column *column) {
    static const mct_sweep_column numbers[] = {
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
        column[count++] = (mct_sweep_column){
            .name = names[i][0], .rank = 1, .shape = {m}, .unit = names[i][1], .description = names[i][2]};
    }
    if (matrices || keeps_correlators(config)) {
        column[count++] = (mct_sweep_column){.name = "long_time",
                                             .rank = 3,
                                             .shape = {config->grid.points, m, m},
                                             .unit = "",
                                             .description = "Phi[q][mu][nu] at the last time",
                                             .is_matrix = true};
    }
    if (keeps_correlators(config)) count += correlator_columns(config, column + count);
    return count;
}

/* ---- points --------------------------------------------------------------------------------------------------- */

static mct_status put(mct_sweep_worker *worker, double *row, const mct_evolution *evolution, double error) {
    static const char *const names[] = {"relaxation_time", "relaxation_time_tenth"};
    const mct_sweep *sweep = worker->sweep;
    const mct_config *config = worker->config;
    const size_t N = config->grid.points, m = config->mixture.species_count;
    const size_t observed = mct_grid_nearest(&config->grid, config->output.wave_number);
    const mct_evolution_point point = mct_evolution_look(evolution, 0);
    double *values = calloc(N * m, m * sizeof *values);

    if (!values) return mct_fail(worker->context, MCT_MEMORY, "not enough memory for correlators");
    *mct_sweep_at(sweep, row, "state") = (double)point.state;
    *mct_sweep_at(sweep, row, "steps") = (double)point.steps;
    *mct_sweep_at(sweep, row, "blocks") = (double)point.blocks;
    *mct_sweep_at(sweep, row, "time_end") = point.time;
    *mct_sweep_at(sweep, row, "estimated_error") = error;
    for (int level = 0; level < MCT_RELAXATION_LEVELS; level++) {
        double *tau = mct_sweep_at(sweep, row, names[level]);

        mct_evolution_relaxation(evolution, 0, (mct_relaxation_level)level, values);
        for (size_t mu = 0; mu < m; mu++) tau[mu] = values[mu * N + observed];
    }
    mct_evolution_last(evolution, 0, values);
    mct_sweep_put_matrix(worker, row, "long_time", values);
    const mct_status status = mct_sweep_put_observed(worker, row, &config->mixture, values, "plateau", NULL);
    free(values);
    return status;
}

/* With found->time as options.time; *error as mct_accuracy_estimate, where there is an accuracy. */
static mct_status run_once(mct_sweep_worker *worker, const mct_evolution_options *options, const mct_statics *statics,
                           double *row, mct_evolution **evolution) {
    const mct_config *config = worker->config;
    series of = {.config = config, .time = mct_sweep_at(worker->sweep, row, "time")};
    mct_status status;

    MCT_TRY(mct_evolution_create(worker->context, options, &config->grid, 1, &statics, evolution));
    if (of.time) {
        of.correlator = mct_sweep_at(worker->sweep, row, "correlator");
        of.most = times_most(config);
        of.stored = calloc(config->grid.points, sizeof *of.stored);
        if (!of.stored) return mct_fail(worker->context, MCT_MEMORY, "not enough memory for correlators");
        of.stored_count = mct_output_points(&config->output, &config->grid, of.stored);
        for (size_t i = 0; i < of.most; i++) of.time[i] = (double)NAN; /* of an attempt before */
        mct_evolution_set_sink(*evolution, take_row, &of);
    }
    status = mct_evolution_run(*evolution);
    if (status == MCT_OK) status = mct_evolution_check(*evolution);
    free(of.stored);
    if (status == MCT_OK && of.full) {
        status = mct_fail(worker->context, MCT_ARGUMENT, "more than %zu stored times", of.most);
    }
    row[MCT_SWEEP_EVALUATIONS] += (double)mct_evolution_look(*evolution, 0).evaluations;
    return status;
}

static mct_status run_accurate(mct_sweep_worker *worker, mct_evolution_options *options, const mct_statics *statics,
                               double *row) {
    const mct_config *config = worker->config;
    const size_t observed = mct_grid_nearest(&config->grid, config->output.wave_number);
    mct_accuracy *accuracy;
    mct_evolution *evolution = NULL;
    mct_status status;

    MCT_TRY(mct_accuracy_create(worker->context, options, &config->grid, statics, observed, &accuracy));
    row[MCT_SWEEP_EVALUATIONS] = (double)mct_accuracy_evaluations(accuracy);
    options->time = *mct_accuracy_time(accuracy);
    MCT_TRY_CLEANUP(run_once(worker, options, statics, row, &evolution));
    double error = mct_accuracy_estimate(accuracy, evolution);
    if (error > config->time.accuracy) {
        mct_accuracy_refine(accuracy, evolution);
        options->time = *mct_accuracy_time(accuracy);
        mct_evolution_destroy(evolution);
        evolution = NULL;
        MCT_TRY_CLEANUP(run_once(worker, options, statics, row, &evolution));
        error = mct_accuracy_estimate(accuracy, evolution);
    }
    status = put(worker, row, evolution, error);
cleanup:
    mct_evolution_destroy(evolution);
    mct_accuracy_destroy(accuracy);
    return status;
}

static mct_status compute_point(mct_sweep_worker *worker, double *row) {
    const mct_config *config = worker->config;
    mct_evolution_options options = mct_evolution_options_default();
    mct_evolution *evolution = NULL;
    mct_statics *statics;
    mct_status status;

    options.solver = config->solver;
    options.time = config->time;
    MCT_TRY(mct_statics_create(worker->context, &config->grid, config->mixture.species_count, &statics));
    MCT_TRY_CLEANUP(mct_statics_compute(worker->context, &config->structure, &config->grid, &config->mixture, statics));
    if (config->time.accuracy > 0) {
        status = run_accurate(worker, &options, statics, row);
        goto cleanup;
    }
    MCT_TRY_CLEANUP(run_once(worker, &options, statics, row, &evolution));
    status = put(worker, row, evolution, (double)NAN);
cleanup:
    mct_evolution_destroy(evolution);
    mct_statics_destroy(statics);
    return status;
}

static mct_status compute(mct_sweep_worker *worker, const size_t *points, size_t count, double *rows) {
    for (size_t i = 0; i < count; i++) {
        double *row = rows + i * worker->sweep->row_length;
        mct_status status = mct_sweep_place(worker, points[i]);

        if (status == MCT_OK) status = compute_point(worker, row);
        if (mct_sweep_record(worker, row, status, (unsigned long)row[MCT_SWEEP_EVALUATIONS])) return status;
    }
    return MCT_OK;
}

const mct_sweep_method mct_sweep_evolve = {"evolve", UNIT, columns, compute};
