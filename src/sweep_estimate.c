/* sweep_estimate.c: what a sweep will cost. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/evolution_plan.h"
#include "sweep_internal.h"

/* Kernel evaluations per point, and what other work adds to their time, as measured on hard spheres; runs in time that go
 * on until time.until take more steps than those that decay. */
static const double evaluations_of[] = {[MCT_SWEEP_GLASS] = 120, [MCT_SWEEP_CRITICAL] = 130, [MCT_SWEEP_EVOLVE] = 0};
static const double other_work = 1.6;
static const double line_evaluations = 5000; /* of a critical activity */
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

mct_status mct_sweep_estimate(mct_sweep *sweep, mct_sweep_cost *cost) {
    const mct_config *config = sweep->config;
    const size_t numbers = sweep->points * (sweep->row_length + mct_sweep_table_keys(sweep->table));
    const double threads = fmin(mct_context_threads(sweep->context), (double)sweep->units);
    mct_evolution_options options = mct_evolution_options_default();
    mct_evolution_cost one;
    mct_config *scratch;
    mct_statics *statics = NULL;
    mct_status status;

    *cost = (mct_sweep_cost){.points = sweep->points, .units = sweep->units};
    MCT_TRY(mct_config_copy(sweep->context, config, &scratch));
    MCT_TRY_CLEANUP(mct_sweep_table_apply(sweep->context, sweep->table, 0, scratch));
    options.solver = scratch->solver;
    options.time = scratch->time;
    MCT_TRY_CLEANUP(mct_statics_create(sweep->context, &scratch->grid, scratch->mixture.species_count, &statics));
    MCT_TRY_CLEANUP(
        mct_statics_compute(sweep->context, &scratch->structure, &scratch->grid, &scratch->mixture, statics));
    MCT_TRY_CLEANUP(mct_evolution_estimate_cost(sweep->context, &options, &scratch->grid, statics, &one));
    cost->memory = numbers * sizeof(double) + (size_t)threads * one.memory;
    cost->file = numbers * sizeof(double) + ((size_t)1 << 20);
    cost->seconds = (double)sweep->points * evaluations_per_point(sweep, &one) * one.evaluation * other_work / threads;
cleanup:
    mct_statics_destroy(statics);
    mct_config_destroy(scratch);
    return status;
}
