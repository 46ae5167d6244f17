/* critical.c: critical points as the user asks for them; the search is in fold.c. */
#include <math.h>

#include "fixed_point.h"

mct_status mct_critical_packing_fraction(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                         const mct_mixture *mixture, double tolerance, double *F,
                                         mct_critical_result *result) {
    *result = (mct_critical_result){.packing_fraction = (double)NAN};
    if (!(tolerance >= 1.0e-14 && tolerance <= 1.0e-2)) {
        return mct_fail(context, MCT_ARGUMENT, "tolerance = %g of a critical packing fraction: 1e-14 ... 1e-2",
                        tolerance);
    }
    MCT_TRY(mct_grid_check(context, grid));
    MCT_TRY(mct_mixture_check(context, mixture));
    mct_fixed_point *problem;
    MCT_TRY(mct_fixed_point_create(context, options, grid, mixture->species_count, mct_context_threads(context), NULL,
                                   &problem));
    mct_status status;
    double *iterate = problem->backend->allocate(problem->n);
    problem->parent = context;
    if (!iterate) {
        status = mct_fail(context, MCT_MEMORY, "critical point: out of memory");
        goto cleanup;
    }
    MCT_TRY_CLEANUP(mct_fixed_point_set(problem, mixture));
    MCT_TRY_CLEANUP(mct_fold_search(problem, tolerance, iterate));
    problem->backend->download(F, iterate, problem->n);
    result->packing_fraction = problem->mixture.packing_fraction;
cleanup:
    result->evaluations = mct_kernel_evaluations(problem->kernel);
    if (iterate) problem->backend->release(iterate);
    mct_fixed_point_destroy(problem);
    return status;
}
