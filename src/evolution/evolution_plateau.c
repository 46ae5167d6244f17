/* evolution_plateau.c: the plateau of a run in time against the nonergodicity parameters of the static equation. */
#include <math.h>
#include <stdlib.h>

#include "apmct/evolution_plan.h"
#include "base/need.h"

mct_status mct_plateau_deviation(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                 const mct_mixture *mixture, size_t species, const double *phi, double *deviation,
                                 unsigned long *evaluations) {
    MCT_NEED(context, options, grid, mixture, phi, deviation, evaluations);
    const size_t N = grid->points, m = mixture->species_count;
    double *F = calloc(N * m, m * sizeof *F);
    mct_statics *statics = NULL;
    mct_glass_result result;
    mct_status status;

    *deviation = (double)NAN;
    if (!F) return mct_fail(context, MCT_MEMORY, "not enough memory for nonergodicity parameters");
    MCT_TRY_CLEANUP(mct_glass_solve(context, options, grid, 1, mixture, F, &result, NULL, NULL));
    MCT_TRY_CLEANUP(mct_statics_create(context, grid, m, &statics));
    MCT_TRY_CLEANUP(mct_statics_compute(context, &options->structure, grid, mixture, statics));
    *evaluations = result.evaluations;
    *deviation = 0;
    for (size_t mu = 0; mu < m; mu++) {
        for (size_t nu = 0; nu < m; nu++) {
            const double *here = phi + (mu * species + nu) * N, *there = F + (mu * m + nu) * N;
            const double *S_mu = statics->structure_factor + mu * (m + 1) * N;
            const double *S_nu = statics->structure_factor + nu * (m + 1) * N;

            for (size_t i = 0; i < N; i++) {
                *deviation = fmax(*deviation, fabs(here[i] - there[i]) / sqrt(S_mu[i] * S_nu[i]));
            }
        }
    }
cleanup:
    mct_statics_destroy(statics);
    free(F);
    return status;
}
