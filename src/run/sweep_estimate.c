/* sweep_estimate.c: what a sweep will cost. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/evolution_plan.h"
#include "base/need.h"
#include "run/sweep_internal.h"

/* Kernel evaluations per point, and what other work adds to their time, as measured on hard spheres; runs in time that go
 * on until time.until take more steps than those that decay. */
static const double evaluations_of[] = {[MCT_SWEEP_GLASS] = 120, [MCT_SWEEP_CRITICAL] = 130, [MCT_SWEEP_EVOLVE] = 0};
static const double other_work = 1.6;
static const double line_evaluations = 5000; /* of a critical activity */
/* Points of a trace, per (tolerance of phi_c)^(-1/4), at least; evaluations of one. */
static const double trace_points = 3.2, trace_points_least = 30, trace_evaluations = 130, trace_numbers = 16;
static const size_t file_overhead = (size_t)1 << 20;
static const double decades_of_a_run = 9, evaluations_per_step = 2, accurate = 3;

static double evaluations_per_point(const mct_sweep *sweep, const mct_evolution_cost *cost) {
    const mct_config *config = sweep->config;
    const double steps = cost->steps_per_decade * fmin(cost->decades, decades_of_a_run);

    if (sweep->command == MCT_SWEEP_EVOLVE) {
        return steps * evaluations_per_step * (config->time.accuracy > 0 ? accurate : 1);
    }
    if (sweep->command == MCT_SWEEP_CRITICAL && strncmp(config->critical.of, "mixture.species.", 16) == 0) {
        return line_evaluations;
    }
    return evaluations_of[sweep->command];
}

/* A run in time at what `config` says, which tells what an evaluation and a point's memory are. */
static mct_status estimate_one(mct_context *context, const mct_config *config, mct_evolution_cost *one) {
    mct_evolution_options options = mct_evolution_options_default();
    mct_statics *statics;
    mct_status status;

    options.solver = config->solver;
    options.time = config->time;
    MCT_TRY(mct_statics_create(context, &config->grid, config->mixture.species_count, &statics));
    MCT_TRY_CLEANUP(mct_statics_compute(context, &config->structure, &config->grid, &config->mixture, statics));
    status = mct_evolution_estimate_cost(context, &options, &config->grid, statics, one);
cleanup:
    mct_statics_destroy(statics);
    return status;
}

mct_status mct_sweep_estimate(mct_sweep *sweep, mct_sweep_cost *cost) {
    MCT_NEED(NULL, sweep);
    MCT_NEED(sweep->context, cost);
    const size_t numbers = sweep->points * (sweep->row_length + mct_sweep_table_keys(sweep->table));
    const double threads = fmin(mct_context_threads(sweep->context), (double)sweep->units);
    mct_evolution_cost one;
    mct_config *scratch;
    mct_status status;

    *cost = (mct_sweep_cost){.points = sweep->points, .units = sweep->units};
    MCT_TRY(mct_config_copy(sweep->context, sweep->config, &scratch));
    MCT_TRY_CLEANUP(mct_sweep_table_apply(sweep->context, sweep->table, 0, scratch));
    MCT_TRY_CLEANUP(estimate_one(sweep->context, scratch, &one));
    cost->memory = numbers * sizeof(double) + (size_t)threads * one.memory;
    cost->file = numbers * sizeof(double) + file_overhead;
    cost->seconds = (double)sweep->points * evaluations_per_point(sweep, &one) * one.evaluation * other_work / threads;
cleanup:
    mct_config_destroy(scratch);
    return status;
}

mct_status mct_sweep_trace_estimate(mct_context *context, const mct_config *config, const mct_sweep_trace *trace,
                                    mct_sweep_cost *cost) {
    MCT_NEED(context, config, trace, cost);
    if (trace->level_count > 0) MCT_NEED(context, trace->levels);
    const double points = fmax(trace_points_least, ceil(trace_points * pow(trace->tolerance, -0.25)));
    const double numbers = points * trace_numbers * (double)config->mixture.species_count;
    mct_evolution_cost one;

    MCT_TRY(estimate_one(context, config, &one));
    *cost = (mct_sweep_cost){.points = (size_t)points,
                             .units = 1,
                             .memory = (size_t)numbers * sizeof(double) + one.memory,
                             .file = (size_t)numbers * sizeof(double) + file_overhead,
                             .seconds = points * trace_evaluations * one.evaluation * other_work};
    return MCT_OK;
}
