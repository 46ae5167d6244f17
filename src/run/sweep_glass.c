/* sweep_glass.c: points of a sweep of apmct glass. */
#include <stdlib.h>
#include <string.h>

#include "apmct/glass.h"
#include "run/sweep_internal.h"

enum { UNIT = 8 };

static const char *state_name(double state) {
    return mct_state_name((mct_state)state);
}

static size_t columns(const mct_config *config, bool matrices, mct_table_column *column) {
    const size_t m = config->mixture.species_count;
    size_t count = 0;

    column[count++] =
        (mct_table_column){.name = "state", .unit = "", .description = "0: fluid, 1: glass", .text = state_name};
    column[count++] =
        (mct_table_column){.name = "iterations", .unit = "", .description = "fixed-point and Newton iterations"};
    column[count++] =
        (mct_table_column){.name = "residual", .unit = "", .description = "max |G(F) - F|/sqrt(S_mumu S_nunu)"};
    column[count++] = (mct_table_column){
        .name = "eigenvalue", .unit = "", .description = "of the stability matrix; NaN where not needed"};
    column[count++] = (mct_table_column){
        .name = "packing_fraction_critical", .unit = "", .description = "of the fold, where it decided; else NaN"};
    column[count++] = (mct_table_column){.name = "nonergodicity_observed",
                                         .rank = 1,
                                         .shape = {m},
                                         .unit = "",
                                         .description = "f_mu at the observed wave number"};
    column[count++] = (mct_table_column){.name = "nonergodicity_area",
                                         .rank = 1,
                                         .shape = {m},
                                         .unit = "1/d",
                                         .description = "integral of f_mu over the wave number"};
    if (matrices) {
        column[count++] = (mct_table_column){.name = "nonergodicity",
                                             .rank = 3,
                                             .shape = {config->grid.points, m, m},
                                             .unit = "",
                                             .description = "F[q][mu][nu]",
                                             .is_matrix = true};
    }
    return count;
}

static void put(const mct_sweep_worker *worker, double *row, const mct_glass_result *result) {
    *mct_sweep_at(worker->sweep, row, "state") = (double)result->state;
    *mct_sweep_at(worker->sweep, row, "iterations") = (double)result->iterations;
    *mct_sweep_at(worker->sweep, row, "residual") = result->residual;
    *mct_sweep_at(worker->sweep, row, "eigenvalue") = result->eigenvalue;
    *mct_sweep_at(worker->sweep, row, "packing_fraction_critical") = result->packing_fraction_critical;
}

static mct_status compute_point(mct_sweep_worker *worker, double *row, double *F) {
    const mct_config *config = worker->config;
    mct_glass_options options = mct_glass_options_default();
    mct_glass_result result;

    options.solver = config->solver;
    options.structure = config->structure;
    const mct_status status =
        mct_glass_solve(worker->context, &options, &config->grid, 1, &config->mixture, F, &result, NULL, NULL);
    row[MCT_SWEEP_EVALUATIONS] = (double)result.evaluations;
    MCT_TRY(status);
    put(worker, row, &result);
    mct_sweep_put_matrix(worker, row, "nonergodicity", F);
    return mct_sweep_put_observed(worker, row, &config->mixture, F, "nonergodicity_observed", "nonergodicity_area");
}

static mct_status compute(mct_sweep_worker *worker, const size_t *points, size_t count, double *rows) {
    for (size_t i = 0; i < count; i++) {
        double *row = rows + i * worker->sweep->row_length, *F = NULL;
        mct_status status = mct_sweep_place(worker, points[i]);

        if (status == MCT_OK) status = mct_config_judge(worker->context, worker->config, &worker->config->mixture);
        if (status == MCT_OK) {
            const size_t m = worker->config->mixture.species_count;

            F = calloc(worker->config->grid.points * m, m * sizeof *F);
            status = F ? compute_point(worker, row, F)
                       : mct_fail(worker->context, MCT_MEMORY, "not enough memory for nonergodicity parameters");
        }
        free(F);
        if (mct_sweep_record(worker, row, status, (unsigned long)row[MCT_SWEEP_EVALUATIONS])) return status;
    }
    return MCT_OK;
}

const mct_sweep_method mct_sweep_glass = {"glass", UNIT, UNIT, columns, compute};
